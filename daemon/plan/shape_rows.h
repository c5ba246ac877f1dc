/*
 * shape_rows - the questions to information_schema, and what a row of each answer means.
 *
 * For shape_read.c alone. Pure; any thread. Column 0 of every answer is the schema,
 * column 1 the table or the object.
 */
#ifndef SHAPE_ROWS_H
#define SHAPE_ROWS_H

#include <stdbool.h>

#include <glib.h>

#define SHAPE_QUERY_IN "<schemas>" /* stands for ('a', 'b') in a query */

struct shape_unit;

/* Names that earlier answers held, of any schema of the batch: what need not be asked. */
enum shape_set {
	SHAPE_SET_ALL, /* everything; nothing is kept */
	SHAPE_SET_VIEWS,
	SHAPE_SET_PARTITIONED,
	SHAPE_SET_KEYED, /* tables with foreign keys */
	SHAPE_SET_ROUTINES,
	SHAPE_SET_SEQUENCES,
	SHAPE_SET_NR,
};

struct shape_seen {
	bool is_mariadb;
	GHashTable *sets[SHAPE_SET_NR]; /* owned; of names */
};

struct shape_query {
	const char *what;    /* for messages */
	const char *sql;     /* of both, or of MySQL */
	const char *mariadb; /* NULL: the same */
	enum shape_set only; /* not asked when it is empty */
	bool by_table;       /* and the question may be narrowed to these tables */
	void (*take)(struct shape_seen *seen, struct shape_unit *unit, char *const *row);
};

/* In the order they are asked; the last has what NULL. */
extern const struct shape_query shape_queries[];

#endif /* SHAPE_ROWS_H */
