#include "window_kit.h"

#include "zone.h"

/* clang-format off */
static const struct {
	const char *zone; const char *local; const char *first; const char *last;
} cases[] = {
	/* zone                  what the wall shows     the first such moment   behind all before it */
	{ "Europe/Berlin",       "2026-11-22T02:00:00",  "2026-11-22T01:00:00",  "2026-11-22T01:00:00" },
	{ "Europe/Berlin",       "2027-03-28T02:30:00",  "2027-03-28T01:00:00",  "2027-03-28T01:00:00" }, /* skipped */
	{ "Europe/Berlin",       "2026-10-25T02:30:00",  "2026-10-25T00:30:00",  "2026-10-25T01:30:00" }, /* twice */
	{ "Australia/Lord_Howe", "2026-10-04T02:15:00",  "2026-10-03T15:30:00",  "2026-10-03T15:30:00" }, /* half an hour skipped */
	{ "Australia/Lord_Howe", "2027-04-04T01:45:00",  "2027-04-03T14:45:00",  "2027-04-03T15:15:00" }, /* half an hour twice */
	{ "America/New_York",    "2026-11-01T01:30:00",  "2026-11-01T05:30:00",  "2026-11-01T06:30:00" },
	{ "UTC",                 "2026-11-01T01:30:00",  "2026-11-01T01:30:00",  "2026-11-01T01:30:00" },
	{ "Pacific/Kiritimati",  "2026-11-01T01:30:00",  "2026-10-31T11:30:00",  "2026-10-31T11:30:00" },
};

static const char *const strangers[] = {
	"Mars/Olympus", "", "/etc/passwd", "../etc/passwd", "Europe//Berlin", "Europe/", "Europe/Ber lin", "\xff",
};

/* clang-format on */

static void a_local_time_is_the_moment_that_the_wall_shows(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GTimeZone *zone = zone_open(cases[i].zone, &err);

		assert_non_null(zone);
		assert_int_equal(zone_first(zone, at(cases[i].local) / 1000),
				 at(cases[i].first) / 1000);
		assert_int_equal(zone_last(zone, at(cases[i].local) / 1000),
				 at(cases[i].last) / 1000);
		g_time_zone_unref(zone);
	}
}

static void a_zone_that_is_not_there_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
		struct err err = { 0 };

		assert_null(zone_open(strangers[i], &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_non_null(strstr(err.msg, "is no time zone that this machine knows"));
	}
}

static void a_day_has_as_many_seconds_as_the_wall_shows(void **state)
{
	static const struct {
		const char *day;
		int64_t hours;
	} days[] = { { "2027-03-28T00:00:00", 23 },
		     { "2026-10-25T00:00:00", 25 },
		     { "2026-11-22T00:00:00", 24 } };
	struct err err = { 0 };
	GTimeZone *zone = zone_open("Europe/Berlin", &err);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
		g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct zone_piece));
		int64_t begin = at(days[i].day) / 1000;
		int64_t seconds = 0;

		zone_cut(zone, begin, begin + 86400, pieces);
		for (guint k = 0; k < pieces->len; k++) {
			const struct zone_piece *piece =
				&g_array_index(pieces, struct zone_piece, k);

			seconds += piece->end_s - piece->begin_s;
		}
		assert_int_equal(seconds, days[i].hours * 3600);
	}
	g_time_zone_unref(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_time_is_the_moment_that_the_wall_shows),
		cmocka_unit_test(a_zone_that_is_not_there_is_refused),
		cmocka_unit_test(a_day_has_as_many_seconds_as_the_wall_shows),
	};

	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
