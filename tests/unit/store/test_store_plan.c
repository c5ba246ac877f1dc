#include "store_fixture.h"
#include "store_plan.h"

static void a_plan_is_kept_with_its_rollout(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *content = NULL;
	int64_t rollout;

	fixture_begin(fixture);
	rollout = fixture_rollout(fixture, ROLLOUT_SCHEDULED);
	WORKS(fixture, store_plan_get(fixture->store, rollout, &content, &fixture->err));
	assert_null(content);
	WORKS(fixture, store_plan_put(fixture->store, rollout, "{\"a\":1}", &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_plan_get(fixture->store, rollout, &content, &fixture->err));
	assert_string_equal(content, "{\"a\":1}");
}

static void a_plan_is_written_once(void **state)
{
	struct fixture *fixture = *state;
	int64_t rollout;

	fixture_begin(fixture);
	rollout = fixture_rollout(fixture, ROLLOUT_SCHEDULED);
	WORKS(fixture, store_plan_put(fixture->store, rollout, "first", &fixture->err));
	assert_int_equal(store_plan_put(fixture->store, rollout, "second", &fixture->err), -1);
	fixture_commit(fixture);
}

static void who_is_left_out_is_read_by_rollout(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GHashTable) found = NULL;
	g_autoptr(GHashTable) none = NULL;
	int64_t rollouts[2];
	int64_t tenants[2];
	int64_t server;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	tenants[0] = fixture_tenant(fixture, server, "acme");
	tenants[1] = fixture_tenant(fixture, server, "beta");
	for (size_t i = 0; i < G_N_ELEMENTS(rollouts); i++) {
		rollouts[i] = fixture_rollout(fixture, ROLLOUT_SCHEDULED);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(tenants); i++) {
		WORKS(fixture, store_left_out_put(fixture->store, rollouts[0], tenants[i],
						  i == 0 ? "duplicates" : "nulls", &fixture->err));
	}
	WORKS(fixture, store_left_out_put(fixture->store, rollouts[0], tenants[0], "too long",
					  &fixture->err));
	fixture_commit(fixture);
	found = store_left_out(fixture->store, rollouts[0], &fixture->err);
	none = store_left_out(fixture->store, rollouts[1], &fixture->err);
	assert_int_equal(g_hash_table_size(found), 2);
	assert_int_equal(g_hash_table_size(none), 0);
	assert_string_equal(g_hash_table_lookup(found, &tenants[0]), "duplicates");
	assert_string_equal(g_hash_table_lookup(found, &tenants[1]), "nulls");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plan_is_kept_with_its_rollout, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_plan_is_written_once, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(who_is_left_out_is_read_by_rollout, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("store_plan", tests, NULL, NULL);
}
