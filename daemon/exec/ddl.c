#include "ddl.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_fault.h"
#include "db_guard.h"
#include "exec.h"
#include "release.h"
#include "tick.h"
#include "visit.h"

enum {
	BACKOFF_MAX_MS = 2000,
	STOP_SLICE_MS = 50,
};

/* What can end or open a comment, or is not plain text, does not enter the mark. */
static char *mark(const struct ddl *ddl, size_t number)
{
	const char *label = ddl->order->label == NULL ? "-" : ddl->order->label;
	char *text = g_strdup_printf("%s:%s:%zu", label, ddl->version, number);

	return g_strcanon(
		text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-/@", '_');
}

char *ddl_text(const struct ddl *ddl, const char *text, size_t number, struct err *err)
{
	g_autofree char *marked = mark(ddl, number);
	char *sql = g_strdup_printf("/* muster:%s */ %s", marked, text);
	uint64_t limit = db_max_packet(ddl->session);

	if (strlen(sql) + 1 > limit) {
		err_set(err, ERR_INVALID,
			"%zu bytes are more than the server's max_allowed_packet of %" PRIu64
			": raise it there",
			strlen(sql), limit);
		g_free(sql);
		return NULL;
	}
	return sql;
}

bool ddl_stops(const struct ddl *ddl)
{
	return ddl->may_stop && visit_stops(ddl->order);
}

bool ddl_pause(const struct ddl *ddl, int64_t *backoff_ms, int64_t end)
{
	int64_t wait_ms = *backoff_ms / 2 + g_random_int_range(0, (gint32)(*backoff_ms / 2) + 1);
	int64_t until = MIN(tick_ms() + wait_ms, end);

	*backoff_ms = MIN(*backoff_ms * 2, (int64_t)BACKOFF_MAX_MS);
	while (tick_ms() < until) {
		if (ddl_stops(ddl)) {
			return false;
		}
		g_usleep((gulong)MIN(until - tick_ms() + 1, (int64_t)STOP_SLICE_MS) * 1000);
	}
	return !ddl_stops(ddl);
}

/* An error carries no state; innodb_rollback_on_timeout may have ended all of it. */
static bool is_still_open(struct db_session *session)
{
	struct err ignored;

	return db_execf(session, &ignored, "do 0") == 0 && db_in_transaction(session);
}

/* Did the server undo exactly this statement and nothing before it? */
static bool is_repeatable(const struct ddl *ddl, const struct statement *statement,
			  bool in_transaction, const struct err *err)
{
	enum db_fault fault;

	if (err->code != ERR_DB || statement->kind == STATEMENT_CALL) {
		return false;
	}
	fault = db_fault_classify(db_flavor(ddl->session), err->native);
	if (in_transaction) {
		return fault == DB_FAULT_LOCK_WAIT && is_still_open(ddl->session);
	}
	return fault == DB_FAULT_LOCK_WAIT || fault == DB_FAULT_DEADLOCK;
}

void ddl_say_waits(const struct ddl *ddl, size_t number, const char *blockers)
{
	const struct exec_order *order = ddl->order;
	g_autofree char *words = NULL;

	if (order->say != NULL) {
		words = g_strdup_printf("statement %zu of %s waits for a lock: held by %s", number,
					ddl->version, blockers);
		order->say(order->say_ctx, order->id, words);
	}
}

static enum ddl_end give_up(const struct ddl *ddl, const char *blockers, struct err *err)
{
	(void)err_set_native(err, ERR_DB, err->native,
			     "gave up after %" PRId64 " s of lock waits; held by %s",
			     (ddl->order->stall_ms + 999) / 1000, blockers);
	return DDL_FAILED;
}

/* A statement that is undone whole when it is ended, and that may be run again. */
static bool is_killable(const struct ddl *ddl, const struct statement *statement)
{
	return ddl->may_stop && !ddl->leaves_parts && statement->kind != STATEMENT_CALL;
}

static bool is_interrupted(const struct ddl *ddl, const struct statement *statement,
			   const struct err *err)
{
	return is_killable(ddl, statement) && ddl_stops(ddl) &&
	       db_fault_is(db_flavor(ddl->session), err, DB_FAULT_INTERRUPTED);
}

static int run_covered(const struct ddl *ddl, const char *sql, struct err *err)
{
	struct db_session *session = ddl->session;
	struct err ignored;

	if (db_execf(session, err, "start transaction") < 0) {
		return -1;
	}
	if (db_exec(session, sql, strlen(sql), err) == 0 && ddl->cover(ddl->cover_ctx, err) == 0 &&
	    db_execf(session, err, "commit") == 0) {
		return 0;
	}
	if (!db_is_lost(session) && db_execf(session, &ignored, "rollback") < 0) {
		*err = ignored; /* what is open now is lost, and that counts for more */
	}
	return -1;
}

static int run_once(const struct ddl *ddl, const struct statement *statement, const char *sql,
		    struct err *err)
{
	struct exec_live *live = ddl->order->live;
	int64_t began_us = tick_us();
	int done;

	if (live != NULL) {
		atomic_store(is_killable(ddl, statement) ? &live->killable : &live->keeps, 1);
	}
	done = ddl->cover != NULL ? run_covered(ddl, sql, err)
				  : db_exec(ddl->session, sql, strlen(sql), err);
	if (live != NULL) {
		atomic_store(&live->killable, 0);
		atomic_store(&live->keeps, 0);
		live->took_us = tick_us() - began_us;
	}
	return done;
}

/* Between two tries: what the throttle takes is not what locks take. False: it parks. */
static bool go_on(const struct ddl *ddl, bool in_transaction, int64_t *end)
{
	int64_t began_ms = tick_ms();
	bool goes = in_transaction || visit_go(ddl->order, ddl->may_stop);

	*end += tick_ms() - began_ms;
	return goes;
}

enum ddl_end ddl_run(const struct ddl *ddl, const struct statement *statement, size_t number,
		     struct err *err)
{
	bool in_transaction = db_in_transaction(ddl->session);
	int64_t end = tick_ms() + ddl->order->stall_ms;
	int64_t backoff_ms = DDL_BACKOFF_MS;
	g_autofree char *text = release_expand(statement, ddl->schema);
	g_autofree char *sql = ddl_text(ddl, text, number, err);

	if (sql == NULL) {
		return DDL_FAILED;
	}
	while (run_once(ddl, statement, sql, err) < 0) {
		g_autofree char *blockers = NULL;

		if (is_interrupted(ddl, statement, err)) {
			return DDL_STOPPED;
		}
		if (!is_repeatable(ddl, statement, in_transaction, err)) {
			return DDL_FAILED;
		}
		blockers = db_blockers(ddl->session, ddl->schema);
		if (blockers == NULL) {
			blockers = g_strdup("a session that this account may not see");
		}
		if (tick_ms() >= end) {
			return give_up(ddl, blockers, err);
		}
		ddl_say_waits(ddl, number, blockers);
		if (!ddl_pause(ddl, &backoff_ms, end) || !go_on(ddl, in_transaction, &end)) {
			return DDL_STOPPED;
		}
	}
	return DDL_DONE;
}
