/*
 * db_connect - a connection to a server, as its address and option file say; for db_mysql.c.
 *
 * The handle is the library's own (MYSQL, which has another name in each library), and the
 * caller's to close. Where the option file only prefers TLS, a server that has none is reached
 * without it; where it asks for TLS, never. An address with a socket has no need of TLS.
 *
 * Any thread that called db_thread_init; blocks for at most CONNECT_TIMEOUT_S or as long as
 * patience has.
 */
#ifndef DB_CONNECT_H
#define DB_CONNECT_H

#include "db.h"

struct db_login;

#define DB_CHARSET    "utf8mb4"
#define DB_PACKET_MAX (1024UL * 1024 * 1024) /* bytes; what the protocol allows */

/* ERR_DENIED: who we are is refused; ERR_UNREACHABLE: all else. No password is in err. */
NODISCARD void *db_connect(const struct db_addr *addr, const struct db_login *login,
			   const struct db_patience *patience, struct err *err);

/* Its descriptor; the library's, too. */
int db_connect_fd(void *mysql);

#endif /* DB_CONNECT_H */
