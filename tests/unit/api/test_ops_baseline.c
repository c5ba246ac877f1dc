#include "api_fixture.h"

#include "exec.h"
#include "store_tenant.h"
#include "tick.h"

static void databases_with_a_past(struct fixture *fixture)
{
	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 3);
	fixture_add_release(fixture, "alter table users add x int;");
}

static void tenants_have_what_they_are_said_to_have(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	struct wire_preview preview = { 0 };
	struct wire_tenant tenant = { 0 };
	g_autofree char *newest = NULL;

	databases_with_a_past(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/baseline",
		"{\"selector\":\"*\",\"release\":\"shop\",\"version\":\"0001\","
		"\"reason\":\"restored from dumps\"}");
	assert_int_equal(changed.changed, 3);
	assert_int_equal(changed.problems.nr, 0);
	assert_int_equal(changed.tenants.nr, 3);
	wire_release(&wire_changed_type, &changed);
	newest = fixture_newest(fixture);
	assert_non_null(strstr(newest, "tenant.baseline tenant/t"));
	assert_non_null(strstr(newest, "has what shop holds up to 0001 (restored from dumps)"));
	ask_for(fixture, &wire_tenant_type, &tenant, "GET /v1/tenants/t1", NULL);
	assert_string_equal(tenant.version, "0001");
	wire_release(&wire_tenant_type, &tenant);
	ask_for(fixture, &wire_preview_type, &preview, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"dry_run\":true}");
	assert_int_equal(preview.statements, 3); /* one of the two is left, for each */
	wire_release(&wire_preview_type, &preview);
}

/* What it saw is of before. */
static void a_look_that_was_under_way_does_not_count(void **state)
{
	struct fixture *fixture = *state;
	const struct exec_standing look = { .looked_ms = tick_ms() };
	struct wire_changed changed = { 0 };
	SCOPED(store_tenant) row = { 0 };
	struct err err = { 0 };

	databases_with_a_past(fixture);
	assert_int_equal(store_tenant_get(fixture->store, "t1", &row, &err), 0);
	assert_false(sched_tenant_is_stale(fixture->sched, row.id, &look));
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/baseline",
		"{\"selector\":\"t1\",\"release\":\"shop\",\"version\":\"0001\"}");
	wire_release(&wire_changed_type, &changed);
	assert_true(sched_tenant_is_stale(fixture->sched, row.id, &look));
}

static void what_is_not_there_is_refused_before_anything(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	databases_with_a_past(fixture);
	ask_refused(fixture, 400, "release shop has no version \"0009\"",
		    "muster release show shop", "POST /v1/tenants/baseline",
		    "{\"selector\":\"*\",\"release\":\"shop\",\"version\":\"0009\"}");
	ask(fixture, &reply, "POST /v1/tenants/baseline",
	    "{\"selector\":\"*\",\"release\":\"nope\",\"version\":\"0001\"}");
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "muster release list"));
	reply_clear(&reply);
	ask_refused(fixture, 404, "no tenant is named zz", "muster tenant list",
		    "POST /v1/tenants/baseline",
		    "{\"selector\":\"zz\",\"release\":\"shop\",\"version\":\"0001\"}");
}

static void a_server_that_is_down_fails_only_its_own(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	struct wire_server server = { 0 };
	struct reply reply = { 0 };
	const struct wire_problem *problem;

	databases_with_a_past(fixture);
	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers",
		"{\"name\":\"db2\",\"socket\":\"/nonexistent/s\"}");
	wire_release(&wire_server_type, &server);
	fixture_add_tenant(fixture, "far", "db2", "{}");
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/baseline",
		"{\"selector\":\"*\",\"release\":\"shop\",\"version\":\"0001\"}");
	assert_int_equal(changed.changed, 3);
	assert_int_equal(changed.problems.nr, 1);
	problem = changed.problems.items;
	assert_int_equal(strncmp(problem->message, "server db2: ", 12), 0);
	wire_release(&wire_changed_type, &changed);
	ask(fixture, &reply, "POST /v1/tenants/baseline",
	    "{\"selector\":\"far\",\"release\":\"shop\",\"version\":\"0001\"}");
	assert_int_equal(reply.status, 502); /* nobody else: the whole request failed */
	reply_clear(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tenants_have_what_they_are_said_to_have),
		TEST(a_look_that_was_under_way_does_not_count),
		TEST(what_is_not_there_is_refused_before_anything),
		TEST(a_server_that_is_down_fails_only_its_own),
	};

	return cmocka_run_group_tests_name("ops_baseline", tests, NULL, NULL);
}
