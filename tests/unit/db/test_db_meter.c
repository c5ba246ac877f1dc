#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "db_meter.h"
#include "test_server.h"

static unsigned long long sent(void)
{
	return atomic_load(&db_meter_of(test_server_addr())->sent);
}

static void each_address_has_one(void **state)
{
	char path[] = "/run/a";
	char again[] = "/run/a";
	char host[] = "a";
	const struct db_addr here = { .socket = path };
	const struct db_addr same = { .socket = again };
	const struct db_addr there = { .host = host, .port = 3306 };

	(void)state;
	assert_ptr_equal(db_meter_of(&here), db_meter_of(&same));
	assert_ptr_not_equal(db_meter_of(&here), db_meter_of(&there));
	assert_int_equal(atomic_load(&db_meter_of(&there)->sent), 0);
}

/* What the server has counted of this session, the question included. */
static int64_t questions(struct db_session *session)
{
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	if (db_query(session, &rows, "show session status like 'Questions'", &err) < 0) {
		fail_msg("%s", err.msg);
	}
	return g_ascii_strtoll(rows.cells[0][1], NULL, 10);
}

static void work(struct db_session *session)
{
	struct err err = { 0 };

	for (int i = 0; i < 10; i++) {
		SCOPED(db_rows) rows = { 0 };

		assert_int_equal(db_execf(session, &err, "do %d", i), 0);
		assert_int_equal(db_query(session, &rows, "select 1 union select 2", &err), 0);
		assert_int_equal(db_use(session, "mysql", &err), 0);
		assert_int_equal(db_execf(session, &err, "no such statement"), -1);
	}
}

/* Were it less, muster would take its own statements for those of clients. */
static void what_it_counts_the_server_counts_too(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	int64_t its = -questions(session);
	unsigned long long before = sent();

	(void)state;
	work(session);
	its += questions(session);
	assert_int_equal(its, 41);
	assert_int_equal(sent() - before, 41);
}

static void of_several_in_one_packet_each_counts(void **state)
{
	static const char *const statements[] = { "do 1", "select 1", "use mysql" };
	SCOPED_PTR(db_session) session = test_server_open();
	int64_t its = -questions(session);
	unsigned long long before = sent();
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct db_rows rows[3] = { { 0 } };
		size_t done;

		assert_int_equal(db_together(session, statements, rows, 3, &done, &err), 0);
		db_rows_release(&rows[1]);
	}
	its += questions(session);
	assert_int_equal(its, 32); /* the server is asked once whether it takes several */
	assert_int_equal(sent() - before, 32);
}

static void what_is_answered_is_done(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct db_meter *meter = db_meter_of(test_server_addr());
	unsigned long long before = sent();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_reset(session, &err), 0);
	assert_in_range(sent() - before, 1, 2); /* some need a second command */
	test_server_exec("kill connection %" G_GUINT64_FORMAT, db_connection_id(session));
	assert_int_equal(db_execf(session, &err, "do 1"), -1); /* that, too, is over */
	assert_int_equal(atomic_load(&meter->done), atomic_load(&meter->sent));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_has_one),
		cmocka_unit_test(what_it_counts_the_server_counts_too),
		cmocka_unit_test(of_several_in_one_packet_each_counts),
		cmocka_unit_test(what_is_answered_is_done),
	};

	struct err err;

	if (db_library_init(&err) < 0) {
		return 1;
	}
	return cmocka_run_group_tests_name("db_meter", tests, NULL, NULL);
}
