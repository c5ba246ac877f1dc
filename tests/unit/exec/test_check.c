#include "kit.h"

static void a_failing_check_before_changes_nothing(void **state)
{
	const char *schema = test_server_schema("before");
	struct release *release = kit_release("0001_a.sql",
					      "-- muster: check \"SELECT 1\" expect=empty\n"
					      "CREATE TABLE a (id int);\n",
					      NULL);

	(void)state;
	kit_expect(release, schema, TASK_REFUSED, "check at 0001_a.sql:1: expected no row, got 1");
	kit_assert_history(schema, "");
	kit_assert_exists(schema, "a", false);
	release_unref(release);
}

static void a_failing_check_after_leaves_the_file_unfinished(void **state)
{
	const char *schema = test_server_schema("after");
	struct release *release =
		kit_release("0001_a.sql",
			    "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (2);\n"
			    "-- muster: check \"SELECT COUNT(*) FROM a\" expect=3\n",
			    NULL);

	(void)state;
	kit_expect(release, schema, TASK_REFUSED,
		   "check at 0001_a.sql:3: expected \"3\", got \"2\"");
	kit_assert_history(schema, "0001 failed 2/2 0");
	test_server_exec("insert into %s.a values (3)", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL); /* asks again, runs nothing again */
	kit_assert_history(schema, "0001 applied 2/2 0");
	release_unref(release);
}

static void checks_that_agree_are_silent(void **state)
{
	const char *schema = test_server_schema("agree");
	struct release *release = kit_release(
		"0001_a.sql",
		"-- muster: check \"SELECT 1 FROM DUAL WHERE 1 = 0\" expect=empty\n"
		"CREATE TABLE a (id int);\n-- muster: check \"SELECT COUNT(*) FROM a\" expect=0\n",
		NULL);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	release_unref(release);
}

static void a_check_that_the_server_refuses_is_named(void **state)
{
	const char *schema = test_server_schema("refuses");
	struct release *release =
		kit_release("0001_a.sql",
			    "-- muster: check \"SELECT x FROM nothing\" expect=1\n"
			    "CREATE TABLE a (id int);\n",
			    NULL);
	SCOPED_PTR(exec_result) result = kit_task(release, schema);

	(void)state;
	assert_int_equal(result->event, TASK_REFUSED);
	assert_int_equal(result->err.native, 1146);
	assert_true(g_str_has_prefix(result->reason, "check at 0001_a.sql:1: "));
	kit_assert_history(schema, "");
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failing_check_before_changes_nothing),
		cmocka_unit_test(a_failing_check_after_leaves_the_file_unfinished),
		cmocka_unit_test(checks_that_agree_are_silent),
		cmocka_unit_test(a_check_that_the_server_refuses_is_named),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
