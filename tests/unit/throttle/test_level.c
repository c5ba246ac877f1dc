#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "level.h"

static const struct level_limits high = { .soft = 10, .hard = 20, .critical = 100 };
static const struct level_limits low = { 10, 5, 2, .lower_is_worse = true };
static const struct level_limits only_hard = { (double)NAN, 20, (double)NAN, false };
static const struct level_limits at_all = { (double)NAN, 0, (double)NAN, false };
static const struct level_limits none = { (double)NAN, (double)NAN, (double)NAN, false };

#define END (double)NAN

/* clang-format off */
static const struct {
	const char *what; const struct level_limits *limits; double values[12]; enum level levels[12];
} courses[] = {
	{ "one value does nothing, two do", &high,
		{ 0, 15, 0, 15, 15, END }, { LEVEL_OK, LEVEL_OK, LEVEL_OK, LEVEL_SOFT, LEVEL_SOFT } },
	{ "a single spike above critical is nothing", &high,
		{ 1, 1, 5000, 1, 1, END }, { LEVEL_OK, LEVEL_OK, LEVEL_OK, LEVEL_OK, LEVEL_OK } },
	{ "not even as the first of all", &high,
		{ 5000, 1, 1, END }, { LEVEL_OK, LEVEL_OK, LEVEL_OK } },
	{ "each level in turn", &high,
		{ 15, 15, 25, 25, 101, 101, END },
		{ LEVEL_OK, LEVEL_SOFT, LEVEL_SOFT, LEVEL_HARD, LEVEL_HARD, LEVEL_CRITICAL } },
	{ "at the limit is not past it", &high,
		{ 10, 10, 10, END }, { LEVEL_OK, LEVEL_OK, LEVEL_OK } },
	{ "kept above 80 %, left below", &high,
		{ 25, 25, 17, 17, 17, 15, 15, 7, 7, END },
		{ LEVEL_OK, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD, LEVEL_SOFT,
		  LEVEL_SOFT, LEVEL_OK } },
	{ "one good value does not end it", &high,
		{ 25, 25, 1, 25, 25, 1, 25, END },
		{ LEVEL_OK, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD, LEVEL_HARD } },
	{ "lower is worse: kept below 125 %", &low,
		{ 50, 9, 9, 11, 12, 13, 13, END },
		{ LEVEL_OK, LEVEL_OK, LEVEL_SOFT, LEVEL_SOFT, LEVEL_SOFT, LEVEL_SOFT, LEVEL_OK } },
	{ "lower is worse: to the end", &low,
		{ 1, 0, 0, END }, { LEVEL_OK, LEVEL_CRITICAL, LEVEL_CRITICAL } },
	{ "a stopped replica is infinitely late", &high,
		{ (double)INFINITY, (double)INFINITY, 0, 0, END },
		{ LEVEL_OK, LEVEL_CRITICAL, LEVEL_CRITICAL, LEVEL_OK } },
	{ "a limit alone", &only_hard,
		{ 15, 15, 21, 21, 1, 1, END },
		{ LEVEL_OK, LEVEL_OK, LEVEL_OK, LEVEL_HARD, LEVEL_HARD, LEVEL_OK } },
	{ "go or stop", &at_all,
		{ 0, 1, 1, 0, 0, END },
		{ LEVEL_OK, LEVEL_OK, LEVEL_HARD, LEVEL_HARD, LEVEL_OK } },
	{ "no limit", &none, { 1e300, (double)INFINITY, 1e300, END }, { LEVEL_OK, LEVEL_OK, LEVEL_OK } },
};

/* clang-format on */

static void values_make_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(courses); i++) {
		struct level_track track = { 0 };

		for (size_t at = 0; !isnan(courses[i].values[at]); at++) {
			level_take(&track, courses[i].limits, courses[i].values[at],
				   (int64_t)at * 100);
			if (track.level != courses[i].levels[at]) {
				fail_msg("%s: value %zu: %s, not %s", courses[i].what, at,
					 level_names[track.level],
					 level_names[courses[i].levels[at]]);
			}
		}
	}
}

static void since_is_when_it_was_reached(void **state)
{
	struct level_track track = { 0 };

	(void)state;
	for (int64_t at = 1; at <= 9; at++) {
		level_take(&track, &high, 25, at * 1000);
	}
	assert_int_equal(track.level, LEVEL_HARD);
	assert_int_equal(track.since_ms, 2000);
	assert_int_equal(track.at_ms, 9000);
}

static void other_limits_count_at_once(void **state)
{
	struct level_track track = { 0 };

	(void)state;
	level_take(&track, &none, 25, 0);
	level_take(&track, &none, 25, 100);
	assert_int_equal(track.level, LEVEL_OK);
	level_judge(&track, &high, 150);
	assert_int_equal(track.level, LEVEL_HARD);
	assert_int_equal(track.since_ms, 150);
	level_judge(&track, &none, 200);
	assert_int_equal(track.level, LEVEL_OK);
}

static void a_limit_belongs_to_each_level(void **state)
{
	(void)state;
	assert_true(level_has_limit(&only_hard));
	assert_false(level_has_limit(&none));
	assert_true(level_limit(&high, LEVEL_CRITICAL) == 100);
	assert_true(isnan(level_limit(&high, LEVEL_SILENT)));
	assert_int_equal(level_of(&high, 21), LEVEL_HARD);
	assert_int_equal(level_of(&low, 11), LEVEL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_make_levels),
		cmocka_unit_test(since_is_when_it_was_reached),
		cmocka_unit_test(other_limits_count_at_once),
		cmocka_unit_test(a_limit_belongs_to_each_level),
	};

	return cmocka_run_group_tests_name("level", tests, NULL, NULL);
}
