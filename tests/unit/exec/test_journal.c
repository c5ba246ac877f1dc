#include "db_guard.h"
#include "history.h"
#include "journal.h"
#include "kit.h"
#include "visit.h"

/* A visit in a tenant with one migration that has begun. */
struct stage {
	struct visit visit;
	struct exec_order *order;
	struct history history;
	struct release *release;
	struct journal journal;
};

static void stage_begin(struct stage *stage, const char *schema, const char *sql)
{
	struct err err;

	stage->release = kit_release("0001_a.sql", sql, NULL);
	stage->order = kit_order(EXEC_TASK, stage->release, schema);
	assert_int_equal(visit_begin(&stage->visit, stage->order, schema, &err), 0);
	assert_int_equal(history_read(stage->visit.session, &stage->history, &err), 0);
	stage->journal = (struct journal){
		.visit = &stage->visit,
		.history = &stage->history,
		.migration = &stage->release->migrations[0],
	};
	assert_int_equal(journal_open(&stage->journal, &err), 0);
}

static void stage_end(struct stage *stage)
{
	journal_release(&stage->journal);
	visit_end(&stage->visit);
	history_release(&stage->history);
	exec_order_free(stage->order);
	release_unref(stage->release);
	*stage = (struct stage){ 0 };
}

static void run(struct stage *stage, size_t index)
{
	struct err err;

	if (journal_run(&stage->journal, index, true, &err) != DDL_DONE) {
		fail_msg("statement %zu: %s", index + 1, err.msg);
	}
}

/* What a crash right now would find: other sessions see only what is committed. */
static void assert_row(const char *schema, size_t done, enum history_flight flight)
{
	g_autofree char *want = g_strdup_printf("0001 applying %zu/%s %d", done, "%", (int)flight);
	g_autofree char *sql = g_strdup_printf(
		"select concat(version, ' ', state, ' ', statements_done, '/%%', ' ', in_flight) "
		"from %s.muster_history",
		schema);

	kit_assert_value(want, sql);
}

static void ddl_writes_no_row(void **state)
{
	const char *schema = test_server_schema("j_ddl");
	struct stage stage = { 0 };

	(void)state;
	stage_begin(&stage, schema, "CREATE TABLE a (id int);CREATE TABLE b (id int);SELECT 1;");
	assert_row(schema, 0, HISTORY_VISIBLE);
	run(&stage, 0);
	run(&stage, 1);
	run(&stage, 2);
	assert_row(schema, 0, HISTORY_VISIBLE);
	assert_int_equal(stage.journal.done, 3);
	stage_end(&stage);
}

static void dml_commits_together_with_its_row(void **state)
{
	const char *schema = test_server_schema("j_dml");
	struct stage stage = { 0 };

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	stage_begin(&stage, schema, "INSERT INTO t VALUES (1);UPDATE t SET n = 2;");
	run(&stage, 0);
	assert_row(schema, 1, HISTORY_VISIBLE);
	assert_false(stage.journal.closed);
	stage.journal.ends_file = true;
	run(&stage, 1);
	assert_true(stage.journal.closed);
	kit_assert_history(schema, "0001 applied 2/2 0");
	stage_end(&stage);
}

static void dml_that_fails_leaves_nothing_of_either(void **state)
{
	const char *schema = test_server_schema("j_dup");
	g_autofree char *sql = g_strdup_printf("select count(*) from %s.t", schema);
	struct stage stage = { 0 };
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (n int primary key)", schema);
	stage_begin(&stage, schema, "INSERT INTO t VALUES (1),(2),(1);");
	assert_int_equal(journal_run(&stage.journal, 0, true, &err), DDL_FAILED);
	assert_int_equal(err.native, 1062);
	assert_false(db_in_transaction(stage.visit.session));
	kit_assert_value("0", sql);
	assert_row(schema, 0, HISTORY_VISIBLE);
	stage_end(&stage);
}

static void what_no_transaction_covers_is_announced(void **state)
{
	const char *schema = test_server_schema("j_blind");
	struct stage stage = { 0 };
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (n int primary key) engine=MyISAM", schema);
	stage_begin(&stage, schema, "INSERT INTO t VALUES (1);INSERT INTO t VALUES (1);");
	run(&stage, 0);
	assert_row(schema, 1, HISTORY_VISIBLE);
	assert_int_equal(journal_run(&stage.journal, 1, true, &err), DDL_FAILED);
	assert_row(schema, 1, HISTORY_BLIND);
	assert_int_equal(journal_close(&stage.journal, HISTORY_FAILED, "x", &err), 0);
	kit_assert_history(schema, "0001 failed 1/2 0");
	stage_end(&stage);
}

static void a_transaction_of_the_file_takes_the_row_along(void **state)
{
	const char *schema = test_server_schema("j_tx");
	struct stage stage = { 0 };

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	stage_begin(&stage, schema,
		    "BEGIN;INSERT INTO t VALUES (1);INSERT INTO t VALUES (2);/* now */ COMMIT;");
	run(&stage, 0);
	run(&stage, 1);
	run(&stage, 2);
	assert_row(schema, 0, HISTORY_VISIBLE);
	assert_int_equal(stage.journal.done, 0);
	run(&stage, 3);
	assert_row(schema, 4, HISTORY_VISIBLE);
	assert_int_equal(stage.journal.done, 4);
	stage_end(&stage);
}

static void an_implicit_commit_takes_the_row_along(void **state)
{
	const char *schema = test_server_schema("j_implicit");
	struct stage stage = { 0 };
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	stage_begin(&stage, schema,
		    "BEGIN;INSERT INTO t VALUES (1);CREATE TABLE t (n int);SELECT 1;");
	run(&stage, 0);
	run(&stage, 1);
	/* it fails, and has committed all the same */
	assert_int_equal(journal_run(&stage.journal, 2, true, &err), DDL_FAILED);
	assert_row(schema, 2, HISTORY_VISIBLE);
	assert_int_equal(stage.journal.done, 2);
	stage_end(&stage);
}

static void without_autocommit_the_row_waits_for_the_commit(void **state)
{
	const char *schema = test_server_schema("j_auto");
	struct stage stage = { 0 };

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	stage_begin(&stage, schema,
		    "SET autocommit = 0;INSERT INTO t VALUES (1);COMMIT;SET autocommit = 1;");
	run(&stage, 0);
	run(&stage, 1);
	assert_row(schema, 0, HISTORY_VISIBLE);
	run(&stage, 2);
	assert_row(schema, 3, HISTORY_VISIBLE);
	run(&stage, 3);
	assert_int_equal(stage.journal.done, 4);
	stage_end(&stage);
}

static void a_transaction_that_leaks_is_announced(void **state)
{
	const char *schema = test_server_schema("j_leak");
	struct stage stage = { 0 };

	(void)state;
	test_server_exec("create table %s.t (n int) engine=MyISAM", schema);
	test_server_exec("create table %s.u (n int)", schema);
	stage_begin(&stage, schema,
		    "INSERT INTO u VALUES (0);BEGIN;INSERT INTO u VALUES (1);"
		    "INSERT INTO t VALUES (1);COMMIT;SELECT 1;");
	run(&stage, 0);
	run(&stage, 1);
	assert_row(schema, 1, HISTORY_BLIND);
	run(&stage, 2);
	run(&stage, 3);
	run(&stage, 4);
	assert_row(schema, 5, HISTORY_VISIBLE);
	stage_end(&stage);
}

static void a_call_is_covered_when_its_body_is(void **state)
{
	const char *schema = test_server_schema("j_call");
	struct stage stage = { 0 };

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	test_server_exec("create procedure %s.good() insert into t values (1)", schema);
	test_server_exec("create procedure %s.bad() begin insert into t values (2); commit; end",
			 schema);
	stage_begin(&stage, schema, "CALL good();CALL bad();");
	run(&stage, 0);
	assert_row(schema, 1, HISTORY_VISIBLE);
	run(&stage, 1);
	assert_row(schema, 2, HISTORY_VISIBLE);
	stage_end(&stage);
}

/* The row is written in the words of a session that the file has bent. */
static void a_bent_session_still_writes_the_row(void **state)
{
	const char *schema = test_server_schema("j_bent");
	struct stage stage = { 0 };

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	stage_begin(&stage, schema,
		    "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH', "
		    "sql_safe_updates = 1, collation_connection = 'utf8mb4_bin';"
		    "INSERT INTO t VALUES (1);");
	run(&stage, 0);
	run(&stage, 1);
	assert_row(schema, 2, HISTORY_VISIBLE);
	stage_end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ddl_writes_no_row),
		cmocka_unit_test(dml_commits_together_with_its_row),
		cmocka_unit_test(dml_that_fails_leaves_nothing_of_either),
		cmocka_unit_test(what_no_transaction_covers_is_announced),
		cmocka_unit_test(a_transaction_of_the_file_takes_the_row_along),
		cmocka_unit_test(an_implicit_commit_takes_the_row_along),
		cmocka_unit_test(without_autocommit_the_row_waits_for_the_commit),
		cmocka_unit_test(a_transaction_that_leaks_is_announced),
		cmocka_unit_test(a_call_is_covered_when_its_body_is),
		cmocka_unit_test(a_bent_session_still_writes_the_row),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
