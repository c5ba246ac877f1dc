/*
 * touched - the names that migrations may mean.
 *
 * Every word of their statements counts, those in strings and comments too: what is not among
 * them is not touched, unless through something else (a view, a trigger, a foreign key).
 *
 * Pure; any thread.
 */
#ifndef TOUCHED_H
#define TOUCHED_H

#include <stddef.h>

#include <glib.h>

struct release;

/*
 * The words of these migrations, in lower case: a set, owned (g_hash_table_unref). NULL: the
 * text does not say it all, as a statement runs a text or calls something.
 */
GHashTable *touched_words(const struct release *release, const size_t *indices, size_t nr);

#endif /* TOUCHED_H */
