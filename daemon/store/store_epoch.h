/*
 * store_epoch - the number that tells one start of the daemon from those before.
 *
 * Every row that is written into a tenant carries it; a daemon never writes over a later
 * one. It grows from start to start even when the clock was set back. Loop thread only.
 */
#ifndef STORE_EPOCH_H
#define STORE_EPOCH_H

#include "store.h"

/* The epoch of this start: wall_ms, or one more than the last. A transaction of its own. */
NODISCARD int store_epoch_next(struct store *store, int64_t wall_ms, uint64_t *epoch,
			       struct err *err);

/* A tenant holds this one: the next start takes a later one. In a transaction. */
NODISCARD int store_epoch_seen(struct store *store, uint64_t epoch, struct err *err);

#endif /* STORE_EPOCH_H */
