/*
 * lint_tables - what the files of a folder made so far: tables, their columns and keys.
 *
 * Only what the files say is known. A table from outside of the folder has the columns
 * that were added or changed here, and any number of others.
 *
 * Names of tables are as written, names of columns and keys whatever their case. Not for
 * two threads at once.
 */
#ifndef LINT_TABLES_H
#define LINT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "alter.h"

#define LINT_OUTSIDE ((size_t)-1) /* made before the first file, or by nothing that is seen */

/* Which migration, and where in it. */
struct lint_place {
	size_t migration;
	unsigned line;
};

struct lint_column {
	struct alter_column def; /* owned */
	bool known;              /* def was said; else only the name is known */
	size_t born;             /* migration that made the column, or LINT_OUTSIDE */
	struct lint_place said;  /* where def comes from */
};

struct lint_key {
	char *name;           /* owned; lower case, may be NULL */
	enum alter_kind kind; /* ALTER_ADD_KEY, _UNIQUE, _PRIMARY */
	GPtrArray *columns;   /* owned */
	size_t gone;          /* migration that dropped it; LINT_OUTSIDE: it is there */
};

struct lint_table {
	char *name;          /* owned */
	bool whole;          /* every column is known */
	size_t born;         /* or LINT_OUTSIDE */
	GHashTable *columns; /* owned; name in lower case -> struct lint_column */
	GArray *keys;        /* owned; of struct lint_key */
};

struct lint_tables; /* opaque */

struct lint_tables *lint_tables_new(void);
void lint_tables_free(struct lint_tables *tables);

/* NULL: nothing is known of it. Valid until the next lint_tables_apply. */
const struct lint_table *lint_tables_find(const struct lint_tables *tables, const char *name);
const struct lint_column *lint_table_column(const struct lint_table *table, const char *name);

/* The statement has run. */
void lint_tables_apply(struct lint_tables *tables, const struct alter_change *change,
		       struct lint_place place);

/* Something ran that nobody can read: nothing is certain any more. */
void lint_tables_forget(struct lint_tables *tables);

#endif /* LINT_TABLES_H */
