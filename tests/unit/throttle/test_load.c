#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "load.h"
#include "panel.h"
#include "probe.h"
#include "sample.h"
#include "test_server.h"
#include "tick.h"

#define PERIOD_MS  100
#define TIMEOUT_MS 60000
#define HELPERS    8

static struct panel *panel;
static struct load *load;

/* What was told, and whether it was good news the first time. */
static int told;
static bool told_good;

static void emit(void *ctx)
{
	SCOPED_PTR(sample) sample = panel_sample(panel, 1, tick_ms());
	const struct reading *running = sample_find(sample, "threads_running");

	(void)ctx;
	if (told++ == 0) {
		told_good = running != NULL && running->problem == NULL;
	}
}

static int setup(void **state)
{
	(void)state;
	panel = panel_new(NULL, 0);
	load = load_new(test_server_addr(), panel, true, 0, emit, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	load_free(load);
	panel_free(panel);
	return 0;
}

/* Turns until the signal is above or, with a negative limit, below. */
static double until(enum signal_id id, double limit)
{
	int64_t end_ms = tick_ms() + TIMEOUT_MS;
	double last = (double)NAN;

	while (tick_ms() < end_ms) {
		SCOPED_PTR(sample) sample = NULL;
		const struct reading *reading;

		load_turn(load, PERIOD_MS);
		sample = panel_sample(panel, 1, tick_ms());
		reading = sample_find(sample, signal_kinds[id].name);
		if (reading != NULL && reading->problem == NULL) {
			last = reading->value;
			if (limit < 0 ? last < -limit : last > limit) {
				return last;
			}
		}
		g_usleep(10000);
	}
	fail_msg("%s is %g, limit %g", signal_kinds[id].name, last, limit);
	return last;
}

/* ---- helpers that load the server ------------------------------------------------- */

struct helper {
	pthread_t thread;
	const char *sql;
};

static void *helper_run(void *arg)
{
	const struct helper *helper = arg;
	struct db_session *session;
	struct err err;

	db_thread_init();
	session = test_server_open();
	for (const char *at = helper->sql; at != NULL;) {
		const char *semicolon = strchr(at, ';');
		size_t len = semicolon == NULL ? strlen(at) : (size_t)(semicolon - at);
		g_autofree char *one = g_strndup(at, len);

		(void)!db_exec(session, one, len, &err);
		at = semicolon == NULL ? NULL : semicolon + 1;
	}
	db_session_free(session);
	db_thread_end();
	return NULL;
}

static void helper_start(struct helper *helper, const char *sql)
{
	helper->sql = sql;
	assert_int_equal(pthread_create(&helper->thread, NULL, helper_run, helper), 0);
}

static void helper_join(struct helper *helper)
{
	assert_int_equal(pthread_join(helper->thread, NULL), 0);
}

/* ---- each signal is moved by what it is about ------------------------------------- */

/* They wait for a lock that nobody gives back before they were counted. */
static void statements_that_run_are_counted(void **state)
{
	SCOPED_PTR(db_session) holder = test_server_open();
	struct helper helpers[HELPERS];
	struct err err;

	(void)state;
	assert_int_equal(db_execf(holder, &err, "do get_lock('muster_load', 0)"), 0);
	(void)until(SIGNAL_THREADS_RUNNING, -HELPERS);
	for (int i = 0; i < HELPERS; i++) {
		helper_start(&helpers[i],
			     "do get_lock('muster_load', 600); do release_lock('muster_load')");
	}
	(void)until(SIGNAL_THREADS_RUNNING, HELPERS - 1);
	assert_int_equal(db_execf(holder, &err, "do release_lock('muster_load')"), 0);
	for (int i = 0; i < HELPERS; i++) {
		helper_join(&helpers[i]);
	}
	(void)until(SIGNAL_THREADS_RUNNING, -HELPERS);
}

static void connections_are_counted_and_so_is_their_rate(void **state)
{
	struct db_session *sessions[30];
	g_autofree char *max = test_server_value("select @@global.max_connections");
	double before = until(SIGNAL_CONNECTIONS, 0);
	double share = 30 * 100.0 / g_ascii_strtod(max, NULL);

	(void)state;
	(void)until(SIGNAL_CONNECT_RATE, -10);
	for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
		sessions[i] = test_server_open();
	}
	(void)until(SIGNAL_CONNECT_RATE, 10);
	(void)until(SIGNAL_CONNECTIONS, before + share / 2);
	for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
		db_session_free(sessions[i]);
	}
	(void)until(SIGNAL_CONNECTIONS, -(before + share / 2));
	(void)until(SIGNAL_CONNECT_RATE, -10);
}

static void connections_that_fail_are_counted(void **state)
{
	g_autofree char *file = g_build_filename(g_get_tmp_dir(), "muster-load-XXXXXX", NULL);
	struct db_addr addr = { .socket = test_server_addr()->socket, .defaults_file = file };
	int fd = g_mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	assert_true(
		g_file_set_contents(file, "[client]\nuser=nobody_here\npassword=x\n", -1, NULL));
	(void)until(SIGNAL_ABORTED_CONNECTS, -1);
	for (int i = 0; i < 10; i++) {
		struct err err;

		assert_null(db_open(&addr, &err));
		assert_int_equal(err.code, ERR_DENIED);
	}
	(void)until(SIGNAL_ABORTED_CONNECTS, 1);
	(void)until(SIGNAL_ABORTED_CONNECTS, -1);
	(void)remove(file);
}

static void an_open_transaction_grows_old_unless_it_is_ours(void **state)
{
	const char *schema = test_server_schema("load_trx");
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (a int primary key) engine = InnoDB", schema);
	(void)until(SIGNAL_LONGEST_TRX, -1);
	assert_int_equal(db_execf(session, &err, "start transaction"), 0);
	assert_int_equal(db_execf(session, &err, "insert into %s.t values (1)", schema), 0);
	(void)until(SIGNAL_LONGEST_TRX, 1);
	assert_int_equal(db_execf(session, &err, "rollback"), 0);
	(void)until(SIGNAL_LONGEST_TRX, -1);
}

static void a_statement_of_a_migration_is_no_load(void **state)
{
	const char *schema = test_server_schema("load_own");
	g_autofree char *sql = NULL;
	struct helper helper;
	int64_t end_ms = tick_ms() + 2500;

	(void)state;
	test_server_exec("create table %s.t (a int primary key) engine = InnoDB", schema);
	test_server_exec("insert into %s.t values (1)", schema);
	sql = g_strdup_printf("/* muster:r1/acme */ update %s.t set a = 2 + sleep(3)", schema);
	helper_start(&helper, sql);
	(void)until(SIGNAL_THREADS_RUNNING, 0);
	while (tick_ms() < end_ms) {
		SCOPED_PTR(sample) sample = NULL;

		load_turn(load, PERIOD_MS);
		sample = panel_sample(panel, 1, tick_ms());
		assert_true(sample_find(sample, "longest_trx")->value < 1);
		g_usleep(10000);
	}
	helper_join(&helper);
}

static void counters_are_told_once_a_turn(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		told = 0;
		load_turn(load, 10000); /* nobody is told that the server makes us wait */
		assert_int_equal(told, 1);
		assert_true(told_good);
	}
}

/* The row of the probe is locked, as by a commit that hangs: what a flood moves is told before. */
static void what_hangs_does_not_hold_up_the_counters(void **state)
{
	SCOPED_PTR(db_session) locker = test_server_open();
	int64_t end_ms = tick_ms() + TIMEOUT_MS;
	int64_t took_ms = 0;
	struct err err;

	(void)state;
	(void)until(SIGNAL_COMMIT_LATENCY, 0);
	assert_int_equal(db_execf(locker, &err, "start transaction"), 0);
	assert_int_equal(db_execf(locker, &err, "update " PROBE_SCHEMA ".commits set n = n + 2"),
			 0);
	while (took_ms < 900 && tick_ms() < end_ms) { /* until one waits for the lock: a second */
		int64_t from_ms = tick_ms();

		told = 0;
		load_turn(load, 10000);
		took_ms = tick_ms() - from_ms;
		assert_true(told_good);
		g_usleep(10000);
	}
	assert_true(took_ms >= 900);
	assert_int_equal(told, 1);
	assert_int_equal(db_execf(locker, &err, "rollback"), 0);
}

static void the_history_grows_while_somebody_looks_at_it(void **state)
{
	const char *schema = test_server_schema("load_history");
	SCOPED_PTR(db_session) reader = test_server_open();
	struct err err;
	double before;

	(void)state;
	test_server_exec("create table %s.t (a int primary key, b int) engine = InnoDB", schema);
	test_server_exec("insert into %s.t values (1, 0)", schema);
	assert_int_equal(db_execf(reader, &err, "start transaction with consistent snapshot"), 0);
	before = until(SIGNAL_HISTORY_LENGTH, -100000);
	for (int i = 0; i < 600; i++) {
		test_server_exec("update %s.t set b = b + 1", schema);
	}
	(void)until(SIGNAL_HISTORY_LENGTH, before + 400);
	(void)until(SIGNAL_HISTORY_SLOPE, 20);
	assert_int_equal(db_execf(reader, &err, "rollback"), 0);
}

static void waits_for_rows_are_counted_also_while_they_last(void **state)
{
	const char *schema = test_server_schema("load_locks");
	SCOPED_PTR(db_session) holder = test_server_open();
	g_autofree char *sql = NULL;
	struct helper helpers[3];
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (a int primary key, b int) engine = InnoDB", schema);
	test_server_exec("insert into %s.t values (1, 0)", schema);
	sql = g_strdup_printf("update %s.t set b = b + 1 where a = 1", schema);
	assert_int_equal(db_execf(holder, &err, "start transaction"), 0);
	assert_int_equal(db_exec(holder, sql, strlen(sql), &err), 0);
	(void)until(SIGNAL_LOCK_TIME, -1);
	for (int i = 0; i < 3; i++) {
		helper_start(&helpers[i], sql);
	}
	(void)until(SIGNAL_LOCK_WAITS, 0.9);
	(void)until(SIGNAL_LOCK_TIME, 2900);
	assert_int_equal(db_execf(holder, &err, "commit"), 0);
	for (int i = 0; i < 3; i++) {
		helper_join(&helpers[i]);
	}
	(void)until(SIGNAL_LOCK_TIME, -1);
}

static void what_is_written_fills_the_redo_log(void **state)
{
	const char *schema = test_server_schema("load_redo");

	(void)state;
	test_server_exec("create table %s.t (a int auto_increment primary key, b longtext) "
			 "engine = InnoDB",
			 schema);
	(void)until(SIGNAL_CHECKPOINT_AGE, -101);
	for (int i = 0; i < 6; i++) {
		test_server_exec("insert into %s.t (b) values (repeat('x', 500000))", schema);
	}
	(void)until(SIGNAL_CHECKPOINT_AGE, 1);
}

static void a_commit_that_must_wait_is_slow(void **state)
{
	struct helper helper;

	(void)state;
	(void)until(SIGNAL_COMMIT_LATENCY, 0);
	helper_start(&helper, "flush tables with read lock; do sleep(0.9); unlock tables");
	(void)until(SIGNAL_COMMIT_LATENCY, 100);
	helper_join(&helper);
	(void)until(SIGNAL_COMMIT_LATENCY, -100);
}

static void a_server_of_this_host_has_its_values(void **state)
{
	SCOPED_PTR(sample) sample = NULL;

	(void)state;
	(void)until(SIGNAL_DISK_FREE, 0);
	(void)until(SIGNAL_LOAD, -10000);
	sample = panel_sample(panel, 1, tick_ms());
	assert_true(sample->cores >= 1);
	assert_null(sample_find(sample, "lag"));
	assert_null(sample_find(sample, "flow_control"));
}

static void what_an_account_may_not_see_has_no_value(void **state)
{
	g_autofree char *file = g_build_filename(g_get_tmp_dir(), "muster-load-XXXXXX", NULL);
	struct db_addr addr = { .socket = test_server_addr()->socket, .defaults_file = file };
	SCOPED_PTR(sample) sample = NULL;
	struct load *poor;
	int fd = g_mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	assert_true(
		g_file_set_contents(file, "[client]\nuser=muster_poor\npassword=x\n", -1, NULL));
	test_server_exec("create user muster_poor@localhost identified by 'x'");
	panel = panel_new(NULL, 0);
	poor = load_new(&addr, panel, true, 0, emit, NULL);
	load_turn(poor, PERIOD_MS);
	load_turn(poor, PERIOD_MS);
	sample = panel_sample(panel, 1, tick_ms());
	assert_true(sample_find(sample, "threads_running")->value >= 0);
	assert_true(sample_find(sample, "connections")->value > 0);
	assert_true(sample_find(sample, "longest_trx")->is_refused);
	assert_non_null(strstr(sample_find(sample, "longest_trx")->problem, "GRANT PROCESS"));
	assert_true(sample_find(sample, "commit_latency")->is_refused);
	assert_non_null(strstr(sample_find(sample, "commit_latency")->problem,
			       "GRANT ALL ON muster_probe.* to it"));
	load_free(poor);
	panel_free(panel);
	test_server_exec("drop user muster_poor@localhost");
	(void)remove(file);
}

static void nothing_of_ours_stays(void **state)
{
	g_autofree char *nr = NULL;

	(void)state;
	nr = test_server_value("select count(*) from information_schema.schemata where "
			       "schema_name = '" PROBE_SCHEMA "'");
	assert_string_equal(nr, "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(statements_that_run_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(connections_are_counted_and_so_is_their_rate, setup,
						teardown),
		cmocka_unit_test_setup_teardown(connections_that_fail_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(an_open_transaction_grows_old_unless_it_is_ours,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_statement_of_a_migration_is_no_load, setup,
						teardown),
		cmocka_unit_test_setup_teardown(counters_are_told_once_a_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(what_hangs_does_not_hold_up_the_counters, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_history_grows_while_somebody_looks_at_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(waits_for_rows_are_counted_also_while_they_last,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_written_fills_the_redo_log, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_commit_that_must_wait_is_slow, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_of_this_host_has_its_values, setup,
						teardown),
		cmocka_unit_test(what_an_account_may_not_see_has_no_value),
		cmocka_unit_test(nothing_of_ours_stays),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
