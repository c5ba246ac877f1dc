#include "sched_guard.h"

#include "log.h"
#include "pauses.h"
#include "recall.h"
#include "sample.h"
#include "sched_close.h"
#include "sched_throttle.h"
#include "store_rollout.h"
#include "store_throttle.h"
#include "tick.h"

#define FIRST_MS    300   /* a server that does not answer until then will be silent */
#define KEEP_MS     60000 /* a pause that lasts is written down so often */
#define REST_MAX_MS 10000

void sched_guard_free(struct guard *guard)
{
	g_free(guard->name);
	g_free(guard->sampled);
	g_clear_pointer(&guard->customs, g_hash_table_unref);
	governor_free(guard->governor);
	g_free(guard);
}

/* ---- what follows at once: before its next statement a task looks here ------------------ */

bool sched_guard_pauses(const struct sched *sched, int64_t server_id)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &server_id);

	return guard != NULL && guard->verdict.state >= THROTTLE_PAUSED;
}

/* Percent; 0: all of its time. */
static int share_of(const struct guard *guard)
{
	return guard == NULL || guard->verdict.share >= 1
		       ? 0
		       : MAX((int)(guard->verdict.share * 100 + 0.5), 1);
}

int sched_guard_share(const struct sched *sched, int64_t server_id)
{
	return share_of(g_hash_table_lookup(sched->guards, &server_id));
}

bool sched_guard_slows(const struct sched *sched, int64_t server_id)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &server_id);

	return guard != NULL && guard->verdict.state != THROTTLE_GO;
}

static void tell_running(struct sched *sched, const struct guard *guard)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct running *running = value;

		if (running->server_id == guard->server_id && !sched_close_spares(running)) {
			atomic_store(&running->live.wait, guard->verdict.state >= THROTTLE_PAUSED);
			atomic_store(&running->live.share, share_of(guard));
			atomic_store(&running->live.slow, guard->verdict.state != THROTTLE_GO);
		}
	}
}

bool sched_guard_decide(struct sched *sched, struct guard *guard, int64_t now_ms)
{
	const struct verdict before = guard->verdict;

	if (guard->is_stale) {
		sched_rules_apply(sched, guard, now_ms);
		sched_sampler_renew(sched, guard);
	}
	governor_decide(guard->governor, guard->slots_max, now_ms, &guard->verdict);
	guard->was_stopped = guard->verdict.state == THROTTLE_STOPPED ||
			     (guard->was_stopped && guard->verdict.state >= THROTTLE_PAUSED);
	sched_sampler_pace(guard);
	if (before.state != guard->verdict.state || before.share < guard->verdict.share ||
	    before.share > guard->verdict.share) {
		tell_running(sched, guard);
	}
	return before.state != guard->verdict.state || before.slots != guard->verdict.slots ||
	       before.is_known != guard->verdict.is_known;
}

/* ---- how long it was paused --------------------------------------------------------------- */

static int add_pause(const char *cause, int64_t ms, void *ctx, struct err *err)
{
	struct guard *guard = ctx;

	(void)err;
	pauses_add(governor_pauses(guard->governor), cause, ms);
	return 0;
}

static void remember_paused(struct sched *sched, struct guard *guard, int64_t now_ms)
{
	struct err err = { 0 };

	guard->kept_at_ms = now_ms;
	if (store_paused_each(sched->store, guard->server_id, add_pause, guard, &err) < 0) {
		guard->is_unkept = true; /* rather than too little for ever */
		log_warn("how long a server was paused is not known server=%s error=\"%s\"",
			 guard->name, err.msg);
	}
	guard->kept_ms = pauses_ms(governor_pauses(guard->governor));
	guard->keeping_ms = guard->kept_ms;
}

static bool is_keep_due(const struct guard *guard, int64_t now_ms)
{
	return guard->verdict.state >= THROTTLE_PAUSED && now_ms - guard->kept_at_ms >= KEEP_MS;
}

static int keep_paused(struct sched *sched, struct guard *guard, int64_t now_ms, struct err *err)
{
	const struct pauses *pauses = governor_pauses(guard->governor);
	const struct pause *pause;

	guard->kept_at_ms = now_ms;
	guard->keeping_ms = pauses_ms(pauses);
	if (guard->is_unkept || guard->keeping_ms == guard->kept_ms) {
		return 0;
	}
	for (size_t i = 0; (pause = pauses_get(pauses, i)) != NULL; i++) {
		if (store_paused_put(sched->store, guard->server_id, pause->cause, pause->ms, err) <
		    0) {
			return -1;
		}
	}
	return 0;
}

/* ---- one server ------------------------------------------------------------------------ */

static struct guard *guard_new(struct sched *sched, const struct link *link, int64_t now_ms)
{
	struct guard *guard = g_new0(struct guard, 1);

	guard->server_id = link->id;
	guard->name = g_strdup(link->row.name);
	guard->governor = governor_new(now_ms);
	guard->is_stale = true;
	remember_paused(sched, guard, now_ms);
	g_hash_table_insert(sched->guards, g_memdup2(&link->id, sizeof(link->id)), guard);
	return guard;
}

struct guard *sched_guard_need(struct sched *sched, const struct link *link)
{
	struct guard *guard = g_hash_table_lookup(sched->guards, &link->id);
	int64_t now_ms = tick_ms();
	bool is_new = guard == NULL;

	if (is_new) {
		guard = guard_new(sched, link, now_ms);
	}
	guard->wanted_ms = now_ms;
	sched_sampler_need(sched, guard, link);
	if (is_new || guard->slots_max != link->row.max_running || guard->is_stale) {
		guard->slots_max = link->row.max_running;
		(void)sched_guard_decide(sched, guard, now_ms);
	}
	return guard;
}

void sched_guard_works(struct sched *sched, int64_t server_id)
{
	struct guard *guard = g_hash_table_lookup(sched->guards, &server_id);

	if (guard != NULL) {
		governor_works(guard->governor, tick_ms());
		guard->verdict.period_ms = MIN(guard->verdict.period_ms, GOVERNOR_FAST_MS);
		sched_sampler_pace(guard);
	}
}

char *sched_guard_reason(const struct guard *guard, int64_t now_ms)
{
	return verdict_reason(&guard->verdict, now_ms, tick_wall_ms());
}

int64_t sched_guard_unknown_ms(const struct guard *guard, int64_t now_ms)
{
	int64_t left = guard->begun_ms + FIRST_MS - now_ms;

	return guard->sampler == NULL || guard->verdict.is_known ? 0 : MAX(left, 0);
}

void sched_guard_rest(struct sched *sched, int64_t server_id, int64_t worked_ms)
{
	struct guard *guard = g_hash_table_lookup(sched->guards, &server_id);
	int64_t share = share_of(guard);

	if (share > 0) {
		guard->rests_until =
			tick_ms() + MIN(worked_ms * (100 - share) / share, (int64_t)REST_MAX_MS);
	}
}

int64_t sched_guard_rests_ms(const struct guard *guard, int64_t now_ms)
{
	return guard->verdict.share < 1 ? MAX(guard->rests_until - now_ms, 0) : 0;
}

static int64_t busy(const struct sched *sched, int64_t server_id)
{
	const struct link *link = g_hash_table_lookup(sched->links, &server_id);

	return link == NULL ? 0 : link->tasks + link->jobs;
}

bool sched_guards_take(struct sched *sched, struct sample *sample)
{
	SCOPED_PTR(sample) owned = sample;
	struct guard *guard = g_hash_table_lookup(sched->guards, &sample->server_id);

	if (guard == NULL || owned->at_ms <= guard->begun_ms) { /* of the sampler before */
		return false;
	}
	governor_take(guard->governor, owned, busy(sched, owned->server_id), owned->at_ms);
	return sched_guard_decide(sched, guard, tick_ms());
}

/* ---- the turn ---------------------------------------------------------------------------- */

static bool uses(const struct sched *sched, const struct run *run, int64_t server_id)
{
	GQueue *queue = g_hash_table_lookup(run->queues, &server_id);
	GHashTableIter iter;
	void *value;

	if (queue != NULL && queue->length > 0) {
		return true;
	}
	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct running *running = value;

		if (running->rollout_id == run->id && running->server_id == server_id) {
			return true;
		}
	}
	return false;
}

/* A critical load: rollouts that work there pause, until the throttle lets them go on. */
static int pause_rollouts(struct sched *sched, const struct guard *guard, const char *reason,
			  struct err *err)
{
	g_autofree char *text =
		g_strdup_printf("throttle of server %s: %s; it goes on by itself, see `muster "
				"throttle show %s`",
				guard->name, reason, guard->name);
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct run *run = value;

		if ((run->stale && run_load(run, sched->store, err) < 0)) {
			return -1;
		}
		if (run->row.state != ROLLOUT_RUNNING || !uses(sched, run, guard->server_id)) {
			continue;
		}
		run->row.throttled = true;
		sched_running_yield(sched, run->id);
		if (sched_rollout_move(sched, run, ROLLOUT_PAUSE, &sched_self, text, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* That the first value is waited for is no news. */
static enum throttle_state tellable(const struct guard *guard)
{
	enum throttle_state state = guard->verdict.state;

	return guard->verdict.is_wait ? guard->told : state == THROTTLE_SLOW ? THROTTLE_GO : state;
}

static int tell(struct sched *sched, struct guard *guard, struct err *err)
{
	g_autofree char *reason = sched_guard_reason(guard, tick_ms());
	g_autofree char *object = g_strdup_printf("server/%s", guard->name);
	enum throttle_state state = guard->telling;
	const char *text =
		state == THROTTLE_GO || reason == NULL ? "its load allows it again" : reason;

	if (state == THROTTLE_GO) {
		log_info("throttle go server=%s", guard->name);
	} else {
		log_warn("throttle %s server=%s reason=\"%s\"", throttle_state_names[state],
			 guard->name, text);
	}
	if (sched_note(sched, &sched_self, 0, "throttle", object, throttle_state_names[state], text,
		       err) < 0) {
		return -1;
	}
	return state == THROTTLE_STOPPED ? pause_rollouts(sched, guard, text, err) : 0;
}

/* A sample decides when it comes: what is left is time, and humans. */
static bool is_due(const struct guard *guard, int64_t now_ms)
{
	return guard->is_stale || (guard->verdict.next_ms > 0 && guard->verdict.next_ms <= now_ms);
}

int sched_guards_decide(struct sched *sched, struct err *err)
{
	int64_t now_ms = tick_ms();
	GHashTableIter iter;
	void *value;

	if (sched_rules_refresh(sched, err) < 0) {
		return -1;
	}
	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct guard *guard = value;

		if (is_due(guard, now_ms) || is_keep_due(guard, now_ms) || sched->stopping) {
			(void)sched_guard_decide(sched, guard, now_ms);
		}
		guard->telling = tellable(guard);
		if (guard->telling != guard->told && tell(sched, guard, err) < 0) {
			return -1;
		}
		if ((guard->telling != guard->told || is_keep_due(guard, now_ms) ||
		     sched->stopping) &&
		    keep_paused(sched, guard, now_ms, err) < 0) {
			return -1;
		}
		if (recall_keep(sched, guard, now_ms, err) < 0) {
			return -1;
		}
	}
	return 0;
}

void sched_guards_acted(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct guard *guard = value;

		if (guard->telling == THROTTLE_STOPPED && guard->told != THROTTLE_STOPPED &&
		    sched->policy.throttle_kills) {
			sched_kill_on_server(sched, guard->server_id);
		}
		guard->told = guard->telling;
		guard->kept_ms = guard->keeping_ms;
		recall_kept(guard);
	}
}

/* A human said so, or it says nothing: nothing starts there, and others need not wait for it. */
static bool is_its_own_matter(const struct verdict *verdict)
{
	return verdict->state == THROTTLE_PAUSED && !verdict->is_wait &&
	       (verdict->level == LEVEL_SILENT || g_strcmp0(verdict->cause, "hold") == 0);
}

/* Its load was critical and is not calm yet, or is not known yet. */
static bool keeps_paused(const struct guard *guard)
{
	const struct verdict *verdict = &guard->verdict;

	if (is_its_own_matter(verdict)) {
		return false;
	}
	return guard->was_stopped || verdict->is_wait ||
	       (guard->sampler != NULL && !verdict->is_known);
}

/* Does a task of this rollout run where the load was critical and is not calm yet? */
static bool runs_where_kept(const struct sched *sched, const struct run *run)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct running *running = value;
		const struct guard *guard = g_hash_table_lookup(sched->guards, &running->server_id);

		if (running->rollout_id == run->id && guard != NULL && keeps_paused(guard)) {
			return true;
		}
	}
	return false;
}

/* No server that it has tasks for keeps it, and on one of them something may start. */
static int may_resume(struct sched *sched, struct run *run, bool *may, struct err *err)
{
	bool is_kept = runs_where_kept(sched, run);
	bool has_tasks = false;
	bool may_start = false;
	GHashTableIter iter;
	void *key;
	void *value;

	g_hash_table_iter_init(&iter, run->queues);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct guard *guard;
		struct link *link = NULL;

		if (((GQueue *)value)->length == 0) {
			continue;
		}
		has_tasks = true;
		if (sched_link_get(sched, *(int64_t *)key, &link, err) < 0) {
			if (err->code != ERR_NOT_FOUND) {
				return -1;
			}
			may_start = true; /* it was removed: what is left of it is put aside */
			continue;
		}
		guard = sched_guard_need(sched, link);
		may_start |= guard->verdict.state < THROTTLE_PAUSED;
		is_kept |= keeps_paused(guard);
	}
	*may = !is_kept && (may_start || !has_tasks);
	return 0;
}

int sched_guards_resume(struct sched *sched, struct run *run, struct err *err)
{
	bool may = false;

	if (!run->row.throttled ||
	    (run->row.state != ROLLOUT_PAUSED && run->row.state != ROLLOUT_PAUSING)) {
		return 0;
	}
	if (may_resume(sched, run, &may, err) < 0) {
		return -1;
	}
	if (!may || run_failed(run) > run->row.budget_limit) {
		return 0;
	}
	run->row.throttled = false;
	return sched_rollout_move(sched, run, ROLLOUT_RESUME, &sched_self,
				  "the throttle lets it go on", err);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 ? a : MIN(a, b);
}

int64_t sched_guards_due(struct sched *sched, int64_t now_ms)
{
	int64_t due = sooner(sched_rules_due(sched, now_ms), sched_samplers_due(sched, now_ms));
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct guard *guard = value;
		int64_t left = MAX(guard->verdict.next_ms - now_ms, 0);
		int64_t unknown = sched_guard_unknown_ms(guard, now_ms);
		int64_t rests = sched_guard_rests_ms(guard, now_ms);

		if (guard->verdict.next_ms > 0) {
			due = sooner(due, left);
		}
		if (guard->verdict.state >= THROTTLE_PAUSED) {
			due = sooner(due, MAX(guard->kept_at_ms + KEEP_MS - now_ms, 0));
		}
		if (unknown > 0) {
			due = sooner(due, unknown);
		}
		if (rests > 0) {
			due = sooner(due, rests);
		}
	}
	return due;
}

const char *sched_throttle_reason(const struct sched *sched, int64_t server_id)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &server_id);

	return guard == NULL || guard->verdict.state < THROTTLE_PAUSED ? NULL : guard->verdict.what;
}

char *sched_rollout_throttled(const struct sched *sched, int64_t rollout_id)
{
	const struct run *run = g_hash_table_lookup(sched->runs, &rollout_id);
	const struct guard *guard = NULL;
	GHashTableIter iter;
	void *key;
	void *queue;

	if (run == NULL || run->stale || run->row.state != ROLLOUT_RUNNING) {
		return NULL;
	}
	g_hash_table_iter_init(&iter, run->queues);
	while (g_hash_table_iter_next(&iter, &key, &queue)) {
		if (((GQueue *)queue)->length == 0) {
			continue;
		}
		guard = g_hash_table_lookup(sched->guards, key);
		if (guard == NULL || guard->verdict.state < THROTTLE_PAUSED) {
			return NULL;
		}
	}
	return guard == NULL
		       ? NULL
		       : g_strdup_printf("waits: server %s: %s", guard->name, guard->verdict.what);
}
