#include "census_trial.h"

#include "census_kit.h"
#include "store_chain.h"

#define MANY 101 /* more than one session looks at alone */

static void whoever_is_alike_is_tried_out_once_however_many_there_are(void **state)
{
	struct fixture *fixture = *state;
	const struct census *census;

	fixture_add_tenants(fixture, MANY);
	test_server_exec("create table `%s`.other (id int)", fixture_schema("t07"));
	fixture_add_release(fixture, "create table a (id int);");
	census = kit_census(fixture);
	assert_int_equal(census->nr, MANY);
	for (size_t i = 0; i < census->nr; i++) {
		assert_int_equal(census->tenants[i].pending, 1);
	}
	assert_int_equal(census->nr_classes, 2);
	assert_string_equal(census->classes[0].example, "t00");
	assert_string_equal(census->classes[1].example, "t07");
	for (size_t i = 0; i < census->nr_classes; i++) {
		assert_non_null(census->classes[i].chain);
		assert_non_null(census->classes[i].forecast);
	}
	census_unref(census);
}

static void halfway_through_a_migration_is_not_drifted(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .budget = "100%" };
	const struct sched_start mended = { .release = "rel-2" };
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	bool has = false;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);\ninsert into nowhere values (1);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	fixture_add_release(fixture, "create table a (id int);\ncreate table b (id int);");
	id = fixture_start(fixture, &mended);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_DONE);
	/* and what it lacks was tried out on a copy of what it has */
	assert_non_null(strstr(task.class, "+0001+1-"));
	must(store_chain_has(fixture->store, id, task.server_id, task.class, &has, &err), &err);
	assert_true(has);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(whoever_is_alike_is_tried_out_once_however_many_there_are),
		SCENARIO(halfway_through_a_migration_is_not_drifted),
	};

	return cmocka_run_group_tests_name("census_trial", tests, NULL, NULL);
}
