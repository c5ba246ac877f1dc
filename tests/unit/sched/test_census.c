#include "census.h"
#include "sched_fixture.h"

static void ahead_is_skipped_and_never_changed(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel" };
	SCOPED(store_task) task = { 0 };
	g_autofree char *tables = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &start), ROLLOUT_DONE);
	test_server_exec("insert into `%s`.muster_history (version, name, checksum, state, "
			 "statements_total, started_at) values ('0099', 'later', repeat('0', 64), "
			 "'applied', 1, now(3))",
			 fixture_schema("t01"));
	fixture_add_release(fixture, "create table a (id int);\ncreate table b (id int);");
	id = fixture_start(fixture, &(struct sched_start){ .release = "rel-2", .selector = "t01" });
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_SKIPPED);
	assert_string_equal(task.reason,
			    "ahead: its history holds 0099, which the release does not");
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_name='b' and table_schema='%s'",
				   fixture_schema("t01"));
	assert_string_equal(tables, "0");
}

static void a_database_that_is_gone_fails_its_task(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .budget = "5" };
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	test_server_exec("drop database `%s`", fixture_schema("t00"));
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_FAILED);
	assert_int_equal(task.err_native, 1049);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

/* The question to the server has left, its answer is not read. */
static int64_t start_and_ask(struct fixture *fixture, const char *selector)
{
	int64_t id = fixture_start(fixture,
				   &(struct sched_start){ .release = "rel", .selector = selector });

	fixture_turns(fixture, 1);
	return id;
}

static void removed_while_it_is_looked_at_it_gets_no_task(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *reason = NULL;
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = start_and_ask(fixture, "t00,t01");
	fixture_remove_tenant(fixture, "t00");
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	assert_int_equal(store_task_get(fixture->store, id, "t00", &task, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);

	id = start_and_ask(fixture, "t02");
	fixture_remove_tenant(fixture, "t02");
	fixture_until(fixture, id, ROLLOUT_FAILED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "the tenants that it named were removed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(ahead_is_skipped_and_never_changed),
		SCENARIO(removed_while_it_is_looked_at_it_gets_no_task),
		SCENARIO(a_database_that_is_gone_fails_its_task),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
