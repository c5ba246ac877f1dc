#include "store_plan.h"

#include "store_run.h"

int store_plan_put(struct store *store, int64_t rollout_id, const char *content, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_PLAN_PUT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_text(&query, ":content", content);
	return store_query_run(&query, err);
}

int store_plan_get(struct store *store, int64_t rollout_id, char **content, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_PLAN_GET, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	step = store_query_step(&query, err);
	if (step < 0) {
		return -1;
	}
	*content = step == STORE_ROW
			   ? g_strdup((const char *)sqlite3_column_text(query.stmt->handle, 0))
			   : NULL;
	return 0;
}

int store_left_out_put(struct store *store, int64_t rollout_id, int64_t tenant_id,
		       const char *reason, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_LEFT_OUT_PUT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":tenant_id", tenant_id);
	store_bind_text(&query, ":reason", reason);
	return store_query_run(&query, err);
}

GHashTable *store_left_out(struct store *store, int64_t rollout_id, struct err *err)
{
	g_autoptr(GHashTable) found =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_LEFT_OUT_EACH, err) < 0) {
		return NULL;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		int64_t id = sqlite3_column_int64(query.stmt->handle, 0);
		const unsigned char *reason = sqlite3_column_text(query.stmt->handle, 1);

		g_hash_table_insert(found, g_memdup2(&id, sizeof(id)),
				    g_strdup((const char *)reason));
	}
	return step < 0 ? NULL : g_steal_pointer(&found);
}
