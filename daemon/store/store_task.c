#include "store_task.h"

#include <glib.h>

#include "store_run.h"

static int task_refused(const struct store_task *task, struct err *err)
{
	if (store_is_duplicate(err, NULL)) {
		return err_set_native(err, ERR_CONFLICT, err->native,
				      "tenant %lld is in rollout r%lld already",
				      (long long)task->tenant_id, (long long)task->rollout_id);
	}
	return -1;
}

int store_task_put(struct store *store, struct store_task *task, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	enum store_sql sql = task->id == 0 ? SQL_TASK_INSERT : SQL_TASK_UPDATE;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_task_fields, task);
	if (store_query_run(&query, err) < 0) {
		return task_refused(task, err);
	}
	if (store_changes(store) == 0) {
		return err_set(err, ERR_NOT_FOUND, "there is no task %lld", (long long)task->id);
	}
	if (task->id == 0) {
		task->id = store_last_id(store);
	}
	return 0;
}

int store_task_get_id(struct store *store, int64_t id, struct store_task *task, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_TASK_GET_ID, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	found = store_query_find(&query, &store_task_fields, task, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "there is no task %lld", (long long)id);
	}
	return found < 0 ? -1 : 0;
}

int store_task_get(struct store *store, int64_t rollout_id, const char *tenant,
		   struct store_task *task, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_TASK_GET, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_text(&query, ":tenant", tenant);
	found = store_query_find(&query, &store_task_fields, task, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND,
			       "rollout r%lld has no tenant %.128s: see `muster task list r%lld`",
			       (long long)rollout_id, tenant, (long long)rollout_id);
	}
	return found < 0 ? -1 : 0;
}

int store_task_class(struct store *store, int64_t id, const char *class, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TASK_CLASS, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	store_bind_text(&query, ":class", class);
	return store_query_run(&query, err);
}

int store_task_last(struct store *store, int64_t tenant_id, struct store_task *task,
		    struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_TASK_LAST, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":tenant_id", tenant_id);
	found = store_query_find(&query, &store_task_fields, task, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "tenant %lld was in no rollout yet",
			       (long long)tenant_id);
	}
	return found < 0 ? -1 : 0;
}

/* NOLINTNEXTLINE(readability-function-size) */
int store_task_each(struct store *store, int64_t rollout_id, int state, int64_t after,
		    int64_t limit, store_task_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_task) task = { 0 };
	int step;

	CHECK(state < TASK_STATE_NR);
	if (store_query_begin(&query, store, state < 0 ? SQL_TASK_EACH : SQL_TASK_OF_STATE, err) <
	    0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	if (state >= 0) {
		store_bind_text(&query, ":state", task_state_names[state]);
	}
	store_bind_int(&query, ":after", after);
	store_bind_int(&query, ":limit", limit > 0 ? limit : -1);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_task_fields, &task, err) < 0 ||
		    fn(&task, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

static void task_free(void *task)
{
	store_task_release(task);
	g_free(task);
}

/* All rows first, then the calls: these calls change what the statement is looking at. */
static int call_each(struct store_query *query, store_task_fn fn, void *ctx, struct err *err)
{
	g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(task_free);
	int step;

	while ((step = store_query_step(query, err)) == STORE_ROW) {
		struct store_task *task = g_new0(struct store_task, 1);

		g_ptr_array_add(tasks, task);
		if (store_query_read(query, &store_task_fields, task, err) < 0) {
			return -1;
		}
	}
	store_query_release(query);
	for (guint i = 0; step == STORE_DONE && i < tasks->len; i++) {
		if (fn(g_ptr_array_index(tasks, i), ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_task_due(struct store *store, int64_t now, store_task_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TASK_DUE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":now", now);
	return call_each(&query, fn, ctx, err);
}

int64_t store_task_next_due(struct store *store, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int64_t at;

	if (store_query_begin(&query, store, SQL_TASK_NEXT_DUE, err) < 0) {
		return -1;
	}
	return store_query_int(&query, 0, &at, err) < 0 ? -1 : at;
}

int store_task_running(struct store *store, store_task_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TASK_RUNNING, err) < 0) {
		return -1;
	}
	return call_each(&query, fn, ctx, err);
}

int store_task_servers(struct store *store, int64_t rollout_id,
		       int (*fn)(const char *server, void *ctx, struct err *err), void *ctx,
		       struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TASK_SERVERS, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		const char *name = (const char *)sqlite3_column_text(query.stmt->handle, 0);

		if (fn(name, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_task_counts(struct store *store, int64_t rollout_id, int64_t wave,
		      struct store_counts *counts, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	struct store_counts read = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TASK_COUNTS, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":wave", wave);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		const char *name = (const char *)sqlite3_column_text(query.stmt->handle, 0);
		int state = states_find(task_state_names, TASK_STATE_NR, name);
		int64_t nr = sqlite3_column_int64(query.stmt->handle, 1);

		CHECK(state >= 0);
		read.by_state[state] = nr;
		read.total += nr;
	}
	if (step < 0) {
		return -1;
	}
	*counts = read;
	return 0;
}

int store_task_closed(struct store *store, int64_t id, int64_t ms, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TASK_CLOSED, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	store_bind_int(&query, ":ms", ms < 1 ? 1 : ms); /* a clock that was set, or very fast */
	return store_query_run(&query, err);
}

/* The least of which so many of a hundred are not more. */
static int64_t share_of(const GArray *sorted, guint percent)
{
	guint place = (sorted->len * percent + 99) / 100;

	return g_array_index(sorted, int64_t, MAX(place, 1) - 1);
}

int store_task_closed_times(struct store *store, int64_t rollout_id, struct store_closed *closed,
			    struct err *err)
{
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TASK_CLOSED_EACH, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		int64_t ms = sqlite3_column_int64(query.stmt->handle, 0);

		g_array_append_val(times, ms);
	}
	if (step < 0) {
		return -1;
	}
	*closed = (struct store_closed){ .nr = times->len };
	if (times->len > 0) {
		closed->min_ms = g_array_index(times, int64_t, 0);
		closed->median_ms = share_of(times, 50);
		closed->p95_ms = share_of(times, 95);
		closed->max_ms = g_array_index(times, int64_t, times->len - 1);
	}
	return 0;
}
