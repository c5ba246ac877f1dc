/*
 * store_rate - how long statements took, by server, way and size.
 *
 * Loop thread only; changes in a transaction.
 */
#ifndef STORE_RATE_H
#define STORE_RATE_H

#include <stdint.h>

#include "store.h"

#define STORE_RATE_MOST 200 /* statements of one kind that count */

struct store_rate {
	int64_t server_id;
	const char *algorithm; /* borrowed */
	int64_t size;          /* binary digits of bytes */
	int64_t nr;
	int64_t bytes; /* of all together */
	int64_t ms;    /* the same */
};

typedef void (*store_rate_fn)(const struct store_rate *rate, void *ctx);

/* One statement took rate->ms on rate->bytes; its nr does not count. */
NODISCARD int store_rate_add(struct store *store, const struct store_rate *rate, struct err *err);

/* By server and algorithm, the smallest sizes first. */
NODISCARD int store_rate_each(struct store *store, store_rate_fn fn, void *ctx, struct err *err);

#endif /* STORE_RATE_H */
