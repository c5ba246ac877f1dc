#include "kit.h"
#include "rewrite_kit.h"

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
	kit_stopper_start_in(&stopper, &live, "SLEEP(1)");
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

struct killer {
	const char *schema;
	bool whole; /* its session, too */
};

static gpointer kill_sleeper(gpointer data)
{
	const struct killer *killer = data;
	SCOPED_PTR(db_session) session = NULL;
	struct err err;

	db_thread_init();
	session = db_open(test_server_addr(), &err);
	for (int i = 0; i < 200 && session != NULL; i++) {
		SCOPED(db_rows) rows = { 0 };

		if (db_queryf(session, &rows, &err,
			      "select id from information_schema.processlist where db = '%s' and "
			      "info like '/* muster:r12/acme:0001:2 */%%'",
			      killer->schema) == 0 &&
		    rows.nr == 1) {
			if (db_kill(session, g_ascii_strtoull(rows.cells[0][0], NULL, 10),
				    killer->whole, &err) == 0) {
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
	struct killer whom = { schema, true };
	GThread *killer = g_thread_new("killer", kill_sleeper, &whom);
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

/* Some of its rows may be there, and nothing takes them back: it is not run again by itself. */
static void what_leaves_a_part_is_in_doubt_when_it_is_ended(void **state)
{
	char *schema = g_strdup(test_server_schema("parts"));
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TABLE a (id int) ENGINE=MyISAM;\n"
		"INSERT INTO a WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n "
		"WHERE i < 900) SELECT SLEEP(0.05) FROM n;\n",
		NULL);
	struct killer whom = { schema, false };
	GThread *killer = g_thread_new("killer", kill_sleeper, &whom);
	SCOPED_PTR(exec_result) result = kit_task(release, schema);
	SCOPED_PTR(exec_result) again = NULL;

	(void)state;
	(void)g_thread_join(killer);
	assert_int_equal(result->event, TASK_LOST);
	assert_false(result->server_down);
	kit_assert_history(schema, "0001 applying 1/2 2");
	again = kit_task(release, schema);
	assert_int_equal(again->event, TASK_DOUBT);
	release_unref(release);
	g_free(schema);
}

/* ---- statements that are run otherwise than they are written ------------------------------ */

static void on_said(void *ctx, int64_t id, const char *text)
{
	(void)id;
	g_ptr_array_add(ctx, g_strdup(text));
}

/* What a task said, one a line; it ended so. Owned. */
static char *told(struct release *release, const char *schema, struct chain *chain, bool rewrites,
		  enum task_event event)
{
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	g_autoptr(GPtrArray) said = g_ptr_array_new_with_free_func(g_free);
	SCOPED_PTR(exec_result) result = NULL;

	order->chain = exec_chain_ref(chain);
	order->rewrites = rewrites;
	order->say = on_said;
	order->say_ctx = said;
	result = exec_run(order);
	if (result->event != event) {
		fail_msg("%s: %s", task_event_names[result->event], result->reason);
	}
	g_ptr_array_add(said, NULL);
	return g_strjoinv("\n", (char **)said->pdata);
}

static void what_the_chain_has_shown_is_run_so(void **state)
{
	const char *schema = test_server_schema("rw_both");
	struct release *release = kit_release("0001_a.sql", KIT_SPLIT ";\n" KIT_SET KIT_MERGED,
					      "0002_b.sql", "INSERT INTO t (id) VALUES (3);", NULL);
	struct chain *chain;
	g_autofree char *words = NULL;

	(void)state;
	kit_rewrite_table(schema, "grace");
	chain = kit_rewrite_chain(release, schema);
	assert_int_equal(chain->nr_rewrites, 2);
	words = told(release, schema, chain, true, TASK_APPLIED);
	assert_string_equal(words,
			    "0001_a.sql: statement 1 rewritten as 2 statements: ALTER TABLE t ADD "
			    "COLUMN z int; ALTER TABLE t ADD UNIQUE INDEX one_name (name)\n"
			    "0001_a.sql: statements 3 to 4 rewritten as 1 statement: ALTER TABLE t "
			    "MODIFY y bigint, MODIFY x bigint");
	kit_assert_history(schema, "0001 applied 4/4 0, 0002 applied 1/1 0");
	kit_assert_columns(schema, "id,name,y,x,z; PRIMARY,one_name");
	exec_chain_unref(chain);
	release_unref(release);
}

static void both_ways_end_at_what_was_foretold(void **state)
{
	(void)state;
	for (int rewrites = 0; rewrites < 2; rewrites++) {
		const char *schema = test_server_schema(rewrites ? "rw_so" : "rw_written");
		struct release *release =
			kit_release("0001_a.sql", KIT_SPLIT ";\n" KIT_SET KIT_MERGED, NULL);
		g_autofree char *words = NULL;
		struct chain *after;
		struct chain *chain;

		kit_rewrite_table(schema, "grace");
		chain = kit_rewrite_chain(release, schema);
		words = told(release, schema, chain, rewrites, TASK_APPLIED);
		assert_int_equal(words[0] != '\0', rewrites);
		after = kit_rewrite_chain(release, schema);
		assert_string_equal(after->start.fingerprint,
				    chain->steps[chain->nr - 1].fingerprint);
		exec_chain_unref(after);
		exec_chain_unref(chain);
		release_unref(release);
	}
}

/* The file as it is, with its tail mended, and without the part that was refused. */
static const struct {
	const char *mended;
	const char *columns;
	bool is_mended; /* the rows are, too */
} seconds[] = {
	{ KIT_SPLIT ";\n" KIT_SET KIT_MERGED, "id,name,y,x,z; PRIMARY,one_name", true },
	{ "ALTER TABLE t ADD COLUMN z int, ADD INDEX one_name (name);\n" KIT_SET KIT_MERGED,
	  "id,name,y,x,z; PRIMARY,one_name", false },
	{ "ALTER TABLE t ADD COLUMN z int;\n" KIT_SET KIT_MERGED, "id,name,y,x,z; PRIMARY", false },
};

static void a_part_that_fails_is_where_a_retry_goes_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
		g_autofree char *name = g_strdup_printf("rw_second%zu", i);
		const char *schema = test_server_schema(name);
		struct release *release =
			kit_release("0001_a.sql", KIT_SPLIT ";\n" KIT_SET KIT_MERGED, NULL);
		struct release *mended = kit_release("0001_a.sql", seconds[i].mended, NULL);
		SCOPED_PTR(exec_result) first = NULL;
		SCOPED_PTR(exec_result) then = NULL;
		struct chain *chain;
		struct chain *rest;

		kit_rewrite_table(schema, "ada");
		chain = kit_rewrite_chain(release, schema);
		first = kit_rewrite_task(release, schema, chain, NULL);
		assert_int_equal(first->event, TASK_REFUSED);
		assert_int_equal(first->err.native, 1062);
		assert_true(g_str_has_prefix(
			first->reason, "0001_a.sql:1 statement 1 of 4, part 2 of 2 (ALTER TABLE t "
				       "ADD UNIQUE INDEX one_name (name)): "));
		assert_int_equal(first->statement, 0);
		kit_assert_history(schema, "0001 failed 0/4 0");
		kit_assert_columns(schema, "id,name,y,x,z; PRIMARY");
		if (seconds[i].is_mended) {
			test_server_exec("update %s.t set name = 'grace' where id = 2", schema);
		}
		rest = kit_rewrite_chain(mended, schema);
		assert_null(rest->failure.version);
		then = kit_rewrite_task(mended, schema, rest, NULL);
		if (then->event != TASK_APPLIED) {
			fail_msg("%s: %s", seconds[i].mended, then->reason);
		}
		kit_assert_history(schema, "0001 applied 4/4 0");
		kit_assert_columns(schema, seconds[i].columns);
		exec_chain_unref(rest);
		exec_chain_unref(chain);
		release_unref(mended);
		release_unref(release);
	}
}

/* The inventory is lost, or the rollout that goes on leaves statements as written. */
static void what_is_left_of_a_statement_needs_no_chain(void **state)
{
	const char *schema = test_server_schema("rw_alone");
	struct release *release = kit_release("0001_a.sql", KIT_SET KIT_SPLIT ";\n", NULL);
	struct release *other = kit_release(
		"0001_a.sql",
		KIT_SET "ALTER TABLE t ADD COLUMN zz int, ADD UNIQUE INDEX one_name (name);\n",
		NULL);
	SCOPED_PTR(exec_result) first = NULL;
	SCOPED_PTR(exec_result) changed = NULL;
	struct chain *chain;

	(void)state;
	kit_rewrite_table(schema, "ada");
	chain = kit_rewrite_chain(release, schema);
	first = kit_rewrite_task(release, schema, chain, NULL);
	assert_int_equal(first->event, TASK_REFUSED);
	kit_assert_history(schema, "0001 failed 1/2 0");
	changed = kit_task(other, schema);
	assert_int_equal(changed->event, TASK_REFUSED);
	assert_non_null(strstr(changed->reason,
			       "statement 2 of 0001_a.sql is rewritten as several, "
			       "of which the first 1 were already applied here"));
	test_server_exec("update %s.t set name = 'grace' where id = 2", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 2/2 0");
	kit_assert_columns(schema, "id,name,y,x,z; PRIMARY,one_name");
	exec_chain_unref(chain);
	release_unref(other);
	release_unref(release);
}

static void merged_statements_that_fail_leave_nothing_of_any(void **state)
{
	const char *schema = test_server_schema("rw_merged");
	struct release *release = kit_release("0001_a.sql", KIT_SET KIT_MERGED, NULL);
	SCOPED_PTR(exec_result) first = NULL;
	SCOPED_PTR(exec_result) then = NULL;
	struct chain *chain;

	(void)state;
	kit_rewrite_table(schema, "grace");
	chain = kit_rewrite_chain(release, schema);
	test_server_exec("alter table %s.t drop column x", schema);
	first = kit_rewrite_task(release, schema, chain, NULL);
	assert_int_equal(first->event, TASK_REFUSED);
	assert_true(g_str_has_prefix(first->reason,
				     "0001_a.sql:2 statements 2 to 3 of 3, run as one: "));
	kit_assert_history(schema, "0001 failed 1/3 0");
	test_server_exec("alter table %s.t add column x int", schema);
	then = kit_rewrite_task(release, schema, chain, NULL);
	assert_int_equal(then->event, TASK_APPLIED);
	kit_assert_history(schema, "0001 applied 3/3 0");
	exec_chain_unref(chain);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_chain_has_shown_is_run_so),
		cmocka_unit_test(both_ways_end_at_what_was_foretold),
		cmocka_unit_test(a_part_that_fails_is_where_a_retry_goes_on),
		cmocka_unit_test(what_is_left_of_a_statement_needs_no_chain),
		cmocka_unit_test(merged_statements_that_fail_leave_nothing_of_any),
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
		cmocka_unit_test(what_leaves_a_part_is_in_doubt_when_it_is_ended),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
