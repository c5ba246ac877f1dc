/*
 * store_window - when servers, labels and tenants may be migrated, and who waits for that.
 *
 * Windows are texts of the plan (window.h), opaque here. Those of servers and tenants are
 * members of their rows and written with them. Loop thread only; changes in a transaction.
 */
#ifndef STORE_WINDOW_H
#define STORE_WINDOW_H

#include <stdint.h>

#include "store.h"
#include "store_rows.h"
#include "store_task.h"

typedef int (*store_window_fn)(const struct store_window *window, void *ctx, struct err *err);

/* All that is set: of servers, labels and tenants. */
NODISCARD int store_window_each(struct store *store, store_window_fn fn, void *ctx,
				struct err *err);

/* Of "key=value"; with neither window nor freeze when nothing is set. *window is released first. */
NODISCARD int store_label_window_get(struct store *store, const char *label,
				     struct store_window *window, struct err *err);

/* Insert or replace by name; one with neither window nor freeze is removed. */
NODISCARD int store_label_window_put(struct store *store, const struct store_window *window,
				     struct err *err);

/* Tasks that wait for a window: how many, and when the first and the last of these open. */
struct store_waits {
	int64_t nr;
	int64_t first_at; /* wall ms; 0 without any */
	int64_t last_at;
};

NODISCARD int store_task_waits(struct store *store, int64_t rollout_id, struct store_waits *waits,
			       struct err *err);

/* The same tasks, of all open rollouts. */
NODISCARD int store_task_waits_each(struct store *store, store_task_fn fn, void *ctx,
				    struct err *err);

/* How long tasks of a release took that did something: the newest first, not all of them. */
typedef void (*store_pace_fn)(int64_t bytes, int64_t ms, void *ctx);

NODISCARD int store_task_paces(struct store *store, int64_t release_id, store_pace_fn fn, void *ctx,
			       struct err *err);

#endif /* STORE_WINDOW_H */
