#include "kit.h"

static void what_is_skipped_runs_nothing_and_counts(void **state)
{
	const char *schema = test_server_schema("skip");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);",
					      "0002_b.sql", "CREATE TABLE b (id int);",
					      "release.cfg", "skip = [\"0001\"];\n", NULL);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 0/0 0, 0002 applied 1/1 0");
	kit_assert_exists(schema, "a", false);
	kit_assert_exists(schema, "b", true);
	release_unref(release);
}

static void a_file_without_statements_is_recorded(void **state)
{
	const char *schema = test_server_schema("empty");
	struct release *release = kit_release("0001_a.sql", "-- on purpose nothing\n", "0002_b.sql",
					      "CREATE TABLE b (id int);", NULL);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 0/0 0, 0002 applied 1/1 0");
	release_unref(release);
}

static void nothing_of_one_file_is_seen_by_the_next(void **state)
{
	const char *schema = test_server_schema("fresh");
	struct release *release = kit_release(
		"0001_a.sql",
		"SET @a = 5;\nSET autocommit = 0;\nSET time_zone = '+05:00';\nSET sql_mode = 'ANSI_QUOTES';\n"
		"CREATE TEMPORARY TABLE t (id int);\nCREATE TABLE a (v int, m text);\n"
		"INSERT INTO a VALUES (@a, @@sql_mode);\nCOMMIT;\n",
		"0002_b.sql",
		"CREATE TABLE t (id int);\nINSERT INTO a VALUES (@a, concat(if(@@autocommit, 1, 0), "
		"@@time_zone, locate('ANSI_QUOTES', @@sql_mode)));\n",
		NULL);
	g_autofree char *sql = g_strdup_printf(
		"select group_concat(coalesce(v, 'null'), ' ', m order by v is null) from %s.a",
		schema);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 8/8 0, 0002 applied 2/2 0");
	kit_assert_exists(schema, "t", true);
	kit_assert_value("5 ANSI_QUOTES,null 1+00:000", sql);
	release_unref(release);
}

static void a_transaction_left_open_is_rolled_back_in_words(void **state)
{
	const char *schema = test_server_schema("open");
	struct release *release =
		kit_release("0001_a.sql",
			    "CREATE TABLE a (id int);\nBEGIN;\nINSERT INTO a VALUES (1);\n", NULL);
	g_autofree char *sql = g_strdup_printf("select count(*) from %s.a", schema);

	(void)state;
	kit_expect(
		release, schema, TASK_REFUSED,
		"0001_a.sql ends inside a transaction, which was rolled back to statement 1: add "
		"COMMIT at its end");
	kit_assert_history(schema, "0001 failed 1/3 0");
	kit_assert_value("0", sql);
	release_unref(release);
}

static void a_failed_transaction_counts_up_to_its_beginning(void **state)
{
	const char *schema = test_server_schema("trx");
	const char *before = "CREATE TABLE a (id int primary key);\nBEGIN;\n"
			     "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES ";
	g_autofree char *wrong_text = g_strdup_printf("%s(1);\nCOMMIT;\n", before);
	g_autofree char *right_text = g_strdup_printf("%s(2);\nCOMMIT;\n", before);
	struct release *wrong = kit_release("0001_a.sql", wrong_text, NULL);
	struct release *right = kit_release("0001_a.sql", right_text, NULL);
	g_autofree char *sql =
		g_strdup_printf("select group_concat(id order by id) from %s.a", schema);
	SCOPED_PTR(exec_result) result = kit_task(wrong, schema);

	(void)state;
	assert_int_equal(result->event, TASK_REFUSED);
	assert_int_equal(result->err.native, 1062);
	assert_true(g_str_has_prefix(result->reason, "0001_a.sql:4 statement 4 of 5: "));
	assert_int_equal(result->statement, 1);
	kit_assert_history(schema, "0001 failed 1/5 0");
	kit_expect(right, schema, TASK_APPLIED, NULL);
	kit_assert_value("1,2", sql);
	release_unref(wrong);
	release_unref(right);
}

/* Runs the release with a stop that comes while its first statement sleeps. */
static struct exec_result *run_stopped(struct release *release, const char *schema)
{
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	struct exec_live live = { .migration = -1 };
	struct kit_stopper stopper;
	struct exec_result *result;

	order->live = &live;
	kit_stopper_start(&stopper, &live, 300);
	result = exec_run(order);
	kit_stopper_join(&stopper);
	return result;
}

static void stop_parks_before_the_next_statement_and_set_is_repeated(void **state)
{
	const char *schema = test_server_schema("park");
	struct release *release = kit_release(
		"0001_a.sql",
		"SET @a = 5;\nCREATE TABLE a AS SELECT SLEEP(1) AS v;\nINSERT INTO a VALUES (@a);\n",
		NULL);
	SCOPED_PTR(exec_result) result = run_stopped(release, schema);
	g_autofree char *sql =
		g_strdup_printf("select group_concat(v order by v) from %s.a", schema);

	(void)state;
	assert_int_equal(result->event, TASK_PARK);
	assert_true(result->ok);
	assert_int_equal(result->statement, 2);
	assert_int_equal(result->statements, 3);
	kit_assert_history(schema, "0001 applying 2/3 0");
	kit_assert_value("0", sql);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 3/3 0");
	kit_assert_value("0,5", sql);
	release_unref(release);
}

static void what_cannot_be_brought_back_is_not_parked(void **state)
{
	const char *schema = test_server_schema("temp");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TEMPORARY TABLE t AS SELECT SLEEP(1) AS v;\nCREATE TABLE a AS SELECT v FROM "
		"t;\n",
		"0002_b.sql", "CREATE TABLE b (id int);", NULL);
	SCOPED_PTR(exec_result) result = run_stopped(release, schema);

	(void)state;
	assert_int_equal(result->event, TASK_PARK); /* behind the file, before the next one */
	assert_string_equal(result->version, "0001");
	assert_string_equal(result->migration, "0002");
	kit_assert_history(schema, "0001 applied 2/2 0");
	release_unref(release);
}

static void a_transaction_is_not_parked(void **state)
{
	const char *schema = test_server_schema("trxpark");
	struct release *release =
		kit_release("0001_a.sql",
			    "CREATE TABLE a (id int);\nBEGIN;\nINSERT INTO a SELECT SLEEP(1);\n"
			    "INSERT INTO a VALUES (2);\nCOMMIT;\nINSERT INTO a VALUES (3);\n",
			    NULL);
	SCOPED_PTR(exec_result) result = run_stopped(release, schema);

	(void)state;
	assert_int_equal(result->event, TASK_PARK);
	kit_assert_history(schema, "0001 applying 5/6 0");
	kit_expect(release, schema, TASK_APPLIED, NULL);
	release_unref(release);
}

static void a_stop_before_the_file_leaves_no_row(void **state)
{
	const char *schema = test_server_schema("early");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	struct exec_live live = { .stop = 1, .migration = -1 };
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	order->live = &live;
	result = exec_run(order);
	assert_int_equal(result->event, TASK_PARK);
	kit_assert_history(schema, "");
	release_unref(release);
}

static void a_lost_temporary_table_is_not_resumed(void **state)
{
	const char *schema = test_server_schema("stuck");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TEMPORARY TABLE t (id int);\nCREATE TABLE a AS SELECT nothing FROM t;\n",
		NULL);

	(void)state;
	exec_result_free(kit_task(release, schema));
	kit_expect(
		release, schema, TASK_REFUSED,
		"0001_a.sql:1 statement 1 may have left something in its session that is gone: "
		"finish by hand and `muster task resolve r12/acme --as applied`, or `--as at=0` to "
		"run the whole file again");
	release_unref(release);
}

static gpointer kill_sleeper(gpointer data)
{
	const char *schema = data;
	SCOPED_PTR(db_session) session = NULL;
	struct err err;

	db_thread_init();
	session = db_open(test_server_addr(), &err);
	for (int i = 0; i < 200 && session != NULL; i++) {
		SCOPED(db_rows) rows = { 0 };

		if (db_queryf(session, &rows, &err,
			      "select id from information_schema.processlist where db = '%s' and "
			      "info like '/* muster:r12/acme:0001:2 */%%'",
			      schema) == 0 &&
		    rows.nr == 1) {
			if (db_kill(session, g_ascii_strtoull(rows.cells[0][0], NULL, 10), true,
				    &err) == 0) {
				break;
			}
		}
		g_usleep(10000);
	}
	db_session_free(g_steal_pointer(&session));
	db_thread_end();
	return NULL;
}

static void a_link_lost_in_a_statement_leaves_it_in_flight(void **state)
{
	char *schema = g_strdup(test_server_schema("lost"));
	struct release *release = kit_release(
		"0001_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a SELECT SLEEP(20);\n", NULL);
	GThread *killer = g_thread_new("killer", kill_sleeper, schema);
	SCOPED_PTR(exec_result) result = kit_task(release, schema);

	(void)state;
	(void)g_thread_join(killer);
	assert_int_equal(result->event, TASK_LOST);
	assert_true(result->server_down);
	assert_null(result->session);
	assert_int_equal(result->err.code, ERR_UNKNOWN_OUTCOME);
	assert_true(g_str_has_prefix(result->reason, "0001_a.sql:2 statement 2 of 2: "));
	kit_assert_history(schema, "0001 applying 0/2 1");
	release_unref(release);
	g_free(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_skipped_runs_nothing_and_counts),
		cmocka_unit_test(a_file_without_statements_is_recorded),
		cmocka_unit_test(nothing_of_one_file_is_seen_by_the_next),
		cmocka_unit_test(a_transaction_left_open_is_rolled_back_in_words),
		cmocka_unit_test(a_failed_transaction_counts_up_to_its_beginning),
		cmocka_unit_test(stop_parks_before_the_next_statement_and_set_is_repeated),
		cmocka_unit_test(what_cannot_be_brought_back_is_not_parked),
		cmocka_unit_test(a_transaction_is_not_parked),
		cmocka_unit_test(a_stop_before_the_file_leaves_no_row),
		cmocka_unit_test(a_lost_temporary_table_is_not_resumed),
		cmocka_unit_test(a_link_lost_in_a_statement_leaves_it_in_flight),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
