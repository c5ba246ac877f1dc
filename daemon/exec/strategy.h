/*
 * strategy - the ways to carry out one statement of a migration.
 *
 * A table of const structs, one per strategy_*.c. A strategy runs on a worker inside a
 * visit, gets one statement and says how it ended; rows of the history are none of
 * its business.
 */
#ifndef STRATEGY_H
#define STRATEGY_H

#include "ddl.h"

struct strategy {
	const char *name;
	enum ddl_end (*run)(const struct ddl *ddl, const struct statement *statement, size_t number,
			    struct err *err);
};

extern const struct strategy strategy_direct;

/* NULL: there is no such strategy. */
const struct strategy *strategy_find(const char *name);

#endif /* STRATEGY_H */
