/*
 * ops_window - windows and freezes of servers, labels and tenants: what the keys "window" and
 * "freeze" of a set mean, and how they are shown.
 *
 * Loop thread only; in the transaction of the call.
 */
#ifndef OPS_WINDOW_H
#define OPS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store_rows.h"

/* Where a row keeps them. */
struct window_slot {
	char **window;
	int64_t *freeze_from;
	int64_t *freeze_until;
	char **freeze_reason;
};

#define WINDOW_SLOT(row)                                                                         \
	{                                                                                        \
		&(row)->window, &(row)->freeze_from, &(row)->freeze_until, &(row)->freeze_reason \
	}

/* Is this key one of them? */
bool window_is_key(const char *key);

/*
 * Set it. "" and "-" take it away; a freeze needs a reason, in its text or beside it. ERR_INVALID
 * in one sentence.
 */
NODISCARD int window_key_set(const struct window_slot *slot, const char *key, const char *value,
			     const char *reason, struct err *err);

/* "2026-12-24T00:00:00Z until 2027-01-02T00:00:00Z: reason"; NULL: none, or over. Owned. */
char *window_freeze_text(int64_t from_ms, int64_t until_ms, const char *reason);

/* When the row's own window and freeze allow something next, RFC 3339; NULL: now, or never. Owned. */
char *window_next_text(const char *window, int64_t from_ms, int64_t until_ms);

#endif /* OPS_WINDOW_H */
