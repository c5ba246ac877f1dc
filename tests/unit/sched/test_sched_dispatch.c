#include "sched_fixture.h"

static int64_t fixture_running(struct fixture *fixture, int64_t id)
{
	return fixture_count(fixture, id, TASK_RUNNING);
}

/*
 * Without threads a turn runs what it hands out, and the next reads the results: between
 * the two the store shows how many were handed out at once.
 */
static int64_t most_at_once(struct fixture *fixture, const struct sched_start *start)
{
	int64_t id = fixture_start(fixture, start);
	int64_t most = 0;

	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 1);
		most = MAX(most, fixture_running(fixture, id));
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	return most;
}

static void never_more_than_the_server_takes(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "10" };
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);");
	assert_int_equal(most_at_once(fixture, &start), 2); /* max_running of db1 */
}

static void never_more_than_the_budget_has_left(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "0" };
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	assert_int_equal(most_at_once(fixture, &start), 1);
}

static void never_more_than_asked(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "10", .running = 1 };
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	assert_int_equal(most_at_once(fixture, &start), 1);
}

static void one_task_per_tenant_whatever_the_rollouts(void **state)
{
	const struct sched_start first = { .release = "rel", .budget = "10", .name = "first" };
	const struct sched_start second = { .release = "rel", .budget = "10", .name = "second" };
	struct fixture *fixture = *state;
	int64_t one;
	int64_t two;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	one = fixture_start(fixture, &first);
	two = fixture_start(fixture, &second);
	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_state(fixture, two) != ROLLOUT_DONE;
	     i++) {
		fixture_turns(fixture, 1);
		assert_true(fixture_running(fixture, one) + fixture_running(fixture, two) <= 1);
	}
	fixture_until(fixture, one, ROLLOUT_DONE);
	fixture_until(fixture, two, ROLLOUT_DONE);
}

/* db2 is not there: its tenant waits with that reason, those of db1 are done. */
static void a_server_that_is_down_keeps_only_its_own_waiting(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "10" };
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", "/nowhere/sock");
	SCOPED(store_task) task = { 0 };
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_tenant(fixture, "far", other, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_count(fixture, id, TASK_DONE) < 3; i++) {
		fixture_turns(fixture, 1);
	}
	fixture_task(fixture, id, "far", &task);
	assert_int_equal(task.state, TASK_WAITING);
	assert_non_null(strstr(task.reason, "/nowhere/sock"));
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_RUNNING);
	must(store_server_get_id(fixture->store, other, &server, &err), &err);
	assert_int_equal(server.state, SERVER_DOWN);
}

static void who_was_held_since_it_failed_is_not_tried_again(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "10" };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	test_server_exec("create table `%s`.a (other int)", fixture_schema("t01"));
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	test_server_exec("drop table `%s`.a", fixture_schema("t01"));
	fixture_hold(fixture, "t01", "hands off");
	fixture_do(fixture, id, ROLLOUT_RETRY);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_string_equal(task.reason, "the tenant is held: hands off");
}

static void remove_server(struct fixture *fixture, int64_t id)
{
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_server_remove(fixture->store, id, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_server_changed(fixture->sched, id);
}

/* Also when its server went with it, which nobody else has to wait for. */
static void who_was_removed_since_it_failed_is_not_tried_again(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "10" };
	static const char *const names[] = { "t01", "far" };
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", test_server_addr()->socket);
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_tenant(fixture, "far", other, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		test_server_exec("create table `%s`.a (other int)", fixture_schema(names[i]));
	}
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		test_server_exec("drop table `%s`.a", fixture_schema(names[i]));
		fixture_remove_tenant(fixture, names[i]);
	}
	remove_server(fixture, other);
	fixture_do(fixture, id, ROLLOUT_RETRY);
	fixture_until(fixture, id, ROLLOUT_DONE);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		SCOPED(store_task) task = { 0 };

		fixture_task(fixture, id, names[i], &task);
		assert_int_equal(task.state, TASK_SKIPPED);
		assert_string_equal(task.reason, "the tenant was removed");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(never_more_than_the_server_takes),
		SCENARIO(never_more_than_the_budget_has_left),
		SCENARIO(never_more_than_asked),
		SCENARIO(one_task_per_tenant_whatever_the_rollouts),
		SCENARIO(a_server_that_is_down_keeps_only_its_own_waiting),
		SCENARIO(who_was_held_since_it_failed_is_not_tried_again),
		SCENARIO(who_was_removed_since_it_failed_is_not_tried_again),
	};

	return cmocka_run_group_tests_name("sched_dispatch", tests, NULL, NULL);
}
