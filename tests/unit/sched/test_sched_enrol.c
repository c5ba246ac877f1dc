#include "sched_fixture.h"

static void count_done(void *ctx)
{
	(*(unsigned *)ctx)++;
}

static void enrol(struct fixture *fixture, char *const *schemas, unsigned *done)
{
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };

	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	sched_enrol(fixture->sched, &server, schemas, count_done, done);
	fixture_turns(fixture, 20);
}

static void the_tables_are_there_before_the_first_task(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *tables = NULL;
	unsigned done = 0;

	fixture_add_tenants(fixture, 2);
	{
		char *schemas[] = { (char *)(uintptr_t)fixture_schema("t00"),
				    (char *)(uintptr_t)fixture_schema("t01"), NULL };

		enrol(fixture, schemas, &done);
	}
	assert_int_equal(done, 1);
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_schema in ('%s','%s') and table_name in "
				   "('muster_history','muster_state')",
				   fixture_schema("t00"), fixture_schema("t01"));
	assert_string_equal(tables, "4");
}

static void a_schema_that_is_not_there_spoils_nothing(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *tables = NULL;
	unsigned done = 0;

	fixture_add_tenants(fixture, 1);
	{
		char *schemas[] = { (char *)(uintptr_t) "nowhere_at_all",
				    (char *)(uintptr_t)fixture_schema("t00"), NULL };

		enrol(fixture, schemas, &done);
	}
	assert_int_equal(done, 1);
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_schema='%s'",
				   fixture_schema("t00"));
	assert_string_equal(tables, "2");
}

static void nobody_to_enrol_is_done_at_once(void **state)
{
	struct fixture *fixture = *state;
	char *schemas[] = { NULL };
	unsigned done = 0;

	enrol(fixture, schemas, &done);
	assert_int_equal(done, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(the_tables_are_there_before_the_first_task),
		SCENARIO(a_schema_that_is_not_there_spoils_nothing),
		SCENARIO(nobody_to_enrol_is_done_at_once),
	};

	return cmocka_run_group_tests_name("sched_enrol", tests, NULL, NULL);
}
