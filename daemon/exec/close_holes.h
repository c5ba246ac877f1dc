/*
 * close_holes - ways to write in a tenant that no account's rights stand for.
 *
 * Which of them a method leaves open, too: triggers also refuse whom no right was taken from,
 * MySQL's own way refuses all but a replication.
 *
 * Events and routines that run with rights which stay, foreign keys that reach in from another
 * database, a replication that goes on. The session is in the tenant. Workers; blocks.
 */
#ifndef CLOSE_HOLES_H
#define CLOSE_HOLES_H

#include <glib.h>

#include "close_plan.h"
#include "err.h"

struct close_context;
struct db_session;

/* What stays open with each of the methods: a sentence each. */
struct close_holes {
	GPtrArray *of[CLOSE_METHOD_NR]; /* owned; of owned text; never NULL after _init */
};

void close_holes_init(struct close_holes *holes);
void close_holes_release(struct close_holes *holes);
SCOPED_RELEASE(close_holes);

/* Of the methods whose bits (1 << method) are set. Takes text. */
void close_holes_add(struct close_holes *holes, unsigned methods, char *text);

NODISCARD int close_holes_find(struct db_session *session, const struct close_context *context,
			       struct close_holes *holes, struct err *err);

#endif /* CLOSE_HOLES_H */
