#include "forecast.h"

#include "chain.h"
#include "kit.h"
#include "release.h"

static const char two_files[] = "ALTER TABLE t ADD a int;\nINSERT INTO t (id, a) VALUES (1, 1);\n";

/* The chain of a release on a copy of a schema with table t, and its forecast. */
static struct forecast *made(const char *schema, struct release *release)
{
	struct exec_order *order = kit_order(EXEC_CHAIN, release, schema);
	SCOPED_PTR(exec_result) result = NULL;

	test_server_exec("create table %s.t (id int primary key)", schema);
	order->with_forecast = true;
	order->rewrites = true;
	result = exec_run(order);
	assert_true(result->ok);
	return forecast_ref(result->forecast);
}

static void each_statement_says_what_it_changes(void **state)
{
	const char *schema = test_server_schema("fc_changes");
	struct release *release =
		kit_release("0001_a.sql", two_files, "0002_b.sql", "DROP TABLE t;", NULL);
	struct forecast *forecast = made(schema, release);

	(void)state;
	assert_int_equal(forecast->nr_pending, 2);
	assert_int_equal(forecast->nr, 3);
	assert_null(forecast->failure);
	assert_string_equal(forecast->statements[0].changes[0], "table t, column a: new: int");
	assert_null(forecast->statements[0].changes[1]);
	assert_string_equal(forecast->statements[0].algorithm, "instant");
	assert_false(forecast->statements[0].blocks_writes);
	assert_string_equal(forecast->statements[0].table, "t");
	assert_false(forecast->statements[0].rebuilds);
	assert_true(forecast->statements[0].keyed);
	assert_null(forecast->tables[0]); /* nothing takes the longer the more rows there are */
	assert_null(forecast->statements[1].algorithm);
	assert_int_equal(forecast->statements[1].number, 2);
	assert_null(forecast->statements[1].changes[0]);
	assert_int_equal(forecast->statements[2].migration, 1);
	assert_string_equal(forecast->statements[2].changes[0], "table t: gone");
	for (size_t i = 0; i < forecast->nr; i++) {
		assert_int_equal(forecast->statements[i].outcome, FORECAST_FINE);
	}
	forecast_unref(forecast);
	release_unref(release);
}

static void behind_a_failure_nothing_is_reached(void **state)
{
	const char *schema = test_server_schema("fc_fails");
	struct release *release = kit_release(
		"0001_a.sql", "ALTER TABLE t ADD a int;\nALTER TABLE t DROP nobody;\nDROP TABLE t;",
		"0002_b.sql", "DO 1;", NULL);
	struct forecast *forecast = made(schema, release);

	(void)state;
	assert_int_equal(forecast->nr, 4);
	assert_int_equal(forecast->statements[0].outcome, FORECAST_FINE);
	assert_int_equal(forecast->statements[1].outcome, FORECAST_FAILS);
	assert_true(g_str_has_prefix(forecast->failure, "0001_a.sql:2 statement 2 of 3: "));
	assert_string_equal(forecast->statements[1].note, forecast->failure);
	assert_int_equal(forecast->statements[2].outcome, FORECAST_BEHIND);
	assert_int_equal(forecast->statements[3].outcome, FORECAST_BEHIND);
	forecast_unref(forecast);
	release_unref(release);
}

static void tables_whose_size_matters_are_listed_once(void **state)
{
	const char *schema = test_server_schema("fc_tables");
	struct release *release =
		kit_release("0001_a.sql",
			    "ALTER TABLE t ENGINE=InnoDB;\nCREATE INDEX i ON t (id);\n"
			    "CREATE TABLE n (a int);\nALTER TABLE n ADD UNIQUE (a);\n"
			    "ALTER TABLE t DROP PRIMARY KEY;\nALTER TABLE t MODIFY id bigint;\n",
			    NULL);
	struct forecast *forecast = made(schema, release);

	(void)state;
	assert_string_equal(forecast->tables[0], "t");
	assert_null(forecast->tables[1]); /* n has no rows before the release */
	assert_true(forecast->statements[0].rebuilds);
	assert_true(forecast->statements[0].keyed);
	assert_false(forecast->statements[1].rebuilds);
	assert_false(forecast->statements[5].keyed);
	forecast_unref(forecast);
	release_unref(release);
}

/* There may be rows in a tenant, without which a procedure stops on the copy. */
static void a_procedure_that_stops_proves_nothing(void **state)
{
	const char *schema = test_server_schema("fc_call");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE PROCEDURE p() SIGNAL SQLSTATE '45000';\nCALL p();\nDROP TABLE t;", NULL);
	struct forecast *forecast = made(schema, release);

	(void)state;
	assert_null(forecast->failure);
	assert_int_equal(forecast->statements[1].outcome, FORECAST_UNSEEN);
	assert_true(g_str_has_prefix(forecast->statements[1].note,
				     "stopped on the empty copy: 0001_a.sql:2 "));
	assert_int_equal(forecast->statements[2].outcome, FORECAST_BEHIND);
	assert_int_equal(forecast->doubtful->len, 1);
	forecast_unref(forecast);
	release_unref(release);
}

/* A view that does not work is in no copy; what does not name it is refused all the same. */
static void a_broken_view_hides_no_failure(void **state)
{
	const char *schema = test_server_schema("fc_view");
	struct release *fails = kit_release("0001_a.sql", "ALTER TABLE t ADD id int;\n", NULL);
	struct release *names = kit_release("0001_a.sql", "DROP VIEW BROKEN;\n", NULL);
	struct forecast *forecast;

	(void)state;
	test_server_exec("create table %s.gone (id int)", schema);
	test_server_exec("create view %s.broken as select * from %s.gone", schema, schema);
	test_server_exec("drop table %s.gone", schema);
	forecast = made(schema, fails);
	assert_string_equal(forecast->unlike, "view broken: gone");
	assert_int_equal(forecast->statements[0].outcome, FORECAST_FAILS);
	forecast_unref(forecast);
	test_server_exec("drop table %s.t", schema);
	forecast = made(schema, names);
	assert_int_equal(forecast->statements[0].outcome, FORECAST_UNSEEN);
	assert_null(forecast->failure);
	forecast_unref(forecast);
	release_unref(fails);
	release_unref(names);
}

static void what_is_cheaper_written_otherwise_is_shown(void **state)
{
	const char *schema = test_server_schema("fc_cheaper");
	struct release *release = kit_release(
		"0001_a.sql", "ALTER TABLE t ADD z int, ADD INDEX kz (z);\n", "0002_b.sql",
		"ALTER TABLE t ADD y int;\nALTER TABLE t ENGINE=InnoDB;\n"
		"ALTER TABLE t MODIFY y bigint;\nALTER TABLE t MODIFY z bigint;\n",
		NULL);
	struct forecast *forecast = made(schema, release);
	const struct forecast_statement *split = &forecast->statements[0];
	const struct forecast_statement *merged = &forecast->statements[3];
	g_autofree char *left = NULL;

	(void)state;
	assert_int_equal(forecast->nr, 5);
	assert_int_equal(g_strv_length(split->cheaper), 2);
	assert_string_equal(split->cheaper[0], "ALTER TABLE t ADD z int");
	assert_string_equal(split->cheaper[1], "ALTER TABLE t ADD INDEX kz (z)");
	assert_true(g_str_has_prefix(split->cheaper_why, "inplace becomes instant, "));
	assert_int_equal(split->cheaper_nr, 1);
	assert_true(
		g_str_has_suffix(split->cheaper_why, split->algorithm)); /* of the dearest part */
	assert_string_equal(split->parts[0].algorithm, "instant");
	assert_string_equal(split->parts[1].algorithm, split->algorithm);
	assert_false(split->rebuilds);
	assert_null(forecast->statements[1].cheaper);
	assert_null(forecast->statements[2].cheaper);
	assert_int_equal(g_strv_length(merged->cheaper), 1);
	assert_string_equal(merged->cheaper[0], "ALTER TABLE t MODIFY y bigint, MODIFY z bigint");
	assert_int_equal(merged->cheaper_nr, 2);
	assert_false(merged->covered);
	assert_non_null(merged->algorithm);
	assert_null(forecast->statements[4].cheaper);
	assert_true(forecast->statements[4].covered);
	assert_null(forecast->statements[4].algorithm);
	left = test_server_value("select count(*) from information_schema.schemata where "
				 "schema_name like 'muster\\_scratch\\_%%'");
	assert_string_equal(left, "0");
	forecast_unref(forecast);
	release_unref(release);
}

static void what_a_directive_names_stays_as_it_is_written(void **state)
{
	const char *schema = test_server_schema("fc_written");
	struct release *release = kit_release("0001_a.sql",
					      "-- muster: strategy=direct\n"
					      "ALTER TABLE t ADD z int, ADD INDEX kz (z);\n"
					      "-- muster: strategy=auto\n"
					      "ALTER TABLE t ADD y int, ADD INDEX ky (y);\n",
					      NULL);
	struct forecast *forecast = made(schema, release);

	(void)state;
	assert_null(forecast->statements[0].cheaper);
	assert_string_equal(forecast->statements[0].algorithm, "inplace");
	assert_non_null(forecast->statements[1].cheaper);
	forecast_unref(forecast);
	release_unref(release);
}

static void what_cannot_be_tried_says_why(void **state)
{
	const char *schema = test_server_schema("fc_unseen");
	struct release *release =
		kit_release("0001_a.sql", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO 1;", NULL);
	struct forecast *forecast = made(schema, release);

	(void)state;
	assert_int_equal(forecast->statements[0].outcome, FORECAST_UNSEEN);
	assert_string_equal(forecast->statements[0].note,
			    "not run on the copy: it reaches outside of the schema");
	forecast_unref(forecast);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_statement_says_what_it_changes),
		cmocka_unit_test(behind_a_failure_nothing_is_reached),
		cmocka_unit_test(tables_whose_size_matters_are_listed_once),
		cmocka_unit_test(a_procedure_that_stops_proves_nothing),
		cmocka_unit_test(a_broken_view_hides_no_failure),
		cmocka_unit_test(what_is_cheaper_written_otherwise_is_shown),
		cmocka_unit_test(what_a_directive_names_stays_as_it_is_written),
		cmocka_unit_test(what_cannot_be_tried_says_why),
	};

	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
