/*
 * shape_unit - one schema while its facts are gathered; private to shape_read.c and
 * shape_unit.c.
 *
 * Rows come in any order and several make one fact (the columns of an index): these are
 * pieces, which are sorted and joined at the end.
 */
#ifndef SHAPE_UNIT_H
#define SHAPE_UNIT_H

#include <stdbool.h>

#include <glib.h>

#include "shape.h"

struct shape_unit {
	const char *schema;  /* borrowed; as the server writes it once it is known to exist */
	char *name;          /* owned; NULL: it does not exist */
	char *collation;     /* owned; the schema's default */
	bool folds;          /* names are compared without case */
	GArray *facts;       /* owned; of struct shape_fact */
	GArray *pieces;      /* owned */
	GHashTable *tables;  /* owned; name -> its default collation, of tables only */
	GHashTable *objects; /* owned set; names of tables and views in lower case */
	GHashTable *rules;   /* owned; "table\tconstraint" -> what follows the references */
};

/* One row's part of a fact: head (items, …) middle (others, …) tail. */
struct shape_piece {
	char *object; /* all owned */
	char *part;
	unsigned seq;
	char *head;
	char *item;   /* NULL: there is no list */
	char *middle; /* NULL: there is no second list */
	char *other;
	char *tail;
};

void shape_unit_init(struct shape_unit *unit, const char *schema);
void shape_unit_release(struct shape_unit *unit);
SCOPED_RELEASE(shape_unit);

/* Takes text; object is "kind name". */
void shape_unit_fact(struct shape_unit *unit, const char *kind, const char *name, const char *part,
		     char *text);
void shape_unit_minor(struct shape_unit *unit, const char *kind, const char *name, const char *part,
		      char *text);

/* Takes everything in piece. */
void shape_unit_piece(struct shape_unit *unit, const struct shape_piece *piece);

/* text without the schema's own name; sql_mode tells how its quotes are read. Owned. */
char *shape_unit_plain(const struct shape_unit *unit, const char *text, const char *sql_mode);

/* Join the pieces and build; the unit is empty afterwards. */
void shape_unit_build(struct shape_unit *unit, struct shape *shape);

#endif /* SHAPE_UNIT_H */
