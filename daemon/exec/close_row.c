#include "close_row.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_fault.h"
#include "tenant_text.h"

void close_row_release(struct close_row *row)
{
	g_free(row->method);
	g_free(row->restore);
	g_free(row->reason);
	g_free(row->owner);
	*row = (struct close_row){ 0 };
}

static int run(struct db_session *session, enum tenant_sql id, const struct tenant_param *params,
	       struct err *err)
{
	g_autofree char *sql = tenant_text(session, id, params);

	return db_exec(session, sql, strlen(sql), err);
}

int close_row_get(struct db_session *session, struct close_row *row, struct err *err)
{
	g_autofree char *sql = tenant_text(session, TENANT_MODE_GET, NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, sql, err) < 0) {
		return db_fault_is_no_table(err) ? 0 : -1;
	}
	close_row_release(row);
	if (rows.nr > 0) {
		*row = (struct close_row){
			.method = g_strdup(rows.cells[0][0]),
			.restore = g_strdup(rows.cells[0][1]),
			.reason = g_strdup(rows.cells[0][2]),
			.owner = g_strdup(rows.cells[0][3]),
			.epoch = g_ascii_strtoull(rows.cells[0][4], NULL, 10),
		};
	}
	return 0;
}

int close_row_put(struct db_session *session, const struct close_row *row, int64_t expires_at_ms,
		  struct err *err)
{
	const struct tenant_param params[] = {
		{ .name = "method", .text = row->method },
		{ .name = "restore", .text = row->restore },
		{ .name = "reason", .text = row->reason },
		{ .name = "owner", .text = row->owner },
		{ .name = "epoch", .number = row->epoch },
		{ .name = "expires_s", .number = (uint64_t)(expires_at_ms / 1000) },
		{ 0 },
	};
	SCOPED(close_row) there = { 0 };

	if (run(session, TENANT_MODE_CREATE, NULL, err) < 0 ||
	    run(session, TENANT_MODE_PUT, params, err) < 0 ||
	    close_row_get(session, &there, err) < 0) {
		return -1;
	}
	if (g_strcmp0(there.restore, row->restore) != 0) {
		return err_set(err, ERR_CONFLICT,
			       "it is closed already, by %s (%s): `muster doctor` opens it",
			       there.owner == NULL ? "nobody" : there.owner,
			       there.reason == NULL ? "" : there.reason);
	}
	return 0;
}

int close_row_remove(struct db_session *session, struct err *err)
{
	if (run(session, TENANT_MODE_DELETE, NULL, err) == 0) {
		return 0;
	}
	return db_fault_is_no_table(err) ? 0 : -1;
}
