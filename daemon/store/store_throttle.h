/*
 * store_throttle - what humans decided about the throttle: limits, holds, exemptions, shares;
 * and how long it paused.
 *
 * Loop thread only; in a transaction. What the words mean: sched_throttle.h. A server that
 * was removed keeps its rows, which nobody reads any more.
 */
#ifndef STORE_THROTTLE_H
#define STORE_THROTTLE_H

#include "store.h"
#include "store_rows.h"

typedef int (*store_rule_fn)(const struct store_rule *rule, void *ctx, struct err *err);

/* Insert or replace: server_id, kind and name are the key. */
NODISCARD int store_rule_put(struct store *store, const struct store_rule *rule, struct err *err);

/* 1: it is gone, 0: there was none, -1: failed. */
NODISCARD int store_rule_remove(struct store *store, int64_t server_id, enum store_rule_kind kind,
				const char *name, struct err *err);

/* By server (0: every, first), kind and name. */
NODISCARD int store_rule_each(struct store *store, store_rule_fn fn, void *ctx, struct err *err);

typedef int (*store_paused_fn)(const char *cause, int64_t ms, void *ctx, struct err *err);

/* How long muster was paused on a server by a cause, in all; replaces what was said before. */
NODISCARD int store_paused_put(struct store *store, int64_t server_id, const char *cause,
			       int64_t ms, struct err *err);
NODISCARD int store_paused_each(struct store *store, int64_t server_id, store_paused_fn fn,
				void *ctx, struct err *err);

#endif /* STORE_THROTTLE_H */
