/*
 * test_pair - a source and its replica, for one test binary.
 *
 * On the flavour of the server that MUSTER_TEST_SOCKET names, else MariaDB. Both listen on
 * a socket, where root has no password, and on a port of 127.0.0.1, where repl has one.
 * They end with the test binary, however that ends. Whatever cannot be done aborts.
 */
#ifndef TEST_PAIR_H
#define TEST_PAIR_H

#include "db.h"

struct test_pair;

struct test_pair *test_pair_start(void);
void test_pair_stop(struct test_pair *pair); /* NULL is fine */

const struct db_addr *test_pair_source(const struct test_pair *pair);  /* its socket */
const struct db_addr *test_pair_replica(const struct test_pair *pair); /* its socket */
const char *test_pair_login(const struct test_pair *pair);             /* option file of repl */
unsigned test_pair_replica_port(const struct test_pair *pair);
enum db_flavor test_pair_flavor(const struct test_pair *pair);

void test_pair_exec(struct db_session *session, const char *sql);
void test_pair_signal(struct test_pair *pair, int number); /* to the replica */

/* Sessions that belong to the pair. */
struct db_session *test_pair_on_source(struct test_pair *pair);
struct db_session *test_pair_on_replica(struct test_pair *pair);

#endif /* TEST_PAIR_H */
