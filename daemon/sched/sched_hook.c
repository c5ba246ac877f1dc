#include "sched_hook.h"

#include "crash.h"
#include "hook.h"
#include "log.h"
#include "sched_mode.h"
#include "store_event.h"
#include "tick.h"

void hook_job_free(void *data)
{
	struct hook_job *job = data;

	exec_order_free(job->order);
	g_free(job->object);
	g_free(job);
}

/* ---- which -------------------------------------------------------------------------------- */

static int check_all(const struct sched *sched, const char *set, struct err *err)
{
	for (int event = 0; event < HOOK_EVENT_NR; event++) {
		g_autofree char *name = hook_set_get(set, (enum hook_event)event);

		if (name != NULL && hook_find(sched->policy.hooks_dir, name, NULL, err) < 0) {
			return -1;
		}
	}
	return 0;
}

char *sched_hooks_usual(const struct sched *sched)
{
	char *set = g_strdup("");
	struct err ignored; /* the settings were checked when they were read */

	for (char *const *word = sched->policy.hooks; word != NULL && *word != NULL; word++) {
		(void)!hook_set_put(&set, *word, &ignored);
	}
	return set;
}

int sched_hooks_ask(struct sched *sched, char *const *words, char **set, struct err *err)
{
	g_autofree char *asked = sched_hooks_usual(sched);

	for (char *const *word = words; word != NULL && *word != NULL; word++) {
		if (hook_set_put(&asked, *word, err) < 0) {
			return -1;
		}
	}
	if (check_all(sched, asked, err) < 0) {
		return -1;
	}
	g_free(*set);
	*set = g_steal_pointer(&asked);
	return 0;
}

/* ---- begin -------------------------------------------------------------------------------- */

struct hook_call *sched_hook_call(struct sched *sched, const char *set, enum hook_event event)
{
	g_autofree char *name = hook_set_get(set, event);
	int64_t limit_ms = sched->policy.hook_ms;
	struct hook_call *call;

	CHECK(name != NULL);
	call = hook_call_new(sched->policy.hooks_dir, name);
	hook_call_limit(call, tick_ms() + limit_ms, limit_ms);
	hook_call_fact(call, "event", hook_event_names[event]);
	hook_call_fact(call, "hook", name);
	return call;
}

static int note_begun(struct sched *sched, const struct hook_ask *ask, struct err *err)
{
	g_autofree char *text = g_strdup_printf(
		"%s: hook %s begins%s", hook_event_names[ask->event], hook_call_name(ask->call),
		ask->again ? " again: how it ended is not known" : "");

	return sched_note(sched, &sched_self, ask->rollout_id, "hook", ask->object, "begun", text,
			  err);
}

int64_t sched_hook_begin(struct sched *sched, const struct hook_ask *ask, struct err *err)
{
	SCOPED_PTR(hook_call) call = ask->call;
	struct hook_job *job;

	hook_call_fact(call, "again", ask->again ? "1" : NULL);
	sched->settle = true; /* one that runs was begun, also after a power cut */
	if (note_begun(sched, ask, err) < 0) {
		return -1;
	}
	job = g_new0(struct hook_job, 1);
	job->id = ++sched->next_hook;
	job->event = ask->event;
	job->object = g_strdup(ask->object);
	job->tenant_id = ask->tenant_id;
	job->rollout_id = ask->rollout_id;
	job->order = exec_order_new(EXEC_HOOK);
	job->order->id = job->id;
	job->order->live = &job->live;
	job->order->hook = g_steal_pointer(&call);
	g_hash_table_insert(sched->hooks, g_memdup2(&job->id, sizeof(job->id)), job);
	return job->id;
}

void sched_hooks_send(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->hooks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct hook_job *job = value;

		if (job->order != NULL) {
			CRASH_POINT(HOOK_SEND);
			pool_send(sched->hooking, g_steal_pointer(&job->order));
			CRASH_POINT(HOOK_SENT);
		}
	}
}

void sched_hook_stop(struct sched *sched, int64_t id)
{
	struct hook_job *job = g_hash_table_lookup(sched->hooks, &id);

	if (job != NULL) {
		atomic_store(&job->live.stop, 1);
	}
}

void sched_hooks_stop(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->hooks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		atomic_store(&((struct hook_job *)value)->live.stop, 1);
	}
}

/* ---- the end ------------------------------------------------------------------------------ */

static char *text_of(const struct hook_job *job, const struct exec_result *result)
{
	const struct hook_end *end = result->hook;
	const char *event = hook_event_names[job->event];

	if (result->ok) {
		return g_strdup_printf("%s: it took %.2f s, exit code 0", event,
				       (double)end->ms / 1000);
	}
	return end->ran ? g_strdup_printf("%s: after %.2f s: %s", event, (double)end->ms / 1000,
					  result->err.msg)
			: g_strdup_printf("%s: %s", event, result->err.msg);
}

static int note_ended(struct sched *sched, const struct hook_job *job,
		      const struct exec_result *result, struct err *err)
{
	const struct hook_end *end = result->hook;
	g_autofree char *text = text_of(job, result);

	if (result->ok) {
		log_info("hook passed object=%s event=%s ms=%lld", job->object,
			 hook_event_names[job->event], (long long)end->ms);
	} else {
		log_warn("hook failed object=%s text=\"%s\"", job->object, text);
	}
	if (sched_note(sched, &sched_self, job->rollout_id, "hook", job->object,
		       result->ok ? "passed" : "failed", text, err) < 0) {
		return -1;
	}
	if (end->output == NULL || end->output[0] == '\0') {
		return 0;
	}
	return store_event_output(sched->store, end->output, (int64_t)end->lost, err);
}

int sched_hook_ended(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct hook_job *job = g_hash_table_lookup(sched->hooks, &result->id);

	CHECK(job != NULL);
	CRASH_POINT(HOOK_ENDED);
	job->ended = true;
	if (note_ended(sched, job, result, err) < 0) {
		return -1;
	}
	return job->tenant_id != 0 ? sched_mode_hook_ended(sched, job, result, err)
				   : sched_rollout_hook_ended(sched, job, result, err);
}

void sched_hook_lost(struct sched *sched, int64_t id)
{
	struct hook_job *job = g_hash_table_lookup(sched->hooks, &id);

	if (job != NULL) {
		job->ended = true;
		sched_mode_hook_lost(sched, job);
		sched_rollout_hook_lost(sched, job);
	}
}

int sched_hooks_decide(struct sched *sched, struct err *err)
{
	sched_rollout_hooks_stop(sched);
	return sched->stopping ? 0 : sched_mode_hooks_decide(sched, err);
}

/* Whoever asked for it may ask for another. */
static void let_go(struct sched *sched, const struct hook_job *job)
{
	struct mode_run *mode = sched_mode_find(sched, job->tenant_id);
	struct run *run = g_hash_table_lookup(sched->runs, &job->rollout_id);

	if (mode != NULL && mode->hook_id == job->id) {
		mode->hook_id = 0;
	}
	if (run != NULL && run->hook_id == job->id) {
		run->hook_id = 0;
	}
}

static bool remove_each(struct sched *sched, bool fresh)
{
	bool removed = false;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->hooks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct hook_job *job = value;

		if (fresh ? job->order != NULL : job->ended) {
			let_go(sched, job);
			g_hash_table_iter_remove(&iter);
			removed = true;
		}
	}
	return removed;
}

void sched_hooks_finish(struct sched *sched)
{
	if (remove_each(sched, false)) {
		sched_wake(sched);
	}
}

void sched_hooks_undo(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	(void)remove_each(sched, true);
	g_hash_table_iter_init(&iter, sched->hooks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct hook_job *)value)->ended = false;
	}
}
