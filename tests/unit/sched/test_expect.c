#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "expect.h"

static void nothing_is_known_at_first(void **state)
{
	const struct expect expect = { 0 };

	(void)state;
	assert_int_equal(expect_ms(&expect, 0), -1);
	assert_int_equal(expect_ms(&expect, INT64_MAX), -1);
}

static void similar_tenants_take_half_as_much_again_as_the_mean(void **state)
{
	struct expect expect = { 0 };

	(void)state;
	expect_add(&expect, 1030, 1000);
	expect_add(&expect, 2040, 3000);
	assert_int_equal(expect_ms(&expect, 1500), 3000);
}

static void another_size_is_judged_by_the_next_one(void **state)
{
	struct expect expect = { 0 };

	(void)state;
	expect_add(&expect, 1 << 20, 4000);
	assert_int_equal(expect_ms(&expect, 1), 6000); /* smaller: not longer than the big one */
	assert_int_equal(expect_ms(&expect, 1 << 22), 24000); /* four times as big */
	expect_add(&expect, 1 << 10, 100);
	assert_int_equal(expect_ms(&expect, 1), 150);
	assert_int_equal(expect_ms(&expect, 1 << 20), 6000);
}

static void a_time_that_cannot_be_is_not_learnt(void **state)
{
	struct expect expect = { 0 };

	(void)state;
	expect_add(&expect, 100, -5);
	expect_add(&expect, 100, INT64_MAX);
	assert_int_equal(expect_ms(&expect, 100), -1);
	expect_add(&expect, INT64_MAX, 1000);
	assert_int_equal(expect_ms(&expect, INT64_MAX), 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_at_first),
		cmocka_unit_test(similar_tenants_take_half_as_much_again_as_the_mean),
		cmocka_unit_test(another_size_is_judged_by_the_next_one),
		cmocka_unit_test(a_time_that_cannot_be_is_not_learnt),
	};

	return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
