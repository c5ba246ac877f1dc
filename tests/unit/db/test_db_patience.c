#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "db_session.h"

struct steps {
	int64_t last_ms;
	int64_t most_ms;
	int answer; /* an answer comes in behind the first step; -1: never */
};

static bool step(void *ctx, int64_t waited_ms)
{
	struct steps *steps = ctx;

	steps->last_ms = waited_ms;
	if (steps->answer >= 0) {
		assert_int_equal(eventfd_write(steps->answer, 1), 0);
	}
	return waited_ms < steps->most_ms;
}

static void without_patience_nothing_is_waited_for(void **state)
{
	struct db_session session = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(db_patience_wait(&session, -1, &err), 0);
	assert_false(session.lost);
}

static void steps_are_told_until_the_answer_comes(void **state)
{
	struct steps steps = { .most_ms = 10000, .answer = eventfd(0, EFD_CLOEXEC) };
	const struct db_patience patience = { .step_ms = 5, .step = step, .ctx = &steps };
	struct db_session session = { .patience = &patience };
	struct err err;

	(void)state;
	assert_int_equal(db_patience_wait(&session, steps.answer, &err), 0);
	assert_int_equal(steps.last_ms, 5);
	assert_false(session.lost);
	(void)close(steps.answer);
}

static void the_end_of_patience_loses_the_session(void **state)
{
	struct steps steps = { .most_ms = 15, .answer = -1 };
	const struct db_patience patience = { .step_ms = 5, .step = step, .ctx = &steps };
	struct db_session session = { .patience = &patience };
	int never = eventfd(0, EFD_CLOEXEC);
	struct err err;

	(void)state;
	assert_int_equal(db_patience_wait(&session, never, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(steps.last_ms, 15);
	assert_true(session.lost);
	(void)close(never);
}

static void who_must_stop_does_not_wait(void **state)
{
	struct steps steps = { .most_ms = 10000, .answer = -1 };
	struct db_patience patience = { .step_ms = 10000, .step = step, .ctx = &steps };
	struct db_session session = { .patience = &patience };
	int never = eventfd(0, EFD_CLOEXEC);
	struct err err;

	(void)state;
	patience.stop_fd = eventfd(1, EFD_CLOEXEC);
	assert_int_equal(db_patience_wait(&session, never, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(steps.last_ms, 0);
	assert_true(session.lost);
	(void)close(patience.stop_fd);
	(void)close(never);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_patience_nothing_is_waited_for),
		cmocka_unit_test(steps_are_told_until_the_answer_comes),
		cmocka_unit_test(the_end_of_patience_loses_the_session),
		cmocka_unit_test(who_must_stop_does_not_wait),
	};

	return cmocka_run_group_tests_name("db_patience", tests, NULL, NULL);
}
