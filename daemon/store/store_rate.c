#include "store_rate.h"

#include <glib.h>

#include "store_run.h"

int store_rate_add(struct store *store, const struct store_rate *rate, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_RATE_ADD, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", rate->server_id);
	store_bind_text(&query, ":algorithm", rate->algorithm);
	store_bind_int(&query, ":size", rate->size);
	store_bind_int(&query, ":bytes", rate->bytes);
	store_bind_int(&query, ":ms", rate->ms);
	store_bind_int(&query, ":most", STORE_RATE_MOST);
	return store_query_run(&query, err);
}

int store_rate_each(struct store *store, store_rate_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_RATE_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		sqlite3_stmt *row = query.stmt->handle;
		const struct store_rate rate = {
			.server_id = sqlite3_column_int64(row, 0),
			.algorithm = (const char *)sqlite3_column_text(row, 1),
			.size = sqlite3_column_int64(row, 2),
			.nr = sqlite3_column_int64(row, 3),
			.bytes = sqlite3_column_int64(row, 4),
			.ms = sqlite3_column_int64(row, 5),
		};

		fn(&rate, ctx);
	}
	return step;
}
