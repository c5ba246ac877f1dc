#include "apply.h"

#include <string.h>

#include <glib.h>

#include "check.h"
#include "db.h"
#include "exec.h"
#include "history.h"
#include "release.h"
#include "strategy.h"
#include "tenant_text.h"
#include "visit.h"

/*
 * Can a later session be brought to where this statement left its own? What was put
 * into a temporary table is gone with it.
 */
static bool is_restorable(const struct statement *statement)
{
	if (!statement->leaves_session || statement->kind == STATEMENT_TRANSACTION) {
		return true;
	}
	return statement->kind == STATEMENT_SESSION &&
	       strcasestr(statement->text, "temporary") == NULL;
}

static enum db_flavor flavor(const struct apply *apply)
{
	return db_flavor(apply->visit->session);
}

static void show_progress(const struct apply *apply, size_t done)
{
	struct exec_live *live = apply->visit->order->live;

	if (live != NULL) {
		atomic_store(&live->statement, apply->base + (int64_t)done);
	}
}

static int put(struct apply *apply, enum history_state state, bool in_flight, const char *error,
	       struct err *err)
{
	const struct exec_order *order = apply->visit->order;
	const struct history_mark mark = {
		.migration = apply->migration,
		.state = state,
		.done = apply->done,
		.in_flight = in_flight,
		.error = error,
		.rollout = order->label,
		.epoch = order->epoch,
		.stall_ms = order->stall_ms,
	};

	return history_put(apply->visit->session, apply->history, &mark, err);
}

/* The session as our own rows need it, whatever the file has done to it. */
static int make_plain(struct apply *apply, struct err *err)
{
	struct db_session *session = apply->visit->session;
	g_autofree char *sql = NULL;

	if (db_in_transaction(session) && db_execf(session, err, "rollback") < 0) {
		return -1;
	}
	if (!apply->visit->dirty) {
		return 0;
	}
	sql = tenant_text(session, TENANT_SESSION_PLAIN, NULL);
	return db_exec(session, sql, strlen(sql), err);
}

/* Record where the file stopped; outcome already says why. */
static void record_stop(struct apply *apply, enum history_state state, struct outcome *outcome)
{
	const char *error = outcome->err.code == ERR_NONE ? NULL : outcome->err.msg;
	struct err err;

	show_progress(apply, apply->done);
	if (outcome->event == TASK_LOST) {
		return; /* the row keeps saying in_flight */
	}
	if (make_plain(apply, &err) < 0 || put(apply, state, false, error, &err) < 0) {
		outcome_unrecorded(outcome, flavor(apply), &err);
	}
}

static void park(struct apply *apply, struct outcome *outcome)
{
	outcome->event = TASK_PARK;
	record_stop(apply, HISTORY_APPLYING, outcome);
}

static void fail_statement(struct apply *apply, size_t index, const struct err *why,
			   struct outcome *outcome)
{
	const struct migration *migration = apply->migration;

	outcome_statement(outcome, flavor(apply), why);
	(void)err_prefix(&outcome->err, "%s:%u statement %zu of %zu", migration->file,
			 migration->up.statements[index].line, index + 1, migration->up.nr);
	record_stop(apply, HISTORY_FAILED, outcome);
	if (outcome->event == TASK_LOST) {
		(void)err_set_native(&outcome->err, outcome->err.code, outcome->err.native,
				     "%.300s; migration %s is in doubt: look, then `muster task "
				     "resolve %s --as applied|not-applied|at=N`",
				     outcome->err.msg, migration->version, apply->task);
	}
}

static enum ddl_end run_one(struct apply *apply, size_t index, bool may_stop, struct err *err)
{
	const struct statement *statement = &apply->migration->up.statements[index];
	const struct ddl ddl = {
		.session = apply->visit->session,
		.order = apply->visit->order,
		.schema = apply->visit->schema,
		.version = apply->migration->version,
		.may_stop = may_stop,
	};

	apply->visit->dirty = apply->visit->dirty || statement->leaves_session;
	return strategy_direct.run(&ddl, statement, index + 1, err);
}

/* SET and PREPARE of what is done already: the session is a new one. */
static bool restore(struct apply *apply, struct outcome *outcome)
{
	const struct script *up = &apply->migration->up;
	struct err err;

	for (size_t i = 0; i < apply->done; i++) {
		enum ddl_end end;

		if (up->statements[i].kind != STATEMENT_SESSION) {
			continue;
		}
		end = run_one(apply, i, true, &err);
		if (end == DDL_STOPPED) {
			park(apply, outcome);
			return false;
		}
		if (end == DDL_FAILED) {
			(void)err_prefix(&err, "run again for the statements behind it");
			fail_statement(apply, i, &err, outcome);
			return false;
		}
	}
	return true;
}

/* apply->done follows only what has been committed. */
static bool run_statements(struct apply *apply, struct outcome *outcome)
{
	const struct script *up = &apply->migration->up;
	struct db_session *session = apply->visit->session;
	bool is_parkable = true;
	struct err err;

	for (size_t i = apply->done; i < up->nr; i++) {
		enum ddl_end end = DDL_STOPPED;

		if (!visit_stops(apply->visit->order) || !is_parkable ||
		    db_in_transaction(session)) {
			end = run_one(apply, i, is_parkable, &err);
		}
		if (end == DDL_STOPPED) {
			park(apply, outcome);
			return false;
		}
		if (end == DDL_FAILED) {
			fail_statement(apply, i, &err, outcome);
			return false;
		}
		is_parkable = is_parkable && is_restorable(&up->statements[i]);
		if (!db_in_transaction(session)) {
			apply->done = i + 1;
		}
		show_progress(apply, i + 1);
	}
	return true;
}

static bool ends_clean(struct apply *apply, struct outcome *outcome)
{
	const struct migration *migration = apply->migration;
	struct err err;

	if (!db_in_transaction(apply->visit->session)) {
		return true;
	}
	(void)err_set(&err, ERR_INVALID,
		      "%s ends inside a transaction, which was rolled back to statement %zu: add "
		      "COMMIT at its end",
		      migration->file, apply->done);
	outcome_statement(outcome, flavor(apply), &err);
	record_stop(apply, HISTORY_FAILED, outcome);
	return false;
}

/* Tell the loop that the task verifies, or no longer does. */
static void show_verifying(const struct apply *apply, bool verifying)
{
	const struct exec_order *order = apply->visit->order;
	g_autofree char *words = NULL;

	if (order->live == NULL || apply->migration->nr_checks == 0) {
		return;
	}
	atomic_store(&order->live->verifying, verifying);
	if (order->say != NULL) {
		words = g_strdup_printf("%s: its checks %s", apply->migration->file,
					verifying ? "are made" : "were made");
		order->say(order->say_ctx, order->id, words);
	}
}

static bool checks_pass(struct apply *apply, bool after, struct outcome *outcome)
{
	struct err err;
	int passed;

	if (after) {
		show_verifying(apply, true);
	}
	passed = check_run(apply->visit, apply->migration, after, &err);
	if (after) {
		show_verifying(apply, false);
	}
	if (passed < 0) {
		outcome_outside(outcome, flavor(apply), &err);
	}
	return passed == 0;
}

/* Statements that are done left something that only they can bring back. */
static bool is_stuck(struct apply *apply, struct outcome *outcome)
{
	const struct migration *migration = apply->migration;

	if (apply->done == migration->up.nr) {
		return false;
	}
	for (size_t i = 0; i < apply->done; i++) {
		const struct statement *statement = &migration->up.statements[i];

		if (!is_restorable(statement)) {
			outcome->event = TASK_REFUSED;
			(void)err_set(&outcome->err, ERR_CONFLICT,
				      "%s:%u statement %zu may have left something in its session "
				      "that is gone: finish by hand and `muster task resolve %s "
				      "--as applied`, or `--as at=0` to run the whole file again",
				      migration->file, statement->line, i + 1, apply->task);
			return true;
		}
	}
	return false;
}

/* One row more or less decides whether anything is remembered: no in-between. */
static void record_applied(struct apply *apply, struct outcome *outcome)
{
	struct err err;

	apply->done = apply->migration->up.nr;
	if (make_plain(apply, &err) < 0 || put(apply, HISTORY_APPLIED, false, NULL, &err) < 0) {
		outcome_unrecorded(outcome, flavor(apply), &err);
		return;
	}
	outcome->event = TASK_APPLIED;
}

/* Nothing to run: no row in between. */
static void record_only(struct apply *apply, struct outcome *outcome)
{
	struct err err;

	apply->done = apply->migration->up.nr;
	if (put(apply, HISTORY_APPLIED, false, NULL, &err) < 0) {
		outcome_outside(outcome, flavor(apply), &err);
		return;
	}
	outcome->event = TASK_APPLIED;
}

/* The row stands and says applying from here on. */
static void run_file(struct apply *apply, struct outcome *outcome)
{
	if (!restore(apply, outcome) || !run_statements(apply, outcome) ||
	    !ends_clean(apply, outcome)) {
		return;
	}
	if (!checks_pass(apply, true, outcome)) {
		record_stop(apply, HISTORY_FAILED, outcome);
		return;
	}
	record_applied(apply, outcome);
}

void apply_migration(struct apply *apply, struct outcome *outcome)
{
	const struct history_row *row = history_find(apply->history, apply->migration->version);
	struct err err;

	*outcome = (struct outcome){ 0 };
	apply->done = row == NULL || row->state == HISTORY_REVERTED ? 0 : row->done;
	if (apply->migration->skipped) {
		record_only(apply, outcome);
		return;
	}
	if (visit_stops(apply->visit->order)) {
		outcome->event = TASK_PARK;
		return;
	}
	if (is_stuck(apply, outcome) || (apply->done == 0 && !checks_pass(apply, false, outcome))) {
		return;
	}
	if (apply->migration->up.nr == 0 && apply->migration->nr_checks == 0) {
		record_only(apply, outcome);
		return;
	}
	if (put(apply, HISTORY_APPLYING, true, NULL, &err) < 0) {
		outcome_outside(outcome, flavor(apply), &err);
		return;
	}
	run_file(apply, outcome);
}
