#include "store_epoch.h"

#include "store_run.h"

static int next(struct store *store, int64_t wall_ms, int64_t *epoch, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_EPOCH_NEXT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":at", wall_ms);
	return store_query_int(&query, 0, epoch, err);
}

int store_epoch_next(struct store *store, int64_t wall_ms, uint64_t *epoch, struct err *err)
{
	int64_t taken = 0;

	if (store_begin(store, err) < 0) {
		return -1;
	}
	if (next(store, wall_ms, &taken, err) < 0) {
		store_rollback(store);
		return -1;
	}
	if (store_commit(store, err) < 0) {
		return -1;
	}
	*epoch = (uint64_t)taken;
	return 0;
}

int store_epoch_seen(struct store *store, uint64_t epoch, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (epoch >= INT64_MAX) {
		return 0; /* not one that a daemon took */
	}
	if (store_query_begin(&query, store, SQL_EPOCH_SEEN, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":epoch", (int64_t)epoch);
	return store_query_run(&query, err);
}
