#include "left_over.h"

#include <glib.h>

#include "db.h"
#include "scratch.h"

/* One that is dropped while we look is not left over. */
static bool is_older(struct db_session *session, const char *schema, uint64_t epoch)
{
	struct err ignored;
	int64_t made_by;

	return scratch_made_by(session, schema, &made_by, &ignored) == 0 &&
	       made_by < (int64_t)epoch;
}

char **left_over_find(struct db_session *session, uint64_t epoch, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows,
		     "select schema_name from information_schema.schemata "
		     "where schema_name like " SCRATCH_LIKE " order by schema_name",
		     err) < 0) {
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
