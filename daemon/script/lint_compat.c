#include "lint_deep.h"

#include <string.h>

#include "alter_type.h"

/* ---- what is known ---------------------------------------------------------------- */

static const struct lint_table *table_of(const struct lint_deep *deep,
					 const struct alter_change *change)
{
	return lint_tables_find(deep->tables, change->table);
}

static bool is_new_column(const struct lint_deep *deep, const struct alter_change *change,
			  const char *name)
{
	const struct lint_column *column = lint_table_column(table_of(deep, change), name);

	return column != NULL && lint_is_new(deep, column->born);
}

/* ---- tables ----------------------------------------------------------------------- */

static void drop_table(struct lint_deep *deep, const struct alter_change *change)
{
	const struct lint_table *table = table_of(deep, change);
	const char *origin = g_hash_table_lookup(deep->origins, change->table);
	bool view = change->kind == ALTER_DROP_VIEW;
	bool again = g_hash_table_contains(deep->made, change->table);

	if (origin == NULL && (table != NULL ? lint_is_new(deep, table->born) : again)) {
		return; /* DROP TABLE IF EXISTS in front of CREATE TABLE */
	}
	if ((view && again) || (origin != NULL && lint_is_new_table(deep, origin))) {
		return; /* replaced, or the old one of a table that was built anew */
	}
	lint_say(
		deep, LINT_DROP_TABLE, change->at,
		view ? "view %.64s is dropped; take it out of the application first, and drop it "
		       "in a later release"
		     : "table %.64s is dropped, and its rows are gone for good; take it out of the "
		       "application first, and drop it in a later release",
		change->table);
}

static void rename_table(struct lint_deep *deep, const struct alter_change *change)
{
	const struct lint_table *table = table_of(deep, change);

	if ((table != NULL && lint_is_new(deep, table->born)) ||
	    g_hash_table_contains(deep->made, change->table) || change->other == NULL) {
		return;
	}
	lint_say(
		deep, LINT_RENAME_TABLE, change->at,
		"table %.64s is renamed to %.64s; make a view of the old name in the same file for "
		"the application that still uses it",
		change->table, change->other);
}

/* ---- columns ---------------------------------------------------------------------- */

static void drop_column(struct lint_deep *deep, const struct alter_change *change)
{
	if (!is_new_column(deep, change, change->name)) {
		lint_say(deep, LINT_DROP_COLUMN, change->at,
			 "column %.64s.%.64s is dropped; take it out of the application first, and "
			 "drop it in a later release",
			 change->table, change->name);
	}
}

static void say_renamed(struct lint_deep *deep, const struct alter_change *change, const char *name)
{
	if (g_ascii_strcasecmp(change->name, name) != 0) {
		lint_say(deep, LINT_RENAME_COLUMN, change->at,
			 "column %.64s.%.64s is renamed to %.64s; add the new column, keep both in "
			 "step, and drop the old one in a later release",
			 change->table, change->name, name);
	}
}

static void rename_column(struct lint_deep *deep, const struct alter_change *change)
{
	if (!is_new_column(deep, change, change->name)) {
		say_renamed(deep, change, change->other);
	}
}

static bool must_be_given(const struct alter_column *column)
{
	return column->not_null && !column->has_default && !column->auto_increment &&
	       !column->generated;
}

/* The same value in every row, NULL aside. */
static bool is_same_in_rows(const struct alter_column *column)
{
	return !column->now_default && !column->generated && !column->auto_increment &&
	       (column->has_default ? !column->null_default : column->not_null);
}

static void say_primary(struct lint_deep *deep, const struct alter_change *change)
{
	lint_say(deep, LINT_PRIMARY_KEY, change->at,
		 "the primary key of %.64s changes; every row is written again, and an application "
		 "that relies on the old key does something else",
		 change->table);
}

/* Both halves of DROP PRIMARY KEY, ADD PRIMARY KEY are one change. */
static void change_primary(struct lint_deep *deep, const struct alter_change *change)
{
	if (g_hash_table_add(deep->rekeyed, g_strdup(change->table))) {
		say_primary(deep, change);
	}
}

static void say_foreign(struct lint_deep *deep, const struct alter_change *change)
{
	lint_say(
		deep, LINT_FOREIGN_KEY, change->at,
		"table %.64s gets a new foreign key; rows without their parent, and an application "
		"that writes in another order, are refused: look for them first",
		change->table);
}

/* REFERENCES behind a column makes a key, too, unless the rows have nothing in it. */
static void check_reference(struct lint_deep *deep, const struct alter_change *change)
{
	const struct alter_column *column = &change->column;
	bool empty = change->kind == ALTER_ADD_COLUMN && !column->not_null &&
		     (!column->has_default || column->null_default);

	if (column->references && !empty && !g_hash_table_contains(deep->unlinked, change->table)) {
		say_foreign(deep, change);
	}
}

static void add_column(struct lint_deep *deep, const struct alter_change *change)
{
	const struct alter_column *column = &change->column;

	if (change->if_exists && lint_table_column(table_of(deep, change), column->name) != NULL) {
		return; /* it is there already */
	}
	if (column->primary) {
		change_primary(deep, change);
	} else if (column->unique && is_same_in_rows(column)) {
		lint_say(deep, LINT_UNIQUE_DEFAULT, change->at,
			 "column %.64s.%.64s is unique, and every row that is there gets the same "
			 "value; let it be NULL, fill it, then add the key",
			 change->table, column->name);
	} else if (must_be_given(column)) {
		lint_say(
			deep, LINT_REQUIRED_COLUMN, change->at,
			"new column %.64s.%.64s is NOT NULL without a default, so an INSERT of the "
			"application that does not know it fails; give it a DEFAULT",
			change->table, column->name);
	}
	check_reference(deep, change);
}

/* ---- a column that is defined anew ------------------------------------------------ */

static void compare_types(struct lint_deep *deep, const struct alter_change *change,
			  const struct lint_column *old)
{
	static const struct {
		enum lint_rule_id rule;
		const char *help;
	} says[] = {
		[ALTER_NARROWER] = { LINT_NARROWER,
				     "values that no longer fit are refused or cut; limit them in "
				     "the application first" },
		[ALTER_MOVED] = { LINT_ENUM, "only append values at the end" },
		[ALTER_RETYPED] = { LINT_RETYPED,
				    "add a column of the new type instead, fill it, and "
				    "drop the old one later" },
	};

	g_autoptr(GString) was = g_string_new(NULL);
	g_autoptr(GString) is = g_string_new(NULL);
	g_autoptr(GString) why = g_string_new(NULL);
	g_autofree char *where = lint_said(deep, old->said);
	enum alter_verdict verdict = alter_compare(&old->def.type, &change->column.type, why);

	if (verdict == ALTER_SAME || verdict == ALTER_UNSURE) {
		return;
	}
	alter_type_format(was, &old->def.type);
	alter_type_format(is, &change->column.type);
	lint_say(deep, says[verdict].rule, change->at,
		 "column %.64s.%.64s was %.200s (%s) and becomes %.200s%s%s; %s", change->table,
		 change->name, was->str, where, is->str, why->len > 0 ? ": " : "", why->str,
		 says[verdict].help);
}

static void compare_values(struct lint_deep *deep, const struct alter_change *change,
			   const struct lint_column *old)
{
	const struct alter_column *now = &change->column;
	g_autofree char *where = lint_said(deep, old->said);
	bool lost = old->def.has_default && !old->def.null_default && must_be_given(now);

	if (now->not_null && !old->def.not_null && !now->primary) {
		lint_say(deep, LINT_NOT_NULL, change->at,
			 "column %.64s.%.64s could be NULL (%s) and no longer can; write a value "
			 "everywhere first, and fill the rows that have none",
			 change->table, change->name, where);
	}
	if (lost || (old->def.auto_increment && !now->auto_increment)) {
		lint_say(
			deep, LINT_DEFAULT_LOST, change->at,
			"column %.64s.%.64s had %s (%s), which the new definition does not repeat; "
			"add it",
			change->table, change->name, lost ? "a DEFAULT" : "AUTO_INCREMENT", where);
	}
}

static void change_column(struct lint_deep *deep, const struct alter_change *change)
{
	const struct lint_column *old = lint_table_column(table_of(deep, change), change->name);

	if (old != NULL && lint_is_new(deep, old->born)) {
		return;
	}
	say_renamed(deep, change, change->column.name);
	check_reference(deep, change);
	if (old == NULL || !old->known) {
		g_autoptr(GString) is = g_string_new(NULL);

		alter_type_format(is, &change->column.type);
		lint_say(deep, LINT_UNKNOWN_TYPE, change->at,
			 "column %.64s.%.64s becomes %.200s%s; what it was is not in this folder: "
			 "compare it with a client's database",
			 change->table, change->name, is->str,
			 change->column.not_null ? " NOT NULL" : "");
		return;
	}
	compare_types(deep, change, old);
	compare_values(deep, change, old);
}

static void drop_default(struct lint_deep *deep, const struct alter_change *change)
{
	const struct lint_column *old = lint_table_column(table_of(deep, change), change->name);

	if (is_new_column(deep, change, change->name) ||
	    (old != NULL && old->known && !old->def.has_default && old->def.not_null)) {
		return;
	}
	lint_say(deep, LINT_DEFAULT_LOST, change->at,
		 "column %.64s.%.64s loses its default, so an INSERT that leaves it out fails in "
		 "strict mode; give it another default",
		 change->table, change->name);
}

/* ---- keys ------------------------------------------------------------------------- */

static bool has_text(const GPtrArray *texts, const char *text)
{
	for (guint i = 0; i < texts->len; i++) {
		if (g_strcmp0(texts->pdata[i], text) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_part(const GPtrArray *part, const GPtrArray *all)
{
	for (guint i = 0; i < part->len; i++) {
		if (part->pdata[i] == NULL || !has_text(all, part->pdata[i])) {
			return false;
		}
	}
	return part->len > 0;
}

/* Does a key that is there, or that this file dropped, refuse as much already? */
static bool is_looser(const struct lint_deep *deep, const struct alter_change *change)
{
	const struct lint_table *table = table_of(deep, change);

	for (guint i = 0; table != NULL && i < table->keys->len; i++) {
		const struct lint_key *key = &g_array_index(table->keys, struct lint_key, i);

		if (key->kind != ALTER_ADD_KEY && key->columns != NULL && change->columns != NULL &&
		    (key->gone == LINT_OUTSIDE || key->gone == deep->migration) &&
		    is_part(key->columns, change->columns)) {
			return true;
		}
	}
	return false;
}

/* Is one of the columns so new that nobody writes it, and NULL by itself? */
static bool has_empty_column(const struct lint_deep *deep, const struct alter_change *change)
{
	for (guint i = 0; change->columns != NULL && i < change->columns->len; i++) {
		const char *name = change->columns->pdata[i];
		const struct lint_column *column = lint_table_column(table_of(deep, change), name);

		if (column != NULL && column->known && lint_is_new(deep, column->born) &&
		    !column->def.not_null &&
		    (!column->def.has_default || column->def.null_default)) {
			return true;
		}
	}
	return false;
}

/* The same for a column that this very statement adds. */
static bool adds_empty_column(const struct lint_deep *deep, const struct alter_change *change)
{
	for (guint i = 0; change->columns != NULL && i < deep->changes->len; i++) {
		const struct alter_change *other =
			&g_array_index(deep->changes, struct alter_change, i);
		g_autofree char *name = NULL;

		if (other->kind != ALTER_ADD_COLUMN || other->column.not_null ||
		    (other->column.has_default && !other->column.null_default)) {
			continue;
		}
		name = g_ascii_strdown(other->column.name, -1);
		if (has_text(change->columns, name)) {
			return true;
		}
	}
	return false;
}

static void add_unique(struct lint_deep *deep, const struct alter_change *change)
{
	if (is_looser(deep, change) || has_empty_column(deep, change) ||
	    adds_empty_column(deep, change)) {
		return;
	}
	lint_say(deep, LINT_UNIQUE, change->at,
		 "table %.64s gets a new unique key; duplicates that clients have or that the "
		 "running application writes are refused: look for them first",
		 change->table);
}

static void add_foreign(struct lint_deep *deep, const struct alter_change *change)
{
	if (g_hash_table_contains(deep->unlinked, change->table) ||
	    has_empty_column(deep, change) || adds_empty_column(deep, change)) {
		return;
	}
	say_foreign(deep, change);
}

static void add_check(struct lint_deep *deep, const struct alter_change *change)
{
	lint_say(deep, LINT_CHECK, change->at,
		 "table %.64s gets a new CHECK; rows that clients have or that the running "
		 "application writes may be refused: look for them first",
		 change->table);
}

/* ---- all -------------------------------------------------------------------------- */

typedef void lint_compat_fn(struct lint_deep *deep, const struct alter_change *change);

void lint_compat(struct lint_deep *deep, const struct alter_change *change)
{
	static lint_compat_fn *const by_kind[ALTER_KIND_NR] = {
		[ALTER_DROP_TABLE] = drop_table,       [ALTER_DROP_VIEW] = drop_table,
		[ALTER_RENAME_TABLE] = rename_table,   [ALTER_ADD_COLUMN] = add_column,
		[ALTER_CHANGE_COLUMN] = change_column, [ALTER_DROP_COLUMN] = drop_column,
		[ALTER_RENAME_COLUMN] = rename_column, [ALTER_DROP_DEFAULT] = drop_default,
		[ALTER_ADD_UNIQUE] = add_unique,       [ALTER_ADD_PRIMARY] = change_primary,
		[ALTER_DROP_PRIMARY] = change_primary, [ALTER_ADD_FOREIGN] = add_foreign,
		[ALTER_ADD_CHECK] = add_check,
	};

	if (by_kind[change->kind] != NULL && !change->created &&
	    (change->kind == ALTER_DROP_TABLE || change->kind == ALTER_DROP_VIEW ||
	     change->kind == ALTER_RENAME_TABLE || !lint_is_new_table(deep, change->table))) {
		by_kind[change->kind](deep, change);
	}
}
