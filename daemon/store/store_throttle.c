#include "store_throttle.h"

#include "store_run.h"

int store_rule_put(struct store *store, const struct store_rule *rule, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_THROTTLE_PUT, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_rule_fields, rule);
	return store_query_run(&query, err);
}

int store_rule_remove(struct store *store, int64_t server_id, enum store_rule_kind kind,
		      const char *name, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_THROTTLE_REMOVE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":kind", store_rule_kind_names[kind]);
	store_bind_text(&query, ":name", name);
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	return store_changes(store) > 0 ? 1 : 0;
}

int store_rule_each(struct store *store, store_rule_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_rule) rule = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_THROTTLE_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_rule_fields, &rule, err) < 0 ||
		    fn(&rule, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_paused_put(struct store *store, int64_t server_id, const char *cause, int64_t ms,
		     struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_PAUSED_PUT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":cause", cause);
	store_bind_int(&query, ":ms", ms);
	return store_query_run(&query, err);
}

int store_paused_each(struct store *store, int64_t server_id, store_paused_fn fn, void *ctx,
		      struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_PAUSED_EACH, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		const char *cause = (const char *)sqlite3_column_text(query.stmt->handle, 0);

		if (fn(cause, sqlite3_column_int64(query.stmt->handle, 1), ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}
