/*
 * strategy - the ways to carry out one statement of a migration.
 *
 * A table of const structs, one per strategy_*.c:
 *
 *   direct  as it is written, the server chooses the algorithm
 *   chunk   key range by key range, each in one transaction with the position that says how far
 *           it has come (chunk_mark.h): after a crash it goes on there. ddl->cover is called in
 *           the last one. Between two ranges it looks whether it may go on.
 *
 * A strategy runs on a worker inside a
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

extern const struct strategy strategy_direct, strategy_chunk;

/* NULL: there is no such strategy. */
const struct strategy *strategy_find(const char *name);

#endif /* STRATEGY_H */
