/*
 * A rollout from outside: what an operator may do to it, and the one function that writes
 * its state.
 */
#include <string.h>

#include "crash.h"
#include "log.h"
#include "sched_close.h"
#include "sched_phase.h"
#include "sched_state.h"
#include "store_rollout.h"
#include "store_task.h"
#include "tick.h"

int sched_rollout_id_add(const struct store_rollout *rollout, void *ctx, struct err *err)
{
	GArray *ids = ctx;

	(void)err;
	g_array_append_val(ids, rollout->id);
	return 0;
}

int sched_run_get(struct sched *sched, int64_t id, struct run **run, struct err *err)
{
	struct run *found = g_hash_table_lookup(sched->runs, &id);

	if (found == NULL) {
		found = run_new(id);
		g_hash_table_insert(sched->runs, g_memdup2(&id, sizeof(id)), found);
	}
	if (found->stale && run_load(found, sched->store, err) < 0) {
		return -1;
	}
	*run = found;
	return 0;
}

static void set_times(struct store_rollout *row, enum rollout_state from)
{
	if (row->state == ROLLOUT_RUNNING && row->started_at == 0) {
		row->started_at = tick_wall_ms();
	}
	if (row->state == ROLLOUT_RUNNING) {
		row->over_budget = false;
	}
	if (fsm_is_end(&fsm_rollout, (int)row->state)) {
		row->ended_at = tick_wall_ms();
	} else if (fsm_is_end(&fsm_rollout, (int)from)) {
		row->ended_at = 0;
	}
}

int sched_rollout_move(struct sched *sched, struct run *run, enum rollout_event event,
		       const struct sched_actor *actor, const char *text, struct err *err)
{
	const struct fsm_edge *edge = fsm_next(&fsm_rollout, (int)run->row.state, (int)event, err);
	enum rollout_state from = run->row.state;
	g_autofree char *object = NULL;

	if (edge == NULL) {
		return err_prefix(err, "r%lld", (long long)run->id);
	}
	run->row.state = (enum rollout_state)edge->to;
	store_text_set(&run->row.reason, text != NULL ? text : edge->why);
	set_times(&run->row, from);
	if (fsm_is_end(&fsm_rollout, (int)from)) {
		run->hooks_done = 0; /* its next end is told, too */
	}
	sched->settle = true;
	if (store_rollout_put(sched->store, &run->row, err) < 0) {
		return -1;
	}
	CRASH_EDGE("rollout", rollout_state_names[from], rollout_event_names[event]);
	object = g_strdup_printf("r%lld", (long long)run->id);
	log_info("rollout %s rollout=%s name=%s reason=\"%s\"", rollout_state_names[run->row.state],
		 object, run->row.name, run->row.reason);
	return sched_note(sched, actor, run->id, "rollout", object,
			  rollout_state_names[run->row.state], run->row.reason, err);
}

/* ---- verbs -------------------------------------------------------------------------- */

static const struct {
	enum rollout_event event;
	const char *name;
} verbs[] = {
	{ ROLLOUT_PAUSE, "pause" }, { ROLLOUT_RESUME, "resume" }, { ROLLOUT_PROMOTE, "promote" },
	{ ROLLOUT_ABORT, "abort" }, { ROLLOUT_RETRY, "retry" },
};

const char *const *sched_rollout_actions(const struct store_rollout *rollout)
{
	/* one list per state, made from the table on the first call */
	static const char *lists[ROLLOUT_STATE_NR][G_N_ELEMENTS(verbs) + 1];
	const char **list = lists[rollout->state];
	size_t nr = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (fsm_has(&fsm_rollout, (int)rollout->state, (int)verbs[i].event)) {
			list[nr++] = verbs[i].name;
		}
	}
	return list;
}

/* "paused by anna: disk is filling up" */
static char *actor_text(const char *verb, const struct sched_actor *actor)
{
	if (actor->reason != NULL && actor->reason[0] != '\0') {
		return g_strdup_printf("%s by %s: %s", verb, actor->name, actor->reason);
	}
	return g_strdup_printf("%s by %s", verb, actor->name);
}

static int open_gates(struct sched *sched, struct run *run, bool full,
		      const struct sched_actor *actor, struct err *err)
{
	struct run_wave *wave = run_current_wave(run);

	if (full) {
		run->row.gate_human = false;
	}
	if (wave == NULL) {
		run->row.phase_open = run->row.phase_open || full;
		return sched_phase_begin(sched, run, actor, err);
	}
	if (wave->row.state != WAVE_GATED) {
		return 0;
	}
	wave->row.state = WAVE_DONE;
	store_text_set(&wave->row.gate, NULL);
	CRASH_EDGE("wave", wave_state_names[WAVE_GATED], wave_event_names[WAVE_PROMOTE]);
	return store_wave_put(sched->store, &wave->row, err);
}

static int retry_one(struct sched *sched, struct run *run, const char *tenant,
		     const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_task) task = { 0 };

	if (store_task_get(sched->store, run->id, tenant, &task, err) < 0) {
		return -1;
	}
	if (task.state == TASK_IN_DOUBT) {
		return err_set(err, ERR_CONFLICT,
			       "r%lld/%s is in doubt: look at the tenant, then \"muster task "
			       "resolve r%lld/%s --as applied|not-applied|at=N\"",
			       (long long)run->id, tenant, (long long)run->id, tenant);
	}
	return task.state == TASK_HELD
		       ? sched_held_retry_one(sched, run, &task, actor, err)
		       : sched_task_move(sched, run, &task, TASK_RETRY, actor, NULL, err);
}

static int retry(struct sched *sched, struct run *run, const struct sched_verb *verb,
		 const struct sched_actor *actor, struct err *err)
{
	int64_t held = 0;

	if (verb->tenant != NULL) {
		return retry_one(sched, run, verb->tenant, actor, err);
	}
	if (sched_held_retry(sched, run, actor, &held, err) < 0) {
		return -1;
	}
	if (held == 0 && run_count(run, -1, TASK_FAILED) == 0) {
		return err_set(err, ERR_CONFLICT, "r%lld has no failed task to retry%s",
			       (long long)run->id,
			       run_count(run, -1, TASK_IN_DOUBT) > 0
				       ? ": those in doubt need \"muster task resolve\""
				       : "");
	}
	return sched_task_move_all(sched, run, TASK_FAILED, TASK_RETRY, 0, NULL, err);
}

static int check_resume(const struct run *run, struct err *err)
{
	if (run_failed(run) <= run->row.budget_limit) {
		return 0;
	}
	return err_set(err, ERR_CONFLICT,
		       "r%lld has %lld failed tasks and a budget of %lld: retry them with \"muster "
		       "rollout retry r%lld\" or allow more with \"muster rollout set r%lld "
		       "budget=N\"",
		       (long long)run->id, (long long)run_failed(run),
		       (long long)run->row.budget_limit, (long long)run->id, (long long)run->id);
}

static int apply(struct sched *sched, struct run *run, const struct sched_verb *verb,
		 const struct sched_actor *actor, struct err *err)
{
	switch (verb->event) {
	case ROLLOUT_RESUME:
		run_look_again(run);
		return check_resume(run, err);
	case ROLLOUT_PROMOTE:
		run_look_again(run);
		return open_gates(sched, run, verb->full, actor, err);
	case ROLLOUT_RETRY:
		return retry(sched, run, verb, actor, err);
	case ROLLOUT_PAUSE:
	case ROLLOUT_ABORT:
		sched_running_stop(sched, run->id);
		if (verb->now) {
			sched_kill_of_rollout(sched, run->id);
		}
		return 0;
	case ROLLOUT_SURVEYED:
	case ROLLOUT_SURVEY_FAIL:
	case ROLLOUT_OVER_BUDGET:
	case ROLLOUT_QUIET:
	case ROLLOUT_GATE:
	case ROLLOUT_END_GOOD:
	case ROLLOUT_END_BAD:
	case ROLLOUT_EVENT_NR:
		break;
	}
	return err_set(err, ERR_INVALID, "\"%s\" is not for an operator",
		       rollout_event_names[verb->event]);
}

static char *verb_text(enum rollout_event event, const struct sched_actor *actor)
{
	static const char *const past[ROLLOUT_EVENT_NR] = {
		[ROLLOUT_PAUSE] = "paused",     [ROLLOUT_RESUME] = "resumed",
		[ROLLOUT_PROMOTE] = "promoted", [ROLLOUT_ABORT] = "aborted",
		[ROLLOUT_RETRY] = "retried",
	};

	return actor_text(past[event], actor);
}

/* The run of a rollout named by a person, with its revision checked. */
static int find_run(struct sched *sched, const char *word, int64_t revision, struct run **run,
		    struct err *err)
{
	SCOPED(store_rollout) row = { 0 };

	if (store_rollout_get(sched->store, word, &row, err) < 0 ||
	    sched_run_get(sched, row.id, run, err) < 0) {
		return -1;
	}
	if (revision != 0 && (*run)->row.revision != revision) {
		return err_set_native(err, ERR_CONFLICT, SCHED_REVISION_CONFLICT,
				      "r%lld is at revision %lld, not %lld: somebody changed it",
				      (long long)row.id, (long long)(*run)->row.revision,
				      (long long)revision);
	}
	return 0;
}

/* The throttle paused it, and would resume it: now a human says that it stays. */
static int keep_paused(struct sched *sched, struct run *run, const struct sched_actor *actor,
		       const char *text, struct store_rollout *out, struct err *err)
{
	g_autofree char *object = g_strdup_printf("r%lld", (long long)run->id);

	run->row.throttled = false;
	store_text_set(&run->row.reason, text);
	sched->settle = true;
	if (store_rollout_put(sched->store, &run->row, err) < 0 ||
	    sched_note(sched, actor, run->id, "rollout", object,
		       rollout_state_names[ROLLOUT_PAUSED], text, err) < 0) {
		run->stale = true;
		return -1;
	}
	return store_rollout_get_id(sched->store, run->id, out, err);
}

int sched_rollout_verb(struct sched *sched, const char *rollout, const struct sched_verb *verb,
		       const struct sched_actor *actor, struct store_rollout *out, struct err *err)
{
	g_autofree char *text = verb_text(verb->event, actor);
	struct run *run = NULL;

	if (find_run(sched, rollout, verb->revision, &run, err) < 0) {
		return -1;
	}
	if (verb->event == ROLLOUT_PAUSE && run->row.state == ROLLOUT_PAUSED &&
	    run->row.throttled) {
		return keep_paused(sched, run, actor, text, out, err);
	}
	if (fsm_next(&fsm_rollout, (int)run->row.state, (int)verb->event, err) == NULL) {
		return err_prefix(err, "r%lld", (long long)run->id);
	}
	run->row.throttled = run->row.throttled && verb->event == ROLLOUT_RETRY;
	if (apply(sched, run, verb, actor, err) < 0 ||
	    sched_rollout_move(sched, run, verb->event, actor, text, err) < 0) {
		run->stale = true;
		return -1;
	}
	return store_rollout_get_id(sched->store, run->id, out, err);
}

/* ---- live settings ------------------------------------------------------------------ */

static int parse_count(const char *key, const char *value, int64_t least, int64_t *out,
		       struct err *err)
{
	gint64 number = 0;

	if (!g_ascii_string_to_signed(value, 10, least, 1000000, &number, NULL)) {
		return err_set(err, ERR_INVALID, "%s: \"%s\" is not a number from %lld to 1000000",
			       key, value, (long long)least);
	}
	*out = number;
	return 0;
}

static int parse_priority(const char *value, int64_t *out, struct err *err)
{
	gint64 number = 0;

	if (!g_ascii_string_to_signed(value, 10, SCHED_PRIORITY_LEAST, SCHED_PRIORITY_MOST, &number,
				      NULL)) {
		return err_set(err, ERR_INVALID, "priority: \"%s\" is not a number from %d to %d",
			       value, SCHED_PRIORITY_LEAST, SCHED_PRIORITY_MOST);
	}
	*out = number;
	return 0;
}

static int parse_duration(const char *key, const char *value, int64_t *out, struct err *err)
{
	int64_t ms = tick_duration_parse(value);

	if (ms < 0) {
		return err_set(err, ERR_INVALID, "%s: \"%s\" is not a duration such as 90s or 15m",
			       key, value);
	}
	*out = ms;
	return 0;
}

int sched_budget_parse(const char *text, int64_t tenants, int64_t *limit, struct err *err)
{
	size_t len = strlen(text);
	guint64 percent = 0;

	if (len > 1 && text[len - 1] == '%') {
		g_autofree char *digits = g_strndup(text, len - 1);

		if (!g_ascii_string_to_unsigned(digits, 10, 0, 100, &percent, NULL)) {
			return err_set(err, ERR_INVALID,
				       "budget: \"%s\" is not a share of 0%% to 100%%", text);
		}
		*limit = (tenants * (int64_t)percent + 99) / 100;
		return 0;
	}
	return parse_count("budget", text, 0, limit, err);
}

static int set_key(struct run *run, const char *key, const char *value, struct err *err)
{
	int64_t total = 0;

	for (int state = 0; state < TASK_STATE_NR; state++) {
		total += run_count(run, -1, (enum task_state)state);
	}
	if (strcmp(key, "budget") == 0) {
		return sched_budget_parse(value, total, &run->row.budget_limit, err);
	}
	if (strcmp(key, "running") == 0) {
		return parse_count(key, value, 1, &run->row.running_limit, err);
	}
	if (strcmp(key, "per_server") == 0) {
		return parse_count(key, value, 0, &run->row.per_server_limit, err);
	}
	if (strcmp(key, "priority") == 0) {
		return parse_priority(value, &run->row.priority, err);
	}
	if (strcmp(key, "stall") == 0) {
		return parse_duration(key, value, &run->row.stall_ms, err);
	}
	if (strcmp(key, "bake") == 0) {
		return parse_duration(key, value, &run->row.bake_ms, err);
	}
	if (strcmp(key, "max_closed") == 0) {
		return parse_duration(key, value, &run->row.max_closed_ms, err);
	}
	if (strcmp(key, "window") == 0) {
		return sched_window_word(value, &run->row.ignore_window, err);
	}
	return err_set(err, ERR_INVALID,
		       "\"%s\" cannot be set on a rollout: budget, running, per_server, priority, "
		       "stall, bake, max_closed and window can",
		       key);
}

int sched_rollout_set(struct sched *sched, const char *rollout, const char *key, const char *value,
		      const struct sched_actor *actor, struct store_rollout *out, struct err *err)
{
	g_autofree char *text = g_strdup_printf("%s=%s", key, value);
	g_autofree char *object = NULL;
	struct run *run = NULL;
	int64_t bake_ms;
	int64_t held = 0;

	if (find_run(sched, rollout, 0, &run, err) < 0) {
		return -1;
	}
	if (*sched_rollout_actions(&run->row) == NULL) {
		return err_set(err, ERR_CONFLICT, "r%lld is %s: nothing of it runs any more",
			       (long long)run->id, rollout_state_names[run->row.state]);
	}
	bake_ms = run->row.bake_ms;
	if (set_key(run, key, value, err) < 0 ||
	    store_rollout_put(sched->store, &run->row, err) < 0 ||
	    sched_wave_rebake(sched, run, bake_ms, err) < 0) {
		run->stale = true;
		return -1;
	}
	if (strcmp(key, "max_closed") == 0 && !fsm_is_end(&fsm_rollout, (int)run->row.state) &&
	    sched_held_retry(sched, run, actor, &held, err) < 0) {
		run->stale = true;
		return -1;
	}
	sched_window_changed(sched, SCHED_SCOPE_ROLLOUT, run->id);
	object = g_strdup_printf("r%lld", (long long)run->id);
	if (sched_note(sched, actor, run->id, "rollout.set", object,
		       rollout_state_names[run->row.state], text, err) < 0) {
		return -1;
	}
	return store_rollout_get_id(sched->store, run->id, out, err);
}

/* ---- tasks --------------------------------------------------------------------------- */

int sched_task_skip(struct sched *sched, const char *rollout, const char *tenant,
		    const struct sched_actor *actor, struct store_task *out, struct err *err)
{
	g_autofree char *text = actor_text("skipped", actor);
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (find_run(sched, rollout, 0, &run, err) < 0 ||
	    store_task_get(sched->store, run->id, tenant, &task, err) < 0) {
		return -1;
	}
	if (task.state == TASK_DONE && !sched_phase_follows(run, &task)) {
		return err_set(err, ERR_CONFLICT, "r%lld/%s is done already", (long long)run->id,
			       tenant);
	}
	if (sched_task_move(sched, run, &task, TASK_SKIP, actor, text, err) < 0 ||
	    sched_wave_recount(sched, run, err) < 0) {
		return -1;
	}
	return store_task_get_id(sched->store, task.id, out, err);
}

int sched_task_kill(struct sched *sched, const char *rollout, const char *tenant,
		    const struct sched_actor *actor, struct store_task *out, struct err *err)
{
	g_autofree char *object = NULL;
	struct running *running;
	struct run *run = NULL;

	if (find_run(sched, rollout, 0, &run, err) < 0 ||
	    store_task_get(sched->store, run->id, tenant, out, err) < 0) {
		return -1;
	}
	running = g_hash_table_lookup(sched->running, &out->id);
	if (running == NULL || running->ended) {
		return err_set(err, ERR_CONFLICT, "r%lld/%s runs nothing: it is %s",
			       (long long)run->id, tenant, task_state_names[out->state]);
	}
	object = g_strdup_printf("r%lld/%s", (long long)run->id, tenant);
	if (sched_note(sched, actor, run->id, "task.kill", object, task_state_names[out->state],
		       "its statement is ended", err) < 0) {
		return -1;
	}
	sched_kill_one(sched, running);
	return 0;
}

static int64_t bakes_left_ms(const struct run *run)
{
	int64_t now = tick_wall_ms();
	int64_t left = 0;

	for (size_t i = 1; i < RUN_WAVES_MAX && run->waves[i].row.seq != 0; i++) {
		const struct store_wave *wave = &run->waves[i].row;

		if (wave->state == WAVE_BAKING) {
			left += MAX(wave->bake_until - now, 0);
		} else if ((wave->state == WAVE_PENDING || wave->state == WAVE_RUNNING) &&
			   !run_is_last_wave(run, wave->seq)) {
			left += run->row.bake_ms;
		}
	}
	return left;
}

void sched_rollout_pace(const struct sched *sched, int64_t rollout_id, double *rate, int64_t *eta_s)
{
	const struct run *run = g_hash_table_lookup(sched->runs, &rollout_id);
	int64_t left;

	*rate = 0;
	*eta_s = -1;
	if (run == NULL || run->stale) {
		return;
	}
	*rate = run_rate(run, tick_ms());
	left = run_open_count(run, RUN_WAVES_MAX - 1);
	if (*rate > 0 && run->row.state == ROLLOUT_RUNNING) {
		*eta_s = (int64_t)((double)left / *rate + (double)bakes_left_ms(run) / 1000 + 0.5);
	}
}
