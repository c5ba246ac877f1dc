#include "close_schema.h"

#include <string.h>

#include <glib.h>

#include "close_sessions.h"
#include "close_sql.h"
#include "crash.h"
#include "db.h"

enum {
	SINCE = 80022,           /* MySQL 8.0.22 */
	READ_ONLY_SCHEMA = 3989, /* the server's number */
};

static bool has_it(const struct db_session *session)
{
	return db_flavor(session) == DB_MYSQL && db_version_number(session) >= SINCE;
}

char *close_schema_unable(struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	*err = (struct err){ 0 };
	if (!has_it(session)) {
		return g_strdup("only MySQL 8.0.22 and later can close a database so");
	}
	if (db_query(session, &rows,
		     "select count(*), current_user() from " CLOSE_OWN_RIGHTS " as r "
		     "where privilege_type = 'ALTER'",
		     err) < 0) {
		return NULL;
	}
	if (strcmp(rows.cells[0][0], "0") != 0) {
		return NULL;
	}
	return g_strdup_printf("%s lacks ALTER on the database", rows.cells[0][1]);
}

int close_schema_get(struct db_session *session, bool *is_shut, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (!has_it(session)) {
		*is_shut = false;
		return 0;
	}
	if (db_query(session, &rows,
		     "select 1 from information_schema.schemata_extensions "
		     "where schema_name = database() and options like '%READ ONLY=1%'",
		     err) < 0) {
		return -1;
	}
	*is_shut = rows.nr > 0;
	return 0;
}

static int change(struct db_session *session, const struct close_drain *drain, int value,
		  struct err *err)
{
	g_autofree char *name = db_quote_name(drain->schema);
	g_autofree char *sql = g_strdup_printf("ALTER SCHEMA %s READ ONLY = %d", name, value);

	CRASH_POINT(MODE_CHANGE);
	if (close_sessions_insist(session, drain, sql, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_CHANGED);
	return 0;
}

int close_schema_shut(struct db_session *session, const struct close_drain *drain, struct err *err)
{
	return change(session, drain, 1, err);
}

int close_schema_open(struct db_session *session, const struct close_drain *drain, struct err *err)
{
	bool is_shut = false;

	if (close_schema_get(session, &is_shut, err) < 0) {
		return -1;
	}
	return is_shut ? change(session, drain, 0, err) : 0;
}

int close_schema_prove(struct db_session *session, struct err *err)
{
	static const char sql[] = "delete from muster_write_mode where id = 0";

	if (db_exec(session, sql, strlen(sql), err) == 0) {
		return err_set(err, ERR_CONFLICT,
			       "a write still gets through: somebody has set READ ONLY = 0");
	}
	return err->code == ERR_DB && err->native == READ_ONLY_SCHEMA ? 0 : -1;
}
