#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include <glib.h>

#include "crash.h"
#include "mailbox.h"

/* client libraries are modest; hundreds of workers are not */
#define STACK_SIZE ((size_t)512 * 1024)

struct pool {
	char *name;
	struct mailbox *orders;
	pool_ended_fn ended;
	void *ctx;
	GArray *threads; /* pthread_t */
	unsigned limit;
	atomic_uint busy; /* orders sent and not yet run to their end */
};

static void run_one(struct pool *pool, struct exec_order *order)
{
	struct exec_result *result;

	CRASH_POINT(WORKER_BEGUN);
	result = exec_run(order);
	CRASH_POINT(WORKER_ENDED);
	(void)atomic_fetch_sub(&pool->busy, 1);
	pool->ended(pool->ctx, result);
}

static void *work(void *arg)
{
	struct pool *pool = arg;
	struct exec_order *order;

	exec_thread_init();
	while ((order = mailbox_wait(pool->orders)) != NULL) {
		run_one(pool, order);
	}
	exec_thread_end();
	return NULL;
}

struct pool *pool_new(const char *name, unsigned threads, pool_ended_fn ended, void *ctx,
		      struct err *err)
{
	struct mailbox *orders = mailbox_new(err);
	struct pool *pool;

	if (orders == NULL) {
		return NULL;
	}
	pool = g_new0(struct pool, 1);
	pool->name = g_strdup(name);
	pool->orders = orders;
	pool->ended = ended;
	pool->ctx = ctx;
	pool->limit = threads;
	pool->threads = g_array_new(FALSE, FALSE, sizeof(pthread_t));
	return pool;
}

void pool_free(struct pool *pool)
{
	if (pool == NULL) {
		return;
	}
	mailbox_close(pool->orders);
	for (guint i = 0; i < pool->threads->len; i++) {
		(void)pthread_join(g_array_index(pool->threads, pthread_t, i), NULL);
	}
	g_array_free(pool->threads, TRUE);
	mailbox_free(pool->orders);
	g_free(pool->name);
	g_free(pool);
}

/* Signals belong to the loop: a worker starts with all of them blocked. */
static void start_thread(struct pool *pool)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;
	sigset_t old;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	CHECK(pthread_attr_init(&attr) == 0);
	CHECK(pthread_attr_setstacksize(&attr, STACK_SIZE) == 0);
	CHECK(pthread_create(&thread, &attr, work, pool) == 0);
	(void)pthread_attr_destroy(&attr);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_setname_np(thread, pool->name);
	g_array_append_val(pool->threads, thread);
}

void pool_send(struct pool *pool, struct exec_order *order)
{
	unsigned busy = atomic_fetch_add(&pool->busy, 1) + 1;

	if (pool->limit == 0) {
		run_one(pool, order);
		return;
	}
	if (busy > pool->threads->len && pool->threads->len < pool->limit) {
		start_thread(pool);
	}
	mailbox_send(pool->orders, order);
}

void pool_grow(struct pool *pool, unsigned threads)
{
	if (pool->limit > 0 && threads > pool->limit) {
		pool->limit = threads;
	}
}
