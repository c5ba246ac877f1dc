#include "kit.h"

static struct exec_result *survey(struct release *release, char **schemas)
{
	struct exec_order *order = kit_order(EXEC_SURVEY, release, NULL);

	order->schemas = g_strdupv(schemas);
	order->with_shapes = true;
	return exec_run(order);
}

static void those_that_are_alike_are_one_class(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("ss_a"));
	g_autofree char *b = g_strdup(test_server_schema("ss_b"));
	g_autofree char *other = g_strdup(test_server_schema("ss_other"));
	char *schemas[] = { a, b, other, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	test_server_exec("create table %s.t (n int)", a);
	test_server_exec("create table %s.t (n int)", b);
	test_server_exec("create table %s.t (n bigint)", other);
	result = survey(release, schemas);
	assert_true(result->ok);
	assert_int_equal(result->nr_shapes, 2);
	assert_string_equal(result->standings[0].class, result->standings[1].class);
	assert_string_not_equal(result->standings[0].class, result->standings[2].class);
	release_unref(release);
}

static void who_has_nothing_to_do_is_not_read(void **state)
{
	g_autofree char *schema = g_strdup(test_server_schema("ss_done"));
	char *schemas[] = { schema, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	result = survey(release, schemas);
	assert_true(result->ok);
	assert_null(result->standings[0].class);
	assert_int_equal(result->nr_shapes, 0);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_are_alike_are_one_class),
		cmocka_unit_test(who_has_nothing_to_do_is_not_read),
	};

	return cmocka_run_group_tests_name("survey_shape", tests, NULL, NULL);
}
