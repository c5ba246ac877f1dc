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
	assert_non_null(result->host);
	assert_true(result->data_dir[0] == '/');
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

/* In the mode of MySQL, which MariaDB has when a release says so. */
static struct release *strict_release(const char *text)
{
	return kit_release("release.cfg",
			   "sql_mode = \"STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE\";",
			   "0001_a.sql", text, NULL);
}

static void expect_breach(const char *schema, struct release *release, const char *text)
{
	struct forecast *forecast = forecast_for(release, schema);
	SCOPED_PTR(exec_result) result = looked(forecast, schema);
	SCOPED_PTR(exec_result) done = NULL;

	assert_true(result->ok);
	assert_int_equal(result->nr_breaches, text == NULL ? 0 : 1);
	if (text != NULL) {
		assert_false(result->breaches[0].unasked);
		assert_string_equal(result->breaches[0].text, text);
	}
	done = kit_task(release, schema); /* and the server sees it the same way */
	assert_int_equal(done->event, text == NULL ? TASK_APPLIED : TASK_REFUSED);
	forecast_unref(forecast);
	release_unref(release);
}

/* Row 1 fits and row 2 does not. */
static void values_that_do_not_fit_are_found(void **state)
{
	static const struct {
		const char *now;
		const char *fits;
		const char *cut;
		const char *then;
	} rows[] = {
		{ "decimal(12,4)", "999999.994", "999999.9951", "decimal(8,2)" },
		{ "double", "127.4", "127.5", "tinyint" },
		{ "enum('a','b','c')", "'b'", "'c'", "enum('a','b')" },
		{ "set('x','y')", "'x'", "'x,y'", "set('x')" },
		{ "longtext", "repeat('a', 65535)", "repeat('a', 65536)", "text" },
		{ "varbinary(9)", "'abc'", "'abcd'", "varbinary(3)" },
		{ "decimal(12,4)", "127.4", "127.5", "tinyint" },
		{ "varchar(9)", "' 12 '", "'12x'", "int" },
		{ "varchar(9)", "'B'", "'c'", "enum('a','b')" },
		{ "varchar(40)", "'2020-01-01'", "'x'", "date" },
		{ "text", "'{}'", "'{'", "json" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name = g_strdup_printf("pr_fit_%zu", i);
		g_autofree char *text = g_strdup_printf("ALTER TABLE t MODIFY a %s;", rows[i].then);
		const char *schema = test_server_schema(name);

		test_server_exec("create table %s.t (id int primary key, a %s)", schema,
				 rows[i].now);
		test_server_exec("insert into %s.t values (1, %s), (2, %s)", schema, rows[i].fits,
				 rows[i].cut);
		expect_breach(schema, strict_release(text), "id=2");
		test_server_exec("delete from %s.t where id = 2", schema);
		expect_breach(schema, strict_release(text), NULL);
	}
}

static void expect_doubt(const char *schema, struct release *release, const char *text)
{
	struct forecast *forecast = forecast_for(release, schema);
	SCOPED_PTR(exec_result) result = looked(forecast, schema);

	assert_true(result->ok);
	assert_int_equal(result->nr_breaches, 1);
	assert_true(result->breaches[0].unasked);
	assert_string_equal(result->breaches[0].text, text);
	forecast_unref(forecast);
	release_unref(release);
}

static void what_nobody_can_say_is_no_failure(void **state)
{
	const char *schema = test_server_schema("pr_doubt");

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a int, b varchar(9))", schema);
	test_server_exec("insert into %s.t values (1, null, 'abcdef'), (2, 20200101, 'abc')",
			 schema);
	expect_doubt(schema, strict_release("ALTER TABLE t MODIFY a date;"),
		     "nobody can say whether the server takes what is in id=2");
	expect_doubt(schema,
		     kit_release("release.cfg", "sql_mode = \"NO_ENGINE_SUBSTITUTION\";",
				 "0001_a.sql", "ALTER TABLE t MODIFY b varchar(3);", NULL),
		     "sql_mode is not strict, so the values become other ones: id=1");
	expect_doubt(schema,
		     strict_release("SET sql_mode = '';\nALTER TABLE t MODIFY b varchar(3);"),
		     "nobody can say whether the server takes what is in id=1");
}

static void characters_that_are_lost_are_found(void **state)
{
	const char *schema = test_server_schema("pr_chars");

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a varchar(9) character set "
			 "utf8mb4)",
			 schema);
	test_server_exec("insert into %s.t values (1, _utf8mb4 x'c3a9'), (2, _utf8mb4 x'e697a5')",
			 schema);
	expect_breach(schema,
		      strict_release("ALTER TABLE t MODIFY a varchar(9) CHARACTER SET latin1;"),
		      "id=2");
	test_server_exec("delete from %s.t where id = 2", schema);
	expect_breach(schema,
		      strict_release("ALTER TABLE t MODIFY a varchar(9) CHARACTER SET latin1;"),
		      NULL);
}

static void dates_that_are_not_whole_hinder_a_copy_in_strict_modes(void **state)
{
	const char *schema = test_server_schema("pr_dates");
	static const char copied[] = "ALTER TABLE t MODIFY a bigint;";

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a int, d date)", schema);
	test_server_exec(
		"insert ignore into %s.t values (1, 1, '2020-01-10'), (2, 2, '0000-00-00')",
		schema);
	expect_breach(schema, strict_release(copied), "id=2");
	expect_breach(schema,
		      kit_release("release.cfg", "sql_mode = \"STRICT_TRANS_TABLES\";",
				  "0001_a.sql", copied, NULL),
		      NULL);
}

static void a_date_that_nobody_gives_a_value_is_zero(void **state)
{
	const char *schema = test_server_schema("pr_new");
	static const char added[] = "ALTER TABLE t ADD d date NOT NULL;";

	(void)state;
	test_server_exec("create table %s.t (id int primary key)", schema);
	test_server_exec("insert into %s.t values (5)", schema);
	expect_breach(schema, strict_release(added), "id=5");
	test_server_exec("delete from %s.t", schema);
	expect_breach(schema, strict_release(added), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_in_the_way_are_named),
		cmocka_unit_test(what_cannot_be_asked_says_why),
		cmocka_unit_test(values_that_do_not_fit_are_found),
		cmocka_unit_test(what_nobody_can_say_is_no_failure),
		cmocka_unit_test(characters_that_are_lost_are_found),
		cmocka_unit_test(dates_that_are_not_whole_hinder_a_copy_in_strict_modes),
		cmocka_unit_test(a_date_that_nobody_gives_a_value_is_zero),
	};

	return cmocka_run_group_tests_name("precheck_run", tests, NULL, NULL);
}
