#include "chunk_range.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "db.h"

/* ---- words ------------------------------------------------------------------------------ */

/* One side of a range, from this column on: a > x or (a = x and (b > y …)). */
static bool append_side(GString *out, const struct chunk_key *key, const char *prefix,
			char *const *bound, bool above)
{
	for (size_t i = 0; i < key->nr; i++) {
		const struct chunk_column *column = &key->columns[i];
		g_autofree char *value = chunk_key_literal(column, bound[i]);
		bool last = i + 1 == key->nr;

		if (value == NULL) {
			return false;
		}
		g_string_append_printf(out, "%s%s %s %s", prefix, column->name,
				       above  ? ">"
				       : last ? "<="
					      : "<",
				       value);
		if (!last) {
			g_string_append_printf(out, " or (%s%s = %s and (", prefix, column->name,
					       value);
		}
	}
	for (size_t i = 1; i < key->nr; i++) {
		g_string_append(out, "))");
	}
	return true;
}

char *chunk_range_words(const struct chunk_key *key, const char *alias, char *const *low,
			char *const *high)
{
	g_autofree char *name = alias == NULL ? NULL : db_quote_name(alias);
	g_autofree char *prefix = name == NULL ? g_strdup("") : g_strconcat(name, ".", NULL);
	g_autoptr(GString) words = g_string_new("(");

	if (low != NULL) {
		g_string_append_c(words, '(');
		if (!append_side(words, key, prefix, low, true)) {
			return NULL;
		}
		g_string_append(words, ") and ");
	}
	g_string_append_c(words, '(');
	if (!append_side(words, key, prefix, high, false)) {
		return NULL;
	}
	g_string_append(words, "))");
	return g_strdup(words->str);
}

/* ---- the server's part -------------------------------------------------------------------- */

static char *columns(const struct chunk_key *key, bool selected, const char *order)
{
	GString *list = g_string_new(NULL);

	for (size_t i = 0; i < key->nr; i++) {
		g_autofree char *value = selected ? chunk_key_select(&key->columns[i])
						  : g_strdup(key->columns[i].name);

		g_string_append_printf(list, "%s%s%s", i > 0 ? ", " : "", value, order);
	}
	return g_string_free(list, FALSE);
}

/* The bound in the first row; NULL: there is none. */
static char **bound_of(const struct chunk_key *key, const struct db_rows *rows)
{
	return rows->nr == 0 ? NULL : chunk_key_values(rows->cells[0], key->nr);
}

int chunk_range_last(const struct chunk_walk *walk, char ***high, struct err *err)
{
	g_autofree char *table = db_quote_name(walk->table);
	g_autofree char *list = columns(walk->key, true, "");
	g_autofree char *order = columns(walk->key, false, " desc");
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(walk->session, &rows, err,
		      "select %s from %s force index (%s) order by %s limit 1", list, table,
		      walk->key->index, order) < 0) {
		return -1;
	}
	*high = bound_of(walk->key, &rows);
	return 0;
}

static int bad_value(struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "the position in muster_state holds a value that is none of the key");
}

static int count(const struct chunk_walk *walk, const char *table, const char *words, int64_t *nr,
		 struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(walk->session, &rows, err,
		      "select count(*) from %s force index (%s) where %s", table, walk->key->index,
		      words) < 0) {
		return -1;
	}
	*nr = rows.nr == 0 ? 0 : g_ascii_strtoll(rows.cells[0][0], NULL, 10);
	return 0;
}

int chunk_range_next(const struct chunk_walk *walk, char *const *low, char *const *last,
		     int64_t *rows, char ***high, struct err *err)
{
	g_autofree char *words = chunk_range_words(walk->key, NULL, low, last);
	g_autofree char *table = db_quote_name(walk->table);
	g_autofree char *list = columns(walk->key, true, "");
	g_autofree char *order = columns(walk->key, false, "");
	SCOPED(db_rows) found = { 0 };

	if (words == NULL) {
		return bad_value(err);
	}
	if (db_queryf(walk->session, &found, err,
		      "select %s from %s force index (%s) where %s order by %s limit 1 "
		      "offset %" PRId64,
		      list, table, walk->key->index, words, order, *rows - 1) < 0) {
		return -1;
	}
	if (found.nr == 0) {
		if (count(walk, table, words, rows, err) < 0) {
			return -1;
		}
		*high = chunk_key_values(last, walk->key->nr);
		return 0;
	}
	*high = bound_of(walk->key, &found);
	return 0;
}

int chunk_range_guess(const struct chunk_walk *walk, int64_t *rows, struct err *err)
{
	g_autofree char *table = db_quote_name(walk->table);
	g_autofree char *sql =
		g_strdup_printf("explain %sselect 1 from %s force index (%s)",
				db_flavor(walk->session) == DB_MYSQL ? "format=traditional " : "",
				table, walk->key->index);
	SCOPED(db_rows) found = { 0 };
	const char *cell;

	if (db_query_named(walk->session, &found, sql, err) < 0) {
		return -1;
	}
	cell = found.nr == 0 ? NULL : db_rows_cell(&found, 0, "rows");
	*rows = cell == NULL ? 0 : MAX(g_ascii_strtoll(cell, NULL, 10), 0);
	return 0;
}
