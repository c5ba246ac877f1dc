#include "store_tenant.h"

#include <glib.h>

#include "shell.h"
#include "store_run.h"
#include "tick.h"

static int tenant_refused(const struct store_tenant *tenant, struct err *err)
{
	if (store_is_duplicate(err, "tenant.name")) {
		return err_set_native(err, ERR_CONFLICT, err->native,
				      "a tenant named %s is enrolled already", tenant->name);
	}
	if (store_is_duplicate(err, "tenant.schema")) {
		return err_set_native(err, ERR_CONFLICT, err->native,
				      "tenant %s: schema %s of that server is enrolled already "
				      "under another name",
				      tenant->name, tenant->schema);
	}
	return -1;
}

static int tenant_write(struct store *store, struct store_tenant *tenant, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	enum store_sql sql = tenant->id == 0 ? SQL_TENANT_INSERT : SQL_TENANT_UPDATE;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	tenant->revision++;
	store_bind_row(&query, &store_tenant_fields, tenant);
	if (store_query_run(&query, err) < 0) {
		tenant->revision--;
		return tenant_refused(tenant, err);
	}
	if (store_changes(store) == 0) {
		tenant->revision--;
		return err_set(err, ERR_NOT_FOUND, "tenant %s is no longer enrolled", tenant->name);
	}
	if (tenant->id == 0) {
		tenant->id = store_last_id(store);
	}
	return 0;
}

int store_tenant_put(struct store *store, struct store_tenant *tenant, struct err *err)
{
	if (tenant_write(store, tenant, err) < 0) {
		return -1;
	}
	return store_labels_write(store, SQL_TENANT_LABEL_CLEAR, SQL_TENANT_LABEL_PUT, tenant->id,
				  &tenant->labels, err);
}

/* 1 found, 0 none, -1 failed. */
static int tenant_find(struct store_query *query, struct store_tenant *tenant, struct err *err)
{
	int found = store_query_find(query, &store_tenant_fields, tenant, err);

	if (found <= 0) {
		return found;
	}
	if (store_labels_read(query->store, SQL_TENANT_LABELS, tenant->id, &tenant->labels, err) <
		    0 ||
	    store_labels_read(query->store, SQL_SERVER_LABELS, tenant->server_id,
			      &tenant->server_labels, err) < 0) {
		return -1;
	}
	return 1;
}

int store_tenant_get(struct store *store, const char *name, struct store_tenant *tenant,
		     struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_TENANT_GET, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":name", name);
	found = tenant_find(&query, tenant, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "no tenant is named %s", name);
	}
	return found < 0 ? -1 : 0;
}

int store_tenant_get_id(struct store *store, int64_t id, struct store_tenant *tenant,
			struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_TENANT_GET_ID, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	found = tenant_find(&query, tenant, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "tenant %lld is no longer enrolled",
			       (long long)id);
	}
	return found < 0 ? -1 : 0;
}

int store_tenant_get_schema(struct store *store, int64_t server_id, const char *schema,
			    struct store_tenant *tenant, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_TENANT_GET_SCHEMA, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":schema", schema);
	found = tenant_find(&query, tenant, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "no tenant is schema %s of that server", schema);
	}
	return found < 0 ? -1 : 0;
}

static void labels_free(void *labels)
{
	store_labels_release(labels);
	g_free(labels);
}

/* Server id -> its labels. Owned. */
static GHashTable *server_labels_read(struct store *store, struct err *err)
{
	g_autoptr(GHashTable) all =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, labels_free);
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_SERVER_LABELS_EACH, err) < 0) {
		return NULL;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		sqlite3_stmt *handle = query.stmt->handle;
		int64_t id = sqlite3_column_int64(handle, 0);
		struct store_labels *labels = g_hash_table_lookup(all, &id);

		if (labels == NULL) {
			labels = g_new0(struct store_labels, 1);
			g_hash_table_insert(all, g_memdup2(&id, sizeof(id)), labels);
		}
		store_labels_append(labels, (const char *)sqlite3_column_text(handle, 1),
				    (const char *)sqlite3_column_text(handle, 2));
	}
	return step < 0 ? NULL : g_steal_pointer(&all);
}

/* One pass over tenants beside one pass over labels, both in the order of names. */
struct merge {
	struct store_query tenants;
	struct store_query labels;
	GHashTable *servers; /* owned */
	int step;            /* of labels */
	struct store_tenant row;
};

static void merge_release(struct merge *merge)
{
	store_query_release(&merge->tenants);
	store_query_release(&merge->labels);
	g_clear_pointer(&merge->servers, g_hash_table_unref);
	store_tenant_release(&merge->row);
}

SCOPED_RELEASE(merge);

static int merge_begin(struct merge *merge, struct store *store, const char *after, int64_t limit,
		       struct err *err)
{
	merge->servers = server_labels_read(store, err);
	if (merge->servers == NULL ||
	    store_query_begin(&merge->tenants, store, SQL_TENANT_EACH, err) < 0 ||
	    store_query_begin(&merge->labels, store, SQL_TENANT_LABELS_EACH, err) < 0) {
		return -1;
	}
	store_bind_text(&merge->tenants, ":after", after != NULL ? after : "");
	store_bind_text(&merge->labels, ":after", after != NULL ? after : "");
	store_bind_int(&merge->tenants, ":limit", limit > 0 ? limit : -1);
	merge->step = store_query_step(&merge->labels, err);
	return merge->step < 0 ? -1 : 0;
}

static int merge_labels(struct merge *merge, struct err *err)
{
	sqlite3_stmt *handle = merge->labels.stmt->handle;
	struct store_tenant *row = &merge->row;

	store_labels_release(&row->labels);
	while (merge->step == STORE_ROW && sqlite3_column_int64(handle, 0) == row->id) {
		store_labels_append(&row->labels, (const char *)sqlite3_column_text(handle, 1),
				    (const char *)sqlite3_column_text(handle, 2));
		merge->step = store_query_step(&merge->labels, err);
	}
	return merge->step < 0 ? -1 : 0;
}

static int merge_call(struct merge *merge, store_tenant_fn fn, void *ctx, struct err *err)
{
	const struct store_labels *shared =
		g_hash_table_lookup(merge->servers, &merge->row.server_id);
	int result;

	/* lent for the call: a thousand tenants of one server have the same */
	if (shared != NULL) {
		merge->row.server_labels = *shared;
	}
	result = fn(&merge->row, ctx, err);
	merge->row.server_labels = (struct store_labels){ 0 };
	return result;
}

int store_tenant_each(struct store *store, const char *after, int64_t limit, store_tenant_fn fn,
		      void *ctx, struct err *err)
{
	SCOPED(merge) merge = { 0 };
	int step;

	if (merge_begin(&merge, store, after, limit, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&merge.tenants, err)) == STORE_ROW) {
		if (store_query_read(&merge.tenants, &store_tenant_fields, &merge.row, err) < 0 ||
		    merge_labels(&merge, err) < 0 || merge_call(&merge, fn, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_tenant_routes(struct store *store, store_tenant_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_tenant) row = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_TENANT_ROUTES, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_tenant_fields, &row, err) < 0 ||
		    fn(&row, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

static int changed_one(struct store_query *query, int64_t id, struct err *err)
{
	if (store_query_run(query, err) < 0) {
		return -1;
	}
	if (store_changes(query->store) == 0) {
		return err_set(err, ERR_NOT_FOUND, "tenant %lld is no longer enrolled",
			       (long long)id);
	}
	return 0;
}

int store_tenant_found(struct store *store, int64_t id, const struct store_found *found,
		       struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TENANT_FOUND, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	store_bind_text(&query, ":version", found->version);
	store_bind_text(&query, ":open", found->open);
	store_bind_text(&query, ":regressed", found->regressed);
	store_bind_int(&query, ":bytes", found->bytes);
	return changed_one(&query, id, err);
}

static int tenant_rollout(struct store *store, int64_t id, int64_t *rollout, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TENANT_ROLLOUT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	return store_query_int(&query, 0, rollout, err);
}

int store_tenant_remove(struct store *store, int64_t id, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_tenant) tenant = { 0 };
	const struct store_labels none = { 0 };
	int64_t rollout;

	if (store_tenant_get_id(store, id, &tenant, err) < 0 ||
	    tenant_rollout(store, id, &rollout, err) < 0) {
		return -1;
	}
	if (rollout != 0) {
		return err_set(err, ERR_CONFLICT,
			       "tenant %s is part of rollout r%lld; wait for its end or abort it "
			       "first",
			       tenant.name, (long long)rollout);
	}
	if (tenant.mode != TENANT_RW) {
		g_autofree char *word = shell_word(tenant.name);

		return err_set(err, ERR_CONFLICT,
			       "tenant %s is %s; open it first: `muster readonly off %s`",
			       tenant.name, tenant_mode_names[tenant.mode], word);
	}
	if (store_query_begin(&query, store, SQL_TENANT_REMOVE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	store_bind_int(&query, ":at", tick_wall_ms());
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	return store_labels_write(store, SQL_TENANT_LABEL_CLEAR, SQL_TENANT_LABEL_PUT, id, &none,
				  err);
}

int64_t store_tenant_count(struct store *store, int64_t server_id, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int64_t nr;

	if (store_query_begin(&query, store, SQL_TENANT_COUNT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	return store_query_int(&query, 0, &nr, err) < 0 ? -1 : nr;
}
