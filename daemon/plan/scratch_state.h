/*
 * scratch_state - what a scratch copy is; private to scratch.c and scratch_run.c.
 */
#ifndef SCRATCH_STATE_H
#define SCRATCH_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "shape.h"

struct db_session;
struct statement;

struct scratch {
	struct db_session *session; /* borrowed */
	char *source;               /* owned */
	char *name;                 /* owned */
	char *unlike;               /* owned; NULL: nothing differs */
	GPtrArray *beside;     /* owned; names (char *, owned, casefolded) of what differs, when
				     * no more was left out than what no table needs; else NULL */
	GHashTable *schemas;   /* owned; that may not be written: scratch_reach.h */
	GHashTable *picked;    /* owned; tables that were copied; NULL: all */
	struct shape shape;    /* of the copy as it is now */
	struct shape foretold; /* of the source, if it had gone the way of the copy */
	int64_t epoch;         /* of the daemon that makes it */
	bool made;             /* the database and its marker are there */
};

/* What the copy lacks has no part in it: it is DDL and names nothing of that. */
bool scratch_is_apart(const struct scratch *scratch, const struct statement *statement);

#endif /* SCRATCH_STATE_H */
