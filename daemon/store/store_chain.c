#include "store_chain.h"

#include <glib.h>

#include "store_run.h"

static int get_text(struct store_query *query, char **content, struct err *err)
{
	int step = store_query_step(query, err);

	*content = NULL;
	if (step == STORE_ROW) {
		*content = g_strdup((const char *)sqlite3_column_text(query->stmt->handle, 0));
	}
	return step < 0 ? -1 : 0;
}

int store_chain_put(struct store *store, int64_t rollout_id, int64_t server_id, const char *class,
		    const char *content, enum task_kind kind, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_CHAIN_PUT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":class", class);
	store_bind_text(&query, ":content", content);
	store_bind_text(&query, ":kind", task_kind_names[kind]);
	return store_query_run(&query, err);
}

int store_chain_get(struct store *store, int64_t rollout_id, int64_t server_id, const char *class,
		    char **content, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_CHAIN_GET, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":class", class);
	return get_text(&query, content, err);
}

int store_chain_has(struct store *store, int64_t rollout_id, int64_t server_id, const char *class,
		    bool *has, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_CHAIN_HAS, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":class", class);
	step = store_query_step(&query, err);
	if (step < 0) {
		return -1;
	}
	*has = step == STORE_ROW;
	return 0;
}

void store_earlier_release(struct store_earlier *earlier)
{
	g_free(earlier->class);
	g_free(earlier->content);
	*earlier = (struct store_earlier){ 0 };
}

int store_chain_earlier(struct store *store, int64_t tenant_id, struct store_earlier *earlier,
			struct err *err)
{
	SCOPED(store_query) query = { 0 };
	sqlite3_stmt *row;
	int step;

	if (store_query_begin(&query, store, SQL_CHAIN_EARLIER, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":tenant_id", tenant_id);
	step = store_query_step(&query, err);
	if (step < 0) {
		return -1;
	}
	store_earlier_release(earlier);
	if (step == STORE_ROW) {
		row = query.stmt->handle;
		*earlier = (struct store_earlier){
			.rollout_id = sqlite3_column_int64(row, 0),
			.release_id = sqlite3_column_int64(row, 1),
			.class = g_strdup((const char *)sqlite3_column_text(row, 2)),
			.content = g_strdup((const char *)sqlite3_column_text(row, 3)),
		};
	}
	return 0;
}

int store_shape_put(struct store *store, const char *fingerprint, const char *content,
		    struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_SHAPE_PUT, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":fingerprint", fingerprint);
	store_bind_text(&query, ":content", content);
	return store_query_run(&query, err);
}

int store_shape_get(struct store *store, const char *fingerprint, char **content, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_SHAPE_GET, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":fingerprint", fingerprint);
	return get_text(&query, content, err);
}

int store_tenant_shape(struct store *store, int64_t tenant_id, const char *fingerprint,
		       const char *version, const char *drifted, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TENANT_SHAPE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", tenant_id);
	store_bind_text(&query, ":shape", fingerprint);
	store_bind_text(&query, ":shape_version", version);
	store_bind_text(&query, ":drifted", drifted);
	return store_query_run(&query, err);
}
