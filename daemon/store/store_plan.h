/*
 * store_plan - what was foreseen when a rollout began, and whom it leaves out therefore.
 *
 * The content is a text of the api, opaque here. Written once, with the rollout. Loop thread
 * only; in a transaction.
 */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include <stdint.h>

#include <glib.h>

#include "store.h"

NODISCARD int store_plan_put(struct store *store, int64_t rollout_id, const char *content,
			     struct err *err);

/* *content is owned; NULL when the rollout has no plan. */
NODISCARD int store_plan_get(struct store *store, int64_t rollout_id, char **content,
			     struct err *err);

/* Of two reasons for one tenant the first stays. */
NODISCARD int store_left_out_put(struct store *store, int64_t rollout_id, int64_t tenant_id,
				 const char *reason, struct err *err);

/* Tenant id (int64_t) -> reason, both owned by the table, which is the caller's. NULL: failed. */
NODISCARD GHashTable *store_left_out(struct store *store, int64_t rollout_id, struct err *err);

#endif /* STORE_PLAN_H */
