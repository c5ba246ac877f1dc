#include "apply.h"

#include <string.h>

#include <glib.h>

#include "check.h"
#include "db.h"
#include "db_fault.h"
#include "exec.h"
#include "foretold.h"
#include "history.h"
#include "journal.h"
#include "log.h"
#include "measure.h"
#include "release.h"
#include "steps.h"
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

static void fail_statement(struct apply *apply, const struct step *step, const struct err *why,
			   struct outcome *outcome)
{
	const struct migration *migration = apply->journal->migration;
	unsigned line = migration->up.statements[step->index].line;
	g_autofree char *part = NULL;

	outcome_statement(outcome, flavor(apply), why);
	if (apply->journal->flight == HISTORY_BLIND &&
	    db_fault_is(flavor(apply), why, DB_FAULT_INTERRUPTED)) {
		outcome->event = TASK_LOST; /* a part of it may be there: the row says so */
	}
	if (step->nr > 1) {
		(void)err_prefix(&outcome->err, "%s:%u statements %zu to %zu of %zu, run as one",
				 migration->file, line, step->index + 1, step->index + step->nr,
				 migration->up.nr);
	} else {
		part = step->part == 0 ? g_strdup("")
				       : g_strdup_printf(", part %zu of %zu (%.200s)", step->part,
							 step->parts, step->sql);
		(void)err_prefix(&outcome->err, "%s:%u statement %zu of %zu%s", migration->file,
				 line, step->index + 1, migration->up.nr, part);
	}
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
			const struct step step = { .index = i, .nr = 1 };

			(void)err_prefix(&err, "run again for the statements behind it");
			fail_statement(apply, &step, &err, outcome);
			return false;
		}
	}
	return true;
}

static void note_time(struct apply *apply, const struct step *step)
{
	const struct exec_order *order = apply->journal->visit->order;

	if (apply->measures != NULL && order->live != NULL) {
		measures_note(apply->measures, order, apply->journal->migration, step,
			      order->live->took_us);
	}
}

/*
 * What the row cannot carry is not run in parts: after a crash nobody would know of them. Nor is
 * anything rewritten within a transaction of the file.
 */
static bool may_rewrite(const struct apply *apply)
{
	const struct journal *journal = apply->journal;
	struct db_session *session = journal->visit->session;
	const struct history_row *row = history_find(journal->history, journal->migration->version);

	return journal->visit->order->rewrites && row != NULL && row->chain[0] != '\0' &&
	       row->chain[0] != '\n' && !db_in_transaction(session) && db_autocommits(session);
}

/* From this statement on. */
static bool find_steps(struct apply *apply, struct steps *steps, size_t done,
		       struct outcome *outcome)
{
	static const struct foretold unknown = { 0 };
	const struct journal *journal = apply->journal;
	bool rewrites = may_rewrite(apply);
	const struct steps_from from = {
		.migration = journal->migration,
		.foretold = journal->foretold == NULL ? &unknown : journal->foretold,
		.done = done,
		.halfway = &journal->halfway,
		.splits = rewrites,
		.merges = rewrites,
	};
	struct err err;

	steps_release(steps);
	if (steps_make(steps, &from)) {
		return true;
	}
	(void)err_set(&err, ERR_CONFLICT,
		      "%s statement %zu does not begin with the part of it that is done already",
		      journal->migration->file, journal->done + 1);
	outcome_outside(outcome, flavor(apply), &err);
	record_stop(apply, HISTORY_FAILED, outcome);
	return false;
}

static void say_rewritten(const struct apply *apply, const struct steps *steps, size_t index)
{
	const struct exec_order *order = apply->journal->visit->order;
	g_autofree char *words = steps_say(steps, index, apply->journal->migration);

	if (words == NULL) {
		return;
	}
	log_info("rewritten task=%s text=\"%s\"", apply->task, words);
	if (apply->rewritten != NULL) {
		g_string_append_printf(apply->rewritten, "%s%s",
				       apply->rewritten->len == 0 ? "" : "; ", words);
	}
	if (order->say != NULL) {
		order->say(order->say_ctx, order->id, words);
	}
}

static enum ddl_end run_step(struct apply *apply, const struct step *step, bool may_stop,
			     struct err *err)
{
	struct journal *journal = apply->journal;

	if (!db_in_transaction(journal->visit->session) &&
	    !visit_go(journal->visit->order, may_stop)) {
		return DDL_STOPPED;
	}
	return step->sql == NULL ? journal_run(journal, step->index, may_stop, err)
				 : journal_run_step(journal, step, may_stop, err);
}

/* What ended was no word of the file, but one of ours around it: the row says where it stands. */
static bool was_stopped(const struct apply *apply, const struct step *step, enum ddl_end end,
			const struct err *err)
{
	const struct journal *journal = apply->journal;
	const struct statement *statement = &journal->migration->up.statements[step->index];

	return end == DDL_FAILED && visit_stops(journal->visit->order) &&
	       db_fault_is(flavor(apply), err, DB_FAULT_INTERRUPTED) &&
	       journal->flight != HISTORY_BLIND && statement->kind != STATEMENT_CALL;
}

static bool run_steps(struct apply *apply, struct steps *steps, struct outcome *outcome)
{
	const struct script *up = &apply->journal->migration->up;
	bool is_parkable = true;
	struct err err;

	for (size_t i = 0; i < steps->nr; i++) {
		const struct step *step = &steps->steps[i];
		enum ddl_end end;

		if (step->sql != NULL && step->part <= 1 && !may_rewrite(apply)) {
			if (!find_steps(apply, steps, step->index, outcome)) {
				return false;
			}
			step = &steps->steps[0];
			i = 0;
		}
		say_rewritten(apply, steps, i);
		end = run_step(apply, step, is_parkable, &err);
		if (end == DDL_STOPPED || (is_parkable && was_stopped(apply, step, end, &err))) {
			park(apply, outcome);
			return false;
		}
		if (end == DDL_FAILED) {
			fail_statement(apply, step, &err, outcome);
			return false;
		}
		note_time(apply, step);
		is_parkable = is_parkable && is_restorable(&up->statements[step->index]);
		show_progress(apply, step->index + step->nr);
	}
	return true;
}

static bool run_statements(struct apply *apply, struct outcome *outcome)
{
	SCOPED(steps) steps = { 0 };

	return find_steps(apply, &steps, apply->journal->done, outcome) &&
	       run_steps(apply, &steps, outcome);
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

static bool is_untouched(const struct journal *journal)
{
	return journal->done == 0 && journal->halfway.parts == 0;
}

void apply_migration(struct apply *apply, struct outcome *outcome)
{
	const struct history_row *row =
		history_find(apply->journal->history, apply->journal->migration->version);
	struct err err;

	*outcome = (struct outcome){ 0 };
	apply->journal->ends_file = !has_checks_after(apply->journal->migration);
	apply->journal->done = row == NULL || row->state == HISTORY_REVERTED ? 0 : row->done;
	apply->journal->halfway = (struct halfway){ 0 };
	if (row != NULL && row->state != HISTORY_REVERTED) {
		halfway_read(&apply->journal->halfway, row->chain, row->done);
	}
	if (apply->journal->migration->skipped) {
		record_only(apply, outcome);
		return;
	}
	if (!visit_go(apply->journal->visit->order, true)) {
		outcome->event = TASK_PARK;
		return;
	}
	if (is_stuck(apply, outcome) ||
	    (is_untouched(apply->journal) && !checks_pass(apply, false, outcome))) {
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
