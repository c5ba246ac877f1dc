/* store_phase - the phases of rollouts. Loop thread only; in a transaction. */
#ifndef STORE_PHASE_H
#define STORE_PHASE_H

#include "store_task.h"

typedef int (*store_phase_fn)(const struct store_phase *phase, void *ctx, struct err *err);

NODISCARD int store_phase_put(struct store *store, const struct store_phase *phase,
			      struct err *err);
NODISCARD int store_phase_each(struct store *store, int64_t rollout_id, store_phase_fn fn,
			       void *ctx, struct err *err);

/* The earliest phase before last that some task is through; 0: there is none; -1 failed. */
NODISCARD int64_t store_phase_least(struct store *store, int64_t rollout_id, int64_t last,
				    struct err *err);

/* The tasks that are through this phase, by wave and rank; fn must not change them. */
NODISCARD int store_phase_tasks(struct store *store, int64_t rollout_id, int64_t phase,
				store_task_fn fn, void *ctx, struct err *err);

#endif /* STORE_PHASE_H */
