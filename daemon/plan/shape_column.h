/*
 * shape_column - one column as text, the same from both servers where they mean the same.
 *
 * Pure; any thread; for shape_read.c.
 */
#ifndef SHAPE_COLUMN_H
#define SHAPE_COLUMN_H

#include <stdbool.h>

/* As information_schema has it; all borrowed, never NULL but where said. */
struct shape_column {
	const char *default_value; /* NULL: none, or of MySQL: null */
	bool is_nullable;
	const char *type;
	const char *collation;
	const char *extra;
	const char *comment;
	const char *generated;       /* expression */
	const char *srs;             /* NULL: none */
	const char *table_collation; /* that of its table, which it need not name */
	bool is_mariadb;
};

/*
 * "int unsigned not null auto_increment", "varchar(80) collate latin1_swedish_ci default 'x'",
 * "int as (`a` + 1) virtual": display widths of integers, DEFAULT_GENERATED, the spelling of
 * current_timestamp and a collation that is the table's are left out. Owned.
 */
char *shape_column_text(const struct shape_column *column);

/* A type with its collation unless that is usual. Owned. */
char *shape_column_type(const char *type, const char *collation, const char *usual);

/* A collation under its present name: utf8_bin is utf8mb3_bin. Owned. */
char *shape_column_collation(const char *collation);

/* Take a word out of a list with spaces, in place; false: nothing is left. */
bool shape_column_drop_word(char *list, const char *word);

#endif /* SHAPE_COLUMN_H */
