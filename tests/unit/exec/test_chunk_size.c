#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "chunk_size.h"

static void begins_as_it_is_told(void **state)
{
	static const struct {
		int64_t wanted;
		int64_t last;
		int64_t first;
	} rows[] = {
		{ 0, 0, CHUNK_FIRST }, { 7, 0, 7 },           { 0, 9000, 9000 },
		{ 100, 9000, 100 },    { 100000, 0, 100000 }, { 0, 10 * CHUNK_MOST, CHUNK_MOST },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct chunk_size size;

		chunk_size_init(&size, rows[i].wanted, rows[i].last);
		assert_int_equal(chunk_size_next(&size, false), rows[i].first);
	}
}

static void follows_the_time_that_it_takes(void **state)
{
	struct chunk_size size;

	(void)state;
	chunk_size_init(&size, 0, 1000);
	chunk_size_took(&size, 1000, CHUNK_TIME_US);
	assert_int_equal(chunk_size_next(&size, false), 1000);
	chunk_size_took(&size, 1000, 1); /* however quick, it grows slowly */
	assert_int_equal(chunk_size_next(&size, false), 1500);
	chunk_size_took(&size, 1500, 100 * CHUNK_TIME_US);
	assert_int_equal(chunk_size_next(&size, false), 750);
	for (int i = 0; i < 20; i++) {
		chunk_size_took(&size, chunk_size_next(&size, false), 1);
	}
	assert_int_equal(chunk_size_next(&size, false), CHUNK_MOST);
}

static void a_server_that_is_slowed_down_gets_half(void **state)
{
	struct chunk_size size;

	(void)state;
	chunk_size_init(&size, 0, 1000);
	assert_int_equal(chunk_size_next(&size, true), 500);
	assert_int_equal(chunk_size_next(&size, false), 1000);
}

static void a_range_that_is_rolled_back_halves_it_down_to_one_row(void **state)
{
	struct chunk_size size;

	(void)state;
	chunk_size_init(&size, 0, 1000);
	chunk_size_failed(&size);
	assert_int_equal(chunk_size_next(&size, false), 500);
	for (int i = 0; i < 20; i++) {
		chunk_size_failed(&size);
	}
	assert_int_equal(chunk_size_next(&size, true), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_as_it_is_told),
		cmocka_unit_test(follows_the_time_that_it_takes),
		cmocka_unit_test(a_server_that_is_slowed_down_gets_half),
		cmocka_unit_test(a_range_that_is_rolled_back_halves_it_down_to_one_row),
	};

	return cmocka_run_group_tests_name("chunk_size", tests, NULL, NULL);
}
