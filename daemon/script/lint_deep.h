/*
 * lint_deep - the rules about what migrations do to their own tenant; private to lint*.c.
 *
 * One walk over the migrations of a folder, in their order. Three groups of rules look at
 * each statement: lint_compat.c (two versions of the application), lint_shape.c (how a
 * file ends, halfway or backwards), lint_settings.c (a setting decides). What the files
 * made so far is in tables.
 */
#ifndef LINT_DEEP_H
#define LINT_DEEP_H

#include "alter.h"
#include "dml.h"
#include "lint.h"
#include "lint_tables.h"
#include "piece.h"

#define LINT_NO_BASE ((size_t)-1)

struct lint_once {
	size_t finding; /* index of the first one plus 1; 0: none in this file yet */
	size_t more;    /* that were not written down */
};

/* A setting of the session that a file changes. */
struct lint_setting {
	char *name;  /* owned; lower case */
	char *first; /* owned; its first value */
	bool back;   /* the last value is another one, or what was kept */
	size_t statement;
	size_t at;
};

struct lint_deep {
	GArray *findings;              /* borrowed */
	const struct release *release; /* borrowed */
	struct lint_tables *tables;    /* owned */
	GHashTable *programs;          /* owned; procedures that were seen, lower case */
	size_t base;                   /* what was made from this migration on, no client has yet */
	/* the migration */
	size_t migration;
	const struct script *script;
	GHashTable *made;     /* owned; tables and views that this file makes, also by renaming */
	GHashTable *created;  /* owned; those of them that it creates */
	GHashTable *origins;  /* owned; names it gives to tables -> those that they had before it */
	GHashTable *rekeyed;  /* owned; tables whose primary key it dropped so far */
	GHashTable *keyed;    /* owned; tables to which this file gives a primary or unique key */
	GHashTable *unlinked; /* owned; tables from which this file takes a foreign key */
	GHashTable *temporary; /* owned; temporary tables */
	GHashTable *assigned;  /* owned; user variables that this file sets, lower case */
	GHashTable *unset;     /* owned; those that were reported */
	GArray *settings;      /* owned; of struct lint_setting */
	bool calls;            /* it runs procedures */
	bool changes_tables;
	bool in_transaction;
	struct lint_once once[LINT_NR];
	/* the statement */
	size_t index;
	const struct statement *statement;
	size_t first;    /* offset of its first word */
	bool program;    /* it makes a stored program: its body looks before it acts */
	GArray *changes; /* borrowed; struct alter_change of its pieces */
};

/* Make this statement of the script the present one. */
void lint_at(struct lint_deep *deep, size_t statement);

/* Note a finding at offset at of the present statement. */
void lint_say(struct lint_deep *deep, enum lint_rule_id rule, size_t at, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* As lint_say, but the file is told once; the others are counted. */
void lint_say_once(struct lint_deep *deep, enum lint_rule_id rule, size_t at, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Was it made so recently that no running application knows it? */
bool lint_is_new(const struct lint_deep *deep, size_t born);
bool lint_is_new_table(const struct lint_deep *deep, const char *table);

/* Where a column's definition stands: "0003_users.sql:4". Owned. */
char *lint_said(const struct lint_deep *deep, struct lint_place place);

/* The groups of rules. Called before the statement's changes are applied to tables. */
void lint_compat(struct lint_deep *deep, const struct alter_change *change);
void lint_settings_change(struct lint_deep *deep, const struct alter_change *change);
void lint_settings_rows(struct lint_deep *deep, const struct dml *dml);
void lint_shape_begin(struct lint_deep *deep);
void lint_shape_change(struct lint_deep *deep, const struct alter_change *change);
void lint_shape_piece(struct lint_deep *deep, const struct piece *piece, const struct dml *dml);
void lint_shape_statement(struct lint_deep *deep);
void lint_shape_end(struct lint_deep *deep);

/*
 * Walk over the migrations from the first to the last; those whose bit in readable is not
 * set could do anything. base: what was made from this migration on is new for everybody;
 * LINT_NO_BASE: only what its own file made.
 */
void lint_deep(const struct release *release, const bool *readable, size_t base, GArray *findings);

#endif /* LINT_DEEP_H */
