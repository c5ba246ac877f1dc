#include "api_fixture.h"

static void a_tenant_is_added_once(void **state)
{
	struct fixture *fixture = *state;
	const char *acme = "{\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"acme_db\","
			   "\"labels\":{\"region\":\"eu\"}}";
	struct wire_tenant tenant = { 0 };
	g_autofree char *newest = NULL;

	fixture_add_server(fixture, "db1");
	ask_for(fixture, &wire_tenant_type, &tenant, "POST /v1/tenants", acme);
	assert_string_equal(tenant.schema, "acme_db");
	assert_string_equal(tenant.mode, "rw");
	assert_null(tenant.version);
	assert_null(tenant.hold);
	wire_release(&wire_tenant_type, &tenant);
	newest = fixture_newest(fixture);
	assert_string_equal(newest, "tenant.add tenant/acme: schema acme_db on server db1");
	ask_for(fixture, &wire_tenant_type, &tenant, "POST /v1/tenants", acme);
	wire_release(&wire_tenant_type, &tenant);
	assert_int_equal(fixture_last_event(fixture), 2); /* the second time changes nothing */
	ask_refused(fixture, 409, "tenant acme is already there, as schema acme_db on server db1",
		    "muster tenant show acme", "POST /v1/tenants",
		    "{\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"other\"}");
	ask_refused(fixture, 404, "no server is named db9", "muster server list",
		    "POST /v1/tenants", "{\"name\":\"x\",\"server\":\"db9\",\"schema\":\"x\"}");
}

static void an_import_is_all_or_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	struct wire_tenant_page page = { 0 };
	const struct wire_problem *problems;
	int64_t before;

	fixture_add_server(fixture, "db1");
	before = fixture_last_event(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/import",
		"{\"rows\":["
		"{\"line\":2,\"name\":\"a\",\"server\":\"db1\",\"schema\":\"a\"},"
		"{\"line\":3,\"name\":\"b/c\",\"server\":\"db1\",\"schema\":\"b\"},"
		"{\"line\":4,\"name\":\"c\",\"server\":\"db2\",\"schema\":\"c\"},"
		"{\"line\":5,\"name\":\"a\",\"server\":\"db1\",\"schema\":\"d\"},"
		"{\"line\":6,\"name\":\"e\",\"server\":\"db1\",\"schema\":\"\"}]}");
	assert_int_equal(changed.changed, 0);
	assert_int_equal(changed.tenants.nr, 0);
	assert_int_equal(changed.problems.nr, 4);
	problems = changed.problems.items;
	assert_int_equal(problems[0].line, 3);
	assert_non_null(strstr(problems[0].message, "\"/\" and control characters"));
	assert_int_equal(problems[1].line, 4);
	assert_string_equal(problems[1].message, "no server is named db2");
	assert_int_equal(problems[2].line, 5);
	assert_string_equal(problems[2].message,
			    "tenant a is already there, as schema a on server db1");
	assert_int_equal(problems[3].line, 6);
	assert_string_equal(problems[3].message, "tenant e: the schema is empty");
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_tenant_page_type, &page, "GET /v1/tenants", NULL);
	assert_int_equal(page.items.nr, 0);
	wire_release(&wire_tenant_page_type, &page);
	assert_int_equal(fixture_last_event(fixture), before);
}

static void an_import_again_changes_only_what_differs(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };

	fixture_add_server(fixture, "db1");
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/import",
		"{\"rows\":[{\"name\":\"a\",\"server\":\"db1\",\"schema\":\"a\"},"
		"{\"name\":\"b\",\"server\":\"db1\",\"schema\":\"b\"}]}");
	assert_int_equal(changed.changed, 2);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/import",
		"{\"rows\":[{\"name\":\"a\",\"server\":\"db1\",\"schema\":\"a\"},"
		"{\"name\":\"b\",\"server\":\"db1\",\"schema\":\"b\",\"labels\":{\"k\":\"v\"}},"
		"{\"name\":\"c\",\"server\":\"db1\",\"schema\":\"c\"}]}");
	assert_int_equal(changed.unchanged, 1);
	assert_int_equal(changed.changed, 2);
	assert_string_equal(changed.tenants.texts[0], "b");
	wire_release(&wire_changed_type, &changed);
}

static void ten_thousand_rows_are_imported(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	GString *body = g_string_new("{\"rows\":[");

	fixture_add_server(fixture, "db1");
	for (int i = 0; i < 10000; i++) {
		g_string_append_printf(body,
				       "%s{\"name\":\"t%d\",\"server\":\"db1\",\"schema\":\"t%d\","
				       "\"labels\":{\"region\":\"eu\",\"nr\":\"%d\"}}",
				       i == 0 ? "" : ",", i, i, i);
	}
	g_string_append(body, "]}");
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/import", body->str);
	assert_int_equal(changed.changed, 10000);
	wire_release(&wire_changed_type, &changed);
	g_string_free(body, TRUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tenant_is_added_once),
		TEST(an_import_is_all_or_nothing),
		TEST(an_import_again_changes_only_what_differs),
		TEST(ten_thousand_rows_are_imported),
	};

	return cmocka_run_group_tests_name("ops_enrol", tests, NULL, NULL);
}
