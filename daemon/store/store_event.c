#include "store_event.h"

#include "store_run.h"
#include "tick.h"

int store_event_add(struct store *store, struct store_event *event, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_EVENT_ADD, err) < 0) {
		return -1;
	}
	event->at = tick_wall_ms();
	store_bind_row(&query, &store_event_fields, event);
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	event->id = store_last_id(store);
	return 0;
}

/* NOLINTNEXTLINE(readability-function-size) */
int store_event_each(struct store *store, int64_t since, int64_t rollout_id, int64_t limit,
		     store_event_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_event) event = { 0 };
	enum store_sql sql = rollout_id != 0 ? SQL_EVENT_EACH_ROLLOUT : SQL_EVENT_EACH;
	int step;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":since", since);
	store_bind_int(&query, ":limit", limit);
	if (rollout_id != 0) {
		store_bind_int(&query, ":rollout_id", rollout_id);
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_event_fields, &event, err) < 0 ||
		    fn(&event, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_event_output(struct store *store, const char *output, int64_t lost, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_EVENT_OUTPUT, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":output", output);
	store_bind_int(&query, ":lost", lost);
	return store_query_run(&query, err);
}

int store_event_log(struct store *store, int64_t rollout_id, const char *object, int64_t limit,
		    store_event_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_event) event = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_EVENT_LOG, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_text(&query, ":object", object);
	store_bind_int(&query, ":limit", limit);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_event_fields, &event, err) < 0 ||
		    fn(&event, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int64_t store_event_last(struct store *store, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int64_t id;

	if (store_query_begin(&query, store, SQL_EVENT_LAST, err) < 0) {
		return -1;
	}
	return store_query_int(&query, 0, &id, err) < 0 ? -1 : id;
}
