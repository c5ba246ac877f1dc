#include "sched_fixture.h"

/* The first wave would end without a single try. */
static void who_is_held_is_no_canary(void **state)
{
	static const struct sched_start start = { .release = "rel", .waves = "1, rest" };
	struct fixture *fixture = *state;
	SCOPED(store_task) held = { 0 };
	SCOPED(store_task) first = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_hold(fixture, "t00", "audit");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_DONE);
	must(store_task_get(fixture->store, id, "t00", &held, &err), &err);
	must(store_task_get(fixture->store, id, "t01", &first, &err), &err);
	assert_int_equal(held.state, TASK_HELD);
	assert_int_equal(held.wave, 2);
	assert_int_equal(first.wave, 1);
}

/* Inside a wave the big ones begin, over the waves the small ones. */
static void the_smallest_are_the_canaries_and_the_largest_begin(void **state)
{
	static const struct sched_start start = { .release = "rel", .waves = "1, rest" };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	SCOPED(store_task) largest = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_tenant(fixture, "big", fixture->server_id, 1000000);
	fixture_add_release(fixture, "create table a (id int);");
	test_server_exec("create table `%s`.rows_of (a char(250) not null)", fixture_schema("big"));
	test_server_exec("insert into `%s`.rows_of select repeat('x', 250) from "
			 "information_schema.columns a, information_schema.columns b limit 20000",
			 fixture_schema("big"));
	test_server_exec("analyze table `%s`.rows_of", fixture_schema("big"));
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_DONE);
	must(store_task_get(fixture->store, id, "t00", &task, &err), &err);
	must(store_task_get(fixture->store, id, "big", &largest, &err), &err);
	assert_int_equal(task.wave, 1);
	assert_int_equal(largest.wave, 2);
	assert_int_equal(largest.rank, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_is_held_is_no_canary),
		SCENARIO(the_smallest_are_the_canaries_and_the_largest_begin),
	};

	return cmocka_run_group_tests_name("sched_sorting", tests, NULL, NULL);
}
