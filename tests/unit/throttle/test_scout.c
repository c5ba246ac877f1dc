#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "panel.h"
#include "replica_list.h"
#include "replicas.h"
#include "scout.h"
#include "test_pair.h"
#include "test_server.h"

static void only_who_replicates_from_the_server_is_found(void **state)
{
	struct test_pair *pair = test_pair_start();
	struct panel *panel = panel_new(NULL, 0);
	struct replicas *replicas = replicas_new(NULL, panel, 0);
	struct scout *scout = scout_new(replicas, test_pair_login(pair), 0);
	SCOPED(replica_list) list = { 0 };
	SCOPED(replica_list) others = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(replica_list_read(test_pair_on_source(pair), &list, &err), 0);
	assert_int_equal(list.nr, 1);
	others.addrs = g_new0(struct db_addr, 2);
	others.nr = 2;
	others.source_id = list.source_id;
	others.addrs[0] = (struct db_addr){ .host = g_strdup("127.0.0.1"), .port = 1 };
	db_addr_copy(&others.addrs[1], &list.addrs[0]);
	others.source_id = 99; /* it replicates from another */
	scout_see(scout, &others);
	scout_turn(scout, INT64_MAX);
	assert_false(replicas_has(replicas, &others.addrs[0]));
	assert_false(replicas_has(replicas, &others.addrs[1]));
	scout_see(scout, &list);
	scout_turn(scout, 0); /* it is too late by now */
	assert_false(replicas_has(replicas, &list.addrs[0]));
	scout_see(scout, &list);
	scout_turn(scout, INT64_MAX);
	assert_true(replicas_has(replicas, &list.addrs[0]));
	scout_turn(scout, INT64_MAX); /* nothing new was seen */
	scout_free(scout);
	replicas_free(replicas);
	panel_free(panel);
	test_pair_stop(pair);
}

static void nobody_is_asked_once_it_must_stop(void **state)
{
	struct panel *panel = panel_new(NULL, 0);
	struct replicas *replicas = replicas_new(NULL, panel, 0);
	int stop_fd = eventfd(1, EFD_CLOEXEC);
	struct scout *scout = scout_new(replicas, NULL, stop_fd);
	struct db_addr addr = *test_server_addr();
	const struct replica_list list = { .addrs = &addr, .nr = 1, .source_id = 1 };

	(void)state;
	scout_see(scout, &list);
	scout_see(scout, &list);
	scout_turn(scout, INT64_MAX);
	assert_false(replicas_has(replicas, &addr));
	scout_free(scout);
	replicas_free(replicas);
	panel_free(panel);
	(void)close(stop_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_who_replicates_from_the_server_is_found),
		cmocka_unit_test(nobody_is_asked_once_it_must_stop),
	};

	return cmocka_run_group_tests_name("scout", tests, NULL, NULL);
}
