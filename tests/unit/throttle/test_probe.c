#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "probe.h"
#include "test_server.h"

static bool is_there(void)
{
	g_autofree char *nr = test_server_value("select count(*) from information_schema.schemata "
						"where schema_name = '" PROBE_SCHEMA "'");

	return g_str_equal(nr, "1");
}

static void a_commit_takes_time_and_leaves_nothing(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct probe probe = { 0 };
	struct err err = { 0 };
	double ms = (double)NAN;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(probe_run(&probe, session, 0, &ms, &err), 0);
		assert_true(ms > 0 && ms < 60000);
	}
	assert_true(is_there());
	probe_end(&probe, session);
	assert_false(is_there());
	probe_end(&probe, session); /* nothing to do */
}

static void the_last_one_cleans(void **state)
{
	SCOPED_PTR(db_session) one = test_server_open();
	SCOPED_PTR(db_session) other = test_server_open();
	struct probe first = { 0 };
	struct probe second = { 0 };
	struct err err = { 0 };
	double ms = (double)NAN;

	(void)state;
	assert_int_equal(probe_run(&first, one, 0, &ms, &err), 0);
	assert_int_equal(probe_run(&second, other, 0, &ms, &err), 0);
	probe_end(&first, one);
	assert_true(is_there());
	assert_int_equal(probe_run(&second, other, 0, &ms, &err), 0);
	assert_false(isnan(ms));
	probe_end(&second, other);
	assert_false(is_there());
}

static void what_a_dead_one_left_goes(void **state)
{
	struct db_session *dead = test_server_open();
	SCOPED_PTR(db_session) session = test_server_open();
	struct probe of_dead = { 0 };
	struct probe probe = { 0 };
	struct err err = { 0 };
	double ms;

	(void)state;
	assert_int_equal(probe_run(&of_dead, dead, 0, &ms, &err), 0);
	test_server_exec("kill %" G_GUINT64_FORMAT, db_connection_id(dead));
	db_session_free(dead);
	for (;;) {
		g_autofree char *nr = test_server_value(
			"select count(*) from information_schema.processlist where id = %" G_GUINT64_FORMAT,
			of_dead.id);

		if (g_str_equal(nr, "0")) {
			break;
		}
	}
	assert_int_equal(probe_run(&probe, session, 0, &ms, &err), 0);
	probe_end(&probe, session);
	assert_false(is_there());
}

static void made_again_when_somebody_drops_it(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct probe probe = { 0 };
	struct err err = { 0 };
	double ms;

	(void)state;
	assert_int_equal(probe_run(&probe, session, 1000, &ms, &err), 0);
	test_server_exec("drop database " PROBE_SCHEMA);
	assert_int_equal(probe_run(&probe, session, 2000, &ms, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(probe_run(&probe, session, 2001, &ms, &err), 0);
	assert_true(isnan(ms)); /* not so soon */
	assert_int_equal(probe_run(&probe, session, 8000, &ms, &err), 0);
	assert_false(isnan(ms));
	test_server_exec("delete from " PROBE_SCHEMA ".commits");
	assert_int_equal(probe_run(&probe, session, 9000, &ms, &err), 0);
	assert_true(isnan(ms)); /* it committed nothing */
	assert_int_equal(probe_run(&probe, session, 9500, &ms, &err), 0);
	assert_false(isnan(ms));
	probe_end(&probe, session);
	assert_false(is_there());
}

static void an_account_without_the_rights_has_none(void **state)
{
	struct db_addr addr = { .socket = test_server_addr()->socket };
	SCOPED_PTR(db_session) session = NULL;
	g_autofree char *file = g_build_filename(g_get_tmp_dir(), "muster-probe-XXXXXX", NULL);
	struct probe probe = { 0 };
	struct err err = { 0 };
	double ms;
	int fd = g_mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	assert_true(
		g_file_set_contents(file, "[client]\nuser=muster_poor\npassword=x\n", -1, NULL));
	test_server_exec("create user muster_poor@localhost identified by 'x'");
	addr.defaults_file = file;
	session = db_open(&addr, &err);
	assert_non_null(session);
	assert_int_equal(probe_run(&probe, session, 0, &ms, &err), -1);
	assert_true(probe.refused);
	assert_int_equal(probe_run(&probe, session, 60000, &ms, &err), 0);
	assert_true(isnan(ms));
	probe_renew(&probe); /* perhaps it may by now */
	assert_int_equal(probe_run(&probe, session, 60000, &ms, &err), -1);
	test_server_exec("drop user muster_poor@localhost");
	(void)remove(file);
}

static void one_that_hangs_is_ended_by_the_next(void **state)
{
	SCOPED_PTR(db_session) hung = test_server_open();
	SCOPED_PTR(db_session) session = test_server_open();
	struct probe probe = { .in_flight = true, .id = db_connection_id(hung) };
	struct err err = { 0 };
	double ms;

	(void)state;
	assert_int_equal(probe_run(&probe, session, 0, &ms, &err), 0);
	assert_int_equal(db_execf(hung, &err, "do 1"), -1);
	assert_true(db_is_lost(hung));
	probe_end(&probe, session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_takes_time_and_leaves_nothing),
		cmocka_unit_test(the_last_one_cleans),
		cmocka_unit_test(what_a_dead_one_left_goes),
		cmocka_unit_test(made_again_when_somebody_drops_it),
		cmocka_unit_test(an_account_without_the_rights_has_none),
		cmocka_unit_test(one_that_hangs_is_ended_by_the_next),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
