#include "history.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_fault.h"
#include "db_guard.h"
#include "release.h"
#include "states.h"
#include "tenant_text.h"
#include "tick.h"

enum {
	NO_SUCH_COLUMN = 1054, /* the server's number */
	RETRY_PAUSE_US = 50000,
};

/* The columns of history_read.sql. */
enum {
	READ_VERSION,
	READ_CHECKSUM,
	READ_STATE,
	READ_DONE,
	READ_TOTAL,
	READ_DIGEST,
	READ_IN_FLIGHT,
	READ_FINGERPRINT,
	READ_CHAIN,
	READ_ERROR,
	READ_EPOCH,
	READ_READ_ONLY,
	READ_NR,
};

const char *const history_state_names[HISTORY_STATE_NR] = {
	[HISTORY_APPLYING] = "applying",
	[HISTORY_APPLIED] = "applied",
	[HISTORY_FAILED] = "failed",
	[HISTORY_REVERTED] = "reverted",
};

static void row_release(struct history_row *row)
{
	g_free(row->version);
	g_free(row->checksum);
	g_free(row->digest);
	g_free(row->fingerprint);
	g_free(row->chain);
	g_free(row->error);
	*row = (struct history_row){ 0 };
}

void history_release(struct history *history)
{
	for (size_t i = 0; i < history->nr; i++) {
		row_release(&history->rows[i]);
	}
	g_free(history->rows);
	*history = (struct history){ 0 };
}

static uint64_t number(const char *cell)
{
	return cell == NULL ? 0 : g_ascii_strtoull(cell, NULL, 10);
}

/* sql_mode may pad a CHAR column with blanks. */
static char *text(const char *cell)
{
	return g_strchomp(g_strdup(cell == NULL ? "" : cell));
}

/* A number of a later musterd is what helps least. */
static enum history_flight flight(uint64_t number)
{
	return number > HISTORY_BLIND ? HISTORY_BLIND : (enum history_flight)number;
}

static int row_parse(struct history_row *row, char *const *cells, struct err *err)
{
	int state = states_find(history_state_names, HISTORY_STATE_NR, cells[READ_STATE]);

	if (state < 0) {
		return err_set(err, ERR_DB, "muster_history: version %s has the state \"%s\"",
			       cells[READ_VERSION], cells[READ_STATE]);
	}
	*row = (struct history_row){
		.version = g_strdup(cells[READ_VERSION]),
		.checksum = text(cells[READ_CHECKSUM]),
		.digest = text(cells[READ_DIGEST]),
		.fingerprint = text(cells[READ_FINGERPRINT]),
		.chain = text(cells[READ_CHAIN]),
		.error = g_strdup(cells[READ_ERROR] == NULL ? "" : cells[READ_ERROR]),
		.state = (enum history_state)state,
		.done = number(cells[READ_DONE]),
		.total = number(cells[READ_TOTAL]),
		.in_flight = flight(number(cells[READ_IN_FLIGHT])),
	};
	return 0;
}

/* cells: the epoch and whether the server is read only. */
static void state_parse(struct history *history, char *const *cells)
{
	history->epoch = number(cells[0]);
	history->read_only = g_strcmp0(cells[1], "0") != 0 && g_strcmp0(cells[1], "OFF") != 0;
}

static int rows_parse(struct history *history, const struct db_rows *rows, struct err *err)
{
	struct history parsed = { 0 };

	if (rows->nr > 0 && rows->columns != READ_NR) {
		return err_set(err, ERR_DB, "muster_history: the server answered with %zu columns",
			       rows->columns);
	}
	parsed.rows = g_new0(struct history_row, rows->nr);
	for (; parsed.nr < rows->nr; parsed.nr++) {
		if (row_parse(&parsed.rows[parsed.nr], rows->cells[parsed.nr], err) < 0) {
			history_release(&parsed);
			return -1;
		}
	}
	if (rows->nr > 0) {
		state_parse(&parsed, &rows->cells[0][READ_EPOCH]);
	}
	*history = parsed;
	return 0;
}

static int run(struct db_session *session, enum tenant_sql id, const struct tenant_param *params,
	       struct err *err)
{
	g_autofree char *sql = tenant_text(session, id, params);

	return db_exec(session, sql, strlen(sql), err);
}

/* The state first: where there is a history there is a state. */
static int create(struct db_session *session, struct err *err)
{
	if (run(session, TENANT_STATE_CREATE, NULL, err) < 0) {
		return -1;
	}
	return run(session, TENANT_HISTORY_CREATE, NULL, err);
}

static int read_state(struct db_session *session, struct history *history, struct err *err)
{
	g_autofree char *sql = tenant_text(session, TENANT_HISTORY_STATE, NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, sql, err) < 0) {
		return -1;
	}
	CHECK(rows.nr == 1 && rows.columns == 2);
	state_parse(history, rows.cells[0]);
	return 0;
}

/* What the first look missed. */
static int make(struct db_session *session, struct err *err)
{
	if (db_fault_is_no_table(err)) {
		return create(session, err);
	}
	if (err->code == ERR_DB && err->native == NO_SUCH_COLUMN) {
		return run(session, TENANT_HISTORY_WIDEN, NULL, err);
	}
	return -1;
}

char *history_question(void)
{
	return tenant_text(NULL, TENANT_HISTORY_READ, NULL);
}

static int ask(struct db_session *session, struct db_rows *rows, struct err *err)
{
	g_autofree char *sql = history_question();

	return db_query(session, rows, sql, err);
}

int history_take(struct db_session *session, struct history *history, const struct db_rows *rows,
		 const struct err *why, struct err *err)
{
	SCOPED(db_rows) again = { 0 };

	if (why->code != ERR_NONE) {
		*err = *why;
		if (make(session, err) < 0 || ask(session, &again, err) < 0) {
			return -1;
		}
		rows = &again;
	}
	if (rows_parse(history, rows, err) < 0) {
		return -1;
	}
	return history->nr > 0 ? 0 : read_state(session, history, err);
}

int history_read(struct db_session *session, struct history *history, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	struct err why = { 0 };

	(void)ask(session, &rows, &why);
	return history_take(session, history, &rows, &why, err);
}

struct history_row *history_find(const struct history *history, const char *version)
{
	for (size_t i = 0; i < history->nr; i++) {
		if (strcmp(history->rows[i].version, version) == 0) {
			return &history->rows[i];
		}
	}
	return NULL;
}

static int refuse_older(const struct history *history, uint64_t epoch, struct err *err)
{
	if (history->epoch <= epoch) {
		return 0;
	}
	return err_set(
		err, ERR_CONFLICT,
		"a newer musterd (epoch %" PRIu64 ") works here, this one has epoch %" PRIu64
		": stop the older of the two; where the newer one has gone, restart this one",
		history->epoch, epoch);
}

/* No row was changed: it is as it should be already, or a newer daemon has come. */
static int explain_unwritten(struct db_session *session, bool is_new, uint64_t epoch,
			     struct err *err)
{
	struct history now = { 0 };

	if (read_state(session, &now, err) < 0 || refuse_older(&now, epoch, err) < 0) {
		return -1;
	}
	return is_new ? err_set(err, ERR_CONFLICT, "muster_state has no row: its epoch was deleted")
		      : 0;
}

/* It commits itself: with its end the lock may go. */
static int write_last(struct db_session *session, const struct history_mark *mark, const char *sql,
		      struct err *err)
{
	bool ends = mark->unlock != NULL && !db_in_transaction(session) && db_autocommits(session);

	return ends ? db_unlock_behind(session, sql, mark->unlock, mark->unlocked, err)
		    : db_exec(session, sql, strlen(sql), err);
}

static int write_row(struct db_session *session, const struct history_mark *mark, bool is_new,
		     struct err *err)
{
	const struct migration *migration = mark->migration;
	/* a message is cut by bytes, perhaps within a character */
	g_autofree char *error = g_utf8_make_valid(mark->error == NULL ? "" : mark->error, -1);
	const struct tenant_param params[] = {
		{ .name = "version", .text = migration->version },
		{ .name = "name", .text = migration->name },
		{ .name = "checksum", .text = migration->checksum },
		{ .name = "state", .text = history_state_names[mark->state] },
		{ .name = "done", .number = mark->done },
		{ .name = "total", .number = migration->up.nr },
		{ .name = "digest", .text = release_prefix_digest(migration, mark->done) },
		{ .name = "in_flight", .number = mark->in_flight },
		{ .name = "fingerprint",
		  .text = mark->fingerprint == NULL ? "" : mark->fingerprint },
		{ .name = "chain", .text = mark->chain == NULL ? "" : mark->chain },
		{ .name = "keep", .number = mark->chain == NULL && mark->state != HISTORY_APPLIED },
		{ .name = "rollout", .text = mark->rollout == NULL ? "" : mark->rollout },
		{ .name = "epoch", .number = mark->epoch },
		{ .name = "error", .text = error },
		{ 0 },
	};

	g_autofree char *sql = tenant_text(
		session, is_new ? TENANT_HISTORY_INSERT : TENANT_HISTORY_UPDATE, params);

	if (write_last(session, mark, sql, err) < 0) {
		return -1;
	}
	if (db_affected(session) == 1) {
		return 0;
	}
	return explain_unwritten(session, is_new, mark->epoch, err);
}

static int write_progress(struct db_session *session, const struct history_mark *mark,
			  struct err *err)
{
	g_autofree char *version = tenant_hex(mark->migration->version);
	const struct tenant_param params[] = {
		{ .name = "version", .text = version },
		{ .name = "state", .text = history_state_names[mark->state] },
		{ .name = "done", .number = mark->done },
		{ .name = "digest", .text = release_prefix_digest(mark->migration, mark->done) },
		{ .name = "in_flight", .number = mark->in_flight },
		{ .name = "epoch", .number = mark->epoch },
		{ 0 },
	};

	if (run(session, TENANT_HISTORY_PROGRESS, params, err) < 0) {
		return -1;
	}
	return db_affected(session) == 1 ? 0 : explain_unwritten(session, false, mark->epoch, err);
}

static int put_epoch(struct db_session *session, uint64_t epoch, struct err *err)
{
	const struct tenant_param params[] = {
		{ .name = "epoch", .number = epoch },
		{ 0 },
	};

	return run(session, TENANT_STATE_PUT, params, err);
}

static int write_all(struct db_session *session, const struct history *history,
		     const struct history_mark *marks, size_t nr, struct err *err)
{
	if (history->epoch != marks->epoch && put_epoch(session, marks->epoch, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < nr; i++) {
		bool is_new = history_find(history, marks[i].migration->version) == NULL;

		if (write_row(session, &marks[i], is_new, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* One row and no new epoch is one statement, and commits itself. */
static int write_once(struct db_session *session, const struct history *history,
		      const struct history_mark *marks, size_t nr, struct err *err)
{
	struct err ignored;

	if ((nr == 1 && history->epoch == marks->epoch) || db_in_transaction(session)) {
		return write_all(session, history, marks, nr, err);
	}
	if (db_execf(session, err, "start transaction") < 0) {
		return -1;
	}
	if (write_all(session, history, marks, nr, err) < 0 ||
	    db_execf(session, err, "commit") < 0) {
		if (db_execf(session, &ignored, "rollback") < 0) {
			return err_prefix(err, "could not be rolled back");
		}
		return -1;
	}
	return 0;
}

static bool is_again(const struct db_session *session, const struct err *err)
{
	enum db_fault fault;

	if (err->code != ERR_DB) {
		return false;
	}
	fault = db_fault_classify(db_flavor(session), err->native);
	return fault == DB_FAULT_LOCK_WAIT || fault == DB_FAULT_DEADLOCK;
}

/* What is written: rows, whole or not at all, or the progress of one. */
struct writing {
	const struct history *history;
	const struct history_mark *marks;
	size_t nr;
	bool progress;
};

static int write_one_way(struct db_session *session, const struct writing *writing, struct err *err)
{
	if (writing->progress) {
		return write_progress(session, writing->marks, err);
	}
	return write_once(session, writing->history, writing->marks, writing->nr, err);
}

/* Repeating is harmless: the rows are set to values, and none is written twice. */
static int write_in_time(struct db_session *session, const struct writing *writing, struct err *err)
{
	bool may_repeat = !db_in_transaction(session);
	int64_t end = tick_ms() + writing->marks->stall_ms;

	while (write_one_way(session, writing, err) < 0) {
		if (!may_repeat || !is_again(session, err) || tick_ms() >= end) {
			return err_prefix(err, "muster_history");
		}
		g_usleep(RETRY_PAUSE_US);
	}
	return 0;
}

static void remember(struct history *history, const struct history_mark *mark)
{
	struct history_row *row = history_find(history, mark->migration->version);
	const char *chain = mark->chain != NULL || row == NULL ? mark->chain : row->chain;
	struct history_row now;

	/* what the mark says may be the row's own words */
	now = (struct history_row){
		.version = g_strdup(mark->migration->version),
		.checksum = g_strdup(mark->migration->checksum),
		.digest = g_strdup(release_prefix_digest(mark->migration, mark->done)),
		.fingerprint = g_strdup(mark->fingerprint == NULL ? "" : mark->fingerprint),
		.chain = g_strdup(chain == NULL ? "" : chain),
		.error = g_strdup(mark->error == NULL ? "" : mark->error),
		.state = mark->state,
		.done = mark->done,
		.total = mark->migration->up.nr,
		.in_flight = mark->in_flight,
	};
	if (row == NULL) {
		history->rows = g_renew(struct history_row, history->rows, history->nr + 1);
		row = &history->rows[history->nr++];
	} else {
		row_release(row);
	}
	*row = now;
}

int history_claim(struct db_session *session, struct history *history, uint64_t epoch,
		  struct err *err)
{
	if (refuse_older(history, epoch, err) < 0) {
		return -1;
	}
	if (history->epoch != epoch && put_epoch(session, epoch, err) < 0) {
		return -1;
	}
	history->epoch = epoch;
	return 0;
}

int history_put_all(struct db_session *session, struct history *history,
		    const struct history_mark *marks, size_t nr, struct err *err)
{
	const struct writing writing = { .history = history, .marks = marks, .nr = nr };

	if (nr == 0) {
		return 0;
	}
	if (refuse_older(history, marks->epoch, err) < 0) {
		return -1;
	}
	if (write_in_time(session, &writing, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < nr; i++) {
		remember(history, &marks[i]);
	}
	history->epoch = marks->epoch;
	return 0;
}

int history_progress(struct db_session *session, struct history *history,
		     const struct history_mark *mark, struct err *err)
{
	const struct writing writing = { .history = history,
					 .marks = mark,
					 .nr = 1,
					 .progress = true };

	if (write_in_time(session, &writing, err) < 0) {
		return -1;
	}
	remember(history, mark);
	return 0;
}

int history_put(struct db_session *session, struct history *history,
		const struct history_mark *mark, struct err *err)
{
	return history_put_all(session, history, mark, 1, err);
}

int history_forget(struct db_session *session, struct history *history, const char *version,
		   uint64_t epoch, struct err *err)
{
	struct history_row *row = history_find(history, version);
	const struct tenant_param params[] = {
		{ .name = "version", .text = version },
		{ .name = "epoch", .number = epoch },
		{ 0 },
	};
	size_t index;

	if (row == NULL) {
		return err_set(err, ERR_NOT_FOUND, "muster_history has no version %s", version);
	}
	if (history_claim(session, history, epoch, err) < 0) {
		return -1;
	}
	if (run(session, TENANT_HISTORY_DELETE, params, err) < 0) {
		return -1;
	}
	if (db_affected(session) != 1) {
		return err_set(err, ERR_CONFLICT,
			       "version %s has statements that are done, or a newer musterd works "
			       "here",
			       version);
	}
	index = (size_t)(row - history->rows);
	row_release(row);
	memmove(row, row + 1, (history->nr - index - 1) * sizeof(*row));
	history->nr--;
	return 0;
}
