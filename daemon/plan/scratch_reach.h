/*
 * scratch_reach - does a text name another database?
 *
 * What would be written there by a trial on a copy would be written for good. Names are
 * looked for everywhere, in strings and comments too: a text may be run as SQL later. An
 * alias that is called like a database is taken for it.
 *
 * scratch_reach_read blocks; workers. The other is pure.
 */
#ifndef SCRATCH_REACH_H
#define SCRATCH_REACH_H

#include <glib.h>

#include "err.h"

struct db_session;

/*
 * The names in lower case of every database that the account sees, but those that only
 * describe the server. Owned; NULL on failure.
 */
GHashTable *scratch_reach_read(struct db_session *session, struct err *err);

/* The first of them that is named in front of a dot; own does not count. Owned; NULL: none. */
char *scratch_reach_find(GHashTable *schemas, const char *own, const char *text);

#endif /* SCRATCH_REACH_H */
