#include "census_pick.h"

#include "census.h"
#include "sched_fixture.h"

static void counts_whom_a_selector_means(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	size_t nr = 0;

	fixture_add_tenants(fixture, 12);
	must(census_count(fixture->sched, NULL, &nr, &err), &err);
	assert_int_equal(nr, 12);
	must(census_count(fixture->sched, "t0*", &nr, &err), &err);
	assert_int_equal(nr, 10);
	assert_int_equal(census_count(fixture->sched, "t00,t99", &nr, &err), -1);
	assert_string_equal(err.msg, "no tenant is called \"t99\": see \"muster tenant list\"");
}

static void picks_by_name_in_order(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GArray) tenants = NULL;
	struct err err = { 0 };

	fixture_add_tenants(fixture, 3);
	tenants = census_select(fixture->sched, "t02,t00", &err);
	assert_non_null(tenants);
	assert_int_equal(tenants->len, 2);
	assert_string_equal(g_array_index(tenants, struct census_tenant, 0).name, "t00");
	assert_string_equal(g_array_index(tenants, struct census_tenant, 1).name, "t02");
	assert_string_equal(g_array_index(tenants, struct census_tenant, 1).server, "db1");
}

static void who_was_removed_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_autoptr(GArray) tenants = NULL;
	SCOPED(store_tenant) row = { 0 };
	int64_t gone = 4711;
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	must(store_tenant_get(fixture->store, "t00", &row, &err), &err);
	g_array_append_val(ids, gone);
	assert_null(census_select_ids(fixture->sched, ids, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	g_array_append_val(ids, row.id);
	tenants = census_select_ids(fixture->sched, ids, &err);
	assert_non_null(tenants);
	assert_int_equal(tenants->len, 1);
}

static void what_a_rollout_makes_of_a_tenant_has_one_answer(void **state)
{
	char word[] = "0007";

	/* clang-format off */
	const struct { struct census_tenant tenant; enum census_fate fate; } cases[] = {
		{ { .held = true },                                                  CENSUS_HELD },
		{ { .held = true, .exists = true, .known = true, .drifted = word },  CENSUS_HELD },
		{ { .known = true, .ahead = word },                                  CENSUS_MISSING },
		{ { .exists = true, .regressed = word, .ahead = word },              CENSUS_REGRESSED },
		{ { .exists = true, .ahead = word, .drifted = word },                CENSUS_AHEAD },
		{ { .exists = true, .known = true, .drifted = word },                CENSUS_DRIFTED },
		{ { .exists = true, .known = true },                                 CENSUS_DONE },
		{ { .exists = true, .known = true, .pending = 2 },                   CENSUS_WORK },
		{ { .exists = true },                                                CENSUS_WORK },
	};

	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(census_fate(&cases[i].tenant), cases[i].fate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_rollout_makes_of_a_tenant_has_one_answer),
		SCENARIO(counts_whom_a_selector_means),
		SCENARIO(picks_by_name_in_order),
		SCENARIO(who_was_removed_is_left_out),
	};

	return cmocka_run_group_tests_name("census_pick", tests, NULL, NULL);
}
