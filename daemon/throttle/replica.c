#include "replica.h"

#include <math.h>

#include <glib.h>

#include "db.h"
#include "db_fault.h"

#define NEW_NAMES       80022 /* MySQL, SHOW REPLICA STATUS */
#define HEARTBEAT_PARTS 3
#define FUTURE_S        1
#define OLDER_S         1 /* than the status says: the heartbeat has something to tell */

void replica_lag_release(struct replica_lag *lag)
{
	g_free(lag->why);
	*lag = (struct replica_lag){ 0 };
}

/* ---- status ----------------------------------------------------------------------- */

static const char *either(const struct db_rows *rows, size_t row, const char *now, const char *once)
{
	const char *cell = db_rows_cell(rows, row, now);

	return cell != NULL ? cell : db_rows_cell(rows, row, once);
}

static bool is_yes(const char *cell)
{
	return cell != NULL && g_ascii_strcasecmp(cell, "Yes") == 0;
}

/* Its words may quote a client's row: the number says enough. */
static char *stopped(const struct db_rows *rows, size_t row, const char *thread, const char *error)
{
	const char *number = db_rows_cell(rows, row, error);

	if (number == NULL || g_str_equal(number, "0")) {
		return g_strdup_printf("its %s thread does not run", thread);
	}
	return g_strdup_printf("its %s thread does not run (error %s)", thread, number);
}

static void row_read(const struct db_rows *rows, size_t row, struct replica_lag *lag)
{
	const char *io = either(rows, row, "Replica_IO_Running", "Slave_IO_Running");
	const char *sql = either(rows, row, "Replica_SQL_Running", "Slave_SQL_Running");
	const char *behind = either(rows, row, "Seconds_Behind_Source", "Seconds_Behind_Master");
	char *end = NULL;

	lag->seconds = (double)INFINITY;
	if (!is_yes(sql)) {
		lag->why = stopped(rows, row, "SQL", "Last_SQL_Errno");
		return;
	}
	if (!is_yes(io)) {
		lag->why = stopped(rows, row, "IO", "Last_IO_Errno");
		return;
	}
	if (behind != NULL) {
		double seconds = g_ascii_strtod(behind, &end);

		if (end != behind && *end == '\0' && isfinite(seconds)) {
			lag->seconds = MAX(0, seconds);
			return;
		}
	}
	lag->why = g_strdup("it does not know how far it is behind");
}

static bool is_of(const struct db_rows *rows, size_t row, int64_t source_id)
{
	const char *id = either(rows, row, "Source_Server_Id", "Master_Server_Id");

	return source_id > 0 && id != NULL && g_ascii_strtoll(id, NULL, 10) == source_id;
}

int replica_status(const struct db_rows *rows, int64_t source_id, struct replica_lag *lag,
		   struct err *err)
{
	SCOPED(replica_lag) worst = { .seconds = -1 };

	for (size_t i = 0; i < rows->nr; i++) {
		worst.of_source |= is_of(rows, i, source_id);
	}
	for (size_t i = 0; i < rows->nr; i++) {
		SCOPED(replica_lag) one = { 0 };

		if (worst.of_source && !is_of(rows, i, source_id)) {
			continue;
		}
		row_read(rows, i, &one);
		if (one.seconds > worst.seconds) {
			g_free(worst.why);
			worst.why = g_steal_pointer(&one.why);
			worst.seconds = one.seconds;
		}
	}
	if (worst.seconds < 0) {
		return err_set(err, ERR_CONFLICT, "it is no replica");
	}
	*lag = worst;
	worst = (struct replica_lag){ 0 };
	return 0;
}

static int status_read(struct db_session *session, int64_t source_id, struct replica_lag *lag,
		       struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	const char *sql = db_flavor(session) == DB_MARIADB          ? "show all slaves status"
			  : db_version_number(session) >= NEW_NAMES ? "show replica status"
								    : "show slave status";

	return db_query_named(session, &rows, sql, err) < 0
		       ? -1
		       : replica_status(&rows, source_id, lag, err);
}

/* ---- heartbeat -------------------------------------------------------------------- */

int replica_heartbeat_check(const char *heartbeat, struct err *err)
{
	g_auto(GStrv) parts = g_strsplit(heartbeat, ".", -1);
	bool ok = g_strv_length(parts) == HEARTBEAT_PARTS;

	for (size_t i = 0; ok && i < HEARTBEAT_PARTS; i++) {
		ok = *parts[i] != '\0';
	}
	return ok ? 0
		  : err_set(err, ERR_INVALID,
			    "heartbeat \"%.100s\": it must be SCHEMA.TABLE.COLUMN", heartbeat);
}

static int heartbeat_read(struct db_session *session, const char *heartbeat, double *seconds,
			  struct err *err)
{
	g_auto(GStrv) parts = g_strsplit(heartbeat, ".", HEARTBEAT_PARTS);
	g_autofree char *schema = db_quote_name(parts[0]);
	g_autofree char *table = db_quote_name(parts[1]);
	g_autofree char *column = db_quote_name(parts[2]);
	SCOPED(db_rows) rows = { 0 };
	double age;

	if (db_queryf(session, &rows, err,
		      "select unix_timestamp(now(6)) - unix_timestamp(max(%s)) from %s.%s", column,
		      schema, table) < 0) {
		return err_prefix(err, "heartbeat %s", heartbeat);
	}
	if (rows.nr != 1 || rows.cells[0][0] == NULL) {
		return err_set(err, ERR_NOT_FOUND, "heartbeat %s: there is none", heartbeat);
	}
	age = g_ascii_strtod(rows.cells[0][0], NULL);
	if (age < -FUTURE_S) {
		return err_set(err, ERR_CONFLICT,
			       "heartbeat %s is %.1f s in the future: the clocks differ", heartbeat,
			       -age);
	}
	*seconds = MAX(0, age);
	return 0;
}

/* ---- both ------------------------------------------------------------------------- */

static int advise(const struct db_session *session, struct err *err)
{
	if (!db_fault_is(db_flavor(session), err, DB_FAULT_DENIED)) {
		return -1;
	}
	return err_prefix(err, "GRANT %s ON *.* to this account",
			  db_flavor(session) == DB_MARIADB ? "REPLICA MONITOR"
							   : "REPLICATION CLIENT");
}

int replica_read(struct db_session *session, int64_t source_id, const char *heartbeat,
		 struct replica_lag *lag, struct err *err)
{
	SCOPED(replica_lag) read = { 0 };
	double seconds = 0;

	if (status_read(session, source_id, &read, err) < 0 &&
	    (heartbeat == NULL || !db_fault_is(db_flavor(session), err, DB_FAULT_DENIED))) {
		return advise(session, err);
	}
	if (heartbeat != NULL && heartbeat_read(session, heartbeat, &seconds, err) < 0) {
		return -1;
	}
	if (seconds > read.seconds + OLDER_S) {
		g_free(read.why);
		read.why = g_strdup_printf("heartbeat %s is %.0f s old there: is it still written "
					   "on the server that this one replicates from?",
					   heartbeat, seconds);
	}
	read.seconds = MAX(read.seconds, seconds);
	*lag = read;
	read = (struct replica_lag){ 0 };
	return 0;
}
