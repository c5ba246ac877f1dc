#include "sched.h"

#include "census_keep.h"
#include "crash.h"
#include "glance.h"
#include "log.h"
#include "release.h"
#include "sched_close.h"
#include "sched_guard.h"
#include "sched_hook.h"
#include "sched_mode.h"
#include "sched_state.h"
#include "store_epoch.h"
#include "store_rollout.h"
#include "store_task.h"
#include "tick.h"

#define PROBE_THREADS   8
#define URGENT_THREADS  1024 /* a server that is stopped, but not gone, keeps three of them */
#define COMMIT_RETRY_MS 1000
#define SESSION_IDLE_MS 60000
#define HOUSEKEEPING_MS 30000
#define OPEN_MS         30000

/* Worker thread. Takes result. */
static void on_ended(void *ctx, struct exec_result *result)
{
	struct sched *sched = ctx;
	struct letter *letter = g_new0(struct letter, 1);

	letter->result = result;
	mailbox_send(sched->letters, letter);
}

static GHashTable *table_new(GDestroyNotify free_value)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_value);
}

static void release_value_free(void *release)
{
	release_unref(release);
}

static void chain_value_free(void *chain)
{
	exec_chain_unref(chain);
}

static void run_value_free(void *run)
{
	run_free(run);
}

static void link_value_free(void *link)
{
	link_free(link);
}

static void guard_value_free(void *guard)
{
	sched_guard_free(guard);
}

static void rule_value_free(void *rule)
{
	sched_rule_free(rule);
}

/* A name that no other start of any daemon has. */
static void name_daemon(struct sched *sched)
{
	g_autofree char *uuid = g_uuid_string_random();
	size_t len = 0;

	for (const char *at = uuid; *at != '\0' && len + 1 < sizeof(sched->daemon); at++) {
		if (g_ascii_isalnum(*at)) {
			sched->daemon[len++] = *at;
		}
	}
}

struct sched *sched_new(struct store *store, const struct sched_policy *policy, struct err *err)
{
	struct sched *sched = g_new0(struct sched, 1);
	unsigned threads = policy->threads;

	sched->store = store;
	sched->policy = *policy;
	name_daemon(sched);
	sched->runs_stale = true;
	sched->links = table_new(link_value_free);
	sched->runs = table_new(run_value_free);
	sched->releases = table_new(release_value_free);
	sched->chains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, chain_value_free);
	sched->running = table_new(g_free);
	sched->busy = table_new(NULL);
	sched->moved = table_new(g_free);
	sched->jobs = table_new(g_free);
	sched->hooks = table_new(hook_job_free);
	sched->windows = sched_windows_new();
	sched->guards = table_new(guard_value_free);
	sched->glances = table_new(glance_free);
	sched->rules = g_ptr_array_new_with_free_func(rule_value_free);
	sched->rules_stale = true;
	sched->retired = g_ptr_array_new();
	sched->modes = table_new(mode_run_free);
	sched->waiters = g_ptr_array_new();
	sched->open_ms = OPEN_MS;
	sched->modes_stale = true;
	g_queue_init(&sched->inbox);
	g_queue_init(&sched->outbox);
	if (store_epoch_next(store, tick_wall_ms(), &sched->epoch, err) == 0) {
		sched->letters = mailbox_new(err);
	}
	if (sched->letters != NULL) {
		sched->tasks = pool_new("muster-task", threads, on_ended, sched, err);
		sched->probes = pool_new("muster-probe", threads == 0 ? 0 : PROBE_THREADS, on_ended,
					 sched, err);
		sched->urgent = pool_new("muster-urgent", threads == 0 ? 0 : URGENT_THREADS,
					 on_ended, sched, err);
		sched->hooking = pool_new("muster-hook", threads, on_ended, sched, err);
	}
	if (sched->letters == NULL || sched->tasks == NULL || sched->probes == NULL ||
	    sched->urgent == NULL || sched->hooking == NULL) {
		sched_free(sched);
		return NULL;
	}
	return sched;
}

void sched_free(struct sched *sched)
{
	struct letter *letter;

	if (sched == NULL) {
		return;
	}
	sched_running_stop(sched, 0);
	sched_samplers_end(sched);
	sched_modes_stop(sched);
	pool_free(sched->tasks);
	pool_free(sched->probes);
	pool_free(sched->urgent);
	sched_hooks_stop(sched);
	pool_free(sched->hooking);
	if (sched->letters != NULL) {
		(void)sched_letters_take(sched);
	}
	while ((letter = g_queue_pop_head(&sched->inbox)) != NULL) {
		if (letter->result != NULL) {
			exec_session_free(g_steal_pointer(&letter->result->session));
		}
		sched_letter_free(letter);
	}
	mailbox_free(sched->letters);
	sched_jobs_cancel(sched);
	sched_modes_cancel(sched);
	g_ptr_array_unref(sched->waiters);
	g_hash_table_destroy(sched->jobs);
	g_hash_table_destroy(sched->hooks);
	g_hash_table_destroy(sched->modes);
	g_hash_table_destroy(sched->busy);
	g_hash_table_destroy(sched->moved);
	g_hash_table_destroy(sched->running);
	g_hash_table_destroy(sched->runs);
	g_hash_table_destroy(sched->releases);
	g_hash_table_destroy(sched->chains);
	g_hash_table_destroy(sched->links);
	sched_windows_free(sched->windows);
	g_hash_table_destroy(sched->guards);
	g_hash_table_destroy(sched->glances);
	g_ptr_array_unref(sched->rules);
	g_ptr_array_unref(sched->retired);
	census_kept_free(sched->kept);
	g_free(sched);
}

void sched_set_policy(struct sched *sched, const struct sched_policy *policy)
{
	sched->policy = *policy;
	pool_grow(sched->tasks, policy->threads);
	pool_grow(sched->hooking, policy->threads);
	sched_forget(sched); /* servers without a number of their own have another one now */
	sched_wake(sched);
}

int sched_fd(const struct sched *sched)
{
	return mailbox_fd(sched->letters);
}

void sched_on_commit(struct sched *sched, void (*fn)(void *ctx, bool tasks_only), void *ctx)
{
	sched->commit_fn = fn;
	sched->commit_ctx = ctx;
}

void sched_on_wake(struct sched *sched, void (*fn)(void *ctx), void *ctx)
{
	sched->wake_fn = fn;
	sched->wake_ctx = ctx;
}

void sched_wake(struct sched *sched)
{
	sched->waked = true;
	if (sched->wake_fn != NULL) {
		sched->wake_fn(sched->wake_ctx);
	}
}

static void mark_stale(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct run *)value)->stale = true;
	}
	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct link *)value)->stale = true;
	}
	sched_windows_forget(sched);
	sched->runs_stale = true;
	sched->rules_stale = true;
	sched->modes_stale = true;
	sched->due_at = 1;
}

void sched_forget(struct sched *sched)
{
	mark_stale(sched);
}

static int add_run(const struct store_rollout *rollout, void *ctx, struct err *err)
{
	struct sched *sched = ctx;

	(void)err;
	if (!g_hash_table_contains(sched->runs, &rollout->id)) {
		g_hash_table_insert(sched->runs, g_memdup2(&rollout->id, sizeof(rollout->id)),
				    run_new(rollout->id));
	}
	return 0;
}

static int refresh_runs(struct sched *sched, struct err *err)
{
	if (!sched->runs_stale) {
		return 0;
	}
	if (store_rollout_each(sched->store, true, add_run, sched, err) < 0) {
		return -1;
	}
	sched->runs_stale = false;
	return 0;
}

/* Oldest first, so that an older rollout is not starved by a newer one. */
static int compare_runs(const void *a, const void *b)
{
	const struct run *left = *(struct run *const *)a;
	const struct run *right = *(struct run *const *)b;

	return left->id < right->id ? -1 : left->id > right->id;
}

/* One that was paused before it began is looked at when it is resumed. */
static bool wants_survey(const struct sched *sched, const struct run *run)
{
	return !run->row.surveyed && !run->surveying && !sched->stopping &&
	       (run->row.state == ROLLOUT_SCHEDULED || run->row.state == ROLLOUT_RUNNING);
}

static int refresh(struct sched *sched, struct run *run, struct err *err)
{
	return run->stale ? run_load(run, sched->store, err) : 0;
}

static int decide_one(struct sched *sched, struct run *run, struct err *err)
{
	if (refresh(sched, run, err) < 0) {
		return -1;
	}
	if (wants_survey(sched, run)) {
		int may = sched_rollout_hook(sched, run, HOOK_BEFORE_ROLLOUT, NULL, err);

		if (may < 0 || (may > 0 && sched_survey_rollout(sched, run, err) < 0)) {
			return -1;
		}
	}
	/* it may have its waves and tasks already */
	if (refresh(sched, run, err) < 0 || sched_advance(sched, run, err) < 0) {
		return -1;
	}
	return sched->stopping ? 0 : sched_guards_resume(sched, run, err);
}

static int decide(struct sched *sched, struct err *err)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

	if (refresh_runs(sched, err) < 0) {
		return -1;
	}
	g_hash_table_iter_init(&iter, sched->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		g_ptr_array_add(runs, value);
	}
	g_ptr_array_sort(runs, compare_runs);
	for (guint i = 0; i < runs->len; i++) {
		if (decide_one(sched, g_ptr_array_index(runs, i), err) < 0) {
			return err_prefix(
				err, "rollout r%lld",
				(long long)((struct run *)g_ptr_array_index(runs, i))->id);
		}
	}
	return sched->stopping ? 0 : sched_dispatch(sched, runs, err);
}

static bool is_over(void *key, void *value, void *unused)
{
	const struct run *run = value;

	(void)key;
	(void)unused;
	return !run->stale && fsm_is_end(&fsm_rollout, (int)run->row.state) &&
	       run_running(run) == 0 && run->hook_id == 0;
}

static gboolean drop_run(void *key, void *value, void *unused)
{
	return is_over(key, value, unused);
}

static gboolean drop_running(void *key, void *value, void *ctx)
{
	struct running *running = value;
	struct sched *sched = ctx;

	(void)key;
	if (running->ended) {
		struct link *link = g_hash_table_lookup(sched->links, &running->server_id);

		g_hash_table_remove(sched->busy, &running->tenant_id);
		if (running->reserved && link != NULL) {
			link->tasks--;
		}
	}
	return running->ended;
}

/*
 * While the turn decided these still counted for their limits and their tenants: where nothing
 * took their place, what waits for one of them may only begin in another turn.
 */
static void drop_ended(struct sched *sched)
{
	if (g_hash_table_foreach_remove(sched->running, drop_running, sched) >
	    sched->outbox.length) {
		sched_wake(sched);
	}
}

/* What was decided is on disk: now it may happen. */
static void act(struct sched *sched)
{
	struct letter *letter;

	while ((letter = g_queue_pop_head(&sched->inbox)) != NULL) {
		sched_letter_free(letter);
	}
	sched_windows_committed(sched);
	sched_hooks_finish(sched);
	drop_ended(sched);
	(void)g_hash_table_foreach_remove(sched->runs, drop_run, NULL);
	if (g_hash_table_size(sched->runs) == 0) {
		g_hash_table_remove_all(sched->releases);
		g_hash_table_remove_all(sched->chains);
	}
	sched_hooks_send(sched);
	sched_outbox_send(sched);
	sched_modes_send(sched);
	sched_closes_send(sched);
	sched_jobs_send(sched);
	if (!sched->stopping) {
		sched_claims_send(sched, tick_ms());
	}
	sched_guards_acted(sched);
	sched_jobs_finish(sched);
	sched_modes_finish(sched);
	if (!sched->stopping) {
		glances_send(sched);
	}
	if (sched->wrote && sched->commit_fn != NULL) {
		sched->commit_fn(sched->commit_ctx, !sched->wrote_more);
		sched->wrote = false;
		sched->wrote_more = false;
	}
}

/* The turn is committed; a power cut is all that a failure here leaves it open to. */
static void settle(struct sched *sched)
{
	struct err err = { 0 };

	if (sched->settle && store_settle(sched->store, &err) < 0) {
		log_error("turn not yet safe from a power cut error=\"%s\"", err.msg);
		return;
	}
	sched->settle = false;
}

static int turn(struct sched *sched, struct err *err)
{
	if (store_begin_soft(sched->store, err) < 0) {
		return -1;
	}
	if (sched_letters_read(sched, err) < 0 || sched_links_refresh(sched, err) < 0 ||
	    sched_guards_decide(sched, err) < 0 ||
	    sched_tasks_wake_due(sched, tick_wall_ms(), err) < 0 ||
	    sched_windows_refresh(sched, err) < 0 || sched_modes_decide(sched, err) < 0 ||
	    decide(sched, err) < 0 || sched_closes_decide(sched, err) < 0 ||
	    sched_hooks_decide(sched, err) < 0) {
		return -1;
	}
	CRASH_POINT(TURN_DECIDED);
	return store_commit(sched->store, err);
}

static void undo(struct sched *sched, const struct err *err)
{
	GHashTableIter iter;
	void *value;

	store_rollback(sched->store);
	g_hash_table_remove_all(sched->chains); /* perhaps of rows that are gone */
	sched_outbox_undo(sched);
	sched_hooks_undo(sched);
	sched_modes_undo(sched);
	mark_stale(sched);
	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct running *)value)->ended = false;
	}
	sched_unwritten_note(sched, err);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 ? a : MIN(a, b);
}

static int64_t next_due(struct sched *sched)
{
	int64_t wall = tick_wall_ms();
	int64_t due = sched->due_at > 0 ? MAX(sched->due_at - wall, 0) : -1;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct run_wave *wave = run_current_wave(value);

		if (wave != NULL && wave->row.state == WAVE_BAKING) {
			due = sooner(due, MAX(wave->row.bake_until - wall, 0));
		}
	}
	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct link *link = value;

		if (sched_link_is_awaited(sched, link)) {
			due = sooner(due, MAX(link->retry_at - tick_ms(), 0));
		}
		if (link->idle.length > 0) {
			due = sooner(due, HOUSEKEEPING_MS);
		}
	}
	due = sooner(due, sched_modes_due(sched));
	due = sooner(due, sched_closes_due(sched));
	return sooner(due, sched_claims_due(sched, tick_ms()));
}

static void trim_links(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		link_trim(value, tick_ms(), SESSION_IDLE_MS);
	}
}

/* Until the next turn; the guards decide for themselves what they wait for. */
static int64_t wait_ms(struct sched *sched)
{
	int64_t now_ms = tick_ms();
	int64_t due = sched->next_ms < 0 ? -1 : MAX(sched->next_ms - now_ms, 0);

	return sched->waked ? 0 : sooner(due, sched_guards_due(sched, now_ms));
}

static int64_t set_wait(struct sched *sched, int64_t ms)
{
	sched->next_ms = ms < 0 ? -1 : tick_ms() + ms;
	return wait_ms(sched);
}

/* Only samples have come, and they change nothing: no turn for them. */
static bool may_pass(struct sched *sched)
{
	return !sched->waked && sched_letters_take(sched) && wait_ms(sched) != 0;
}

int64_t sched_turn(struct sched *sched)
{
	int64_t began = g_get_monotonic_time();
	struct err err = { 0 };
	int64_t took;

	if (may_pass(sched)) {
		return wait_ms(sched);
	}
	sched->waked = false;
	sched_unwritten_begin();
	if (turn(sched, &err) < 0) {
		undo(sched, &err);
		return set_wait(sched, err.code != ERR_STORE && sched_letters_refused(sched)
					       ? 0
					       : COMMIT_RETRY_MS);
	}
	CRASH_POINT(TURN_COMMITTED);
	sched_unwritten_end(sched);
	settle(sched);
	CRASH_POINT(TURN_SETTLED);
	act(sched);
	CRASH_POINT(TURN_ACTED);
	if (!sched->stopping) {
		sched_links_probe(sched, tick_ms());
	}
	trim_links(sched);
	sched_samplers_trim(sched, tick_ms());
	took = g_get_monotonic_time() - began;
	sched->stats.turns++;
	sched->stats.turn_us_sum += took;
	sched->stats.turn_us_max = MAX(sched->stats.turn_us_max, took);
	return set_wait(sched, next_due(sched));
}

void sched_stop(struct sched *sched)
{
	sched_modes_stop(sched); /* says what stays closed, once */
	sched->stopping = true;
	sched_hooks_stop(sched);
	sched_running_stop(sched, 0);
	sched_wake(sched);
}

bool sched_is_idle(const struct sched *sched)
{
	return g_hash_table_size(sched->running) == 0 && g_hash_table_size(sched->hooks) == 0;
}

size_t sched_running(const struct sched *sched)
{
	return g_hash_table_size(sched->running);
}

uint64_t sched_epoch(const struct sched *sched)
{
	return sched->epoch;
}

void sched_stats_get(const struct sched *sched, struct sched_stats *stats)
{
	GHashTableIter iter;
	void *value;

	*stats = sched->stats;
	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct link *link = value;

		stats->sessions += (int64_t)link->idle.length + link->tasks + link->jobs +
				   (link->claim != NULL || link->claiming ? 1 : 0);
	}
}
