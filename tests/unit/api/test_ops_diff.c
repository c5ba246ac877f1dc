#include "api_fixture.h"

static void two_tenants(struct fixture *fixture)
{
	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
	test_server_exec("create table %s.t (a int, b int)", test_server_schema("t0"));
	test_server_exec("create table %s.t (b int, a bigint)", test_server_schema("t1"));
}

static void a_diff_leads_from_the_first_to_the_second(void **state)
{
	struct fixture *fixture = *state;
	struct wire_tenant_diff diff = { 0 };

	two_tenants(fixture);
	ask_for(fixture, &wire_tenant_diff_type, &diff, "GET /v1/tenants/t0/diff/t1", NULL);
	assert_string_equal(diff.tenant, "t0");
	assert_string_equal(diff.other, "t1");
	assert_int_equal(diff.diff.nr, 1);
	assert_string_equal(diff.diff.texts[0], "table t, column a: int -> bigint");
	assert_int_equal(diff.minor.nr, 1); /* the order of columns */
	wire_release(&wire_tenant_diff_type, &diff);
	ask_for(fixture, &wire_tenant_diff_type, &diff, "GET /v1/tenants/t0/diff/t0", NULL);
	assert_int_equal(diff.diff.nr + diff.minor.nr, 0);
	wire_release(&wire_tenant_diff_type, &diff);
}

static void who_is_not_there_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	two_tenants(fixture);
	ask(fixture, &reply, "GET /v1/tenants/t0/diff/t9", NULL);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "t9"));
	test_server_exec("drop database %s", test_server_schema("t1"));
	reply_clear(&reply);
	ask(fixture, &reply, "GET /v1/tenants/t0/diff/t1", NULL);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "tenant t1: its database "));
	reply_clear(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_diff_leads_from_the_first_to_the_second,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(who_is_not_there_is_named, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("ops_diff", tests, NULL, NULL);
}
