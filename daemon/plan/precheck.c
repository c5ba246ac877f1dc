#include "precheck.h"

#include <stdlib.h>
#include <string.h>

#include "precheck_fit.h"
#include "precheck_text.h"
#include "shape.h"

#define EXAMPLES "3" /* rows of an answer */

const char *const precheck_names[PRECHECK_KIND_NR] = {
	[PRECHECK_DUPLICATES] = "duplicates", [PRECHECK_NULLS] = "nulls",
	[PRECHECK_ORPHANS] = "orphans",       [PRECHECK_TOO_LONG] = "too long",
	[PRECHECK_OUT_OF_RANGE] = "range",    [PRECHECK_RULE] = "check",
	[PRECHECK_CHARACTERS] = "characters", [PRECHECK_ZERO_DATES] = "zero dates",
};

void precheck_clear(void *item)
{
	struct precheck *precheck = item;

	g_free(precheck->table);
	g_free(precheck->what);
	g_free(precheck->sql);
}

struct deriving {
	GArray *out;
	const struct shape *start;
	const struct shape *after;
	const struct shape_change *change;
	const char *table;
};

/* ---- names and lists -------------------------------------------------------------------- */

static char *from(const char *table)
{
	g_autofree char *name = precheck_text_quote(table);

	return g_strconcat(PRECHECK_SCHEMA ".", name, NULL);
}

char *precheck_sampled(const struct precheck *precheck)
{
	g_autofree char *table = from(precheck->table);
	g_autofree char *whole = g_strdup_printf(" from %s ", table);
	const char *at = strstr(precheck->sql, whole);

	return at == NULL ? NULL
			  : g_strdup_printf("%.*s from (select * from %s limit %d) %s",
					    (int)(at - precheck->sql), precheck->sql, table,
					    PRECHECK_SAMPLE, at + strlen(whole));
}

static const char *column_of(const struct shape *shape, const char *table, const char *column)
{
	g_autofree char *object = g_strconcat("table ", table, NULL);
	g_autofree char *part = g_strconcat("column ", column, NULL);

	return shape_find(shape, object, part);
}

/* What names a row: its primary key as it is now, after "p." when prefix says so. */
static char *row_name(const struct deriving *deriving, const char *alias)
{
	g_autofree char *object = g_strconcat("table ", deriving->table, NULL);
	const char *key = shape_find(deriving->start, object, "primary key");
	g_auto(GStrv) items = key == NULL ? NULL : precheck_text_items(key);
	g_autoptr(GString) list = g_string_new(NULL);

	for (char **item = items; item != NULL && *item != NULL; item++) {
		g_autofree char *column = NULL;
		g_autofree char *name = NULL;
		unsigned long prefix;

		if (!precheck_text_item(*item, &column, &prefix) ||
		    column_of(deriving->start, deriving->table, column) == NULL) {
			return g_strdup("'a row'");
		}
		name = precheck_text_quote(column);
		g_string_append_printf(list, ", '%s%s=', %s%s", item == items ? "" : " ", column,
				       alias, name);
	}
	return list->len == 0 ? g_strdup("'a row'") : g_strdup_printf("concat(%s)", list->str + 2);
}

/* Takes what and sql. */
static void add(const struct deriving *deriving, enum precheck_kind kind, char *what, char *sql)
{
	struct precheck precheck = { .kind = kind, .table = g_strdup(deriving->table) };

	precheck.what = what;
	precheck.sql = sql;
	g_array_append_val(deriving->out, precheck);
}

/* ---- keys --------------------------------------------------------------------------------- */

/* What a column of letters is compared by: its own collation, else the table's. Owned. */
static char *collation_of(const struct shape *shape, const char *table, const char *column)
{
	g_autofree char *object = g_strconcat("table ", table, NULL);
	const char *text = column_of(shape, table, column);
	char *own = precheck_text_collation(text);

	if (own != NULL || text == NULL || !precheck_text_is_letters(text)) {
		return own;
	}
	return g_strdup(shape_find(shape, object, "collation"));
}

/* The column as the key will compare it. Owned. */
static char *compared(const struct deriving *deriving, const char *column, unsigned long prefix)
{
	g_autofree char *now = collation_of(deriving->start, deriving->table, column);
	g_autofree char *then = collation_of(deriving->after, deriving->table, column);
	g_autofree char *name = precheck_text_quote(column);
	g_autofree char *cut =
		prefix == 0 ? g_strdup(name) : g_strdup_printf("left(%s, %lu)", name, prefix);

	if (then == NULL || g_strcmp0(now, then) == 0) {
		return g_steal_pointer(&cut);
	}
	return g_strdup_printf("convert(%s using %.*s) collate %s", cut, (int)strcspn(then, "_"),
			       then, then);
}

static void derive_unique(const struct deriving *deriving)
{
	const char *list = strchr(deriving->change->after, '(');
	g_auto(GStrv) items = list == NULL ? NULL : precheck_text_items(list);
	g_autoptr(GString) keys = g_string_new(NULL);
	g_autoptr(GString) given = g_string_new(NULL);
	g_autofree char *row = row_name(deriving, "");
	g_autofree char *table = from(deriving->table);

	for (char **item = items; item != NULL && *item != NULL; item++) {
		g_autofree char *column = NULL;
		g_autofree char *name = NULL;
		g_autofree char *key = NULL;
		unsigned long prefix;

		if (!precheck_text_item(*item, &column, &prefix) ||
		    column_of(deriving->start, deriving->table, column) == NULL) {
			return; /* a new column, or an expression: nobody can say yet */
		}
		name = precheck_text_quote(column);
		key = compared(deriving, column, prefix);
		g_string_append_printf(keys, "%s%s", item == items ? "" : ", ", key);
		g_string_append_printf(given, "%s%s is not null", item == items ? "" : " and ",
				       name);
	}
	if (keys->len == 0) {
		return;
	}
	add(deriving, PRECHECK_DUPLICATES,
	    g_strdup_printf("%s %s must be unique", deriving->table, list),
	    g_strdup_printf(
		    "select concat(min(%s), ' and ', max(%s)) from %s r where %s group by %s "
		    "having count(*) > 1 limit " EXAMPLES,
		    row, row, table, given->str, keys->str));
}

/* "(a, b) references t (x, y) …" -> "c.`a` = p.`x` and …"; false: not of what is there now. */
static bool join_read(const struct deriving *deriving, char **parent, GString *given, GString *on)
{
	static const char word[] = " references ";
	const char *references = strstr(deriving->change->after, word);
	const char *list = references == NULL ? NULL : strchr(references, '(');
	g_auto(GStrv) own = precheck_text_items(deriving->change->after);
	g_auto(GStrv) other = list == NULL ? NULL : precheck_text_items(list);

	if (own == NULL || other == NULL || g_strv_length(own) != g_strv_length(other)) {
		return false;
	}
	references += strlen(word);
	*parent = g_strndup(references, (gsize)(list - references - 1));
	for (size_t i = 0; own[i] != NULL; i++) {
		g_autofree char *left = precheck_text_quote(own[i]);
		g_autofree char *right = precheck_text_quote(other[i]);

		if (column_of(deriving->start, deriving->table, own[i]) == NULL ||
		    column_of(deriving->start, *parent, other[i]) == NULL) {
			return false;
		}
		g_string_append_printf(given, "%sc.%s is not null", i == 0 ? "" : " and ", left);
		g_string_append_printf(on, "%sp.%s = c.%s", i == 0 ? "" : " and ", right, left);
	}
	return true;
}

static void derive_foreign_key(const struct deriving *deriving)
{
	g_autoptr(GString) given = g_string_new(NULL);
	g_autoptr(GString) on = g_string_new(NULL);
	g_autofree char *parent = NULL;
	g_autofree char *child_from = from(deriving->table);
	g_autofree char *parent_from = NULL;
	g_autofree char *row = row_name(deriving, "c.");

	if (!join_read(deriving, &parent, given, on)) {
		return;
	}
	parent_from = from(parent);
	add(deriving, PRECHECK_ORPHANS,
	    g_strdup_printf("each row of %s must have its row in %s", deriving->table, parent),
	    g_strdup_printf("select %s from %s c where %s and not exists (select 1 from %s p "
			    "where %s) limit " EXAMPLES,
			    row, child_from, given->str, parent_from, on->str));
}

/* ---- columns ------------------------------------------------------------------------------ */

static void add_column(const struct deriving *deriving, enum precheck_kind kind, char *what,
		       const char *where)
{
	g_autofree char *row = row_name(deriving, "");
	g_autofree char *table = from(deriving->table);

	add(deriving, kind, what,
	    g_strdup_printf("select %s from %s r where %s limit " EXAMPLES, row, table, where));
}

static void derive_characters(const struct deriving *deriving, const char *column, const char *now,
			      const char *then)
{
	g_autofree char *was = precheck_text_charset(now);
	g_autofree char *becomes = precheck_text_charset(then);
	g_autofree char *name = precheck_text_quote(column);
	g_autofree char *where = NULL;

	if (strcmp(was, "binary") == 0 || strcmp(becomes, "binary") == 0 ||
	    precheck_text_holds(becomes, was)) {
		return;
	}
	where = g_strdup_printf("cast(convert(convert(%s using %s) using %s) as binary) <> "
				"cast(%s as binary)",
				name, becomes, was, name);
	add_column(deriving, PRECHECK_CHARACTERS,
		   g_strdup_printf("%s.%s must have only characters of %s", deriving->table, column,
				   becomes),
		   where);
}

/* Does the key hold a column of these? */
static bool has_column(const char *key, GPtrArray *columns)
{
	const char *list = strchr(key, '(');
	g_auto(GStrv) items = list == NULL ? NULL : precheck_text_items(list);

	for (char **item = items; item != NULL && *item != NULL; item++) {
		g_autofree char *column = NULL;
		unsigned long prefix;

		if (precheck_text_item(*item, &column, &prefix) &&
		    g_ptr_array_find_with_equal_func(columns, column, g_str_equal, NULL)) {
			return true;
		}
	}
	return false;
}

static bool is_unique(const struct shape_fact *fact)
{
	return strcmp(fact->part, "primary key") == 0 ||
	       (g_str_has_prefix(fact->part, "index ") && g_str_has_prefix(fact->text, "unique "));
}

/*
 * Columns whose collation becomes another one, be it their own or the table's: their letters, and
 * the keys that stay and compare them in another way.
 */
static void derive_collations(struct deriving *deriving, const struct shape *before,
			      const char *object)
{
	g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);
	const struct shape *after = deriving->after;

	deriving->table = object + strlen("table ");
	for (size_t i = 0; i < after->nr; i++) {
		const char *column = after->facts[i].part + strlen("column ");
		g_autofree char *now = NULL;
		g_autofree char *was = NULL;
		g_autofree char *then = NULL;

		if (strcmp(after->facts[i].object, object) != 0 ||
		    !g_str_has_prefix(after->facts[i].part, "column ")) {
			continue;
		}
		now = collation_of(deriving->start, deriving->table, column);
		was = collation_of(before, deriving->table, column);
		then = collation_of(after, deriving->table, column);
		if (now == NULL || then == NULL || g_strcmp0(was, now) != 0 ||
		    strcmp(was, then) == 0) {
			continue;
		}
		derive_characters(deriving, column, was, then);
		g_ptr_array_add(columns, g_strdup(column));
	}
	for (size_t i = 0; i < after->nr && columns->len > 0; i++) {
		const struct shape_fact *fact = &after->facts[i];
		const char *old = shape_find(before, object, fact->part);
		const struct shape_change stays = { .part = fact->part, .after = fact->text };

		if (strcmp(fact->object, object) == 0 && is_unique(fact) && old != NULL &&
		    strcmp(old, fact->text) == 0 && has_column(fact->text, columns)) {
			deriving->change = &stays;
			derive_unique(deriving);
		}
	}
}

/* ---- dates that are 0 ---------------------------------------------------------------------- */

/* What a session's mode refuses; the server reads the words. */
#define IS_STRICT     PRECHECK_MODE " regexp 'STRICT_|TRADITIONAL'"
#define REFUSES_ZERO  PRECHECK_MODE " regexp 'NO_ZERO_DATE|TRADITIONAL'"
#define REFUSES_PARTS PRECHECK_MODE " regexp 'NO_ZERO_IN_DATE|TRADITIONAL'"

/* A new DATE or DATETIME without a default is 0 in every row that is there. */
static void derive_new_date(const struct deriving *deriving, const char *column)
{
	const char *then = deriving->change->after;

	if ((precheck_text_is_type(then, "date") || precheck_text_is_type(then, "datetime")) &&
	    precheck_text_has(then, " not null") && !precheck_text_has(then, " default ") &&
	    !precheck_text_has(then, " as (")) {
		add_column(deriving, PRECHECK_ZERO_DATES,
			   g_strdup_printf("%s.%s gets no value in the rows that are there, and 0 "
					   "is refused by sql_mode",
					   deriving->table, column),
			   IS_STRICT " and " REFUSES_ZERO);
	}
}

/* Both servers look at every date of a row that they copy, whichever column is changed. */
void precheck_derive_copied(GArray *prechecks, const struct shape *start,
			    const struct shape *before, const char *table)
{
	g_autofree char *object = g_strconcat("table ", table, NULL);
	struct deriving deriving = { .out = prechecks, .start = start, .table = table };
	g_autoptr(GString) zero = g_string_new(NULL);
	g_autoptr(GString) parts = g_string_new(NULL);
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree char *where = NULL;

	for (size_t i = 0; i < start->nr; i++) {
		const struct shape_fact *fact = &start->facts[i];
		const char *glue = names->len == 0 ? "" : " or ";
		g_autofree char *name = NULL;
		const char *column;

		if (strcmp(fact->object, object) != 0 || !g_str_has_prefix(fact->part, "column ") ||
		    !precheck_text_is_date(fact->text) ||
		    shape_find(before, object, fact->part) == NULL) {
			continue;
		}
		column = fact->part + strlen("column ");
		name = precheck_text_quote(column);
		g_string_append_printf(zero, "%scast(%s as char(10)) = '0000-00-00'", glue, name);
		g_string_append_printf(parts, "%scast(%s as char(10)) like '%%-00%%'", glue, name);
		g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", column);
	}
	if (names->len == 0) {
		return;
	}
	where = g_strdup_printf(IS_STRICT " and (" REFUSES_ZERO " and (%s) or " REFUSES_PARTS
					  " and not (%s) and (%s))",
				zero->str, zero->str, parts->str);
	add_column(&deriving, PRECHECK_ZERO_DATES,
		   g_strdup_printf("dates in %s (%s) must be whole to be copied in this sql_mode",
				   table, names->str),
		   where);
}

/* ---- a column ----------------------------------------------------------------------------- */

static const char *table_collation(const struct shape *shape, const char *table)
{
	g_autofree char *object = g_strconcat("table ", table, NULL);

	return shape_find(shape, object, "collation");
}

/* A column of any type as the letters that it will have. Owned. */
static char *as_text(const struct deriving *deriving, const char *name)
{
	g_autofree char *now = precheck_text_collation(deriving->change->before);
	g_autofree char *then = precheck_text_collation(deriving->change->after);
	const char *from = now != NULL ? now : table_collation(deriving->start, deriving->table);
	const char *to = then != NULL ? then : table_collation(deriving->after, deriving->table);

	return to == NULL || g_strcmp0(from, to) == 0
		       ? g_strdup(name)
		       : g_strdup_printf("convert(%s using %.*s) collate %s", name,
					 (int)strcspn(to, "_"), to, to);
}

static void add_fit(const struct deriving *deriving, const char *column,
		    const struct precheck_fit *fit, const char *where, bool doubt)
{
	struct precheck *added;

	if (where == NULL) {
		return;
	}
	add_column(deriving, fit->kind,
		   g_strdup_printf("%s.%s must fit into %s", deriving->table, column, fit->type),
		   where);
	added = &g_array_index(deriving->out, struct precheck, deriving->out->len - 1);
	added->strict = !fit->always;
	added->doubt = doubt;
}

static void derive_fit(const struct deriving *deriving, const char *column, const char *name)
{
	g_autofree char *text = as_text(deriving, name);
	const struct precheck_fit_column both = {
		.now = deriving->change->before,
		.then = deriving->change->after,
		.name = name,
		.text = text,
	};
	SCOPED(precheck_fit) fit = { 0 };

	precheck_fit(&fit, &both);
	add_fit(deriving, column, &fit, fit.refused, false);
	add_fit(deriving, column, &fit, fit.doubted, true);
}

static void derive_column(const struct deriving *deriving, const char *column)
{
	const char *now = deriving->change->before;
	const char *then = deriving->change->after;
	g_autofree char *name = precheck_text_quote(column);

	if (column_of(deriving->start, deriving->table, column) == NULL) {
		return;
	}
	if (!precheck_text_has(now, " not null") && precheck_text_has(then, " not null")) {
		g_autofree char *where = g_strdup_printf("%s is null", name);

		add_column(deriving, PRECHECK_NULLS,
			   g_strdup_printf("%s.%s must not be NULL", deriving->table, column),
			   where);
	}
	derive_fit(deriving, column, name);
}

static void derive_rule(const struct deriving *deriving)
{
	g_autofree char *clause = precheck_text_clause(deriving->change->after);
	g_autofree char *where = g_strdup_printf("not (%s)", clause);

	if (g_str_has_suffix(deriving->change->after, " not enforced")) {
		return;
	}
	add_column(deriving, PRECHECK_RULE,
		   g_strdup_printf("rows of %s must keep the check %s", deriving->table, clause),
		   where);
}

/* ---- all ---------------------------------------------------------------------------------- */

static void derive_one(const struct deriving *deriving)
{
	const struct shape_change *change = deriving->change;
	bool was_unique = change->before != NULL && (g_str_has_prefix(change->before, "unique ") ||
						     strcmp(change->part, "primary key") == 0);

	if (change->after == NULL || shape_find(deriving->start, change->object, "") == NULL) {
		return; /* gone, or of a table that has no rows yet */
	}
	if ((g_str_has_prefix(change->part, "index ") &&
	     g_str_has_prefix(change->after, "unique ")) ||
	    strcmp(change->part, "primary key") == 0) {
		if (!was_unique || strcmp(change->before, change->after) != 0) {
			derive_unique(deriving);
		}
	} else if (g_str_has_prefix(change->part, "foreign key ")) {
		derive_foreign_key(deriving);
	} else if (g_str_has_prefix(change->part, "check ")) {
		derive_rule(deriving);
	} else if (g_str_has_prefix(change->part, "column ")) {
		(change->before != NULL ? derive_column : derive_new_date)(
			deriving, change->part + strlen("column "));
	}
}

void precheck_derive(GArray *prechecks, const struct shape *start, const struct shape *before,
		     const struct shape *after)
{
	SCOPED(shape_diff) diff = { 0 };
	struct deriving deriving = { .out = prechecks, .start = start, .after = after };

	shape_diff_make(&diff, before, after);
	for (size_t i = 0; i < diff.nr; i++) {
		deriving.change = &diff.changes[i];
		if (g_str_has_prefix(deriving.change->object, "table ")) {
			deriving.table = deriving.change->object + strlen("table ");
			derive_one(&deriving);
		}
	}
	for (size_t i = 0; i < diff.nr; i++) {
		const char *object = diff.changes[i].object;

		/* changes of one object stand together */
		if (g_str_has_prefix(object, "table ") &&
		    (i == 0 || strcmp(object, diff.changes[i - 1].object) != 0)) {
			derive_collations(&deriving, before, object);
		}
	}
}
