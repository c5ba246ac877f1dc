/*
 * replica_named - addresses of replicas as an operator writes them:
 * "10.0.0.6, db7.example:3307, [fd00::7]:3306, /run/mysqld/replica.sock".
 *
 * Pure; any thread.
 */
#ifndef REPLICA_NAMED_H
#define REPLICA_NAMED_H

#include "err.h"

#define REPLICA_NAMED_MAX 64 /* of one server */

struct db_addr;

/*
 * The addresses, without an option file, ended by one that has neither host nor socket.
 * NULL with ERR_INVALID: one of them is none, or there are too many. Owned.
 */
NODISCARD struct db_addr *replica_named_parse(const char *text, struct err *err);
void replica_named_free(struct db_addr *addrs); /* NULL is fine */

/* The same list in one spelling, each with its port. NULL as above. Owned. */
NODISCARD char *replica_named_format(const char *text, struct err *err);

#endif /* REPLICA_NAMED_H */
