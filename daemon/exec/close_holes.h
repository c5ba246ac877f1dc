/*
 * close_holes - ways to write in a tenant that no account's rights stand for.
 *
 * Which of them a method leaves open, too: triggers also refuse whom no right was taken from,
 * MySQL's own way refuses all but a replication.
 *
 * Events and routines that run with rights which stay, foreign keys that reach in from another
 * database, a replication that goes on. Pure: what there is was read before (close_rights.h).
 */
#ifndef CLOSE_HOLES_H
#define CLOSE_HOLES_H

#include <glib.h>

#include "close_plan.h"
#include "err.h"

struct close_rights;

/* What stays open with each of the methods: a sentence each. */
struct close_holes {
	GPtrArray *of[CLOSE_METHOD_NR]; /* owned; of owned text; never NULL after _init */
};

void close_holes_init(struct close_holes *holes);
void close_holes_release(struct close_holes *holes);
SCOPED_RELEASE(close_holes);

/* Of the methods whose bits (1 << method) are set. Takes text. */
void close_holes_add(struct close_holes *holes, unsigned methods, char *text);

/* Who else keeps his rights is known to the context of rights (close_context_keeps). */
void close_holes_find(const struct close_rights *rights, const char *schema,
		      struct close_holes *holes);

#endif /* CLOSE_HOLES_H */
