#include "apply.h"

#include <string.h>

#include <glib.h>

#include "check.h"
#include "db.h"
#include "exec.h"
#include "history.h"
#include "journal.h"
#include "measure.h"
#include "release.h"
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
	return db_flavor(apply->journal->visit->session);
}

static void show_progress(const struct apply *apply, size_t done)
{
	struct exec_live *live = apply->journal->visit->order->live;

	if (live != NULL) {
		atomic_store(&live->statement, apply->base + (int64_t)done);
	}
}

/* Record where the file stopped; outcome already says why. */
static void record_stop(struct apply *apply, enum history_state state, struct outcome *outcome)
{
	const char *error = outcome->err.code == ERR_NONE ? NULL : outcome->err.msg;
	struct err err;

	show_progress(apply, apply->journal->done);
	if (outcome->event == TASK_LOST) {
		return; /* the row keeps saying in_flight */
	}
	if (journal_close(apply->journal, state, error, &err) < 0) {
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
	const struct migration *migration = apply->journal->migration;

	outcome_statement(outcome, flavor(apply), why);
	(void)err_prefix(&outcome->err, "%s:%u statement %zu of %zu", migration->file,
			 migration->up.statements[index].line, index + 1, migration->up.nr);
	record_stop(apply, HISTORY_FAILED, outcome);
}

/* SET and PREPARE of what is done already: the session is a new one. */
static bool restore(struct apply *apply, struct outcome *outcome)
{
	const struct script *up = &apply->journal->migration->up;
	struct err err;

	for (size_t i = 0; i < apply->journal->done; i++) {
		enum ddl_end end;

		if (up->statements[i].kind != STATEMENT_SESSION) {
			continue;
		}
		end = journal_run_again(apply->journal, i, &err);
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

static void note_time(struct apply *apply, size_t index)
{
	const struct exec_order *order = apply->journal->visit->order;

	if (apply->measures != NULL && order->live != NULL) {
		measures_note(apply->measures, order, apply->journal->migration, index,
			      order->live->took_us);
	}
}

static bool run_statements(struct apply *apply, struct outcome *outcome)
{
	const struct script *up = &apply->journal->migration->up;
	struct db_session *session = apply->journal->visit->session;
	bool is_parkable = true;
	struct err err;

	for (size_t i = apply->journal->done; i < up->nr; i++) {
		enum ddl_end end = DDL_STOPPED;

		if (db_in_transaction(session) ||
		    visit_go(apply->journal->visit->order, is_parkable)) {
			end = journal_run(apply->journal, i, is_parkable, &err);
		}
		if (end == DDL_STOPPED) {
			park(apply, outcome);
			return false;
		}
		if (end == DDL_FAILED) {
			fail_statement(apply, i, &err, outcome);
			return false;
		}
		note_time(apply, i);
		is_parkable = is_parkable && is_restorable(&up->statements[i]);
		show_progress(apply, i + 1);
	}
	return true;
}

static bool ends_clean(struct apply *apply, struct outcome *outcome)
{
	const struct migration *migration = apply->journal->migration;
	struct err err;

	if (!db_in_transaction(apply->journal->visit->session)) {
		return true;
	}
	(void)err_set(&err, ERR_INVALID,
		      "%s ends inside a transaction, which was rolled back to statement %zu: add "
		      "COMMIT at its end",
		      migration->file, apply->journal->done);
	outcome_statement(outcome, flavor(apply), &err);
	record_stop(apply, HISTORY_FAILED, outcome);
	return false;
}

/* Tell the loop that the task verifies, or no longer does. */
static void show_verifying(const struct apply *apply, bool verifying)
{
	const struct exec_order *order = apply->journal->visit->order;
	g_autofree char *words = NULL;

	if (order->live == NULL || apply->journal->migration->nr_checks == 0) {
		return;
	}
	atomic_store(&order->live->verifying, verifying);
	if (order->say != NULL) {
		words = g_strdup_printf("%s: its checks %s", apply->journal->migration->file,
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
	passed = check_run(apply->journal->visit, apply->journal->migration, after, &err);
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
	const struct migration *migration = apply->journal->migration;

	if (apply->journal->done == migration->up.nr) {
		return false;
	}
	for (size_t i = 0; i < apply->journal->done; i++) {
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

	apply->journal->done = apply->journal->migration->up.nr;
	if (journal_close(apply->journal, HISTORY_APPLIED, NULL, &err) < 0) {
		outcome_unrecorded(outcome, flavor(apply), &err);
		return;
	}
	outcome->event = TASK_APPLIED;
}

/* Nothing to run: no row in between. */
static void record_only(struct apply *apply, struct outcome *outcome)
{
	struct err err;

	apply->journal->done = apply->journal->migration->up.nr;
	if (journal_close(apply->journal, HISTORY_APPLIED, NULL, &err) < 0) {
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

static bool has_checks_after(const struct migration *migration)
{
	for (size_t i = 0; i < migration->nr_checks; i++) {
		if (migration->checks[i].after) {
			return true;
		}
	}
	return false;
}

void apply_migration(struct apply *apply, struct outcome *outcome)
{
	const struct history_row *row =
		history_find(apply->journal->history, apply->journal->migration->version);
	struct err err;

	*outcome = (struct outcome){ 0 };
	apply->journal->ends_file = !has_checks_after(apply->journal->migration);
	apply->journal->done = row == NULL || row->state == HISTORY_REVERTED ? 0 : row->done;
	if (apply->journal->migration->skipped) {
		record_only(apply, outcome);
		return;
	}
	if (!visit_go(apply->journal->visit->order, true)) {
		outcome->event = TASK_PARK;
		return;
	}
	if (is_stuck(apply, outcome) ||
	    (apply->journal->done == 0 && !checks_pass(apply, false, outcome))) {
		return;
	}
	if (apply->journal->migration->up.nr == 0 && apply->journal->migration->nr_checks == 0) {
		record_only(apply, outcome);
		return;
	}
	if (journal_open(apply->journal, &err) < 0) {
		outcome_outside(outcome, flavor(apply), &err);
		return;
	}
	run_file(apply, outcome);
}
