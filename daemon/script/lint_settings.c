#include <string.h>

#include "lint_deep.h"

static bool equals(const char *a, const char *b)
{
	return a != NULL && g_ascii_strcasecmp(a, b) == 0;
}

static bool is_listed(const char *word, const char *const *words)
{
	for (size_t i = 0; word != NULL && words[i] != NULL; i++) {
		if (g_ascii_strcasecmp(words[i], word) == 0) {
			return true;
		}
	}
	return false;
}

/* ---- dates ------------------------------------------------------------------------ */

/* Does release.cfg say for every client that 0 is a date? */
static bool takes_zero_dates(const struct lint_deep *deep)
{
	g_autofree char *modes = NULL;

	if (deep->release->sql_mode == NULL) {
		return false;
	}
	modes = g_ascii_strup(deep->release->sql_mode, -1);
	return strstr(modes, "NO_ZERO_DATE") == NULL && strstr(modes, "TRADITIONAL") == NULL;
}

static bool is_date(const struct alter_column *column)
{
	return column->type.family == ALTER_DATE || column->type.family == ALTER_DATETIME ||
	       column->type.family == ALTER_TIMESTAMP;
}

static void check_dates(struct lint_deep *deep, const struct alter_change *change)
{
	const struct alter_column *column = &change->column;
	bool silent = takes_zero_dates(deep);

	if (column->zero_default && !silent) {
		lint_say(deep, LINT_ZERO_DATE, change->at,
			 "column %.64s.%.64s has the date 0 as its default, which NO_ZERO_DATE "
			 "refuses, now and in every later ALTER of the table; use NULL, or set "
			 "sql_mode in release.cfg",
			 change->table, column->name);
	}
	if (change->kind == ALTER_ADD_COLUMN && !lint_is_new_table(deep, change->table) &&
	    !change->created && is_date(column) && column->not_null && !column->has_default &&
	    !column->generated && !silent) {
		lint_say(deep, LINT_IMPLICIT_DATE, change->at,
			 "new column %.64s.%.64s is NOT NULL, so the rows that are there get the "
			 "date 0, which NO_ZERO_DATE refuses; let it be NULL, or give it a DEFAULT",
			 change->table, column->name);
	}
	if (column->type.family == ALTER_TIMESTAMP && !column->says_null && !column->has_default &&
	    !column->generated) {
		lint_say_once(deep, LINT_TIMESTAMP, change->at,
			      "TIMESTAMP column %.64s.%.64s says neither NULL nor DEFAULT, so "
			      "explicit_defaults_for_timestamp decides; write one of them",
			      change->table, column->name);
	}
}

/* ---- character sets --------------------------------------------------------------- */

static void check_charset(struct lint_deep *deep, size_t at, const char *charset)
{
	static const char *const wide[] = { "utf8mb4", "utf16",   "utf16le", "utf32", "utf8",
					    "binary",  "DEFAULT", "gb18030", NULL };

	if (charset == NULL) {
		return;
	}
	if (equals(charset, "utf8")) {
		lint_say_once(deep, LINT_UTF8_ALIAS, at,
			      "\"utf8\" is utf8mb3 or utf8mb4, as the server is set; write the one "
			      "that is meant");
	} else if (!is_listed(charset, wide)) {
		lint_say_once(deep, LINT_NARROW_CHARSET, at,
			      "character set %.32s cannot hold every letter; write utf8mb4, or "
			      "allow it where only codes are stored",
			      charset);
	}
}

static void check_collation(struct lint_deep *deep, size_t at, const char *collation)
{
	g_autofree char *lower = NULL;

	if (collation == NULL) {
		return;
	}
	lower = g_ascii_strdown(collation, -1);
	if (g_str_has_prefix(lower, "utf8_")) {
		check_charset(deep, at, "utf8");
	}
	if (strstr(lower, "_0900_") != NULL || strstr(lower, "uca1400") != NULL) {
		bool mysql = strstr(lower, "_0900_") != NULL;

		lint_say_once(deep, LINT_COLLATION, at,
			      "collation %.64s is one of %s only; write utf8mb4_unicode_520_ci or "
			      "utf8mb4_bin where the fleet has both kinds of server",
			      collation, mysql ? "MySQL" : "MariaDB");
	}
}

static void check_convert(struct lint_deep *deep, const struct alter_change *change)
{
	check_charset(deep, change->at, change->other);
	check_collation(deep, change->at, change->name);
	if (!lint_is_new_table(deep, change->table)) {
		lint_say(
			deep, LINT_CONVERT, change->at,
			"all text columns of %.64s change their character set: keys get longer, "
			"values may become equal, and every row is written again; try it on a copy "
			"of the largest client",
			change->table);
	}
}

/* ---- options of a table ----------------------------------------------------------- */

static void check_engine(struct lint_deep *deep, const struct alter_change *change)
{
	static const char *const others[] = { "MyISAM",  "MEMORY",    "HEAP",      "CSV",
					      "ARCHIVE", "Aria",      "MERGE",     "MRG_MyISAM",
					      "ISAM",    "BLACKHOLE", "FEDERATED", NULL };

	if (is_listed(change->other, others)) {
		lint_say(
			deep, LINT_ENGINE, change->at,
			"table %.64s has the engine %.32s, which knows no transactions: what fails "
			"halfway stays half written; write InnoDB",
			change->table, change->other);
	}
}

/* ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 says one thing twice. */
static bool is_said_before(const struct lint_deep *deep, const struct alter_change *change)
{
	for (guint i = 0; i < deep->changes->len; i++) {
		const struct alter_change *other =
			&g_array_index(deep->changes, struct alter_change, i);

		if (other->kind == change->kind && other->at < change->at &&
		    strcmp(other->table, change->table) == 0 &&
		    equals(other->other, change->other)) {
			return true;
		}
	}
	return false;
}

static void check_row_format(struct lint_deep *deep, const struct alter_change *change)
{
	static const char *const others[] = { "COMPACT", "REDUNDANT", "COMPRESSED", NULL };

	if (is_listed(change->other, others) && !is_said_before(deep, change)) {
		lint_say(deep, LINT_ROW_FORMAT, change->at,
			 "table %.64s gets the row format %.32s, whose keys are shorter or whose "
			 "changes cost a copy of the table; leave it out",
			 change->table, change->other);
	}
}

/* ---- a new table ------------------------------------------------------------------ */

static bool is_text(const struct alter_column *column)
{
	return column->type.charset == NULL && column->type.collation == NULL &&
	       (column->type.family == ALTER_CHARS || column->type.family == ALTER_TEXT ||
		column->type.family == ALTER_ENUM || column->type.family == ALTER_SET);
}

struct seen {
	bool text;    /* a column whose character set is the table's */
	bool charset; /* which is said */
	bool key;
	bool columns;
};

/* What the CREATE TABLE says besides its name. */
static struct seen look(const struct lint_deep *deep, const struct alter_change *create)
{
	struct seen seen = { 0 };

	for (guint i = 0; i < deep->changes->len; i++) {
		const struct alter_change *part =
			&g_array_index(deep->changes, struct alter_change, i);

		if (!part->created || strcmp(part->table, create->table) != 0) {
			continue;
		}
		seen.columns |= part->kind == ALTER_ADD_COLUMN;
		seen.text |= part->kind == ALTER_ADD_COLUMN && is_text(&part->column);
		seen.charset |= part->kind == ALTER_CHARSET || part->kind == ALTER_COLLATION;
		seen.key |= part->kind == ALTER_ADD_PRIMARY || part->kind == ALTER_ADD_UNIQUE ||
			    (part->kind == ALTER_ADD_COLUMN &&
			     (part->column.primary || part->column.unique));
	}
	return seen;
}

static void check_table(struct lint_deep *deep, const struct alter_change *change)
{
	struct seen seen = look(deep, change);

	if (change->partial || !seen.columns) {
		return;
	}
	if (seen.text && !seen.charset) {
		lint_say_once(deep, LINT_NO_CHARSET, change->at,
			      "table %.64s does not say its character set, so each client's "
			      "database decides; write CHARACTER SET and COLLATE",
			      change->table);
	}
	if (!seen.key && !g_hash_table_contains(deep->keyed, change->table)) {
		lint_say(deep, LINT_NO_KEY, change->at,
			 "table %.64s has neither a primary nor a unique key; add one",
			 change->table);
	}
}

static void check_column(struct lint_deep *deep, const struct alter_change *change)
{
	check_dates(deep, change);
	check_charset(deep, change->at, change->column.type.charset);
	check_collation(deep, change->at, change->column.type.collation);
}

static void check_charset_of(struct lint_deep *deep, const struct alter_change *change)
{
	check_charset(deep, change->at, change->other);
}

static void check_collation_of(struct lint_deep *deep, const struct alter_change *change)
{
	check_collation(deep, change->at, change->other);
}

typedef void lint_settings_fn(struct lint_deep *deep, const struct alter_change *change);

void lint_settings_change(struct lint_deep *deep, const struct alter_change *change)
{
	static lint_settings_fn *const by_kind[ALTER_KIND_NR] = {
		[ALTER_CREATE_TABLE] = check_table,   [ALTER_ADD_COLUMN] = check_column,
		[ALTER_CHANGE_COLUMN] = check_column, [ALTER_CONVERT] = check_convert,
		[ALTER_CHARSET] = check_charset_of,   [ALTER_COLLATION] = check_collation_of,
		[ALTER_ENGINE] = check_engine,        [ALTER_ROW_FORMAT] = check_row_format,
	};

	if (by_kind[change->kind] != NULL) {
		by_kind[change->kind](deep, change);
	}
}

/* ---- rows ------------------------------------------------------------------------- */

static bool is_given(const struct dml *dml, const char *column)
{
	for (guint i = 0; i < dml->columns->len; i++) {
		if (strcmp(dml->columns->pdata[i], column) == 0) {
			return true;
		}
	}
	return false;
}

static bool must_be_given(const struct lint_column *column)
{
	const struct alter_column *def = &column->def;

	return column->known && def->not_null && !def->has_default && !def->auto_increment &&
	       !def->generated && def->type.family != ALTER_TIMESTAMP;
}

void lint_settings_rows(struct lint_deep *deep, const struct dml *dml)
{
	const struct lint_table *table = lint_tables_find(deep->tables, dml->table);
	const char *missing = NULL;
	GHashTableIter iter;
	gpointer name;
	gpointer column;

	if (table == NULL || dml->columns == NULL) {
		return;
	}
	g_hash_table_iter_init(&iter, table->columns);
	while (g_hash_table_iter_next(&iter, &name, &column)) {
		if (must_be_given(column) && !is_given(dml, name) &&
		    (missing == NULL || strcmp(name, missing) < 0)) {
			missing = name;
		}
	}
	if (missing != NULL) {
		g_autofree char *where = lint_said(deep, lint_table_column(table, missing)->said);

		lint_say(deep, LINT_LEFT_OUT, dml->at,
			 "column %.64s.%.64s must have a value (%s) and is left out; name it, or "
			 "give it a DEFAULT",
			 dml->table, missing, where);
	}
}
