#include "run.h"

#include "release.h"
#include "store_phase.h"
#include "store_rollout.h"
#include "store_task.h"

#define PACE_WINDOW_S  30
#define LOOKS_LOST_MAX 5

static void queue_free(void *queue)
{
	g_queue_free_full(queue, g_free);
}

static void phase_clear(void *phase)
{
	store_phase_release(phase);
}

struct run *run_new(int64_t id)
{
	struct run *run = g_new0(struct run, 1);

	run->id = id;
	run->stale = true;
	run->phases = g_array_new(FALSE, FALSE, sizeof(struct store_phase));
	g_array_set_clear_func(run->phases, phase_clear);
	run->queues = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, queue_free);
	run->passes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	run->unready = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	run->asking = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	run->looked = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	run->closes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	return run;
}

static void clear(struct run *run)
{
	store_rollout_release(&run->row);
	for (size_t i = 0; i < RUN_WAVES_MAX; i++) {
		store_wave_release(&run->waves[i].row);
		run->waves[i] = (struct run_wave){ 0 };
	}
	g_array_set_size(run->phases, 0);
	g_hash_table_remove_all(run->queues);
	run->expect = (struct expect){ 0 };
}

/* One that had nothing to do says nothing of those that have. */
static void learn(struct run *run, const struct store_task *task)
{
	if (task->state == TASK_DONE && task->started_at > 0 && task->statement > 0) {
		expect_add(&run->expect, task->bytes, task->finished_at - task->started_at);
	}
}

void run_free(struct run *run)
{
	if (run == NULL) {
		return;
	}
	clear(run);
	g_array_unref(run->phases);
	g_hash_table_destroy(run->queues);
	g_hash_table_destroy(run->passes);
	g_hash_table_destroy(run->unready);
	g_hash_table_destroy(run->asking);
	g_hash_table_destroy(run->looked);
	g_hash_table_destroy(run->closes);
	release_unref(run->release);
	g_free(run);
}

bool run_looks_again(struct run *run)
{
	run->looks_lost++;
	return run->looks_lost <= LOOKS_LOST_MAX;
}

static GQueue *queue_of(struct run *run, int64_t server_id)
{
	GQueue *queue = g_hash_table_lookup(run->queues, &server_id);

	if (queue == NULL) {
		queue = g_queue_new();
		g_hash_table_insert(run->queues, g_memdup2(&server_id, sizeof(server_id)), queue);
	}
	return queue;
}

static int compare(const void *a, const void *b, void *unused)
{
	const struct run_task *left = a;
	const struct run_task *right = b;

	(void)unused;
	if (left->wave != right->wave) {
		return left->wave < right->wave ? -1 : 1;
	}
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static void enqueue(struct run *run, const struct store_task *task)
{
	GQueue *queue = queue_of(run, task->server_id);
	struct run_task *item = g_new0(struct run_task, 1);

	*item = (struct run_task){
		.id = task->id,
		.tenant_id = task->tenant_id,
		.wave = task->wave,
		.rank = task->rank,
		.is_heavy = task->bytes >= RUN_HEAVY,
		.kind = task->kind,
	};
	/* loading comes in order: the tail is the place, and the search is short */
	if (queue->tail == NULL || compare(queue->tail->data, item, NULL) <= 0) {
		g_queue_push_tail(queue, item);
		return;
	}
	g_queue_insert_sorted(queue, item, compare, NULL);
}

static void dequeue(struct run *run, const struct store_task *task)
{
	GQueue *queue = g_hash_table_lookup(run->queues, &task->server_id);

	for (GList *at = queue != NULL ? queue->head : NULL; at != NULL; at = at->next) {
		const struct run_task *item = at->data;

		if (item->id == task->id) {
			g_free(at->data);
			g_queue_delete_link(queue, at);
			return;
		}
	}
}

void run_learned(struct run *run, const struct store_task *task)
{
	GQueue *queue = g_hash_table_lookup(run->queues, &task->server_id);

	for (GList *at = queue != NULL ? queue->head : NULL; at != NULL; at = at->next) {
		struct run_task *item = at->data;

		if (item->id == task->id) {
			item->kind = task->kind;
			return;
		}
	}
}

static int load_task(const struct store_task *task, void *ctx, struct err *err)
{
	struct run *run = ctx;

	(void)err;
	CHECK(task->wave >= 0 && task->wave < RUN_WAVES_MAX);
	run->waves[task->wave].counts[task->state]++;
	if (task->state == TASK_PENDING) {
		enqueue(run, task);
	}
	learn(run, task);
	return 0;
}

static int load_wave(const struct store_wave *wave, void *ctx, struct err *err)
{
	struct run *run = ctx;

	(void)err;
	CHECK(wave->seq >= 1 && wave->seq < RUN_WAVES_MAX);
	run->waves[wave->seq].row = *wave;
	run->waves[wave->seq].row.gate = g_strdup(wave->gate);
	return 0;
}

static int load_phase(const struct store_phase *phase, void *ctx, struct err *err)
{
	struct run *run = ctx;
	struct store_phase copy = *phase;

	(void)err;
	copy.name = g_strdup(phase->name);
	copy.to_version = g_strdup(phase->to_version);
	g_array_append_val(run->phases, copy);
	return 0;
}

int run_load(struct run *run, struct store *store, struct err *err)
{
	clear(run);
	if (store_rollout_get_id(store, run->id, &run->row, err) < 0 ||
	    store_wave_each(store, run->id, load_wave, run, err) < 0 ||
	    store_phase_each(store, run->id, load_phase, run, err) < 0 ||
	    store_task_each(store, run->id, -1, 0, 0, load_task, run, err) < 0) {
		return -1;
	}
	run->stale = false;
	return 0;
}

struct run_wave *run_current_wave(struct run *run)
{
	for (size_t i = 1; i < RUN_WAVES_MAX && run->waves[i].row.seq != 0; i++) {
		if (run->waves[i].row.state != WAVE_DONE) {
			return &run->waves[i];
		}
	}
	return NULL;
}

bool run_is_last_wave(const struct run *run, int64_t seq)
{
	for (size_t i = (size_t)seq + 1; i < RUN_WAVES_MAX && run->waves[i].row.seq != 0; i++) {
		if (run->waves[i].row.state != WAVE_DONE) {
			return false;
		}
	}
	return true;
}

bool run_rewrites(const struct store_rollout *row)
{
	return !row->no_rewrite && g_strcmp0(row->strategy, "auto") == 0;
}

const char *run_target(const struct run *run, int64_t phase)
{
	if (phase < 1 || phase >= run->phases->len) {
		return run->row.to_version; /* also of the last: files may be missing before it */
	}
	return g_array_index(run->phases, struct store_phase, phase - 1).to_version;
}

int64_t run_count(const struct run *run, int64_t wave, enum task_state state)
{
	int64_t count = 0;

	if (wave >= 0) {
		return run->waves[wave].counts[state];
	}
	for (size_t i = 0; i < RUN_WAVES_MAX; i++) {
		count += run->waves[i].counts[state];
	}
	return count;
}

int64_t run_open_count(const struct run *run, int64_t wave)
{
	int64_t count = 0;

	for (int64_t i = 0; i <= wave && i < RUN_WAVES_MAX; i++) {
		count += run->waves[i].counts[TASK_PENDING] + run->waves[i].counts[TASK_WAITING] +
			 run->waves[i].counts[TASK_RUNNING] + run->waves[i].counts[TASK_VERIFYING];
	}
	return count;
}

int64_t run_failed(const struct run *run)
{
	return run_count(run, -1, TASK_FAILED) + run_count(run, -1, TASK_IN_DOUBT);
}

int64_t run_running(const struct run *run)
{
	return run_count(run, -1, TASK_RUNNING) + run_count(run, -1, TASK_VERIFYING);
}

void run_moved(struct run *run, const struct store_task *task, enum task_state from)
{
	struct run_wave *wave = &run->waves[task->wave];

	if (from == TASK_PENDING) {
		dequeue(run, task);
	}
	wave->counts[from]--;
	wave->counts[task->state]++;
	if (task->state == TASK_PENDING) {
		enqueue(run, task);
	}
	learn(run, task);
}

const struct run_task *run_next_if(struct run *run, int64_t server_id, int64_t wave,
				   GHashTable *busy, bool (*may)(void *ctx, struct run_task *item),
				   void *ctx)
{
	GQueue *queue = g_hash_table_lookup(run->queues, &server_id);

	for (GList *at = queue != NULL ? queue->head : NULL; at != NULL; at = at->next) {
		struct run_task *item = at->data;

		if (item->wave > wave) {
			return NULL;
		}
		if (!g_hash_table_contains(busy, &item->tenant_id) &&
		    !g_hash_table_contains(run->unready, &item->id) && may(ctx, item)) {
			return item;
		}
	}
	return NULL;
}

static bool may_any(void *ctx, struct run_task *item)
{
	(void)ctx;
	(void)item;
	return true;
}

const struct run_task *run_next(struct run *run, int64_t server_id, int64_t wave, GHashTable *busy)
{
	return run_next_if(run, server_id, wave, busy, may_any, NULL);
}

static gboolean is_of_server(void *key, void *value, void *server_id)
{
	(void)key;
	return *(const int64_t *)value == *(const int64_t *)server_id;
}

void run_look_again(struct run *run)
{
	run->looked_ms = 0;
	g_hash_table_remove_all(run->looked);
}

void run_ready(struct run *run, int64_t server_id)
{
	(void)g_hash_table_foreach_remove(run->unready, is_of_server, &server_id);
}

void run_paced(struct run *run, int64_t now_ms)
{
	int64_t second = now_ms / 1000;
	size_t slot = (size_t)(second % RUN_PACE_SLOTS);

	if (run->pace_second[slot] != second) {
		run->pace_second[slot] = second;
		run->pace_count[slot] = 0;
	}
	run->pace_count[slot]++;
}

double run_rate(const struct run *run, int64_t now_ms)
{
	int64_t now = now_ms / 1000;
	int64_t oldest = now;
	int64_t count = 0;

	for (size_t i = 0; i < RUN_PACE_SLOTS; i++) {
		if (run->pace_count[i] > 0 && run->pace_second[i] > now - PACE_WINDOW_S) {
			count += run->pace_count[i];
			oldest = MIN(oldest, run->pace_second[i]);
		}
	}
	return count == 0 ? 0 : (double)count / (double)(now - oldest + 1);
}
