/*
 * store_mode - tenants that are not open for writes. Loop thread only; in a transaction.
 *
 * The mode itself is a column of the tenant; store_mode_move writes both, and takes the row away
 * when the tenant is open.
 */
#ifndef STORE_MODE_H
#define STORE_MODE_H

#include "store.h"
#include "store_rows.h"

typedef int (*store_mode_fn)(const struct store_mode *mode, void *ctx, struct err *err);

/* ERR_NOT_FOUND when the tenant is open. */
NODISCARD int store_mode_get(struct store *store, int64_t tenant_id, struct store_mode *mode,
			     struct err *err);

/* By the name of the tenant. */
NODISCARD int store_mode_each(struct store *store, store_mode_fn fn, void *ctx, struct err *err);

/* The row and the tenant's mode as mode->mode says. method and restore stay as first written. */
NODISCARD int store_mode_move(struct store *store, const struct store_mode *mode, struct err *err);

/* The row alone: nothing of what is told of the tenant has changed. */
NODISCARD int store_mode_put(struct store *store, const struct store_mode *mode, struct err *err);

#endif /* STORE_MODE_H */
