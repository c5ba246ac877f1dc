#include "store_server.h"

#include <glib.h>

#include "store_run.h"
#include "tick.h"

static int server_refused(const struct store_server *server, struct err *err)
{
	if (store_is_duplicate(err, "server.name")) {
		return err_set_native(err, ERR_CONFLICT, err->native,
				      "a server named %s is enrolled already", server->name);
	}
	return -1;
}

static int server_write(struct store *store, struct store_server *server, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	enum store_sql sql = server->id == 0 ? SQL_SERVER_INSERT : SQL_SERVER_UPDATE;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	server->revision++;
	store_bind_row(&query, &store_server_fields, server);
	if (store_query_run(&query, err) < 0) {
		server->revision--;
		return server_refused(server, err);
	}
	if (store_changes(store) == 0) {
		server->revision--;
		return err_set(err, ERR_NOT_FOUND, "server %s is no longer enrolled", server->name);
	}
	if (server->id == 0) {
		server->id = store_last_id(store);
	}
	return 0;
}

int store_server_put(struct store *store, struct store_server *server, struct err *err)
{
	if (server_write(store, server, err) < 0) {
		return -1;
	}
	return store_labels_write(store, SQL_SERVER_LABEL_CLEAR, SQL_SERVER_LABEL_PUT, server->id,
				  &server->labels, err);
}

int store_server_get(struct store *store, const char *name, struct store_server *server,
		     struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_SERVER_GET, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":name", name);
	found = store_query_find(&query, &store_server_fields, server, err);
	if (found <= 0) {
		return found < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no server is named %s", name);
	}
	return store_labels_read(store, SQL_SERVER_LABELS, server->id, &server->labels, err);
}

int store_server_get_id(struct store *store, int64_t id, struct store_server *server,
			struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_SERVER_GET_ID, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	found = store_query_find(&query, &store_server_fields, server, err);
	if (found <= 0) {
		return found < 0 ? -1
				 : err_set(err, ERR_NOT_FOUND, "server %lld is no longer enrolled",
					   (long long)id);
	}
	return store_labels_read(store, SQL_SERVER_LABELS, server->id, &server->labels, err);
}

int store_server_each(struct store *store, store_server_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_server) server = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_SERVER_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_server_fields, &server, err) < 0 ||
		    store_labels_read(store, SQL_SERVER_LABELS, server.id, &server.labels, err) <
			    0 ||
		    fn(&server, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_server_replicas(struct store *store, const char *name, store_server_fn fn, void *ctx,
			  struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_server) server = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_SERVER_REPLICAS, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":name", name);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_server_fields, &server, err) < 0 ||
		    fn(&server, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

static int refuse_source(const struct store_server *replica, void *ctx, struct err *err)
{
	const char *source = ctx;

	if (g_strcmp0(replica->replica_of, source) != 0) {
		return 0;
	}
	return err_set(err, ERR_CONFLICT,
		       "server %s replicates from %s: say that it does not any more with `muster "
		       "server set %s replica-of=`",
		       replica->name, source, replica->name);
}

int store_server_tenants(struct store *store, int64_t id, int64_t *nr, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TENANT_COUNT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", id);
	return store_query_int(&query, 0, nr, err);
}

int store_server_remove(struct store *store, int64_t id, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_server) server = { 0 };
	const struct store_labels none = { 0 };
	int64_t tenants;

	if (store_server_get_id(store, id, &server, err) < 0 ||
	    store_server_tenants(store, id, &tenants, err) < 0 ||
	    store_server_replicas(store, server.name, refuse_source, server.name, err) < 0) {
		return -1;
	}
	if (tenants > 0) {
		return err_set(err, ERR_CONFLICT,
			       "server %s still has %lld tenants; remove them first: `muster "
			       "tenant remove -l server=%s`",
			       server.name, (long long)tenants, server.name);
	}
	if (store_query_begin(&query, store, SQL_SERVER_REMOVE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	store_bind_int(&query, ":at", tick_wall_ms());
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	return store_labels_write(store, SQL_SERVER_LABEL_CLEAR, SQL_SERVER_LABEL_PUT, id, &none,
				  err);
}

int store_replica_put(struct store *store, int64_t server_id, const char *address,
		      const char *source, int64_t seen_at, int64_t number, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_REPLICA_FOUND_PUT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":address", address);
	store_bind_text(&query, ":source", source);
	store_bind_int(&query, ":seen_at", seen_at);
	store_bind_int(&query, ":number", number);
	return store_query_run(&query, err);
}

int store_replica_each(struct store *store, int64_t server_id, const char *source, int64_t since,
		       store_replica_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_REPLICA_FOUND_EACH, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":source", source);
	store_bind_int(&query, ":since", since);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		const char *address = (const char *)sqlite3_column_text(query.stmt->handle, 0);

		if (fn(address, sqlite3_column_int64(query.stmt->handle, 1),
		       sqlite3_column_int64(query.stmt->handle, 2), ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}
