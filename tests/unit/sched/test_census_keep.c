#include "census_keep.h"

#include "census_kit.h"

static struct store_rollout row_of(const char *selector, const char *to_version)
{
	return (struct store_rollout){ .release_id = 1,
				       .selector = (char *)(uintptr_t)selector,
				       .to_version = (char *)(uintptr_t)to_version };
}

static bool is_taken(struct fixture *fixture, const struct store_rollout *row)
{
	const struct census *census = NULL;
	int64_t looked_ms = 0;
	struct err err = { 0 };
	bool taken;

	must(census_take(fixture->sched, row, &census, &looked_ms, &err), &err);
	taken = census != NULL;
	census_unref(census);
	return taken;
}

static void it_is_taken_once_by_whom_it_was_made_for(void **state)
{
	struct fixture *fixture = *state;
	const struct store_rollout row = row_of("*", NULL);
	const struct store_rollout others[] = { row_of("t00", NULL), row_of("*", "0001") };
	const struct census *census;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	census = kit_census(fixture);
	census_keep(fixture->sched, census, tick_ms(), &row);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		assert_false(is_taken(fixture, &others[i]));
	}
	assert_true(is_taken(fixture, &row));
	assert_false(is_taken(fixture, &row));
	census_unref(census);
}

static void an_old_look_says_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct store_rollout row = row_of("*", NULL);
	const struct census *census;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	census = kit_census(fixture);
	census_keep(fixture->sched, census, tick_ms() - CENSUS_KEEP_MS, &row);
	assert_false(is_taken(fixture, &row));
	census_unref(census);
}

static void change(struct fixture *fixture, const char *name, const char *hold)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	if (hold == NULL) {
		must(store_tenant_remove(fixture->store, tenant.id, &err), &err);
	} else {
		store_text_set(&tenant.hold, hold);
		must(store_tenant_put(fixture->store, &tenant, &err), &err);
	}
	must(store_commit(fixture->store, &err), &err);
}

static void whom_the_inventory_shows_otherwise_is_asked_again(void **state)
{
	struct fixture *fixture = *state;
	const struct store_rollout row = row_of("*", NULL);
	const struct census *census;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	census = kit_census(fixture);
	census_keep(fixture->sched, census, tick_ms(), &row);
	change(fixture, "t01", "moves away");
	assert_false(is_taken(fixture, &row));
	census_unref(census);
	census = kit_census(fixture);
	census_keep(fixture->sched, census, tick_ms(), &row);
	change(fixture, "t02", NULL);
	assert_false(is_taken(fixture, &row));
	census_unref(census);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(it_is_taken_once_by_whom_it_was_made_for),
		SCENARIO(an_old_look_says_nothing),
		SCENARIO(whom_the_inventory_shows_otherwise_is_asked_again),
	};

	return cmocka_run_group_tests_name("census_keep", tests, NULL, NULL);
}
