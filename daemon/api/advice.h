/*
 * advice - the command that helps a task, or a rollout whose tasks failed.
 *
 * What is asked for again and again in vain is not advised: a release is immutable, so a file
 * with an error in it needs a new rollout, which goes on where the old one stopped.
 *
 * Loop thread only; advice_rollout in a transaction.
 */
#ifndef ADVICE_H
#define ADVICE_H

#include "store.h"
#include "store_rows.h"

/* Owned; NULL: it needs no help. */
char *advice_task(const struct store_task *task);

/* What helps the first task that failed when a retry does not. *hint: owned, or NULL. */
NODISCARD int advice_rollout(struct store *store, int64_t rollout_id, char **hint, struct err *err);

#endif /* ADVICE_H */
