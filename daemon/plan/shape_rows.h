/*
 * shape_rows - the questions to information_schema, and what a row of each answer means.
 *
 * For shape_read.c alone. Pure; any thread. Column 0 of every answer is the schema,
 * column 1 the table or the object.
 */
#ifndef SHAPE_ROWS_H
#define SHAPE_ROWS_H

#include <stdbool.h>

#define SHAPE_QUERY_IN "<schemas>" /* stands for ('a', 'b') in a query */

struct shape_unit;

/* What earlier answers held of any schema of the batch: what need not be asked. */
struct shape_seen {
	bool is_mariadb;
	bool views;
	bool partitions;
	bool routines;
	bool sequences;
};

struct shape_query {
	const char *what;    /* for messages */
	const char *sql;     /* of both, or of MySQL */
	const char *mariadb; /* NULL: the same */
	bool (*is_needed)(const struct shape_seen *seen);
	void (*take)(struct shape_seen *seen, struct shape_unit *unit, char *const *row);
};

/* In the order they are asked; the last has what NULL. */
extern const struct shape_query shape_queries[];

#endif /* SHAPE_ROWS_H */
