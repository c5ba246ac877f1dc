#include "precheck_run.h"

#include "forecast.h"
#include "kit.h"
#include "release.h"

static const char wanted[] = "ALTER TABLE t MODIFY a varchar(3) NOT NULL;\n"
			     "ALTER TABLE t ADD UNIQUE KEY u (a);\n";

static struct forecast *forecast_for(struct release *release, const char *schema)
{
	struct exec_order *order = kit_order(EXEC_CHAIN, release, schema);
	SCOPED_PTR(exec_result) result = NULL;

	order->with_forecast = true;
	result = exec_run(order);
	assert_true(result->ok);
	return forecast_ref(result->forecast);
}

static struct exec_result *looked(struct forecast *forecast, const char *schema)
{
	struct exec_order *order = kit_order(EXEC_PRECHECK, NULL, schema);

	order->forecast = forecast_ref(forecast);
	order->schemas = g_new0(char *, 2);
	order->schemas[0] = g_strdup(schema);
	return exec_run(order);
}

static void rows_in_the_way_are_named(void **state)
{
	const char *schema = test_server_schema("pr_rows");
	struct release *release = kit_release("0001_a.sql", wanted, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	struct forecast *forecast;

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a varchar(9))", schema);
	test_server_exec("insert into %s.t values (1, 'x'), (2, 'X'), (3, null), (4, 'long')",
			 schema);
	forecast = forecast_for(release, schema);
	assert_int_equal(forecast->checks->len, 3);
	result = looked(forecast, schema);
	assert_true(result->ok);
	assert_int_equal(result->nr_breaches, 3);
	assert_string_equal(result->breaches[0].schema, schema);
	assert_string_equal(result->breaches[0].text, "id=3");
	assert_string_equal(result->breaches[1].text, "id=4");
	assert_true(g_str_has_prefix(result->breaches[2].text, "id=1 and id=2"));
	assert_false(result->breaches[0].unasked);
	assert_int_equal(result->nr_sizes, 1);
	assert_string_equal(result->sizes[0].schema, schema);
	assert_string_equal(result->sizes[0].table, "t");
	assert_true(result->sizes[0].bytes > 0);
	forecast_unref(forecast);
	release_unref(release);
}

static void what_cannot_be_asked_says_why(void **state)
{
	const char *schema = test_server_schema("pr_gone");
	struct release *release = kit_release("0001_a.sql", wanted, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	struct forecast *forecast;

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a varchar(9))", schema);
	forecast = forecast_for(release, schema);
	result = looked(forecast, schema);
	assert_int_equal(result->nr_breaches, 0);
	test_server_exec("drop table %s.t", schema);
	exec_result_free(result);
	result = looked(forecast, schema);
	assert_true(result->ok);
	assert_int_equal(result->nr_breaches, 3);
	assert_true(result->breaches[0].unasked);
	assert_non_null(strstr(result->breaches[0].text, "doesn't exist"));
	forecast_unref(forecast);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_in_the_way_are_named),
		cmocka_unit_test(what_cannot_be_asked_says_why),
	};

	return cmocka_run_group_tests_name("precheck_run", tests, NULL, NULL);
}
