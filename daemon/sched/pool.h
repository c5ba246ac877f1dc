/*
 * pool - worker threads that run orders.
 *
 * Threads are started when work waits and none is free, up to the limit, and stay. A
 * pool of 0 threads runs each order at once inside pool_send: deterministic tests.
 * Loop thread only, but for what runs inside the workers.
 */
#ifndef POOL_H
#define POOL_H

#include "exec.h"

struct pool;

/* Takes result. Called on a worker thread. */
typedef void (*pool_ended_fn)(void *ctx, struct exec_result *result);

NODISCARD struct pool *pool_new(const char *name, unsigned threads, pool_ended_fn ended, void *ctx,
				struct err *err);

/* Waits until every order that was sent has run. NULL is fine. */
void pool_free(struct pool *pool);

/* Takes order. */
void pool_send(struct pool *pool, struct exec_order *order);

/* A later limit may be higher; threads are never ended before pool_free. */
void pool_grow(struct pool *pool, unsigned threads);

#endif /* POOL_H */
