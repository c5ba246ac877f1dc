/*
 * Hooks of a whole rollout: one before its tenants are looked at, which may refuse it, and one
 * when all of its tasks have ended, which may not.
 */
#include "hook.h"
#include "sched_hook.h"
#include "store_rollout.h"

static void add_count(struct hook_call *call, const struct run *run, enum task_state state)
{
	g_autofree char *name = g_strdup_printf("tasks_%s", task_state_names[state]);
	g_autofree char *number = g_strdup_printf("%lld", (long long)run_count(run, -1, state));

	hook_call_fact(call, name, number);
}

static struct hook_call *call_of(struct sched *sched, const struct run *run, enum hook_event event,
				 const char *outcome)
{
	static const enum task_state told[] = { TASK_DONE,    TASK_FAILED, TASK_IN_DOUBT,
						TASK_SKIPPED, TASK_HELD,   TASK_CANCELLED };
	struct hook_call *call = sched_hook_call(sched, run->row.hooks, event);
	g_autofree char *id = g_strdup_printf("r%lld", (long long)run->id);

	hook_call_fact(call, "rollout", id);
	hook_call_fact(call, "name", run->row.name);
	hook_call_fact(call, "release", run->row.release);
	hook_call_fact(call, "to", run->row.to_version);
	hook_call_fact(call, "selector", run->row.selector);
	hook_call_fact(call, "owner", run->row.owner);
	hook_call_fact(call, "reason", run->row.start_reason);
	hook_call_fact(call, "outcome", outcome);
	for (size_t i = 0; outcome != NULL && i < G_N_ELEMENTS(told); i++) {
		add_count(call, run, told[i]);
	}
	return call;
}

static int begin(struct sched *sched, struct run *run, enum hook_event event, const char *outcome,
		 struct err *err)
{
	g_autofree char *object = g_strdup_printf("r%lld", (long long)run->id);
	g_autofree char *name = hook_set_get(run->row.hooks, event);
	g_autofree char *reason =
		g_strdup_printf("waits: hook %s runs (%s)", name, hook_event_names[event]);
	struct hook_ask ask = {
		.event = event,
		.object = object,
		.rollout_id = run->id,
		.again = (run->row.hooks_begun & HOOK_BIT(event)) != 0,
	};
	int64_t id;

	run->row.hooks_begun |= HOOK_BIT(event);
	store_text_set(&run->row.reason, reason);
	if (store_rollout_put(sched->store, &run->row, err) < 0) {
		return -1;
	}
	ask.call = call_of(sched, run, event, outcome);
	id = sched_hook_begin(sched, &ask, err);
	run->hook_id = MAX(id, 0);
	run->hook_event = event;
	return id < 0 ? -1 : 0;
}

int sched_rollout_hook(struct sched *sched, struct run *run, enum hook_event event,
		       const char *outcome, struct err *err)
{
	if (!hook_set_has(run->row.hooks, event) || (run->hooks_done & HOOK_BIT(event)) != 0) {
		return 1;
	}
	if (run->hook_id != 0 || sched->stopping) {
		return 0;
	}
	return begin(sched, run, event, outcome, err);
}

/* Its tenants are looked at next; or it is refused, unless a human has stopped it meanwhile. */
static int before_ended(struct sched *sched, struct run *run, const struct exec_result *result,
			struct err *err)
{
	bool is_wanted = fsm_has(&fsm_rollout, (int)run->row.state, ROLLOUT_SURVEY_FAIL);

	if (!result->ok && is_wanted && result->err.code != ERR_CANCELLED) {
		return sched_rollout_move(sched, run, ROLLOUT_SURVEY_FAIL, &sched_self,
					  result->err.msg, err);
	}
	if (result->ok) {
		run->hooks_done |= HOOK_BIT(HOOK_BEFORE_ROLLOUT);
	}
	if (is_wanted) {
		store_text_set(&run->row.reason, "its tenants are being looked at");
	}
	return store_rollout_put(sched->store, &run->row, err);
}

int sched_rollout_hook_ended(struct sched *sched, const struct hook_job *job,
			     const struct exec_result *result, struct err *err)
{
	struct run *run = g_hash_table_lookup(sched->runs, &job->rollout_id);

	if (run == NULL || run->hook_id != job->id || (sched->stopping && !result->ok)) {
		return 0; /* stopped: the next start asks it again */
	}
	if (sched_run_get(sched, run->id, &run, err) < 0) {
		return -1;
	}
	run->row.hooks_begun &= ~HOOK_BIT(job->event);
	if (job->event == HOOK_BEFORE_ROLLOUT) {
		return before_ended(sched, run, result, err);
	}
	if (run_open_count(run, RUN_WAVES_MAX - 1) == 0) {
		run->hooks_done |= HOOK_BIT(job->event); /* else it has more to do, by a retry */
	}
	return store_rollout_put(sched->store, &run->row, err);
}

void sched_rollout_hook_lost(struct sched *sched, const struct hook_job *job)
{
	struct run *run = g_hash_table_lookup(sched->runs, &job->rollout_id);

	if (run != NULL && run->hook_id == job->id && job->event == HOOK_AFTER_ROLLOUT) {
		run->hooks_done |= HOOK_BIT(job->event);
	}
}

/* A rollout that does not begin now does not wait for what comes before. */
void sched_rollout_hooks_stop(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct run *run = value;

		if (run->hook_id != 0 && run->hook_event == HOOK_BEFORE_ROLLOUT &&
		    !fsm_has(&fsm_rollout, (int)run->row.state, ROLLOUT_SURVEY_FAIL)) {
			sched_hook_stop(sched, run->hook_id);
		}
	}
}
