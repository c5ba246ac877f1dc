#include "plan_cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct style plain = { .output = RENDER_TABLE };

static void a_statement_says_what_its_largest_table_takes(void **state)
{
	char text[] = "t1";
	char table[] = "users";
	char algorithm[] = "copy";
	char refused[] = "writes would wait";
	struct wire_plan_statement statement = {
		.algorithm = algorithm,
		.table = table,
		.largest = text,
		.table_bytes = 3 << 20,
		.table_rows = 4000,
		.expected_ms = 12345,
		.disk_bytes = 3 << 20,
	};
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	plan_cost_statement(out, &statement, &plain);
	assert_string_equal(out->str,
			    "      about 12s (in t1: 3.0 MiB, 4000 rows), 3.0 MiB of disk\n");
	g_string_truncate(out, 0);
	statement.expected_ms = -1;
	statement.disk_bytes = 0;
	statement.refused = refused;
	plan_cost_statement(out, &statement, &plain);
	assert_string_equal(out->str, "      how long is not known yet (largest in t1: 3.0 MiB, "
				      "4000 rows)\n      refused: writes would wait\n");
}

static void what_takes_no_time_is_not_worth_a_line(void **state)
{
	char text[] = "t1";
	char table[] = "users";
	char algorithm[] = "instant";
	const struct wire_plan_statement statement = {
		.algorithm = algorithm,
		.table = table,
		.largest = text,
		.expected_ms = 3,
	};
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	plan_cost_statement(out, &statement, &plain);
	assert_string_equal(out->str, "");
}

static void server(struct wire_plan *plan, const char *name, int64_t disk)
{
	struct wire_plan_server *made = wire_list_add(&wire_plan_server_type, &plan->by_server);

	made->server = g_strdup(name);
	made->disk_bytes = disk;
}

static void the_end_says_how_long_the_whole_takes(void **state)
{
	struct wire_plan plan = {
		.expected_ms = 245000,
		.estimate = { .blocks_ms = 2140,
			      .blocked = g_strdup("client_017"),
			      .longest = g_strdup("big"),
			      .unmeasured = 2 },
	};
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	server(&plan, "db1", 1288490189);
	server(&plan, "db2", 0);
	server(&plan, "db3", 2048);
	plan_cost_all(out, &plan, &plain);
	assert_string_equal(out->str,
			    "\nabout 4m 05s, longest block of writes 2.1s on client_017, "
			    "1.2 GiB of disk on db1, 2.0 KiB on db3, without 2 statements of a "
			    "tenant: none like them was measured here yet\n");
	wire_release(&wire_plan_type, &plan);
}

static void what_was_never_measured_is_not_known_yet(void **state)
{
	const struct wire_plan nothing = { 0 };
	const struct wire_plan plan = { .estimate = { .unmeasured = 3 } };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	plan_cost_all(out, &nothing, &plain);
	assert_string_equal(out->str, "");
	plan_cost_all(out, &plan, &plain);
	assert_string_equal(out->str, "\nhow long it takes is not known yet: nothing like it was "
				      "measured here\n");
}

static void wide_names_each_tenant_the_slowest_first(void **state)
{
	const struct style wide = { .output = RENDER_WIDE };
	struct wire_plan plan = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct wire_plan_tenant *tenant =
			wire_list_add(&wire_plan_tenant_type, &plan.by_tenant);

		tenant->tenant = g_strdup_printf("t%d", i);
		tenant->expected_ms = i == 1 ? 1500 : 20;
		tenant->bytes = i == 1 ? 2048 : 0;
		tenant->rows = i == 1 ? 7 : 0;
	}
	plan_cost_all(out, &plan, &wide);
	assert_string_equal(out->str, "\nhow long each takes:\n"
				      "  t1: 1.5s, tables of 2.0 KiB with 7 rows\n"
				      "  t0: 20ms\n  t2: 20ms\n");
	wire_release(&wire_plan_type, &plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_says_what_its_largest_table_takes),
		cmocka_unit_test(what_takes_no_time_is_not_worth_a_line),
		cmocka_unit_test(the_end_says_how_long_the_whole_takes),
		cmocka_unit_test(what_was_never_measured_is_not_known_yet),
		cmocka_unit_test(wide_names_each_tenant_the_slowest_first),
	};

	return cmocka_run_group_tests_name("plan_cost", tests, NULL, NULL);
}
