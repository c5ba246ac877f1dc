#include "sched_close.h"

#include "chain.h"
#include "crash.h"
#include "hook_set.h"
#include "log.h"
#include "release.h"
#include "sched_guard.h"
#include "sched_mode.h"
#include "sched_throttle.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"

#define DRAIN_MS  10000
#define LEASE_MS  ((int64_t)10 * 60 * 1000) /* to be closed within; then the order works */
#define SPARED_MS 10000 /* so long it goes on under a throttle, without --max-closed */

/* ---- which tasks ------------------------------------------------------------------------ */

static bool asks(const struct release *release, ptrdiff_t index)
{
	return index >= 0 && release->migrations[index].readonly &&
	       !release->migrations[index].skipped;
}

/* One behind what the tenant was seen at, */
static bool asks_behind(const struct release *release, const char *seen, ptrdiff_t last)
{
	for (ptrdiff_t i = seen == NULL ? 0 : release_find(release, seen) + 1; i <= last; i++) {
		if (asks(release, i)) {
			return true;
		}
	}
	return false;
}

/* or one in front of that, which came to the release later, and was tried out for it. */
static bool asks_tried(const struct release *release, const struct chain *chain, ptrdiff_t last)
{
	for (size_t i = 0; chain != NULL && i < chain->nr; i++) {
		ptrdiff_t index = release_find(release, chain->steps[i].version);

		if (index <= last && asks(release, index)) {
			return true;
		}
	}
	return false;
}

int sched_close_needed(struct sched *sched, struct run *run, const struct store_task *task,
		       const struct chain *chain, struct err *err)
{
	ptrdiff_t last;

	if (run->row.readonly == STORE_READONLY_ALL ||
	    g_hash_table_contains(run->closes, &task->id)) {
		return 1;
	}
	if (run->row.readonly != STORE_READONLY_ASKED) {
		return 0;
	}
	if (run->release == NULL) {
		run->release = sched_release_get(sched, run->row.release_id, err);
	}
	if (run->release == NULL) {
		return -1;
	}
	last = release_last(run->release, run_target(run, task->phase));
	return asks_behind(run->release, task->seen, last) || asks_tried(run->release, chain, last);
}

static int put_aside(struct sched *sched, struct run *run, struct store_task *task,
		     const char *what, int64_t ms, struct err *err)
{
	g_autofree char *text = g_strdup_printf(
		"%s %.1f s, and this rollout keeps a tenant closed for %.1f s at the most: allow "
		"more with `muster rollout set r%lld max-closed=…` while it runs, or start it "
		"again with a longer --max-closed",
		what, (double)ms / 1000, (double)run->row.max_closed_ms / 1000, (long long)run->id);

	return sched_task_move(sched, run, task, TASK_HOLD, &sched_self, text, err);
}

int sched_close_held(struct sched *sched, struct run *run, struct store_task *task, struct err *err)
{
	int64_t ms = -1;

	if (run->row.max_closed_ms == 0) {
		return 0;
	}
	if (sched_task_expected(sched, run, task->bytes, &ms, err) < 0) {
		return -1;
	}
	if (ms <= run->row.max_closed_ms) {
		return 0;
	}
	return put_aside(sched, run, task, "it is expected to need", ms, err) < 0 ? -1 : 1;
}

static int say_spent(struct sched *sched, struct store_task *task, struct err *err)
{
	g_free(task->reason);
	task->reason = g_strdup_printf("parked: its server was throttled for %d s while its client "
				       "was closed for writes",
				       SPARED_MS / 1000);
	return store_task_put(sched->store, task, err);
}

int sched_close_ended(struct sched *sched, struct run *run, struct store_task *task,
		      const struct running *running, struct err *err)
{
	if (task->state != TASK_PENDING || !(running->overdue || running->spent)) {
		return 0;
	}
	if (!running->overdue) {
		return say_spent(sched, task, err);
	}
	return put_aside(sched, run, task, "it has taken longer than",
			 tick_ms() - running->closed_at, err);
}

/* ---- what others ask -------------------------------------------------------------------- */

bool sched_close_spares(const struct running *running)
{
	return running->close != CLOSE_NONE && !running->ended;
}

bool sched_close_works(const struct sched *sched, int64_t tenant_id)
{
	const struct running *running = g_hash_table_lookup(sched->busy, &tenant_id);

	return running != NULL && running->close == CLOSE_WORKS && !running->ended;
}

int sched_close_needs(const struct sched *sched, const struct store_mode *row, struct err *err)
{
	const struct running *running = g_hash_table_lookup(sched->busy, &row->tenant_id);
	long long rollout;

	if (running == NULL || running->ended || row->mode == TENANT_OPENING ||
	    (running->task_id != row->task_id && running->close != CLOSE_WORKS)) {
		return 0;
	}
	rollout = (long long)running->rollout_id;
	return err_set(
		err, ERR_CONFLICT,
		"task r%lld/%s needs it closed until it ends, and nobody else may open it or "
		"keep it: `muster rollout pause r%lld` or `muster rollout abort r%lld` ends "
		"it behind the running statement",
		rollout, row->tenant, rollout, rollout);
}

bool sched_close_awaited(const struct sched *sched, int64_t task_id)
{
	const struct running *running = g_hash_table_lookup(sched->running, &task_id);

	return running != NULL && running->close == CLOSE_ASKED && !running->ended &&
	       atomic_load(&running->live.stop) == 0;
}

bool sched_close_pending(const struct sched *sched, int64_t rollout_id)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct mode_run *mode = value;

		if (mode->row.rollout_id == rollout_id && mode->row.mode != TENANT_RW) {
			return true;
		}
	}
	return false;
}

/* ---- asking for it ---------------------------------------------------------------------- */

struct asked {
	struct sched *sched;
	int64_t task_id;
	int64_t nr; /* of the asking: the task may be taken a second time meanwhile */
};

static void on_told(void *ctx, const struct sched_writers *found, const struct err *err)
{
	struct asked *asked = ctx;
	struct running *running = g_hash_table_lookup(asked->sched->running, &asked->task_id);

	(void)found;
	if (running != NULL && running->close == CLOSE_ASKED && running->asked == asked->nr) {
		running->close = err == NULL ? CLOSE_CLOSED : CLOSE_FAILED;
		running->closed_at = tick_ms();
		if (err != NULL) {
			running->close_err = *err;
		}
		sched_wake(asked->sched);
	}
	g_free(asked);
}

/* What may come before and after it is closed takes a while, too. */
static int64_t hooks_ms(const struct sched *sched, const struct run *run)
{
	return sched->policy.hook_ms * (hook_set_has(run->row.hooks, HOOK_BEFORE_CLOSE) +
					hook_set_has(run->row.hooks, HOOK_AFTER_CLOSE));
}

/* The words that those read who wonder why they cannot write. */
static int close_tenant(struct sched *sched, const struct running *running, struct asked *asked,
			struct err *err)
{
	g_autofree char *owner = g_strdup_printf("r%lld", (long long)running->rollout_id);
	g_autofree char *reason =
		g_strdup_printf("rollout r%lld migrates it", (long long)running->rollout_id);
	const struct sched_actor actor = { -1, owner, NULL };
	SCOPED(store_tenant) tenant = { 0 };
	struct sched_close how = { 0 };
	struct run *run = NULL;

	if (sched_run_get(sched, running->rollout_id, &run, err) < 0 ||
	    store_tenant_get_id(sched->store, running->tenant_id, &tenant, err) < 0) {
		return -1;
	}
	how.reason = reason;
	how.drain_ms = run->row.drain_ms > 0 ? run->row.drain_ms : DRAIN_MS;
	how.method = run->row.close_method;
	how.hooks = run->row.hooks;
	how.ttl_ms = LEASE_MS + how.drain_ms + run->row.max_closed_ms + hooks_ms(sched, run);
	how.ends = true;
	how.accept_holes = run->row.accept_holes;
	how.rollout_id = running->rollout_id;
	how.task_id = running->task_id;
	return sched_mode_close(sched, &tenant, &how, &actor, on_told, asked, err);
}

static void ask(struct sched *sched, struct running *running)
{
	struct asked *asked = g_new0(struct asked, 1);
	struct err err = { 0 };

	running->close = CLOSE_ASKED;
	running->asked = ++sched->next_asked;
	*asked = (struct asked){ sched, running->task_id, running->asked };
	if (close_tenant(sched, running, asked, &err) < 0) {
		on_told(asked, NULL, &err);
	}
}

static enum tenant_mode mode_of(struct sched *sched, int64_t tenant_id)
{
	const struct mode_run *mode = sched_mode_find(sched, tenant_id);

	return mode == NULL ? TENANT_RW : mode->row.mode;
}

void sched_closes_send(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct running *running = value;

		running->fresh = false;
		if (running->close == CLOSE_WANTED && !running->ended && !sched->stopping &&
		    mode_of(sched, running->tenant_id) == TENANT_RW) {
			CRASH_POINT(CLOSE_TAKEN);
			ask(sched, running);
			CRASH_POINT(CLOSE_ASKED);
		}
	}
}

/* ---- one task, in the turn -------------------------------------------------------------- */

/* It ends here, before its order has left. */
static int end_task(struct sched *sched, struct running *running, enum task_event event,
		    const struct err *why, struct err *err)
{
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (sched_run_get(sched, running->rollout_id, &run, err) < 0 ||
	    store_task_get_id(sched->store, running->task_id, &task, err) < 0) {
		return -1;
	}
	running->ended = true;
	if (task.state != TASK_RUNNING) {
		return 0; /* settled by a human meanwhile */
	}
	if (why != NULL) {
		store_text_set(&task.err_code, err_code_names[why->code]);
		store_text_set(&task.err_message, why->msg);
		task.err_native = why->native;
	}
	if (event == TASK_TRANSIENT) {
		sched_task_wait(sched, &task);
	}
	if (event == TASK_PARK) {
		task.attempt--; /* it tried nothing */
	}
	return sched_task_move(sched, run, &task, event, &sched_self, why == NULL ? NULL : why->msg,
			       err);
}

/* Nothing is wrong with the tenant: opened by somebody, the lease, a server that is away. */
static bool is_passing(const struct err *why)
{
	return why->code == ERR_CANCELLED || why->code == ERR_UNREACHABLE ||
	       why->code == ERR_UNKNOWN_OUTCOME || why->code == ERR_BUSY;
}

static int not_closed(struct sched *sched, struct running *running, struct err *err)
{
	struct err why = running->close_err;

	(void)err_prefix(&why, "it could not be closed for writes");
	return end_task(sched, running, is_passing(&why) ? TASK_TRANSIENT : TASK_REFUSED, &why,
			err);
}

/* When it is told that the throttle would keep it, and when that ends. */
static int say_spared(struct sched *sched, const struct running *running, bool begins,
		      struct err *err)
{
	const char *why = sched_throttle_reason(sched, running->server_id);
	SCOPED(store_task) task = { 0 };

	if (store_task_get_id(sched->store, running->task_id, &task, err) < 0) {
		return -1;
	}
	g_free(task.reason);
	task.reason = !begins ? g_strdup("goes on: its server allows it again")
			      : g_strdup_printf("goes on although its server is throttled (%s): "
						"its client is closed for writes",
						why != NULL ? why : "its rollout pauses");
	log_info("task %s rollout=r%lld tenant=%s reason=\"%s\"", begins ? "spared" : "goes on",
		 (long long)running->rollout_id, task.tenant, task.reason);
	return store_task_put(sched->store, &task, err);
}

/*
 * What is throttled would keep its client closed, or open it half done: so it goes on, for as long
 * as a client may be closed.
 */
static int spare(struct sched *sched, const struct run *run, struct running *running, int64_t now,
		 struct err *err)
{
	bool is_throttled = sched_guard_pauses(sched, running->server_id) || run->row.throttled;

	if (is_throttled == (running->spared_since != 0)) {
		return 0;
	}
	running->spared_since = is_throttled ? MAX(now, 1) : 0;
	return say_spared(sched, running, is_throttled, err);
}

/* tick_ms when a throttled one parks; 0: never, or with closed_until. */
static int64_t spared_until(const struct running *running)
{
	return running->spared_since == 0 || running->closed_until != 0
		       ? 0
		       : running->spared_since + SPARED_MS;
}

/* Too long is until the running statement has ended; then it parks, and the tenant is opened. */
static void park(struct running *running, const char *why)
{
	log_warn("tenant closed for too long: its task parks rollout=r%lld reason=\"%s\"",
		 (long long)running->rollout_id, why);
	atomic_store(&running->live.stop, 1);
}

static int watch(struct sched *sched, struct running *running, struct err *err)
{
	int64_t now = tick_ms();
	struct run *run = NULL;

	if (sched_run_get(sched, running->rollout_id, &run, err) < 0 ||
	    spare(sched, run, running, now, err) < 0) {
		return -1;
	}
	running->closed_until =
		run->row.max_closed_ms > 0 ? running->closed_at + run->row.max_closed_ms : 0;
	if (running->closed_until != 0 && now >= running->closed_until && !running->overdue) {
		running->overdue = true;
		park(running, "longer than --max-closed");
	}
	if (spared_until(running) != 0 && now >= spared_until(running) && !running->spent) {
		running->spent = true;
		park(running, "its server is throttled");
	}
	return 0;
}

/* Its tenant is closed: now it may work. */
static int begin(struct sched *sched, struct running *running, struct err *err)
{
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (sched_run_get(sched, running->rollout_id, &run, err) < 0 ||
	    store_task_get_id(sched->store, running->task_id, &task, err) < 0) {
		return -1;
	}
	if (task.state != TASK_RUNNING) {
		running->ended = true;
		return 0;
	}
	store_text_set(&task.reason, "its tenant is closed for writes, and it works there");
	if (sched_task_send(sched, run, running, &task, err) < 0 ||
	    store_task_put(sched->store, &task, err) < 0) {
		return -1;
	}
	CRASH_POINT(CLOSE_DECIDED);
	return watch(sched, running, err);
}

/*
 * Its client still writes, while somebody else's work there, a hook or a look is waited for: what
 * keeps its server from new work keeps it from being closed.
 */
static bool is_kept_open(struct sched *sched, const struct running *running)
{
	const struct mode_run *mode = sched_mode_find(sched, running->tenant_id);
	bool is_before = mode == NULL || mode->row.mode == TENANT_RW ||
			 mode->row.mode == TENANT_OPENING ||
			 (mode->row.mode == TENANT_CLOSING && !mode->in_flight && !mode->ended &&
			  !mode->shut);

	return (running->close == CLOSE_WANTED || running->close == CLOSE_ASKED) && is_before &&
	       sched_guard_pauses(sched, running->server_id);
}

static int step(struct sched *sched, struct running *running, struct err *err)
{
	enum tenant_mode mode = mode_of(sched, running->tenant_id);

	if (running->close == CLOSE_WORKS) {
		return watch(sched, running, err);
	}
	if (atomic_load(&running->live.stop) != 0 || is_kept_open(sched, running)) {
		return end_task(sched, running, TASK_PARK, NULL, err);
	}
	switch (running->close) {
	case CLOSE_WANTED:
		if (mode != TENANT_RO && mode != TENANT_MAINTENANCE) {
			return 0;
		}
		running->closed_at = tick_ms(); /* somebody else has closed it */
		return begin(sched, running, err);
	case CLOSE_CLOSED:
		return begin(sched, running, err);
	case CLOSE_FAILED:
		return not_closed(sched, running, err);
	case CLOSE_NONE:
	case CLOSE_ASKED:
	case CLOSE_WORKS:
		break;
	}
	return 0;
}

/* ---- all of them ------------------------------------------------------------------------ */

/* A tenant is closed for a task that nobody works on. */
static bool is_left(const struct sched *sched, const struct store_mode *row)
{
	const struct running *running = g_hash_table_lookup(sched->running, &row->task_id);
	bool is_closed = row->mode == TENANT_CLOSING || row->mode == TENANT_RO ||
			 row->mode == TENANT_MAINTENANCE;

	return row->task_id != 0 && is_closed && (running == NULL || running->ended);
}

static int open_left(struct sched *sched, struct err *err)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct mode_run *mode = value;

		if (!is_left(sched, &mode->row)) {
			continue;
		}
		sched_mode_stop(sched, mode);
		mode->retry_at = 0;
		mode->retry_ms = 0;
		if (sched_mode_move(sched, &mode->row, TENANT_OPEN, &sched_self,
				    "its task has ended", err) < 0) {
			return -1;
		}
	}
	return 0;
}

int sched_closes_decide(struct sched *sched, struct err *err)
{
	g_autoptr(GPtrArray) closing = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct running *running = value;

		if (running->close != CLOSE_NONE && !running->ended) {
			g_ptr_array_add(closing, running);
		}
	}
	for (guint i = 0; i < closing->len; i++) {
		if (step(sched, g_ptr_array_index(closing, i), err) < 0) {
			return -1;
		}
	}
	return open_left(sched, err);
}

/* tick_ms of the next look at it; 0: nothing but its result is waited for. */
static int64_t look_at(const struct running *running)
{
	if (running->close != CLOSE_WORKS || atomic_load(&running->live.stop) != 0) {
		return 0;
	}
	return running->closed_until != 0 ? running->closed_until : spared_until(running);
}

int64_t sched_closes_due(struct sched *sched)
{
	int64_t first = 0;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		int64_t at = look_at(value);

		first = at == 0 ? first : first == 0 ? at : MIN(first, at);
	}
	return first == 0 ? -1 : MAX(first - tick_ms(), 0);
}
