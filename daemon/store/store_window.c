#include "store_window.h"

#include <glib.h>

#include "store_run.h"

int store_window_each(struct store *store, store_window_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_window) window = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_WINDOW_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_window_fields, &window, err) < 0 ||
		    fn(&window, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_label_window_get(struct store *store, const char *label, struct store_window *window,
			   struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_LABEL_WINDOW_GET, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":name", label);
	found = store_query_find(&query, &store_window_fields, window, err);
	if (found == 0) {
		store_window_release(window);
		store_text_set(&window->scope, "label");
		store_text_set(&window->name, label);
	}
	return found < 0 ? -1 : 0;
}

int store_label_window_put(struct store *store, const struct store_window *window, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	bool is_empty = window->window == NULL && window->freeze_until == 0;
	enum store_sql sql = is_empty ? SQL_LABEL_WINDOW_REMOVE : SQL_LABEL_WINDOW_PUT;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_window_fields, window);
	return store_query_run(&query, err);
}

int store_task_waits(struct store *store, int64_t rollout_id, struct store_waits *waits,
		     struct err *err)
{
	SCOPED(store_query) query = { 0 };
	sqlite3_stmt *row;

	if (store_query_begin(&query, store, SQL_TASK_WINDOW, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	if (store_query_step(&query, err) < 0) {
		return -1;
	}
	row = query.stmt->handle;
	*waits = (struct store_waits){
		.nr = sqlite3_column_int64(row, 0),
		.first_at = sqlite3_column_int64(row, 1),
		.last_at = sqlite3_column_int64(row, 2),
	};
	return 0;
}

int store_task_waits_each(struct store *store, store_task_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_task) task = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TASK_WINDOW_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_task_fields, &task, err) < 0 ||
		    fn(&task, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_task_paces(struct store *store, int64_t release_id, store_pace_fn fn, void *ctx,
		     struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TASK_PACES, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":release_id", release_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		fn(sqlite3_column_int64(query.stmt->handle, 0),
		   sqlite3_column_int64(query.stmt->handle, 1), ctx);
	}
	return step;
}
