/* store_task - tasks. Loop thread only; in a transaction. */
#ifndef STORE_TASK_H
#define STORE_TASK_H

#include "store.h"
#include "store_rows.h"

typedef int (*store_task_fn)(const struct store_task *task, void *ctx, struct err *err);

/*
 * Insert (id 0), or update what can change: not rollout, tenant, server, wave and rank, nor
 * class, which store_task_class sets.
 */
NODISCARD int store_task_put(struct store *store, struct store_task *task, struct err *err);
NODISCARD int store_task_get_id(struct store *store, int64_t id, struct store_task *task,
				struct err *err);
NODISCARD int store_task_get(struct store *store, int64_t rollout_id, const char *tenant,
			     struct store_task *task, struct err *err);

/* NULL: it is to be learnt. */
NODISCARD int store_task_class(struct store *store, int64_t id, const char *class, struct err *err);

/* The newest task of a tenant. */
NODISCARD int store_task_last(struct store *store, int64_t tenant_id, struct store_task *task,
			      struct err *err);

/*
 * By wave and rank. state -1: all. after: tasks behind this id in that order (0: from the
 * start), limit 0: all.
 */
NODISCARD int store_task_each(struct store *store, int64_t rollout_id, int state, int64_t after,
			      int64_t limit, store_task_fn fn, void *ctx, struct err *err);

/*
 * Waiting tasks of open rollouts whose not_before has come. One with not_before 0 waits for
 * something else than time and is never due.
 */
NODISCARD int store_task_due(struct store *store, int64_t now, store_task_fn fn, void *ctx,
			     struct err *err);

/* The earliest not_before of a waiting task of an open rollout; 0: none; -1 failed. */
NODISCARD int64_t store_task_next_due(struct store *store, struct err *err);

/* Tasks in state running or verifying, of all rollouts: what a start finds. */
NODISCARD int store_task_running(struct store *store, store_task_fn fn, void *ctx, struct err *err);

/* Names of the servers on which the rollout still has something to do, in order. */
NODISCARD int store_task_servers(struct store *store, int64_t rollout_id,
				 int (*fn)(const char *server, void *ctx, struct err *err),
				 void *ctx, struct err *err);

/* Counts of one wave, or of all when wave is 0. One indexed query. */
NODISCARD int store_task_counts(struct store *store, int64_t rollout_id, int64_t wave,
				struct store_counts *counts, struct err *err);

/* Its tenant was closed for it, so much longer. */
NODISCARD int store_task_closed(struct store *store, int64_t id, int64_t ms, struct err *err);

/* How long tenants of the rollout were closed; nr 0: none was. */
struct store_closed {
	int64_t nr;
	int64_t min_ms;
	int64_t median_ms;
	int64_t p95_ms;
	int64_t max_ms;
};

NODISCARD int store_task_closed_times(struct store *store, int64_t rollout_id,
				      struct store_closed *closed, struct err *err);

#endif /* STORE_TASK_H */
