/*
 * One function moves a task: sched_task_move takes the row of the table, writes the new
 * state with its reason and the event, and keeps the copy in memory in step.
 */
#include "crash.h"
#include "db_fault.h"
#include "log.h"
#include "rates.h"
#include "release.h"
#include "sched_close.h"
#include "sched_guard.h"
#include "sched_state.h"
#include "sched_throttle.h"
#include "store_epoch.h"
#include "store_rate.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"

#define WAIT_FIRST_MS 500
#define WAIT_MAX_MS   30000
#define LOST_MAX      10 /* attempts */

static bool is_running(enum task_state state)
{
	return state == TASK_RUNNING || state == TASK_VERIFYING;
}

/*
 * A power cut may undo that a task was taken, parked or done: the tenant's history says it
 * again. That it failed or was put aside is ours alone to remember.
 */
static bool is_decision(enum task_state state)
{
	return fsm_is_end(&fsm_task, (int)state) ? state != TASK_DONE : state == TASK_HELD;
}

/* While it was put aside a human may have changed the tenant, and perhaps had to. */
static bool is_pause(enum task_event event)
{
	return event == TASK_RETRY || event == TASK_RESOLVE || event == TASK_UNHOLD ||
	       event == TASK_PROMOTE;
}

/* What went wrong before is in the log: it is not why the task stands where it does now. */
static void forget_error(struct store_task *task, enum task_event event)
{
	if (!is_pause(event) && task->state != TASK_DONE && task->state != TASK_HELD) {
		return;
	}
	store_text_set(&task->err_code, NULL);
	store_text_set(&task->err_message, NULL);
	task->err_native = 0;
	if (task->state != TASK_HELD) {
		store_text_set(&task->difference, NULL); /* of one that is held it is news */
	}
}

static void set_times(struct store_task *task, enum task_state from)
{
	if (task->state == TASK_RUNNING && from == TASK_PENDING) {
		task->started_at = tick_wall_ms();
		task->finished_at = 0;
		task->attempt++;
	}
	if (fsm_is_end(&fsm_task, (int)task->state)) {
		task->finished_at = tick_wall_ms();
	}
	if (task->state == TASK_PENDING) {
		task->not_before = 0;
	}
	if (task->state != TASK_WAITING) {
		task->window_at = 0;
	}
}

static void log_move(const struct store_task *task)
{
	if (task->state == TASK_FAILED || task->state == TASK_IN_DOUBT) {
		log_warn("task %s rollout=r%lld tenant=%s server=%s reason=\"%s\"",
			 task_state_names[task->state], (long long)task->rollout_id, task->tenant,
			 task->server, task->reason);
		return;
	}
	log_debug("task %s rollout=r%lld tenant=%s server=%s reason=\"%s\"",
		  task_state_names[task->state], (long long)task->rollout_id, task->tenant,
		  task->server, task->reason);
}

/*
 * A task that was parked or waits may have begun: where it stands is said, for a half applied
 * file is not "never begun". Owned; NULL: what the table says is true.
 */
static char *why_cancelled(const struct store_task *task)
{
	if (task->migration != NULL && task->statement > 0) {
		return g_strdup_printf("the rollout was aborted at %lld/%lld of %s; the next "
				       "rollout goes on there",
				       (long long)task->statement, (long long)task->statements,
				       task->migration);
	}
	return task->attempt > 0 ? g_strdup("the rollout was aborted before it ended") : NULL;
}

int sched_task_move(struct sched *sched, struct run *run, struct store_task *task,
		    enum task_event event, const struct sched_actor *actor, const char *text,
		    struct err *err)
{
	const struct fsm_edge *edge = fsm_next(&fsm_task, (int)task->state, (int)event, err);
	g_autofree char *stands = event == TASK_CANCEL ? why_cancelled(task) : NULL;
	g_autofree char *object = NULL;
	enum task_state from = task->state;

	text = text == NULL ? stands : text;
	if (edge == NULL) {
		return err_prefix(err, "r%lld/%s", (long long)task->rollout_id, task->tenant);
	}
	task->state = (enum task_state)edge->to;
	store_text_set(&task->reason, text != NULL ? text : edge->why);
	set_times(task, from);
	forget_error(task, event);
	sched->settle = sched->settle || is_decision(task->state);
	if (store_task_put(sched->store, task, err) < 0) {
		return -1;
	}
	run_moved(run, task, from);
	CRASH_EDGE("task", task_state_names[from], task_event_names[event]);
	log_move(task);
	if (is_pause(event) && sched_unprepare(sched, run, task, err) < 0) {
		return -1;
	}
	if (event == TASK_TAKE) {
		return 0; /* no news for the audit trail: half of all rows, and the end follows */
	}
	object = g_strdup_printf("r%lld/%s", (long long)task->rollout_id, task->tenant);
	return sched_note(sched, actor, task->rollout_id, "task", object,
			  task_state_names[task->state], task->reason, err);
}

int sched_task_said(struct sched *sched, const struct letter *letter, struct err *err)
{
	const struct running *running = g_hash_table_lookup(sched->running, &letter->task_id);
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;
	bool verifying;

	if (running == NULL || running->ended) {
		return 0; /* its result was faster */
	}
	if (sched_run_get(sched, running->rollout_id, &run, err) < 0 ||
	    store_task_get_id(sched->store, letter->task_id, &task, err) < 0) {
		return -1;
	}
	verifying = atomic_load(&running->live.verifying) != 0;
	if (verifying != (task.state == TASK_VERIFYING)) {
		return sched_task_move(sched, run, &task, verifying ? TASK_VERIFY : TASK_WAKE,
				       &sched_self, letter->said, err);
	}
	store_text_set(&task.reason, letter->said);
	if (atomic_load(&running->live.waiting) != 0 &&
	    sched_throttle_reason(sched, task.server_id) != NULL) {
		g_free(task.reason);
		task.reason = g_strdup_printf("waits: server %s: %s", task.server,
					      sched_throttle_reason(sched, task.server_id));
	}
	task.statement = atomic_load(&running->live.statement);
	task.statements = atomic_load(&running->live.statements);
	return store_task_put(sched->store, &task, err);
}

/* What the worker found out, into the row. */
static void take_facts(struct store_task *task, const struct exec_result *result)
{
	task->statement = result->statement;
	task->statements = result->statements;
	store_text_set(&task->migration, result->migration);
	store_text_set(&task->difference, result->difference);
	if (result->event == TASK_REFUSED || result->event == TASK_LOST ||
	    result->event == TASK_DOUBT || (result->event == TASK_TRANSIENT && !result->ok)) {
		store_text_set(&task->err_code, err_code_names[result->err.code]);
		store_text_set(&task->err_message, result->err.msg);
		task->err_native = result->err.native;
		return;
	}
	store_text_set(&task->err_code, NULL);
	store_text_set(&task->err_message, NULL);
	task->err_native = 0;
}

void sched_task_wait(struct sched *sched, struct store_task *task)
{
	task->not_before =
		tick_wall_ms() + MIN(WAIT_FIRST_MS << MIN(task->attempt, 8), WAIT_MAX_MS);
	sched->due_at =
		sched->due_at == 0 ? task->not_before : MIN(sched->due_at, task->not_before);
}

bool sched_task_is_overlong(const struct store_task *task)
{
	return task->not_before - tick_wall_ms() > WAIT_MAX_MS;
}

static void set_wait(struct sched *sched, struct store_task *task, const struct exec_result *result)
{
	if (result->server_down || result->server_denied) {
		task->not_before = 0; /* the server's return wakes it, not time */
	} else {
		sched_task_wait(sched, task);
	}
}

/* How long its statements took. */
static int learn(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct link *link = g_hash_table_lookup(sched->links, &result->server_id);

	for (size_t i = 0; i < result->nr_measures; i++) {
		const struct exec_measure *measure = &result->measures[i];
		const struct store_rate rate = {
			.server_id = result->server_id,
			.algorithm = measure->algorithm,
			.size = rates_size(measure->bytes),
			.bytes = measure->bytes,
			.ms = measure->ms,
		};

		if (store_rate_add(sched->store, &rate, err) < 0) {
			return -1;
		}
	}
	if (link != NULL && result->nr_measures > 0) {
		link->measured++;
	}
	return 0;
}

/* What is left unfinished when a task ends; NULL: nothing. */
static const char *unfinished(const struct exec_result *result)
{
	bool is_open = result->event == TASK_REFUSED || result->event == TASK_LOST ||
		       result->event == TASK_DOUBT;

	return is_open ? result->migration : NULL;
}

static int note_version(struct sched *sched, const struct store_task *task,
			const struct exec_result *result, struct err *err)
{
	const struct store_found found = {
		.version = result->version,
		.open = unfinished(result),
		.regressed = result->regressed ? task->seen : NULL,
		.bytes = task->bytes,
	};

	sched_tenant_moved(sched, task->tenant_id);
	if (result->epoch > sched->epoch &&
	    store_epoch_seen(sched->store, result->epoch, err) < 0) {
		return -1;
	}
	if (result->version == NULL && !result->regressed) {
		return 0; /* not learnt; what is known stays */
	}
	if (store_tenant_found(sched->store, task->tenant_id, &found, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
	}
	return 0;
}

/* A tenant that turned out to be regressed: the sentence with the command that settles it. */
static char *why_ended(const struct store_task *task, const struct exec_result *result)
{
	return result->regressed ? sched_regressed_reason(task->seen, result->version, task->server,
							  task->schema)
				 : g_strdup(result->reason);
}

static void count_end(struct sched *sched, struct run *run, const struct store_task *task)
{
	if (fsm_is_end(&fsm_task, (int)task->state)) {
		run_paced(run, tick_ms());
	}
	if (task->state == TASK_DONE) {
		sched->stats.tasks_done++;
	}
	if (task->state == TASK_FAILED || task->state == TASK_IN_DOUBT) {
		sched->stats.tasks_failed++;
	}
}

/* A statement that takes the link down again and again is not sent for ever. */
static enum task_event event_of(const struct store_task *task, const struct exec_result *result)
{
	bool is_hopeless = result->event == TASK_LOST && task->attempt >= LOST_MAX;

	return is_hopeless ? TASK_REFUSED : result->event;
}

/* Its server was throttled, or let nobody in; or it must be closed first. */
static bool has_tried_nothing(enum task_event event, const struct exec_result *result,
			      const struct running *running)
{
	return (event == TASK_PARK &&
		(result->wants_closed || atomic_load(&running->live.waiting) != 0)) ||
	       (event == TASK_TRANSIENT && result->entry == EXEC_SHUT_OUT);
}

int sched_task_ended(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct running *running = g_hash_table_lookup(sched->running, &result->id);
	g_autofree char *why = NULL;
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;
	enum task_event event;

	CHECK(running != NULL);
	if (sched_run_get(sched, running->rollout_id, &run, err) < 0 ||
	    store_task_get_id(sched->store, result->id, &task, err) < 0) {
		return -1;
	}
	event = event_of(&task, result);
	running->ended = true;
	if (!is_running(task.state)) {
		return 0; /* settled by a human meanwhile */
	}
	sched->stats.statements += result->statement;
	if (running->close != CLOSE_NONE) {
		sched_guard_rest(sched, result->server_id, result->run_ms);
	}
	take_facts(&task, result);
	if (learn(sched, result, err) < 0) {
		return -1;
	}
	if (has_tried_nothing(event, result, running)) {
		task.attempt--;
	}
	if (result->wants_closed) {
		g_hash_table_add(run->closes, g_memdup2(&task.id, sizeof(task.id)));
	}
	if (event == TASK_TRANSIENT || event == TASK_LOST) {
		set_wait(sched, &task, result);
	}
	why = why_ended(&task, result);
	if (sched_task_move(sched, run, &task, event, &sched_self, why, err) < 0) {
		return -1;
	}
	count_end(sched, run, &task);
	if (sched_task_shaped(sched, &task, result, err) < 0 ||
	    sched_close_ended(sched, run, &task, running, err) < 0) {
		return -1;
	}
	return note_version(sched, &task, result, err);
}

int sched_task_id_add(const struct store_task *task, void *ctx, struct err *err)
{
	GArray *ids = ctx;

	(void)err;
	g_array_append_val(ids, task->id);
	return 0;
}

struct collected {
	int64_t server_id; /* 0: any */
	GArray *ids;       /* int64_t */
};

static int collect(const struct store_task *task, void *ctx, struct err *err)
{
	struct collected *collected = ctx;

	if (collected->server_id != 0 && task->server_id != collected->server_id) {
		return 0;
	}
	return sched_task_id_add(task, collected->ids, err);
}

/* Collected first: a cursor must not run over rows that change under it. */
int sched_task_move_all(struct sched *sched, struct run *run, enum task_state from,
			enum task_event event, int64_t server_id, const char *text, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
	struct collected collected = { server_id, ids };

	if (run_count(run, -1, from) == 0) {
		return 0;
	}
	if (store_task_each(sched->store, run->id, (int)from, 0, 0, collect, &collected, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		SCOPED(store_task) task = { 0 };

		if (store_task_get_id(sched->store, g_array_index(ids, int64_t, i), &task, err) <
		    0) {
			return -1;
		}
		if (sched_task_move(sched, run, &task, event, &sched_self, text, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int wake_one(struct sched *sched, int64_t task_id, struct err *err)
{
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (store_task_get_id(sched->store, task_id, &task, err) < 0 ||
	    sched_run_get(sched, task.rollout_id, &run, err) < 0) {
		return -1;
	}
	return sched_task_move(sched, run, &task, TASK_WAKE, &sched_self, NULL, err);
}

int sched_tasks_wake_due(struct sched *sched, int64_t now, struct err *err)
{
	g_autoptr(GArray) ids = NULL;
	int64_t next;

	if (sched->due_at == 0 || sched->due_at > now || sched->stopping) {
		return 0;
	}
	ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
	if (store_task_due(sched->store, now, sched_task_id_add, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (wake_one(sched, g_array_index(ids, int64_t, i), err) < 0) {
			return -1;
		}
	}
	next = store_task_next_due(sched->store, err);
	if (next < 0) {
		return -1;
	}
	sched->due_at = next;
	return 0;
}

bool sched_task_live(const struct sched *sched, int64_t task_id, struct sched_live *live)
{
	const struct running *running = g_hash_table_lookup(sched->running, &task_id);

	if (running == NULL || running->ended) {
		return false;
	}
	*live = (struct sched_live){
		.statement = atomic_load(&running->live.statement),
		.statements = atomic_load(&running->live.statements),
		.migration = atomic_load(&running->live.migration),
		.rows = atomic_load(&running->live.rows),
		.rows_of = atomic_load(&running->live.rows_of),
	};
	return true;
}

bool sched_task_is_of_text(const struct store_task *task)
{
	return g_strcmp0(task->err_code, err_code_names[ERR_DB]) == 0 &&
	       db_fault_is_of_text((int)task->err_native);
}
