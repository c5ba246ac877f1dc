#include "api_fixture.h"

static const struct wire_verify_tenant *only(const struct wire_list *list)
{
	assert_int_equal(list->nr, 1);
	return list->items;
}

static void each_tenant_stands_in_the_list_of_its_verdict(void **state)
{
	struct fixture *fixture = *state;
	struct wire_verify verify = { 0 };
	const struct wire_verify_tenant *tenant;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
	fixture_add_release(fixture, "alter table users drop column id;");
	test_server_exec("drop database %s", test_server_schema("t1"));
	ask_for(fixture, &wire_verify_type, &verify, "POST /v1/tenants/verify",
		"{\"release\":\"shop\"}");
	assert_string_equal(verify.release, "shop");
	assert_string_equal(verify.version, "0002");
	assert_int_equal(verify.tenants, 2);
	assert_int_equal(verify.verified.nr, 0);
	tenant = only(&verify.unrecorded);
	assert_string_equal(tenant->tenant, "t0");
	assert_string_equal(tenant->verdict, "unrecorded");
	assert_string_equal(tenant->help, "muster tenant baseline t0 --release shop --at VERSION");
	assert_int_equal(tenant->problems.nr, 1);
	tenant = only(&verify.missing);
	assert_string_equal(tenant->tenant, "t1");
	assert_null(tenant->version);
	wire_release(&wire_verify_type, &verify);
}

static void what_cannot_be_verified_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	ask_refused(fixture, 400, "verify_ask: field \"release\" is missing", NULL,
		    "POST /v1/tenants/verify", "{}");
}

static void a_release_that_is_none_is_looked_for_in_the_list(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	ask(fixture, &reply, "POST /v1/tenants/verify", "{\"release\":\"nosuch\"}");
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "\"hint\":\"muster release list\""));
	reply_clear(&reply);
}

/* The client hangs up: nobody is asked any more, and the next one is answered. */
static void a_client_that_leaves_ends_it(void **state)
{
	static const char request[] = "POST /v1/tenants/verify HTTP/1.1\r\nHost: muster\r\n"
				      "Content-Length: 18\r\n\r\n{\"release\":\"shop\"}";
	struct fixture *fixture = *state;
	struct wire_verify verify = { 0 };

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	fixture_add_release(fixture, "do 1;");
	close(client_send(fixture, request));
	fixture_answered(fixture);
	ask_for(fixture, &wire_verify_type, &verify, "POST /v1/tenants/verify",
		"{\"release\":\"shop\"}");
	assert_int_equal(verify.tenants, 1);
	wire_release(&wire_verify_type, &verify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_tenant_stands_in_the_list_of_its_verdict,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_verified_is_refused, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_release_that_is_none_is_looked_for_in_the_list,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_client_that_leaves_ends_it, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("ops_verify", tests, NULL, NULL);
}
