#include "api_fixture.h"

static void a_plan_names_classes_statements_and_findings(void **state)
{
	struct fixture *fixture = *state;
	struct wire_plan plan = { 0 };
	const struct wire_plan_statement *statements;
	const struct wire_plan_class *class;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
	fixture_add_release(fixture, "alter table users drop column id;");
	ask_for(fixture, &wire_plan_type, &plan, "POST /v1/plan", "{\"release\":\"shop\"}");
	assert_string_equal(plan.release, "shop");
	assert_string_equal(plan.version, "0002");
	assert_int_equal(plan.pending, 2);
	assert_int_equal(plan.classes.nr, 1);
	class = plan.classes.items;
	assert_int_equal(class->tenants, 2);
	assert_int_equal(class->pending.nr, 2);
	assert_int_equal(class->statements.nr, 2);
	statements = class->statements.items;
	assert_string_equal(statements[0].outcome, "ok");
	assert_string_equal(statements[0].changes.texts[0], "table users: new");
	assert_string_equal(statements[1].outcome, "would fail");
	assert_string_equal(statements[1].migration, "0002");
	assert_int_equal(statements[1].index, 1);
	assert_int_equal(statements[1].line, 1);
	assert_string_equal(statements[1].sql, "alter table users drop column id");
	assert_true(statements[1].findings.nr > 0);
	assert_int_equal(plan.failing.nr, 2);
	wire_release(&wire_plan_type, &plan);
}

static void what_cannot_be_planned_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	fixture_add_release(fixture, "do 1;");
	ask_refused(fixture, 400, "plan_ask: field \"release\" is missing", NULL, "POST /v1/plan",
		    "{}");
	ask_refused(
		fixture, 400, "release shop has no version \"9\": see \"muster release show shop\"",
		"muster release show shop", "POST /v1/plan", "{\"release\":\"shop\",\"to\":\"9\"}");
}

/* The client hangs up: nobody is asked any more, and the next one is answered. */
static void a_client_that_leaves_ends_its_plan(void **state)
{
	static const char request[] = "POST /v1/plan HTTP/1.1\r\nHost: muster\r\n"
				      "Content-Length: 18\r\n\r\n{\"release\":\"shop\"}";
	struct fixture *fixture = *state;
	struct wire_plan plan = { 0 };

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	fixture_add_release(fixture, "do 1;");
	close(client_send(fixture, request));
	fixture_answered(fixture);
	ask_for(fixture, &wire_plan_type, &plan, "POST /v1/plan", "{\"release\":\"shop\"}");
	assert_int_equal(plan.pending, 1);
	wire_release(&wire_plan_type, &plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plan_names_classes_statements_and_findings,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_planned_is_refused, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_client_that_leaves_ends_its_plan, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("ops_plan", tests, NULL, NULL);
}
