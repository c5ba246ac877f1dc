#include "task_run.h"

#include <string.h>

#include <glib.h>

#include "apply.h"
#include "chain.h"
#include "db.h"
#include "exec.h"
#include "foretold.h"
#include "history.h"
#include "journal.h"
#include "measure.h"
#include "outcome.h"
#include "position.h"
#include "recover.h"
#include "release.h"
#include "shell.h"
#include "tick.h"
#include "visit.h"

enum { NO_SUCH_DATABASE = 1049 }; /* the server's number */

struct task {
	struct exec_order *order;
	struct exec_result *result;
	struct visit visit;
	struct history history;
	struct position position;
	char *name; /* owned; "r12/acme", as a shell takes it */
	struct outcome outcome;
	int64_t statement;  /* of the pending ones: done */
	int64_t statements; /* pending when the task began */
	ptrdiff_t newest;
	GArray *measures;   /* of measure.h */
	GString *rewritten; /* what ran otherwise than it is written */
};

static void fail_outside(struct task *task, const struct err *err)
{
	enum db_flavor flavor = DB_UNKNOWN;

	if (task->visit.session != NULL) {
		flavor = db_flavor(task->visit.session);
	}
	outcome_of_order(&task->outcome, flavor, task->order, err);
}

static bool enter(struct task *task)
{
	g_autofree char *ask = history_question();
	struct err err;

	if (visit_begin_asking(&task->visit, task->order, task->order->schema, ask, &err) == 0) {
		return true;
	}
	if (err.code == ERR_DB && err.native == NO_SUCH_DATABASE) {
		(void)err_set_native(&err, ERR_DB, err.native, "database %s is not on the server",
				     task->order->schema);
	}
	fail_outside(task, &err);
	return false;
}

/* What came with the lock counts once. */
static int take_history(struct task *task, struct err *err)
{
	struct visit *visit = &task->visit;

	if (!visit->asked) {
		return history_read(visit->session, &task->history, err);
	}
	visit->asked = false;
	return history_take(visit->session, &task->history, &visit->entry.rows, &visit->entry.asked,
			    err);
}

static bool read_history(struct task *task)
{
	struct err err;

	history_release(&task->history);
	if (take_history(task, &err) < 0) {
		fail_outside(task, &err);
		return false;
	}
	if (task->history.read_only) {
		(void)err_set(&err, ERR_UNREACHABLE,
			      "server is read only: is it a replica by now? see `muster server "
			      "check`");
		fail_outside(task, &err);
		return false;
	}
	return true;
}

/* What a crash or a lost link has left is settled before anything else. */
static bool recover(struct task *task)
{
	struct err err;
	int settled;

	g_clear_pointer(&task->result->difference, g_free);
	settled = recover_run(&task->visit, &task->history, task->name, &task->outcome,
			      &task->result->difference, &err);
	if (settled < 0) {
		fail_outside(task, &err);
	}
	return settled > 0;
}

/* A tenant that was put back to an earlier state is not brought forward unasked. */
static bool is_as_seen(struct task *task)
{
	const char *seen = task->order->seen;
	const struct history_row *row = seen == NULL ? NULL : history_find(&task->history, seen);

	if (seen == NULL || (row != NULL && row->state == HISTORY_APPLIED)) {
		return true;
	}
	task->result->regressed = true;
	task->outcome = (struct outcome){ .event = TASK_AHEAD };
	(void)err_set(&task->outcome.err, ERR_CONFLICT,
		      "regressed: %s was applied here before and is gone", seen);
	return false;
}

/* What the history says, as the task's outcome. TASK_TAKE: there is work. */
static bool find_position(struct task *task)
{
	const struct position *position = &task->position;

	position_release(&task->position);
	position_find(&task->position, &task->history, task->order->release,
		      task->order->to_version, task->name);
	task->newest = position->newest;
	task->outcome = (struct outcome){ .event = position->event };
	if (position->reason != NULL) {
		g_free(task->result->migration);
		task->result->migration = g_strdup(position->migration);
		(void)err_set(&task->outcome.err, ERR_CONFLICT, "%s", position->reason);
	}
	return position->event == TASK_TAKE;
}

/* What is pending here is not what the inventory knew: it is closed first, and begun anew. */
static bool is_let(struct task *task)
{
	const struct position *position = &task->position;

	for (size_t i = 0; i < position->nr && !task->order->closed; i++) {
		const struct migration *migration =
			&task->order->release->migrations[position->pending[i]];

		if (migration->readonly && !migration->skipped) {
			task->result->wants_closed = true;
			task->outcome = (struct outcome){ .event = TASK_PARK };
			(void)err_set(&task->outcome.err, ERR_CONFLICT,
				      "%s needs the tenant closed for writes: that is done first",
				      migration->file);
			return false;
		}
	}
	return true;
}

static void show_size(struct task *task)
{
	struct exec_live *live = task->order->live;

	task->statements = task->position.statements;
	task->statement = task->position.done;
	if (live != NULL) {
		atomic_store(&live->statements, task->statements);
		atomic_store(&live->statement, task->statement);
		atomic_store(&live->connection_id, db_connection_id(task->visit.session));
	}
}

/* What was tried out for this tenant; else what its row still knows of the first try. */
static void foretell(const struct task *task, const struct migration *migration,
		     struct foretold *foretold)
{
	const struct history_row *row = history_find(&task->history, migration->version);

	foretold_by_chain(foretold, task->order->chain, migration, row);
	if (foretold->shapes == NULL && row != NULL) {
		foretold_by_row(foretold, row, migration->up.nr);
	}
}

/* Its own name may stand in a default or a body, and the copy had another. */
static bool names_schema(const struct script *script)
{
	for (size_t i = 0; i < script->nr; i++) {
		if (script->statements[i].names_schema) {
			return true;
		}
	}
	return false;
}

static bool is_like_copy(const struct task *task)
{
	const struct chain *chain = task->order->chain;
	const struct release *release = task->order->release;

	for (size_t i = 0; chain != NULL && i < chain->nr; i++) {
		ptrdiff_t at = release_find(release, chain->steps[i].version);

		if (at < 0 || names_schema(&release->migrations[at].up)) {
			return false;
		}
	}
	return true;
}

/* The file behind which nothing is pending; when nothing was, that of an earlier try. -1: none. */
static ptrdiff_t last_of(const struct task *task)
{
	const struct position *position = &task->position;

	if (task->outcome.event != TASK_APPLIED && task->outcome.event != TASK_NOTHING) {
		return -1;
	}
	return position->nr > 0 ? (ptrdiff_t)position->pending[position->nr - 1] : task->newest;
}

/* What the tenant should look like now that nothing is pending. */
static void expect_shape(struct task *task)
{
	ptrdiff_t index = last_of(task);
	const struct history_row *row;
	const struct migration *last;
	SCOPED(foretold) foretold = { 0 };

	if (index < 0 || !is_like_copy(task)) {
		return;
	}
	last = &task->order->release->migrations[index];
	row = history_find(&task->history, last->version);
	/* a chain that was lent, from a tenant that looks otherwise, says nothing of this one */
	foretold_by_chain(&foretold, task->order->chain, last, row);
	if (foretold.shapes != NULL && row != NULL) {
		task->result->fingerprint = g_strdup(foretold.shapes[last->up.nr]);
	}
}

/* place: among those that are pending */
static bool apply_one(struct task *task, size_t place)
{
	size_t index = task->position.pending[place];
	const struct migration *migration = &task->order->release->migrations[index];
	const struct history_row *row = history_find(&task->history, migration->version);
	size_t before = row == NULL || migration->skipped ? 0 : row->done;
	SCOPED(foretold) foretold = { 0 };
	SCOPED(journal)
	journal = {
		.visit = &task->visit,
		.history = &task->history,
		.migration = migration,
		.ends_visit = place + 1 == task->position.nr,
	};
	struct apply apply = {
		.journal = &journal,
		.task = task->name,
		.base = task->statement - (int64_t)before,
		.measures = task->measures,
		.rewritten = task->rewritten,
	};

	if (task->order->live != NULL) {
		atomic_store(&task->order->live->migration, (long long)index);
	}
	g_free(task->result->migration);
	task->result->migration = g_strdup(migration->version);
	foretell(task, migration, &foretold);
	journal.foretold = &foretold;
	apply_migration(&apply, &task->outcome);
	if (!migration->skipped) {
		task->statement = apply.base + (int64_t)journal.done;
	}
	if (task->outcome.event != TASK_APPLIED) {
		return false;
	}
	task->newest = MAX(task->newest, (ptrdiff_t)index);
	return true;
}

/* Until the end, a failure, or a file that leaves something in the session. */
static bool apply_some(struct task *task)
{
	for (size_t i = 0; i < task->position.nr; i++) {
		if (!apply_one(task, i)) {
			return false;
		}
		if (task->visit.dirty && i + 1 < task->position.nr) {
			return true;
		}
	}
	return false;
}

/* The session is cleaned and the lock is taken anew: somebody may have been here. */
static bool look_again(struct task *task)
{
	struct err err;

	if (visit_renew(&task->visit, &err) < 0) {
		fail_outside(task, &err);
		return false;
	}
	if (!read_history(task) || !is_as_seen(task) || find_position(task)) {
		return task->outcome.event == TASK_TAKE && is_let(task);
	}
	if (task->outcome.event == TASK_NOTHING) {
		task->outcome.event = TASK_APPLIED; /* by us, and the rest by somebody else */
	}
	return false;
}

static void work(struct task *task)
{
	bool is_more;

	if (!enter(task) || !read_history(task) || !is_as_seen(task) || !recover(task) ||
	    !find_position(task)) {
		return;
	}
	show_size(task);
	if (!is_let(task)) {
		return;
	}
	do {
		is_more = apply_some(task);
	} while (is_more && look_again(task));
}

/* What was applied last, whether the release knows it or not. */
static const char *last_applied(const struct history *history)
{
	const char *version = NULL;

	for (size_t i = 0; i < history->nr; i++) {
		if (history->rows[i].state == HISTORY_APPLIED) {
			version = history->rows[i].version;
		}
	}
	return version;
}

static void answer(struct task *task, int64_t began_ms)
{
	struct exec_result *result = task->result;
	const struct release *release = task->order->release;

	result->event = task->outcome.event;
	result->server_down = task->outcome.server_down;
	result->server_denied = task->outcome.server_denied;
	result->err = task->outcome.err;
	result->ok = task->outcome.event == TASK_APPLIED || task->outcome.event == TASK_NOTHING ||
		     task->outcome.event == TASK_PARK || task->outcome.event == TASK_AHEAD;
	if (task->outcome.err.code != ERR_NONE) {
		result->reason = g_strdup(task->outcome.err.msg);
	} else if (task->outcome.event == TASK_APPLIED && task->rewritten->len > 0) {
		result->reason = g_strdup(task->rewritten->str);
	}
	if (result->event == TASK_AHEAD) {
		result->version = g_strdup(last_applied(&task->history));
	} else if (task->newest >= 0) {
		result->version = g_strdup(release->migrations[task->newest].version);
	}
	result->epoch = task->history.epoch;
	expect_shape(task);
	result->statement = task->statement;
	result->statements = task->statements;
	result->run_ms = tick_ms() - began_ms;
}

void task_run(struct exec_order *order, struct exec_result *result)
{
	int64_t began_ms = tick_ms();
	struct task task = {
		.order = order,
		.result = result,
		.name = shell_word(order->label == NULL ? "R/T" : order->label),
		.newest = -1,
		.measures = measures_new(),
		.rewritten = g_string_new(NULL),
	};

	work(&task);
	measures_finish(task.measures, task.visit.session, order, result);
	g_array_unref(task.measures);
	if (order->live != NULL) {
		atomic_store(&order->live->connection_id, 0);
	}
	visit_end(&task.visit);
	answer(&task, began_ms);
	g_string_free(task.rewritten, TRUE);
	visit_rest(order); /* the next task has the same clients beside it */
	history_release(&task.history);
	position_release(&task.position);
	g_free(task.name);
}
