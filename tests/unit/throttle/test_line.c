#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "line.h"
#include "test_server.h"
#include "tick.h"

static const struct db_addr nowhere = { .socket = (char *)(uintptr_t) "/no/such/socket" };

static void the_pauses_between_tries_grow(void **state)
{
	static const int64_t tries[] = { 0, 250, 750, 1750, 3750, 5750 };
	struct line line;
	struct err err = { 0 };
	bool fresh;

	(void)state;
	line_init(&line, &nowhere, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
		if (i > 0) { /* a moment before, the reason is that of the last try */
			assert_null(line_session(&line, 1000 + tries[i] - 1, &fresh, &err));
			assert_int_equal(line.next_try_ms, 1000 + tries[i]);
		}
		assert_null(line_session(&line, 1000 + tries[i], &fresh, &err));
		assert_false(fresh);
		assert_int_equal(err.code, ERR_UNREACHABLE);
		assert_true(line.next_try_ms > 1000 + tries[i]);
	}
	line_release(&line);
}

static void a_wrong_account_is_not_tried_again_soon(void **state)
{
	struct db_addr addr = { .socket = test_server_addr()->socket,
				.defaults_file = (char *)(uintptr_t) "/no/such/file" };
	struct line line;
	struct err err = { 0 };
	bool fresh;

	(void)state;
	line_init(&line, &addr, 0);
	assert_null(line_session(&line, 1000, &fresh, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(line.next_try_ms, 11000);
	line_release(&line);
}

static void a_session_is_kept(void **state)
{
	struct line line;
	struct err err = { 0 };
	struct db_session *session;
	bool fresh;

	(void)state;
	line_init(&line, test_server_addr(), 0);
	line.time_zone = "SYSTEM";
	session = line_session(&line, 0, &fresh, &err);
	assert_non_null(session);
	assert_true(fresh);
	assert_ptr_equal(line_session(&line, 1, &fresh, &err), session);
	assert_false(fresh);
	line_settle(&line, 1, &err);
	assert_ptr_equal(line.session, session);
	line_drop(&line, 1, &err);
	assert_null(line.session);
	assert_null(line_session(&line, 2, &fresh, &err));
	assert_non_null(line_session(&line, 300, &fresh, &err));
	assert_true(fresh);
	line_release(&line);
}

static void waited_for(void *ctx, int64_t waited_ms)
{
	int64_t *longest = ctx;

	*longest = waited_ms;
}

static void a_wait_is_told_of_and_has_an_end(void **state)
{
	struct line line;
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };
	int64_t longest = 0;
	int64_t from = tick_ms();
	struct db_session *session;
	bool fresh;

	(void)state;
	line_init(&line, test_server_addr(), 0);
	line_set_step(&line, 50);
	line.waiting = waited_for;
	line.ctx = &longest;
	session = line_session(&line, 0, &fresh, &err);
	assert_non_null(session);
	assert_int_equal(db_query(session, &rows, "select sleep(0.2)", &err), 0);
	assert_in_range(longest, 50, 200);
	line.give_up_ms = 100;
	assert_int_equal(db_execf(session, &err, "do sleep(30)"), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_true(db_is_lost(session));
	assert_int_equal(db_execf(session, &err, "do 1"), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	line_settle(&line, 0, &err);
	assert_null(line.session);
	assert_true(tick_ms() - from < 10000);
	line_release(&line);
}

static void who_stops_need_not_wait(void **state)
{
	struct line line;
	struct err err = { 0 };
	int fd = eventfd(0, EFD_CLOEXEC);
	int64_t from = tick_ms();
	struct db_session *session;
	bool fresh;

	(void)state;
	line_init(&line, test_server_addr(), fd);
	session = line_session(&line, 0, &fresh, &err);
	assert_non_null(session);
	assert_int_equal(eventfd_write(fd, 1), 0);
	assert_int_equal(db_execf(session, &err, "do sleep(30)"), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_true(tick_ms() - from < 10000);
	line_release(&line);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pauses_between_tries_grow),
		cmocka_unit_test(a_wrong_account_is_not_tried_again_soon),
		cmocka_unit_test(a_session_is_kept),
		cmocka_unit_test(a_wait_is_told_of_and_has_an_end),
		cmocka_unit_test(who_stops_need_not_wait),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
