/* store_rollout - rollouts and their waves. Loop thread only; in a transaction. */
#ifndef STORE_ROLLOUT_H
#define STORE_ROLLOUT_H

#include "store.h"
#include "store_rows.h"

typedef int (*store_rollout_fn)(const struct store_rollout *rollout, void *ctx, struct err *err);
typedef int (*store_wave_fn)(const struct store_wave *wave, void *ctx, struct err *err);

/* Insert (id 0) or update; revision is counted up. Name twice: ERR_CONFLICT. */
NODISCARD int store_rollout_put(struct store *store, struct store_rollout *rollout,
				struct err *err);
NODISCARD int store_rollout_get_id(struct store *store, int64_t id, struct store_rollout *rollout,
				   struct err *err);

/* By id in text ("12" or "r12") or by name. */
NODISCARD int store_rollout_get(struct store *store, const char *word,
				struct store_rollout *rollout, struct err *err);

/* Newest first; open_only: those that have not ended (not done, failed, aborted). */
NODISCARD int store_rollout_each(struct store *store, bool open_only, store_rollout_fn fn,
				 void *ctx, struct err *err);

NODISCARD int store_wave_put(struct store *store, const struct store_wave *wave, struct err *err);
NODISCARD int store_wave_get(struct store *store, int64_t rollout_id, int64_t seq,
			     struct store_wave *wave, struct err *err);
NODISCARD int store_wave_each(struct store *store, int64_t rollout_id, store_wave_fn fn, void *ctx,
			      struct err *err);

/* Idempotency keys: the id that a key created, 0 when it is new. Kept for a week. */
NODISCARD int64_t store_key_get(struct store *store, const char *key, struct err *err); /* -1 */
NODISCARD int store_key_put(struct store *store, const char *key, int64_t id, struct err *err);

#endif /* STORE_ROLLOUT_H */
