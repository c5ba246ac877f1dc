#include "precheck.h"

#include <stdlib.h>
#include <string.h>

#include "shape.h"

#define EXAMPLES "3" /* rows of an answer */

const char *const precheck_names[PRECHECK_KIND_NR] = {
	[PRECHECK_DUPLICATES] = "duplicates", [PRECHECK_NULLS] = "nulls",
	[PRECHECK_ORPHANS] = "orphans",       [PRECHECK_TOO_LONG] = "too long",
	[PRECHECK_OUT_OF_RANGE] = "range",    [PRECHECK_RULE] = "check",
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

static char *quoted(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "`", -1);
	g_autofree char *doubled = g_strjoinv("``", parts);

	return g_strdup_printf("`%s`", doubled);
}

static char *from(const char *table)
{
	g_autofree char *name = quoted(table);

	return g_strconcat(PRECHECK_SCHEMA ".", name, NULL);
}

/* The items of "(a, b(10), c desc)" at the beginning of list; NULL: one is an expression. */
static char **items_of(const char *list)
{
	const char *end = list;
	g_autofree char *inner = NULL;

	for (int depth = 0; *end != '\0'; end++) {
		depth += *end == '(' ? 1 : 0;
		depth -= *end == ')' ? 1 : 0;
		if (depth == 0) {
			break;
		}
	}
	if (*list != '(' || *end != ')') {
		return NULL;
	}
	inner = g_strndup(list + 1, (gsize)(end - list - 1));
	return strpbrk(inner, "`'\"") != NULL ? NULL : g_strsplit(inner, ", ", -1);
}

/* "b(10) desc" -> column b, prefix 10. False: it is something else. */
static bool item_read(const char *item, char **column, unsigned long *prefix)
{
	size_t len = strcspn(item, "( ");

	*prefix = item[len] == '(' ? strtoul(item + len + 1, NULL, 10) : 0;
	if (len == 0 || (item[len] == '(' && *prefix == 0)) {
		return false;
	}
	*column = g_strndup(item, len);
	return true;
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
	g_auto(GStrv) items = key == NULL ? NULL : items_of(key);
	g_autoptr(GString) list = g_string_new(NULL);

	for (char **item = items; item != NULL && *item != NULL; item++) {
		g_autofree char *column = NULL;
		g_autofree char *name = NULL;
		unsigned long prefix;

		if (!item_read(*item, &column, &prefix) ||
		    column_of(deriving->start, deriving->table, column) == NULL) {
			return g_strdup("'a row'");
		}
		name = quoted(column);
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

static char *collation_in(const char *text)
{
	const char *at = text == NULL ? NULL : strstr(text, " collate ");
	size_t len = at == NULL ? 0 : strcspn(at + strlen(" collate "), " ");

	return at == NULL ? NULL : g_strndup(at + strlen(" collate "), len);
}

/* The column as the key will compare it. Owned. */
static char *compared(const struct deriving *deriving, const char *column, unsigned long prefix)
{
	g_autofree char *now = collation_in(column_of(deriving->start, deriving->table, column));
	g_autofree char *then = collation_in(column_of(deriving->after, deriving->table, column));
	g_autofree char *name = quoted(column);
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
	g_auto(GStrv) items = list == NULL ? NULL : items_of(list);
	g_autoptr(GString) keys = g_string_new(NULL);
	g_autoptr(GString) given = g_string_new(NULL);
	g_autofree char *row = row_name(deriving, "");
	g_autofree char *table = from(deriving->table);

	for (char **item = items; item != NULL && *item != NULL; item++) {
		g_autofree char *column = NULL;
		g_autofree char *name = NULL;
		g_autofree char *key = NULL;
		unsigned long prefix;

		if (!item_read(*item, &column, &prefix) ||
		    column_of(deriving->start, deriving->table, column) == NULL) {
			return; /* a new column, or an expression: nobody can say yet */
		}
		name = quoted(column);
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
	    g_strdup_printf("select concat(min(%s), ' and ', max(%s)) from %s where %s group by %s "
			    "having count(*) > 1 limit " EXAMPLES,
			    row, row, table, given->str, keys->str));
}

/* "(a, b) references t (x, y) …" -> "c.`a` = p.`x` and …"; false: not of what is there now. */
static bool join_read(const struct deriving *deriving, char **parent, GString *given, GString *on)
{
	static const char word[] = " references ";
	const char *references = strstr(deriving->change->after, word);
	const char *list = references == NULL ? NULL : strchr(references, '(');
	g_auto(GStrv) own = items_of(deriving->change->after);
	g_auto(GStrv) other = list == NULL ? NULL : items_of(list);

	if (own == NULL || other == NULL || g_strv_length(own) != g_strv_length(other)) {
		return false;
	}
	references += strlen(word);
	*parent = g_strndup(references, (gsize)(list - references - 1));
	for (size_t i = 0; own[i] != NULL; i++) {
		g_autofree char *left = quoted(own[i]);
		g_autofree char *right = quoted(other[i]);

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
	    g_strdup_printf("select %s from %s where %s limit " EXAMPLES, row, table, where));
}

static bool has_word(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

/* "varchar(80)" -> 80; 0: it counts no characters. */
static unsigned long letters_of(const char *type)
{
	static const char *const types[] = { "varchar(", "char(" };

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_has_prefix(type, types[i])) {
			return strtoul(type + strlen(types[i]), NULL, 10);
		}
	}
	return 0;
}

static bool is_text(const char *type)
{
	return letters_of(type) > 0 || g_str_has_prefix(type, "text") ||
	       g_str_has_prefix(type, "tinytext") || g_str_has_prefix(type, "mediumtext") ||
	       g_str_has_prefix(type, "longtext");
}

/* clang-format off */
static const struct {
	const char *type; const char *least; const char *most; const char *unsigned_most; int rank;
} integers[] = {
	{ "tinyint",   "-128",        "127",        "255",        1 },
	{ "smallint",  "-32768",      "32767",      "65535",      2 },
	{ "mediumint", "-8388608",    "8388607",    "16777215",   3 },
	{ "int",       "-2147483648", "2147483647", "4294967295", 4 },
	{ "bigint",    "-9223372036854775808", "9223372036854775807", "18446744073709551615", 5 },
};

/* clang-format on */

/* Its row in the table, -1: it is no integer. */
static int integer_of(const char *type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(integers); i++) {
		size_t len = strlen(integers[i].type);

		if (strncmp(type, integers[i].type, len) == 0 &&
		    (type[len] == '\0' || type[len] == ' ' || type[len] == '(')) {
			return (int)i;
		}
	}
	return -1;
}

static void derive_range(const struct deriving *deriving, const char *column, const char *name)
{
	const char *now = deriving->change->before;
	const char *then = deriving->change->after;
	int is = integer_of(now);
	int becomes = integer_of(then);
	bool was_unsigned = has_word(now, " unsigned");
	bool is_unsigned = has_word(then, " unsigned");
	g_autofree char *where = NULL;

	if (is < 0 || becomes < 0 || (becomes >= is && was_unsigned == is_unsigned) ||
	    (becomes > is && was_unsigned)) {
		return;
	}
	where = g_strdup_printf(
		"%s < %s or %s > %s", name, is_unsigned ? "0" : integers[becomes].least, name,
		is_unsigned ? integers[becomes].unsigned_most : integers[becomes].most);
	add_column(deriving, PRECHECK_OUT_OF_RANGE,
		   g_strdup_printf("%s.%s must fit into %s%s", deriving->table, column,
				   integers[becomes].type, is_unsigned ? " unsigned" : ""),
		   where);
}

static void derive_column(const struct deriving *deriving, const char *column)
{
	const char *now = deriving->change->before;
	const char *then = deriving->change->after;
	unsigned long letters = letters_of(then);
	g_autofree char *name = quoted(column);

	if (column_of(deriving->start, deriving->table, column) == NULL) {
		return;
	}
	if (!has_word(now, " not null") && has_word(then, " not null")) {
		g_autofree char *where = g_strdup_printf("%s is null", name);

		add_column(deriving, PRECHECK_NULLS,
			   g_strdup_printf("%s.%s must not be NULL", deriving->table, column),
			   where);
	}
	if (letters > 0 && is_text(now) && (letters_of(now) == 0 || letters_of(now) > letters)) {
		g_autofree char *where = g_strdup_printf("char_length(%s) > %lu", name, letters);

		add_column(deriving, PRECHECK_TOO_LONG,
			   g_strdup_printf("%s.%s must fit into %lu characters", deriving->table,
					   column, letters),
			   where);
	}
	derive_range(deriving, column, name);
}

static void derive_rule(const struct deriving *deriving)
{
	g_autofree char *where = g_strdup_printf("not (%s)", deriving->change->after);

	if (g_str_has_suffix(deriving->change->after, " not enforced")) {
		return;
	}
	add_column(deriving, PRECHECK_RULE,
		   g_strdup_printf("rows of %s must keep the check %s", deriving->table,
				   deriving->change->after),
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
	} else if (g_str_has_prefix(change->part, "column ") && change->before != NULL) {
		derive_column(deriving, change->part + strlen("column "));
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
}
