/*
 * precheck - what the rows of a tenant must be like for a change of its schema to succeed.
 *
 * From the difference that a statement makes: a new unique key needs rows without duplicates in
 * the collation that the key will have, NOT NULL needs a value everywhere, a foreign key needs
 * its parents, a narrower type needs values that fit, a narrower character set characters that it
 * has, a new CHECK rows that keep it; a table that is copied needs whole dates in strict modes.
 * Each is a query that gives a row for what is in the way, or, where nobody can say whether the
 * server takes a value, for what may be.
 *
 * Only tables and columns are asked about that the tenant has now, as they are now. Pure; any
 * thread.
 */
#ifndef PRECHECK_H
#define PRECHECK_H

#include <stdbool.h>

#include <glib.h>

struct shape;

#define PRECHECK_SCHEMA "{SCHEMA}" /* stands for the quoted schema in a query */
#define PRECHECK_MODE   "{MODE}"   /* and this for the sql_mode that the release has, in quotes */
#define PRECHECK_SAMPLE 50000      /* rows */

enum precheck_kind {
	PRECHECK_DUPLICATES,
	PRECHECK_NULLS,
	PRECHECK_ORPHANS,
	PRECHECK_TOO_LONG,
	PRECHECK_OUT_OF_RANGE,
	PRECHECK_RULE,
	PRECHECK_CHARACTERS,
	PRECHECK_ZERO_DATES,
	PRECHECK_KIND_NR,
};

extern const char *const precheck_names[PRECHECK_KIND_NR]; /* "duplicates", "nulls", … */

struct precheck {
	enum precheck_kind kind;
	char *table; /* owned */
	char *what;  /* owned; what is required: "users (email) must be unique" */
	char *sql;   /* owned; one column: where it is broken */
	bool strict; /* only a strict sql_mode refuses it; else the value becomes another one */
	bool doubt;  /* nobody can say whether such a row is refused */
};

void precheck_clear(void *item); /* of a struct precheck; for g_array_set_clear_func */

/*
 * Append those of one statement. start: the schema as it is now; before and after: around the
 * statement.
 */
void precheck_derive(GArray *prechecks, const struct shape *start, const struct shape *before,
		     const struct shape *after);

/* The same for a table whose rows are copied, whatever the statement changes in it. */
void precheck_derive_copied(GArray *prechecks, const struct shape *start,
			    const struct shape *before, const char *table);

/* The query over a part of the rows only; NULL: it has no such form. Owned. */
char *precheck_sampled(const struct precheck *precheck);

#endif /* PRECHECK_H */
