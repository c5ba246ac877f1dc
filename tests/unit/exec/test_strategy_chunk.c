#include <inttypes.h>

#include "kit.h"
#include "strategy.h"

/* one row at a time: larger ranges have as many as the time allows */
#define ADD "-- muster: chunk table=t rows=1\nUPDATE t SET n = n + 1 WHERE :chunk;"

static void make(const char *schema, int rows)
{
	test_server_exec("create table %s.t (id int primary key, n int not null, k int)", schema);
	for (int i = 0; i < rows; i += 100) {
		g_autoptr(GString) values = g_string_new(NULL);

		for (int j = i + 1; j <= i + 100 && j <= rows; j++) {
			g_string_append_printf(values, "%s(%d, 0, %d)", j > i + 1 ? "," : "", j * 3,
					       j);
		}
		test_server_exec("insert into %s.t values %s", schema, values->str);
	}
}

/* "250 rows, each 1 to 1". */
static void assert_added(const char *schema, const char *want)
{
	g_autofree char *sql = g_strdup_printf("select concat(count(*), ' rows, each ', min(n), "
					       "' to ', max(n)) from %s.t",
					       schema);

	kit_assert_value(want, sql);
}

static void assert_position(const char *schema, bool there)
{
	g_autofree char *sql =
		g_strdup_printf("select count(chunk_position) from %s.muster_state", schema);

	kit_assert_value(there ? "1" : "0", sql);
}

static void every_row_once(void **state)
{
	const char *schema = test_server_schema("c_once");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);

	(void)state;
	make(schema, 250);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	assert_added(schema, "250 rows, each 1 to 1");
	kit_assert_history(schema, "0001 applied 1/1 0");
	assert_position(schema, false);
	release_unref(release);
}

static void each_range_is_a_transaction_of_its_own(void **state)
{
	const char *schema = test_server_schema("c_parts");
	struct release *release =
		kit_release("0001_a.sql",
			    "-- muster: chunk table=t rows=100\n"
			    "INSERT INTO log SELECT id, 1 FROM t WHERE :chunk;\n"
			    "-- muster: chunk table=t key=k rows=1000\n"
			    "DELETE FROM t WHERE /* :chunk */ TRUE AND k % 2 = 0;",
			    NULL);

	(void)state;
	make(schema, 250);
	test_server_exec("create table %s.log (id int, tx int)", schema);
	test_server_exec("alter table %s.t modify k int not null, add unique key k (k)", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	{
		g_autofree char *log = test_server_value("select count(*) from %s.log", schema);
		g_autofree char *left = test_server_value(
			"select concat(count(*), ' ', sum(k %% 2)) from %s.t", schema);

		assert_string_equal(log, "250");
		assert_string_equal(left, "125 125");
	}
	kit_assert_history(schema, "0001 applied 2/2 0");
	release_unref(release);
}

static void an_empty_table_is_done_at_once(void **state)
{
	const char *schema = test_server_schema("c_empty");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);

	(void)state;
	make(schema, 0);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 1/1 0");
	release_unref(release);
}

/* A row in the middle is refused, until it is mended. */
static void goes_on_behind_the_last_range(void **state)
{
	const char *schema = test_server_schema("c_on");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);

	(void)state;
	make(schema, 100);
	test_server_exec("create trigger %s.g before update on %s.t for each row "
			 "if new.id = 150 then signal sqlstate '45000' set message_text = 'no'; "
			 "end if",
			 schema, schema);
	kit_expect(release, schema, TASK_REFUSED,
		   "0001_a.sql:2 statement 1 of 1: behind 49 rows that are done: no");
	{
		g_autofree char *done = test_server_value("select sum(n) from %s.t", schema);

		assert_string_equal(done, "49");
	}
	assert_position(schema, true);
	kit_assert_history(schema, "0001 failed 0/1 0");
	test_server_exec("drop trigger %s.g", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	assert_added(schema, "100 rows, each 1 to 1");
	assert_position(schema, false);
	release_unref(release);
}

static void other_words_do_not_go_on(void **state)
{
	const char *schema = test_server_schema("c_other");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);
	struct release *other = kit_release(
		"0001_a.sql",
		"-- muster: chunk table=t rows=1\nUPDATE t SET n = n + 2 WHERE :chunk;", NULL);

	(void)state;
	make(schema, 100);
	test_server_exec("create trigger %s.g before update on %s.t for each row "
			 "if new.id = 150 then signal sqlstate '45000'; end if",
			 schema, schema);
	exec_result_free(kit_task(release, schema));
	test_server_exec("drop trigger %s.g", schema);
	kit_expect(
		other, schema, TASK_REFUSED,
		"0001_a.sql:2 statement 1 of 1: 49 rows of t were already gone through by other "
		"words of this statement, or along another key: give the release those again, or "
		"finish by hand and `muster task resolve r12/acme --as at=1`");
	kit_expect(release, schema, TASK_APPLIED, NULL);
	assert_added(schema, "100 rows, each 1 to 1");
	release_unref(release);
	release_unref(other);
}

/* Asks for a stop when a range is done. */
static gpointer stop_behind_a_range(gpointer data)
{
	struct exec_live *live = data;

	for (int i = 0; i < 60000 && atomic_load(&live->rows) == 0; i++) {
		g_usleep(1000);
	}
	atomic_store(&live->stop, 1);
	return NULL;
}

static void a_stop_is_obeyed_behind_the_range(void **state)
{
	const char *schema = test_server_schema("c_stop");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(db_session) holder = test_server_open();
	struct exec_live live = { .migration = -1 };
	SCOPED_PTR(exec_result) result = NULL;
	GThread *stopper;
	struct err err;
	char *done;

	(void)state;
	make(schema, 100);
	/* the row in the middle is locked: the ranges before it are done, then it waits */
	assert_int_equal(db_use(holder, schema, &err), 0);
	assert_int_equal(db_execf(holder, &err, "begin"), 0);
	assert_int_equal(db_execf(holder, &err, "update t set k = k where id = 150"), 0);
	order->live = &live;
	order->stall_ms = 60000;
	order->lock_wait_ms = 1000;
	stopper = g_thread_new("stopper", stop_behind_a_range, &live);
	result = exec_run(order);
	g_thread_join(stopper);
	assert_int_equal(result->event, TASK_PARK);
	assert_int_equal(atomic_load(&live.rows_of), 0);
	assert_position(schema, true);
	done = test_server_value("select sum(n) from %s.t", schema);
	assert_true(g_ascii_strtoll(done, NULL, 10) < 50);
	g_free(done);
	assert_int_equal(db_execf(holder, &err, "rollback"), 0);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	assert_added(schema, "100 rows, each 1 to 1");
	release_unref(release);
}

static void a_lock_that_stays_is_given_up_on_and_the_rest_kept(void **state)
{
	const char *schema = test_server_schema("c_lock");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);
	SCOPED_PTR(db_session) holder = test_server_open();
	SCOPED_PTR(exec_result) result = NULL;
	struct err err;

	(void)state;
	make(schema, 100);
	assert_int_equal(db_use(holder, schema, &err), 0);
	assert_int_equal(db_execf(holder, &err, "begin"), 0);
	assert_int_equal(db_execf(holder, &err, "update t set k = k where id = 150"), 0);
	result = kit_task(release, schema);
	assert_int_equal(result->event, TASK_REFUSED);
	assert_int_equal(result->err.native, 1205);
	assert_non_null(strstr(result->reason, "rows that are done: gave up after 2 s of lock "
					       "waits; held by connection "));
	assert_int_equal(db_execf(holder, &err, "rollback"), 0);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	assert_added(schema, "100 rows, each 1 to 1");
	release_unref(release);
}

static void a_newer_daemon_stops_it(void **state)
{
	const char *schema = test_server_schema("c_fence");
	struct release *release = kit_release("0001_a.sql", ADD, NULL);

	(void)state;
	make(schema, 100);
	/* the newer one comes in the middle: the row that is worked on says so */
	test_server_exec("create procedure %s.newer() update muster_state set epoch = 99", schema);
	test_server_exec("create trigger %s.g before update on %s.t for each row "
			 "if new.id = 150 then call newer(); end if",
			 schema, schema);
	{
		SCOPED_PTR(exec_result) result = kit_task(release, schema);

		assert_int_not_equal(result->event, TASK_APPLIED);
		assert_non_null(strstr(result->reason, "a newer musterd"));
	}
	{
		g_autofree char *done = test_server_value("select sum(n) from %s.t", schema);

		assert_string_equal(done, "49");
	}
	release_unref(release);
}

/* clang-format off */
static const struct {
	const char *table; const char *sql; const char *reason;
} refused[] = {
	{ "create table %s.t (id int primary key, n int) engine=MyISAM", ADD,
	  "0001_a.sql:2 statement 1 of 1: it writes to a table that is not transactional, so nobody could tell "
	  "which ranges are done: convert the table to InnoDB first, or write the statement without the chunk "
	  "directive" },
	{ "create table %s.t (id int primary key, n int)",
	  "BEGIN;\n" ADD "\nCOMMIT;",
	  "0001_a.sql:3 statement 2 of 3: a statement that runs range by range commits each of them, and stands "
	  "in a transaction of the file: put COMMIT in front of it" },
	{ "create table %s.t (id int primary key, n int)",
	  "SET autocommit = 0;\n" ADD,
	  "0001_a.sql:3 statement 2 of 2: a statement that runs range by range commits each of them, and stands "
	  "in a transaction of the file: put COMMIT in front of it" },
	{ "create table %s.t (id int, n int)", ADD,
	  "0001_a.sql:2 statement 1 of 1: table t has no key along which its rows could be changed range by "
	  "range: give it a primary key, or a unique key without NULL, or write the statement without the "
	  "directive" },
};

/* clang-format on */

static void what_cannot_be_told_is_not_begun(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *name = g_strdup_printf("c_no%zu", i);
		const char *schema = test_server_schema(name);
		g_autofree char *sql = g_strdup_printf("select sum(n) from %s.t", schema);
		g_auto(GStrv) parts = g_strsplit(refused[i].table, "%s", 2);
		struct release *release = kit_release("0001_a.sql", refused[i].sql, NULL);

		test_server_exec("%s%s%s", parts[0], schema, parts[1]);
		test_server_exec("insert into %s.t values (1, 0)", schema);
		kit_expect(release, schema, TASK_REFUSED, refused[i].reason);
		kit_assert_value("0", sql);
		release_unref(release);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_once),
		cmocka_unit_test(each_range_is_a_transaction_of_its_own),
		cmocka_unit_test(an_empty_table_is_done_at_once),
		cmocka_unit_test(goes_on_behind_the_last_range),
		cmocka_unit_test(other_words_do_not_go_on),
		cmocka_unit_test(a_stop_is_obeyed_behind_the_range),
		cmocka_unit_test(a_lock_that_stays_is_given_up_on_and_the_rest_kept),
		cmocka_unit_test(a_newer_daemon_stops_it),
		cmocka_unit_test(what_cannot_be_told_is_not_begun),
	};

	return cmocka_run_group_tests_name("strategy_chunk", tests, NULL, NULL);
}
