#include "store_mode.h"

#include "store_run.h"

int store_mode_get(struct store *store, int64_t tenant_id, struct store_mode *mode, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_MODE_GET, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":tenant_id", tenant_id);
	found = store_query_find(&query, &store_mode_fields, mode, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "the tenant is open for writes");
	}
	return found < 0 ? -1 : 0;
}

int store_mode_each(struct store *store, store_mode_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_mode) row = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_MODE_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_mode_fields, &row, err) < 0 ||
		    fn(&row, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

static int put_mode(struct store *store, const struct store_mode *mode, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_TENANT_MODE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", mode->tenant_id);
	store_bind_text(&query, ":mode", tenant_mode_names[mode->mode]);
	return store_query_run(&query, err);
}

static int put_row(struct store *store, const struct store_mode *mode, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	bool is_open = mode->mode == TENANT_RW;

	if (store_query_begin(&query, store, is_open ? SQL_MODE_REMOVE : SQL_MODE_PUT, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_mode_fields, mode);
	return store_query_run(&query, err);
}

int store_mode_put(struct store *store, const struct store_mode *mode, struct err *err)
{
	CHECK(mode->mode != TENANT_RW);
	return put_row(store, mode, err);
}

int store_mode_move(struct store *store, const struct store_mode *mode, struct err *err)
{
	if (put_mode(store, mode, err) < 0) {
		return -1;
	}
	return put_row(store, mode, err);
}
