#include "db_sizes.h"

#include <string.h>

static void size_clear(void *item)
{
	struct db_size *size = item;

	g_free(size->schema);
	g_free(size->table);
}

GArray *db_sizes_new(void)
{
	GArray *sizes = g_array_new(FALSE, FALSE, sizeof(struct db_size));

	g_array_set_clear_func(sizes, size_clear);
	return sizes;
}

static void list_add(GString *list, const struct db_session *session, const char *name)
{
	g_autofree char *quoted = db_quote(session, name);

	g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ", quoted);
}

/* "'a', 'b'"; owned. */
static char *list_of(const struct db_session *session, const char *const *names)
{
	GString *list = g_string_new(NULL);

	for (; *names != NULL; names++) {
		list_add(list, session, *names);
	}
	return g_string_free(list, FALSE);
}

static int64_t number(const char *text)
{
	return text == NULL ? 0 : g_ascii_strtoll(text, NULL, 10);
}

static void take(const struct db_rows *rows, GArray *sizes)
{
	for (size_t i = 0; i < rows->nr; i++) {
		const struct db_size size = {
			.schema = g_strdup(rows->cells[i][0]),
			.table = g_strdup(rows->cells[i][1]),
			.bytes = number(rows->cells[i][2]),
			.rows = number(rows->cells[i][3]),
		};

		g_array_append_val(sizes, size);
	}
}

/* A name there is that of a table, or of a partition: "visits#P#p0", "visits#p#p0". */
#define STATS_TABLE "substring_index(substring_index(table_name, '#P#', 1), '#p#', 1)"

/* An account that may not read it, and a server that has none, go the other way. */
static int ask_stats(struct db_session *session, const char *schemas, const char *tables,
		     GArray *sizes, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err,
		      "select database_name, " STATS_TABLE " as name, "
		      "sum(clustered_index_size + sum_of_other_index_sizes) * "
		      "@@innodb_page_size, sum(n_rows) from mysql.innodb_table_stats "
		      "where database_name in (%s) and " STATS_TABLE " in (%s) "
		      "group by database_name, name",
		      schemas, tables) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	take(&rows, sizes);
	return 0;
}

/* A list of those that lack at least one of nr tables; "" when there is none. Owned. */
static char *list_missing(const struct db_session *session, const char *const *schemas, size_t nr,
			  const GArray *sizes, guint first)
{
	g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);
	GString *list = g_string_new(NULL);

	for (guint i = first; i < sizes->len; i++) {
		char *schema = g_array_index(sizes, struct db_size, i).schema;
		size_t seen = GPOINTER_TO_SIZE(g_hash_table_lookup(found, schema));

		g_hash_table_insert(found, schema, GSIZE_TO_POINTER(seen + 1));
	}
	for (; *schemas != NULL; schemas++) {
		if (GPOINTER_TO_SIZE(g_hash_table_lookup(found, *schemas)) < nr) {
			list_add(list, session, *schemas);
		}
	}
	return g_string_free(list, FALSE);
}

static bool is_there(const GArray *sizes, guint first, guint end, const struct db_rows *rows,
		     size_t row)
{
	for (guint i = first; i < end; i++) {
		const struct db_size *size = &g_array_index(sizes, struct db_size, i);

		if (strcmp(size->schema, rows->cells[row][0]) == 0 &&
		    strcmp(size->table, rows->cells[row][1]) == 0) {
			return true;
		}
	}
	return false;
}

static int ask_schema(struct db_session *session, const char *schemas, const char *tables,
		      GArray *sizes, guint first, struct err *err)
{
	guint end = sizes->len;
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err,
		      "select table_schema, table_name, data_length + index_length, table_rows "
		      "from information_schema.tables where table_schema in (%s) "
		      "and table_name in (%s) and table_type = 'BASE TABLE'",
		      schemas, tables) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		const struct db_rows one = { .cells = &rows.cells[i], .nr = 1 };

		if (!is_there(sizes, first, end, &rows, i)) {
			take(&one, sizes);
		}
	}
	return 0;
}

int db_sizes_get(struct db_session *session, const char *const *schemas, const char *const *tables,
		 GArray *sizes, struct err *err)
{
	g_autofree char *schema_list = NULL;
	g_autofree char *table_list = NULL;
	g_autofree char *missing = NULL;
	guint first = sizes->len;
	size_t nr = 0;

	if (*schemas == NULL || *tables == NULL) {
		return 0;
	}
	schema_list = list_of(session, schemas);
	table_list = list_of(session, tables);
	while (tables[nr] != NULL) {
		nr++;
	}
	if (ask_stats(session, schema_list, table_list, sizes, err) < 0) {
		return err_prefix(err, "sizes of tables");
	}
	missing = list_missing(session, schemas, nr, sizes, first);
	if (missing[0] != '\0' && ask_schema(session, missing, table_list, sizes, first, err) < 0) {
		return err_prefix(err, "sizes of tables");
	}
	return 0;
}
