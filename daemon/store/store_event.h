/*
 * store_event - the audit trail: who did what to which object, and why.
 *
 * Append-only; written in the transaction of the change itself. The event stream is
 * these rows, read since an id. Loop thread only.
 */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include "store.h"
#include "store_rows.h"

typedef int (*store_event_fn)(const struct store_event *event, void *ctx, struct err *err);

/* Append; id and at are set. */
NODISCARD int store_event_add(struct store *store, struct store_event *event, struct err *err);

/* Rows with id > since, oldest first. rollout_id 0: all. At most limit. */
NODISCARD int store_event_each(struct store *store, int64_t since, int64_t rollout_id,
			       int64_t limit, store_event_fn fn, void *ctx, struct err *err);

/* What a hook has printed, with the newest event; bytes in front of it that were lost. */
NODISCARD int store_event_output(struct store *store, const char *output, int64_t lost,
				 struct err *err);

/* Rows about one object of a rollout, with output, oldest first. At most limit. */
NODISCARD int store_event_log(struct store *store, int64_t rollout_id, const char *object,
			      int64_t limit, store_event_fn fn, void *ctx, struct err *err);

/* The newest id; 0: none; -1 failed. */
NODISCARD int64_t store_event_last(struct store *store, struct err *err);

#endif /* STORE_EVENT_H */
