#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "mailbox.h"
#include "pool.h"
#include "test_server.h"

#define ORDERS 20

static void on_ended(void *ctx, struct exec_result *result)
{
	mailbox_send(ctx, result);
}

static struct exec_order *check_order(int64_t id)
{
	struct exec_order *order = exec_order_new(EXEC_CHECK);

	order->id = id;
	order->addr.socket = g_strdup(test_server_addr()->socket);
	return order;
}

/* Every order comes back once, whatever the number of threads. */
static void each_order_gives_one_result(void **state)
{
	static const unsigned threads[] = { 0, 1, 3 };

	(void)state;
	for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
		struct err err = { 0 };
		struct mailbox *results = mailbox_new(&err);
		struct pool *pool = pool_new("test", threads[t], on_ended, results, &err);
		bool seen[ORDERS] = { 0 };

		assert_non_null(pool);
		for (int64_t id = 0; id < ORDERS; id++) {
			pool_send(pool, check_order(id));
		}
		for (size_t i = 0; i < ORDERS; i++) {
			struct exec_result *result = mailbox_wait(results);

			assert_true(result->ok);
			assert_false(seen[result->id]);
			seen[result->id] = true;
			exec_session_free(g_steal_pointer(&result->session));
			exec_result_free(result);
		}
		pool_free(pool);
		assert_null(mailbox_take(results));
		mailbox_free(results);
	}
}

static void free_waits_for_what_was_sent(void **state)
{
	struct err err = { 0 };
	struct mailbox *results = mailbox_new(&err);
	struct pool *pool = pool_new("test", 1, on_ended, results, &err);
	struct exec_result *result;
	size_t nr = 0;

	(void)state;
	for (int64_t id = 0; id < 3; id++) {
		pool_send(pool, check_order(id));
	}
	pool_free(pool);
	while ((result = mailbox_take(results)) != NULL) {
		exec_session_free(g_steal_pointer(&result->session));
		exec_result_free(result);
		nr++;
	}
	assert_int_equal(nr, 3);
	mailbox_free(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_order_gives_one_result),
		cmocka_unit_test(free_waits_for_what_was_sent),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
