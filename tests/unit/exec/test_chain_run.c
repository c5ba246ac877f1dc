#include "chain.h"
#include "kit.h"

static void what_a_crash_could_not_be_judged_by_is_named(void **state)
{
	const char *schema = test_server_schema("cr_named");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TABLE t (n int);\nTRUNCATE TABLE t;\nINSERT INTO t VALUES (1);\n", NULL);
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHAIN, release, schema));
	SCOPED(chain) chain = { 0 };
	struct err err;

	(void)state;
	assert_true(result->ok);
	assert_int_equal(g_strv_length(result->warnings), 1);
	assert_string_equal(result->warnings[0],
			    "0001_a.sql:2 statement 2 of 3 empties a table: a crash while it runs "
			    "leaves the tenant in doubt");
	assert_int_equal(chain_parse(&chain, result->chain_text, &err), 0);
	assert_int_equal(chain.nr, 3);
	kit_assert_exists(schema, "t", false);
	kit_assert_value("0", "select count(*) from information_schema.schemata where schema_name "
			      "like 'muster\\_scratch\\_%'");
	release_unref(release);
}

static void what_would_fail_is_said(void **state)
{
	const char *schema = test_server_schema("cr_fails");
	struct release *release = kit_release(
		"0001_a.sql", "CREATE TABLE t (n int);\nALTER TABLE nowhere ADD x int;\n", NULL);
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHAIN, release, schema));

	(void)state;
	assert_true(result->ok);
	assert_true(g_str_has_prefix(result->warnings[0], "would fail: 0001_a.sql:2 statement 2 of "
							  "2: "));
	release_unref(release);
}

static void what_is_applied_is_not_tried(void **state)
{
	const char *schema = test_server_schema("cr_applied");
	struct release *first = kit_release("0001_a.sql", "CREATE TABLE t (n int);", NULL);
	struct release *both = kit_release("0001_a.sql", "CREATE TABLE t (n int);", "0002_b.sql",
					   "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED(chain) chain = { 0 };
	struct err err;

	(void)state;
	kit_expect(first, schema, TASK_APPLIED, NULL);
	result = exec_run(kit_order(EXEC_CHAIN, both, schema));
	assert_true(result->ok);
	assert_int_equal(chain_parse(&chain, result->chain_text, &err), 0);
	assert_int_equal(chain.nr, 1);
	assert_string_equal(chain.steps[0].version, "0002");
	release_unref(first);
	release_unref(both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_crash_could_not_be_judged_by_is_named),
		cmocka_unit_test(what_would_fail_is_said),
		cmocka_unit_test(what_is_applied_is_not_tried),
	};

	return cmocka_run_group_tests_name("chain_run", tests, NULL, NULL);
}
