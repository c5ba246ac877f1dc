#include "shape_stamp.h"

#include <glib.h>

#include "db.h"

static const char question[] =
	"select table_schema, count(*), sum(crc32(concat_ws('|', table_name, column_name, "
	"ordinal_position, ifnull(column_default, '~'), is_nullable, column_type, extra, "
	"ifnull(collation_name, '~'), column_key, column_comment))) "
	"from information_schema.columns "
	"where table_schema in (%s) and table_name not like 'muster\\_%%' group by table_schema";

static char *list(const struct db_session *session, const char *const *schemas, size_t nr)
{
	GString *names = g_string_new(NULL);

	for (size_t i = 0; i < nr; i++) {
		g_autofree char *quoted = db_quote(session, schemas[i]);

		g_string_append_printf(names, "%s%s", i == 0 ? "" : ",", quoted);
	}
	return g_string_free(names, FALSE);
}

int shape_stamps(struct db_session *session, const char *const *schemas, size_t nr, char **stamps,
		 struct err *err)
{
	g_autoptr(GHashTable) by_schema = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *names = list(session, schemas, nr);
	SCOPED(db_rows) rows = { 0 };

	if (nr == 0) {
		return 0;
	}
	if (db_queryf(session, &rows, err, question, names) < 0) {
		return err_prefix(err, "columns of %zu schemas", nr);
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_hash_table_insert(by_schema, rows.cells[i][0], rows.cells[i]);
	}
	for (size_t i = 0; i < nr; i++) {
		char *const *cells = g_hash_table_lookup(by_schema, schemas[i]);

		stamps[i] = cells == NULL ? g_strdup("") : g_strjoin("/", cells[1], cells[2], NULL);
	}
	return 0;
}
