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
		cmocka_unit_test(what_cannot_be_tried_says_why),
	};

	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
