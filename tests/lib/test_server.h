/*
 * test_server - a private MariaDB for one test binary.
 *
 * The first call starts it: an empty server in a temporary folder, on a Unix socket only,
 * account root without a password, not durable. It ends, and the folder goes, with the
 * test binary, however that ends. With MUSTER_TEST_SOCKET set, the server that listens
 * there is used instead (MySQL too); its account root must have no password.
 *
 * Whatever cannot be done aborts with a sentence on stderr. One thread.
 */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <stdbool.h>

#include "db.h"
#include "err.h"

/* The address of the server; starts it. */
const struct db_addr *test_server_addr(void);

/* A new session; the caller frees it. */
struct db_session *test_server_open(void);

/* Run one statement as root; a failure aborts. */
void test_server_exec(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The first cell of a query as root, or NULL; the caller frees it. A failure aborts. */
char *test_server_value(const char *fmt, ...) PRINTF_LIKE(1, 2);

/*
 * A new empty database "<name>_<pid>": the name is the test's own on a shared server too.
 * Dropped when the binary ends well. Valid until then.
 */
const char *test_server_schema(const char *name);

enum db_flavor test_server_flavor(void);

/*
 * A second private server with these options (NULL-terminated, "--max-connections=20"),
 * for what cannot be tried on the shared one; never that of MUSTER_TEST_SOCKET. Ends
 * with the binary.
 */
struct test_server;
struct test_server *test_server_start(const char *const *options);
const struct db_addr *test_server_address(const struct test_server *server);
void test_server_signal(struct test_server *server, int number); /* SIGSTOP, SIGCONT, SIGKILL */
void test_server_stop(struct test_server *server);               /* NULL is fine */

#endif /* TEST_SERVER_H */
