/*
 * scratch_pick - which tables of a schema a trial on a copy needs.
 *
 * A schema may have hundreds of tables of which a migration touches three. A table is needed
 * when a statement holds its name anywhere, in strings and comments too, or when a foreign
 * key ties it to one that is needed. Where more may reach a table than a name in a statement
 * says - the schema has views, triggers, routines or sequences, a statement runs a text or
 * calls something - all are needed.
 *
 * Pure; any thread.
 */
#ifndef SCRATCH_PICK_H
#define SCRATCH_PICK_H

#include <glib.h>

struct scratch_work;
struct shape;

/* Names in lower case. Owned (g_hash_table_unref). NULL: all tables. */
GHashTable *scratch_pick(const struct scratch_work *work, const struct shape *shape);

#endif /* SCRATCH_PICK_H */
