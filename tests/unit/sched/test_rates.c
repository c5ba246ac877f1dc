#include "rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "store_rate.h"

#define KB (INT64_C(1) << 10)
#define MB (INT64_C(1) << 20)

static void add(struct rates *rates, int64_t server_id, const char *algorithm, int64_t bytes,
		int64_t ms)
{
	const struct store_rate rate = {
		.server_id = server_id,
		.algorithm = algorithm,
		.size = rates_size(bytes),
		.nr = 2, /* sums */
		.bytes = 2 * bytes,
		.ms = 2 * ms,
	};

	rates_add(rates, &rate);
}

static void what_was_never_measured_is_not_known(void **state)
{
	SCOPED_PTR(rates) rates = rates_new();

	(void)state;
	assert_int_equal(rates_ms(rates, 1, "copy", 100), -1);
	add(rates, 1, "nocopy", 100, 10);
	assert_int_equal(rates_ms(rates, 1, "copy", 100), -1);
}

static void between_two_sizes_the_time_lies_between_theirs(void **state)
{
	SCOPED_PTR(rates) rates = rates_new();

	(void)state;
	add(rates, 1, "copy", 16 * KB, 20);
	add(rates, 1, "copy", 100 * MB, 2020);
	assert_int_equal(rates_ms(rates, 1, "copy", 16 * KB), 20);
	assert_int_equal(rates_ms(rates, 1, "copy", 50 * MB), 1020);
	assert_int_equal(rates_ms(rates, 1, "copy", 100 * MB), 2020);
	assert_int_equal(rates_ms(rates, 1, "copy", 0), 20);
}

static void larger_than_all_grows_and_ends_somewhere(void **state)
{
	SCOPED_PTR(rates) rates = rates_new();

	(void)state;
	add(rates, 1, "copy", 4 * KB, 20);
	assert_int_equal(rates_ms(rates, 1, "copy", 900 * KB), 20); /* no rows to speak of */
	assert_int_equal(rates_ms(rates, 1, "copy", 5 * MB), -1);
	add(rates, 1, "copy", 100 * MB, 2020);
	assert_in_range(rates_ms(rates, 1, "copy", 1000 * MB), 20000, 20100);
	assert_int_equal(rates_ms(rates, 1, "copy", 7000 * MB), -1);
}

static void another_server_lends_what_one_has_not(void **state)
{
	SCOPED_PTR(rates) rates = rates_new();

	(void)state;
	add(rates, 1, "copy", 10 * MB, 1000);
	add(rates, 2, "copy", 10 * MB, 3000);
	add(rates, 2, "inplace", 10 * MB, 500);
	assert_int_equal(rates_ms(rates, 1, "copy", 10 * MB), 1000);
	assert_int_equal(rates_ms(rates, 2, "copy", 10 * MB), 3000);
	assert_int_equal(rates_ms(rates, 3, "copy", 10 * MB), 2000);
	assert_int_equal(rates_ms(rates, 1, "inplace", 10 * MB), 500);
}

static void sizes_are_binary_digits(void **state)
{
	(void)state;
	assert_int_equal(rates_size(0), 0);
	assert_int_equal(rates_size(1), 1);
	assert_int_equal(rates_size(1023), 10);
	assert_int_equal(rates_size(1024), 11);
	assert_int_equal(rates_size(INT64_MAX), 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_never_measured_is_not_known),
		cmocka_unit_test(between_two_sizes_the_time_lies_between_theirs),
		cmocka_unit_test(larger_than_all_grows_and_ends_somewhere),
		cmocka_unit_test(another_server_lends_what_one_has_not),
		cmocka_unit_test(sizes_are_binary_digits),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
