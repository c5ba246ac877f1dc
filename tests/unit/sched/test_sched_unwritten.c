#include "sched_fixture.h"

#include "err.h"

static unsigned told;

static void on_unwritten(void *ctx, const struct err *err)
{
	(void)ctx;
	assert_string_equal(err->msg, "the disk is full");
	told++;
}

static void it_is_said_why_until_a_turn_is_written(void **state)
{
	struct fixture *fixture = *state;
	struct err err;

	told = 0;
	sched_on_unwritten(fixture->sched, on_unwritten, NULL);
	assert_null(sched_unwritten(fixture->sched));
	(void)err_set(&err, ERR_STORE, "the disk is full");
	sched_unwritten_note(fixture->sched, &err);
	assert_string_equal(sched_unwritten(fixture->sched), "the disk is full");
	assert_int_equal(told, 0); /* one turn may be late */
	sched_unwritten_note(fixture->sched, &err);
	assert_int_equal(told, 1);
	sched_wake(fixture->sched);
	fixture_turns(fixture, 1);
	assert_null(sched_unwritten(fixture->sched));
}

static void what_a_turn_refuses_by_itself_is_no_fault_of_the_inventory(void **state)
{
	struct fixture *fixture = *state;
	struct err err;

	(void)err_set(&err, ERR_INVALID, "a letter that makes no sense");
	sched_unwritten_note(fixture->sched, &err);
	assert_null(sched_unwritten(fixture->sched));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(it_is_said_why_until_a_turn_is_written),
		SCENARIO(what_a_turn_refuses_by_itself_is_no_fault_of_the_inventory),
	};

	return cmocka_run_group_tests_name("sched_unwritten", tests, NULL, NULL);
}
