#include "store_phase.h"

#include <glib.h>

#include "store_run.h"

int store_phase_put(struct store *store, const struct store_phase *phase, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_PHASE_PUT, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_phase_fields, phase);
	return store_query_run(&query, err);
}

int store_phase_each(struct store *store, int64_t rollout_id, store_phase_fn fn, void *ctx,
		     struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_phase) phase = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_PHASE_EACH, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_phase_fields, &phase, err) < 0 ||
		    fn(&phase, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int64_t store_phase_least(struct store *store, int64_t rollout_id, int64_t last, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int64_t phase;

	if (store_query_begin(&query, store, SQL_TASK_PHASE_LEAST, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":last", last);
	return store_query_int(&query, 0, &phase, err) < 0 ? -1 : phase;
}

int store_phase_tasks(struct store *store, int64_t rollout_id, int64_t phase, store_task_fn fn,
		      void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_task) task = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TASK_OF_PHASE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":phase", phase);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_task_fields, &task, err) < 0 ||
		    fn(&task, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}
