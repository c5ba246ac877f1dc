/*
 * close_holes - ways to write in a tenant that no account's rights stand for.
 *
 * Events and routines that run with rights which stay, foreign keys that reach in from another
 * database, a replication that goes on. The session is in the tenant. Workers; blocks.
 */
#ifndef CLOSE_HOLES_H
#define CLOSE_HOLES_H

#include <glib.h>

#include "err.h"

struct close_context;
struct db_session;

/* Append a sentence for each to holes (owned texts). */
NODISCARD int close_holes_find(struct db_session *session, const struct close_context *context,
			       GPtrArray *holes, struct err *err);

#endif /* CLOSE_HOLES_H */
