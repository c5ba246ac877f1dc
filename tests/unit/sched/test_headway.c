#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "headway.h"

static void what_is_expected_and_what_is_done_add_up(void **state)
{
	struct headway headway = { 0 };

	(void)state;
	headway_expect(&headway, HEADWAY_READ, 300);
	headway_expect(&headway, HEADWAY_READ, 60);
	headway_take(&headway, HEADWAY_READ, 300);
	headway_expect(&headway, HEADWAY_TRY, 1);
	assert_int_equal(headway.total[HEADWAY_READ], 360);
	assert_int_equal(headway.done[HEADWAY_READ], 300);
	assert_int_equal(headway.total[HEADWAY_TRY], 1);
	assert_int_equal(headway.done[HEADWAY_TRY], 0);
	headway_expect(NULL, HEADWAY_READ, 1); /* nobody waits */
	headway_take(NULL, HEADWAY_READ, 1);
}

static void every_step_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < HEADWAY_NR; i++) {
		assert_non_null(headway_names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_expected_and_what_is_done_add_up),
		cmocka_unit_test(every_step_has_a_name),
	};

	return cmocka_run_group_tests_name("headway", tests, NULL, NULL);
}
