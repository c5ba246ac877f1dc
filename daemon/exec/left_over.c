#include "left_over.h"

#include <glib.h>

#include "db.h"

#define MARKED                                                                  \
	"select table_schema from information_schema.tables "                   \
	"where table_schema like 'muster|_scratch|_%' escape '|' "              \
	"and table_name = 'muster_scratch' and table_comment like 'muster: %' " \
	"order by table_schema"

/* One that is dropped while we look is not left over. */
static bool is_older(struct db_session *session, const char *schema, uint64_t epoch)
{
	g_autofree char *name = db_quote_name(schema);
	SCOPED(db_rows) rows = { 0 };
	struct err ignored;

	return db_queryf(session, &rows, &ignored, "select max(epoch) from %s.muster_scratch",
			 name) == 0 &&
	       rows.nr == 1 && rows.cells[0][0] != NULL &&
	       g_ascii_strtoull(rows.cells[0][0], NULL, 10) < epoch;
}

char **left_over_find(struct db_session *session, uint64_t epoch, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, MARKED, err) < 0) {
		(void)err_prefix(err, "left-over copies");
		return NULL;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		if (is_older(session, rows.cells[i][0], epoch)) {
			g_ptr_array_add(names, g_strdup(rows.cells[i][0]));
		}
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}
