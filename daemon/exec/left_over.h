/*
 * left_over - copies of schemas on which a release was tried, and which nobody dropped.
 *
 * Such a database has muster's name and holds muster's marker with the epoch of the daemon
 * that made it. Only looks. Workers; blocks.
 */
#ifndef LEFT_OVER_H
#define LEFT_OVER_H

#include <stdint.h>

#include "err.h"

struct db_session;

/* Those of earlier starts than epoch. Owned, NULL-terminated; NULL on failure. */
NODISCARD char **left_over_find(struct db_session *session, uint64_t epoch, struct err *err);

#endif /* LEFT_OVER_H */
