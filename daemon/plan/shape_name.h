/*
 * shape_name - a schema's own name inside the text of its views and programs.
 *
 * Servers write `schema`.`table` into views, people write schema.table into triggers. Taken
 * out, the same schema reads the same under every name; put back, it belongs to a copy.
 *
 * Pure; any thread.
 */
#ifndef SHAPE_NAME_H
#define SHAPE_NAME_H

#include <stdbool.h>

#include <glib.h>

struct shape_name {
	const char *schema;  /* borrowed */
	const char *to;      /* borrowed; the name to write instead; NULL: none */
	bool folds;          /* the server does not tell Upper from lower in names */
	GHashTable *objects; /* borrowed set: names of tables, views and routines */
};

/*
 * text with every qualifier that is the schema's name replaced or taken out. In a.b, a
 * is one when b is an object of the schema, when something is named behind FROM or the like, or
 * in a.b.c; else a is the name of a table or an alias. modes: enum lex_mode. Owned.
 */
char *shape_name_replace(const struct shape_name *name, const char *text, unsigned modes);

#endif /* SHAPE_NAME_H */
