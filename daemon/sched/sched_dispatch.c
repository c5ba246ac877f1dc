/*
 * Which pending task starts now, and how its order leaves: made inside the turn's
 * transaction, sent after the commit, undone when there is none.
 */
#include "crash.h"
#include "release.h"
#include "sched_close.h"
#include "sched_guard.h"
#include "sched_share.h"
#include "sched_state.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"

#define UNREADY_MAX 400 /* of one turn: each is a row that is read */

enum {
	MEASURED_ALL = 50,  /* tasks of a server since the start */
	MEASURED_EACH = 16, /* of those behind them */
};

/* Worker thread. */
static void on_said(void *ctx, int64_t id, const char *text)
{
	struct sched *sched = ctx;
	struct letter *letter = g_new0(struct letter, 1);

	letter->task_id = id;
	letter->said = g_strdup(text);
	mailbox_send(sched->letters, letter);
}

static struct running *running_new(struct sched *sched, const struct store_task *task)
{
	struct running *running = g_new0(struct running, 1);

	running->task_id = task->id;
	running->tenant_id = task->tenant_id;
	running->rollout_id = task->rollout_id;
	running->server_id = task->server_id;
	running->is_heavy = task->bytes >= RUN_HEAVY;
	running->kind = task->kind;
	atomic_init(&running->live.wait, sched_guard_pauses(sched, task->server_id));
	atomic_init(&running->live.share, sched_guard_share(sched, task->server_id));
	atomic_init(&running->live.slow, sched_guard_slows(sched, task->server_id));
	atomic_init(&running->live.migration, -1);
	g_hash_table_insert(sched->running, g_memdup2(&task->id, sizeof(task->id)), running);
	g_hash_table_insert(sched->busy, g_memdup2(&task->tenant_id, sizeof(task->tenant_id)),
			    running);
	return running;
}

/* The first ones of a server, and some of the others: what is learnt must not hold up a fleet. */
static bool is_measured(const struct link *link, const struct store_task *task)
{
	return link->measured < MEASURED_ALL || task->id % MEASURED_EACH == 0;
}

/* Takes chain. */
static struct exec_order *order_new(struct sched *sched, struct run *run,
				    const struct store_task *task, struct running *running,
				    struct chain *chain, struct link *link)
{
	struct exec_order *order = exec_order_new(EXEC_TASK);

	order->id = task->id;
	order->server_id = task->server_id;
	order->session = link_take_session(link);
	link_address(link, &order->addr);
	order->epoch = sched->epoch;
	order->claim_id = link->claim_id;
	order->release = release_ref(run->release);
	order->chain = chain;
	order->to_version = g_strdup(run_target(run, task->phase));
	order->schema = g_strdup(task->schema);
	order->seen = g_strdup(task->seen);
	order->label = g_strdup_printf("r%lld/%s", (long long)run->id, task->tenant);
	order->live = &running->live;
	order->rewrites = run_rewrites(&run->row);
	order->measures = is_measured(link, task);
	order->closed = running->close != CLOSE_NONE;
	order->stall_ms = run->row.stall_ms;
	order->lock_wait_ms = sched->policy.lock_wait_ms;
	order->orphan_wait_ms = sched->policy.orphan_wait_ms;
	order->bytes = task->bytes;
	order->say = on_said;
	order->say_ctx = sched;
	return order;
}

/* Takes chain. Within the turn; it leaves after the commit. */
static void send_later(struct sched *sched, struct run *run, const struct store_task *task,
		       struct running *running, struct chain *chain, struct link *link)
{
	struct outgoing *outgoing = g_new0(struct outgoing, 1);

	running->addr_nr = link->addr_nr;
	outgoing->task_id = task->id;
	outgoing->order = order_new(sched, run, task, running, chain, link);
	g_queue_push_tail(&sched->outbox, outgoing);
}

/* Takes chain. closes: its tenant is closed first. */
static int start_one(struct sched *sched, struct run *run, struct link *link,
		     struct store_task *task, struct chain *chain, bool closes, struct err *err)
{
	struct running *running;

	if (run->release == NULL) {
		run->release = sched_release_get(sched, run->row.release_id, err);
	}
	if (run->release == NULL ||
	    sched_task_move(sched, run, task, TASK_TAKE, &sched_self,
			    closes ? "its tenant is being closed for writes" : NULL, err) < 0) {
		exec_chain_unref(chain);
		return -1;
	}
	running = running_new(sched, task);
	link->tasks++;
	sched_guard_works(sched, link->id);
	if (!closes) {
		send_later(sched, run, task, running, chain, link);
		return 0;
	}
	exec_chain_unref(chain);
	atomic_store(&running->live.wait, 0);
	atomic_store(&running->live.share, 0);
	running->close = CLOSE_WANTED;
	running->fresh = true;
	running->reserved = true;
	return 0;
}

int sched_task_send(struct sched *sched, struct run *run, struct running *running,
		    const struct store_task *task, struct err *err)
{
	struct chain *chain = NULL;
	struct link *link = NULL;

	if (run->release == NULL) {
		run->release = sched_release_get(sched, run->row.release_id, err);
	}
	if (run->release == NULL || sched_link_get(sched, task->server_id, &link, err) < 0 ||
	    sched_chain_get(sched, task, &chain, err) < 0) {
		return -1;
	}
	running->close = CLOSE_WORKS;
	running->reserved = false; /* the order has it now, and its result gives it back */
	send_later(sched, run, task, running, chain, link);
	return 0;
}

/*
 * How many more this rollout may start: its own limit, and never more than the budget has
 * left plus one, so that a bad release fails a bounded number of tenants.
 */
static int64_t allowance(const struct sched *sched, const struct run *run)
{
	int64_t left = run->row.budget_limit - run_failed(run) + 1;
	int64_t most = MIN(run->row.running_limit, MAX(left, 0));
	int64_t fleet = sched->policy.running - (int64_t)g_hash_table_size(sched->running);

	return MIN(most - run_running(run), fleet);
}

/* That came while it was surveyed, ran or had failed: tasks that wait follow it at once. */
static int put_aside(struct sched *sched, struct run *run, struct store_task *task, struct err *err)
{
	g_autofree char *text = NULL;

	sched_wake(sched); /* it may have been the last of its wave */
	if (task->removed_at != 0) {
		return sched_task_move(sched, run, task, TASK_SKIP, &sched_self,
				       "the tenant was removed", err);
	}
	text = g_strdup_printf("the tenant is held: %s", task->hold);
	return sched_task_move(sched, run, task, TASK_HOLD, &sched_self, text, err);
}

static int64_t wave_of(struct run *run)
{
	const struct run_wave *current = run_current_wave(run);

	return current != NULL ? current->row.seq : RUN_WAVES_MAX - 1; /* all: retries */
}

/* A server that was removed has no tenants any more: those that failed there are tried again. */
static int leave_server(struct sched *sched, struct run *run, int64_t server_id, struct err *err)
{
	const struct run_task *item;

	run_ready(run, server_id);
	while ((item = run_next(run, server_id, wave_of(run), sched->busy)) != NULL) {
		SCOPED(store_task) task = { 0 };

		if (store_task_get_id(sched->store, item->id, &task, err) < 0) {
			return -1;
		}
		if (task.removed_at == 0) {
			return err_set(err, ERR_STORE, "r%lld/%s has no server", (long long)run->id,
				       task.tenant);
		}
		if (put_aside(sched, run, &task, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* A server that is down keeps its tasks waiting, with the reason on each. */
static int park_server(struct sched *sched, struct run *run, const struct link *link, int64_t wave,
		       struct err *err)
{
	g_autofree char *text = g_strdup_printf("server %s: %s", link->row.name,
						link->reason != NULL ? link->reason : "is down");
	const struct run_task *item;

	run_ready(run, link->id);
	while ((item = run_next(run, link->id, wave, sched->busy)) != NULL) {
		SCOPED(store_task) task = { 0 };

		if (store_task_get_id(sched->store, item->id, &task, err) < 0) {
			return -1;
		}
		task.not_before = 0; /* the server's return wakes it */
		if (sched_task_move(sched, run, &task, TASK_TRANSIENT, &sched_self, text, err) <
		    0) {
			return -1;
		}
	}
	return 0;
}

/* May this rollout have the next slot of the server? */
static bool may_use(const struct sched *sched, const struct run *run, struct link *link)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &link->id);

	return link_has_slot(link, run->row.per_server_limit) &&
	       (guard == NULL || (link->tasks < guard->verdict.slots &&
				  sched_guard_unknown_ms(guard, tick_ms()) == 0 &&
				  sched_guard_rests_ms(guard, tick_ms()) == 0)) &&
	       sched_claim_held(link);
}

/* What it does may have been tried out since it was queued. */
static bool still_fits(const struct share *share, struct run *run, const struct run_task *item,
		       const struct store_task *task)
{
	if (item->kind != task->kind) {
		run_learned(run, task);
	}
	return sched_share_fits(share, item);
}

/* For who asks before the next one is chosen. */
static void mark_labels(struct sched *sched, const struct run_task *item)
{
	struct running *running = g_hash_table_lookup(sched->running, &item->id);

	running->labels = item->labels;
	running->labels_at = item->labels_at;
}

/*
 * 1: it was started; 0: its tenant is held, removed or to be looked at first, or it has to wait; -1:
 * failed.
 */
static int try_task(struct share *share, struct run *run, struct link *link,
		    const struct run_task *item, struct err *err)
{
	struct sched *sched = share->sched;
	SCOPED(store_task) task = { 0 };
	struct chain *chain = NULL;
	struct run_task taken;
	int closes;
	int ready;
	int held;

	if (store_task_get_id(sched->store, item->id, &task, err) < 0) {
		return -1;
	}
	if (task.hold != NULL || task.removed_at != 0) {
		return put_aside(sched, run, &task, err);
	}
	ready = sched_prepared(sched, run, &task, &chain, err);
	if (ready <= 0) {
		return ready;
	}
	if (!still_fits(share, run, item, &task)) {
		exec_chain_unref(chain);
		return 0;
	}
	closes = sched_close_needed(sched, run, &task, chain, err);
	held = closes > 0 ? sched_close_held(sched, run, &task, err) : 0;
	if (closes < 0 || held != 0) {
		exec_chain_unref(chain);
		return closes < 0 || held < 0 ? -1 : 0;
	}
	taken = *item; /* which is gone when the task moves */
	sched_share_took(share, run, link, &taken);
	run->allowed--;
	if (start_one(sched, run, link, &task, chain, closes > 0, err) < 0) {
		return -1;
	}
	mark_labels(sched, &taken);
	return 1;
}

/* 1: started or parked, 0: cannot, -1: failed. */
static int try_run(struct share *share, struct run *run, struct link *link, struct err *err)
{
	struct sched *sched = share->sched;
	const struct run_task *item;
	int64_t wave = wave_of(run);
	int started = 0;

	if (link_is_away(link)) {
		return park_server(sched, run, link, wave, err) < 0 ? -1 : 1;
	}
	while (started == 0) {
		if (sched_window_next(share, run, link, wave, &item, err) < 0) {
			return -1;
		}
		if (item == NULL || !may_use(sched, run, link)) {
			return 0;
		}
		started = try_task(share, run, link, item, err);
		if (started == 0 && g_hash_table_size(run->unready) >= UNREADY_MAX) {
			return 0; /* the next turn goes on */
		}
	}
	return started;
}

static bool has_work(const struct sched *sched, struct run *run, int64_t server_id)
{
	return run->allowed > 0 && run_next(run, server_id, wave_of(run), sched->busy) != NULL;
}

static int leave_all(struct share *share, const GPtrArray *runs, int64_t server_id, struct err *err)
{
	for (guint i = 0; i < runs->len; i++) {
		if (leave_server(share->sched, g_ptr_array_index(runs, i), server_id, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* At most one task: servers take turns, and so do the rollouts on each. */
static int try_server(struct share *share, const GPtrArray *runs, int64_t server_id,
		      struct err *err)
{
	g_autoptr(GPtrArray) asked = g_ptr_array_new();
	struct link *link = NULL;
	int started = 0;

	for (guint i = 0; i < runs->len; i++) {
		if (has_work(share->sched, g_ptr_array_index(runs, i), server_id)) {
			g_ptr_array_add(asked, g_ptr_array_index(runs, i));
		}
	}
	if (asked->len == 0) {
		return 0;
	}
	if (sched_link_get(share->sched, server_id, &link, err) < 0) {
		return err->code == ERR_NOT_FOUND ? leave_all(share, asked, server_id, err) : -1;
	}
	(void)sched_guard_need(share->sched, link);
	while (started == 0 && asked->len > 0) {
		guint first = 0;

		for (guint i = 1; i < asked->len; i++) {
			if (sched_share_pass(g_ptr_array_index(asked, i), link) <
			    sched_share_pass(g_ptr_array_index(asked, first), link)) {
				first = i;
			}
		}
		started = try_run(share, g_ptr_array_index(asked, first), link, err);
		(void)g_ptr_array_remove_index(asked, first);
	}
	return started;
}

/* The servers of these rollouts, each once. */
static GArray *servers_of(const GPtrArray *runs)
{
	GArray *servers = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);

	for (guint i = 0; i < runs->len; i++) {
		struct run *run = g_ptr_array_index(runs, i);
		GHashTableIter iter;
		void *key;
		void *queue;

		g_hash_table_iter_init(&iter, run->queues);
		while (run->allowed > 0 && g_hash_table_iter_next(&iter, &key, &queue)) {
			if (((GQueue *)queue)->length > 0 && g_hash_table_add(seen, key)) {
				g_array_append_val(servers, *(int64_t *)key);
			}
		}
	}
	return servers;
}

static bool fleet_is_full(const struct sched *sched)
{
	return (int64_t)g_hash_table_size(sched->running) >= sched->policy.running;
}

int sched_dispatch(struct sched *sched, const GPtrArray *runs, struct err *err)
{
	g_autoptr(GArray) servers = NULL;
	bool progress = true;
	struct share share;

	for (guint i = 0; i < runs->len; i++) {
		struct run *run = g_ptr_array_index(runs, i);

		run->allowed = run->row.state == ROLLOUT_RUNNING ? allowance(sched, run) : 0;
	}
	servers = servers_of(runs);
	if (servers->len == 0) {
		return 0;
	}
	if (sched_share_init(&share, sched, err) < 0) {
		return -1;
	}
	while (progress && !fleet_is_full(sched)) {
		progress = false;
		for (guint i = 0; i < servers->len && !fleet_is_full(sched); i++) {
			int started =
				try_server(&share, runs, g_array_index(servers, int64_t, i), err);

			if (started < 0) {
				return -1;
			}
			progress = progress || started > 0;
		}
	}
	for (guint i = 0; i < runs->len; i++) {
		if (sched_prepare(sched, g_ptr_array_index(runs, i), err) < 0) {
			return -1;
		}
	}
	return 0;
}

static void outgoing_free(struct outgoing *outgoing)
{
	exec_order_free(outgoing->order);
	g_free(outgoing);
}

void sched_outbox_send(struct sched *sched)
{
	struct outgoing *outgoing;

	while ((outgoing = g_queue_pop_head(&sched->outbox)) != NULL) {
		CRASH_POINT(ORDER_SEND);
		pool_send(sched->tasks, g_steal_pointer(&outgoing->order));
		CRASH_POINT(ORDER_SENT);
		outgoing_free(outgoing);
	}
}

static void forget(struct sched *sched, struct running *running)
{
	struct link *link = g_hash_table_lookup(sched->links, &running->server_id);
	g_autofree int64_t *id = g_memdup2(&running->task_id, sizeof(running->task_id));

	link->tasks--;
	g_hash_table_remove(sched->busy, &running->tenant_id);
	g_hash_table_remove(sched->running, id);
}

/* One that was taken before goes back to where it was: its tenant is closed. */
static void undo_one(struct sched *sched, struct outgoing *outgoing)
{
	struct exec_order *order = outgoing->order;
	struct running *running = g_hash_table_lookup(sched->running, &outgoing->task_id);
	struct link *link = g_hash_table_lookup(sched->links, &order->server_id);

	link_give_session(link, g_steal_pointer(&order->session), link->idle_since);
	if (running->close == CLOSE_WORKS) {
		running->close = CLOSE_CLOSED;
		running->reserved = true;
	} else {
		forget(sched, running);
	}
	outgoing_free(outgoing);
}

void sched_outbox_undo(struct sched *sched)
{
	g_autoptr(GPtrArray) fresh = g_ptr_array_new();
	struct outgoing *outgoing;
	GHashTableIter iter;
	void *value;

	while ((outgoing = g_queue_pop_head(&sched->outbox)) != NULL) {
		undo_one(sched, outgoing);
	}
	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		if (((struct running *)value)->fresh) {
			g_ptr_array_add(fresh, value);
		}
	}
	for (guint i = 0; i < fresh->len; i++) {
		forget(sched, g_ptr_array_index(fresh, i));
	}
}

void sched_running_yield(struct sched *sched, int64_t rollout_id)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct running *running = value;

		if (running->rollout_id == rollout_id && !sched_close_spares(running)) {
			atomic_store(&running->live.stop, 1);
		}
	}
}

void sched_running_stop(struct sched *sched, int64_t rollout_id)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct running *running = value;

		if (rollout_id == 0 || running->rollout_id == rollout_id) {
			atomic_store(&running->live.stop, 1);
		}
		if (rollout_id == 0) {
			atomic_store(&running->live.wait, 0); /* what cannot park goes on */
		}
	}
}
