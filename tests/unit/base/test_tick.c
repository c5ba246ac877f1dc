#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "tick.h"

/* clang-format off */
static const struct {
	const char *text; int64_t ms;
} durations[] = {
	{ "500ms",  500 },
	{ "90s",    90000 },
	{ "90",     90000 },
	{ "15m",    900000 },
	{ "2h",     7200000 },
	{ "1d",     86400000 },
	{ "0",      0 },
	{ "0ms",    0 },
	{ "3650d",  INT64_C(315360000000) },
	{ "3651d",  -1 },
	{ "99999999999999999999s", -1 },
	{ "18446744073709551615", -1 },
	{ "",       -1 },
	{ "s",      -1 },
	{ "-1s",    -1 },
	{ "+1s",    -1 },
	{ " 1s",    -1 },
	{ "1 s",    -1 },
	{ "1s ",    -1 },
	{ "1.5s",   -1 },
	{ "1w",     -1 },
	{ "1S",     -1 },
};

static const struct {
	int64_t wall_ms; const char *text;
} moments[] = {
	{ 0,                       "1970-01-01T00:00:00.000Z" },
	{ 1,                       "1970-01-01T00:00:00.001Z" },
	{ INT64_C(951782399999),   "2000-02-28T23:59:59.999Z" },
	{ INT64_C(951782400000),   "2000-02-29T00:00:00.000Z" },
	{ INT64_C(1795231445678),  "2026-11-21T03:24:05.678Z" },
	{ INT64_C(4102444800000),  "2100-01-01T00:00:00.000Z" },
};

/* clang-format on */

static void durations_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(durations); i++) {
		int64_t ms = tick_duration_parse(durations[i].text);

		if (ms != durations[i].ms) {
			fail_msg("\"%s\" is %" PRId64 ", not %" PRId64, durations[i].text, ms,
				 durations[i].ms);
		}
	}
}

static void moments_are_rfc_3339(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(moments); i++) {
		char text[TICK_TEXT_MAX];

		assert_string_equal(tick_format(text, moments[i].wall_ms), moments[i].text);
	}
}

static void time_goes_on(void **state)
{
	int64_t before = tick_ms();
	int64_t before_us = tick_us();

	(void)state;
	g_usleep(3000);
	assert_true(tick_ms() > before);
	assert_true(tick_us() - before_us >= 3000);
	assert_true(tick_wall_ms() > INT64_C(1700000000000));
}

static void fake_time_stands_still_until_thawed(void **state)
{
	(void)state;
	tick_fake(5, 7);
	g_usleep(2000);
	assert_int_equal(tick_ms(), 5);
	assert_int_equal(tick_us(), 5000);
	assert_int_equal(tick_wall_ms(), 7);
	tick_fake(-1, -1);
	assert_int_not_equal(tick_ms(), 5);
	assert_int_not_equal(tick_wall_ms(), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(moments_are_rfc_3339),
		cmocka_unit_test(time_goes_on),
		cmocka_unit_test(fake_time_stands_still_until_thawed),
	};

	return cmocka_run_group_tests_name("tick", tests, NULL, NULL);
}
