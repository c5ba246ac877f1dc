#include "window_kit.h"

/* clang-format off */
static const struct {
	const char *text; const char *from; const char *begin; const char *end;
} openings[] = {
	/* window                                      asked from              opens                   closes */
	{ "Sun 02:00-05:00 Australia/Sydney",          "2026-11-22T00:00:00",  "2026-11-28T15:00:00",  "2026-11-28T18:00:00" },
	{ "Sun 02:00-05:00 Australia/Sydney",          "2026-11-21T16:00:00",  "2026-11-21T15:00:00",  "2026-11-21T18:00:00" },
	{ "sunday 2:00-5:00 Australia/Sydney",         "2026-11-22T00:00:00",  "2026-11-28T15:00:00",  "2026-11-28T18:00:00" },
	/* spring: the hour that is skipped does not happen */
	{ "Sun 02:00-05:00 Australia/Sydney",          "2026-10-01T00:00:00",  "2026-10-03T16:00:00",  "2026-10-03T18:00:00" },
	{ "Sun 02:00-05:00 Europe/Berlin",             "2027-03-25T00:00:00",  "2027-03-28T01:00:00",  "2027-03-28T03:00:00" },
	{ "Sun 02:00-02:45 Europe/Berlin",             "2027-03-25T00:00:00",  "2027-04-04T00:00:00",  "2027-04-04T00:45:00" },
	{ "Sun 01:30-03:30 America/New_York",          "2027-03-12T00:00:00",  "2027-03-14T06:30:00",  "2027-03-14T07:30:00" },
	{ "Sun 01:45-02:15 Australia/Lord_Howe",       "2026-10-01T00:00:00",  "2026-10-03T15:15:00",  "2026-10-03T15:30:00" },
	{ "Sun 02:00-02:30 Australia/Lord_Howe",       "2026-10-01T00:00:00",  "2026-10-10T15:00:00",  "2026-10-10T15:30:00" },
	/* autumn: the hour that comes twice counts twice */
	{ "Sun 02:00-05:00 Australia/Sydney",          "2027-04-01T00:00:00",  "2027-04-03T15:00:00",  "2027-04-03T19:00:00" },
	{ "Sun 02:00-03:00 Europe/Berlin",             "2026-10-22T00:00:00",  "2026-10-25T00:00:00",  "2026-10-25T02:00:00" },
	{ "Sun 02:15-02:45 Europe/Berlin",             "2026-10-25T00:45:00",  "2026-10-25T01:15:00",  "2026-10-25T01:45:00" },
	{ "Sun 01:30-03:30 America/New_York",          "2026-11-01T06:00:00",  "2026-11-01T06:30:00",  "2026-11-01T08:30:00" },
	{ "Sun 01:45-02:15 Australia/Lord_Howe",       "2027-04-03T15:00:00",  "2027-04-03T15:15:00",  "2027-04-03T15:45:00" },
	{ "Sun 01:30-03:30 America/New_York",          "2045-03-08T00:00:00",  "2045-03-12T06:30:00",  "2045-03-12T07:30:00" },
	/* midnight */
	{ "Mon-Fri 22:00-04:00 Europe/Berlin",         "2026-11-22T00:00:00",  "2026-11-23T21:00:00",  "2026-11-24T03:00:00" },
	{ "Mon-Fri 22:00-04:00 Europe/Berlin",         "2026-11-28T00:00:00",  "2026-11-27T21:00:00",  "2026-11-28T03:00:00" },
	{ "Mon-Fri 22:00-04:00 Europe/Berlin",         "2026-11-28T03:00:00",  "2026-11-30T21:00:00",  "2026-12-01T03:00:00" },
	{ "Sat 12:00-24:00; Sun 00:00-12:00 UTC",      "2026-11-22T00:00:00",  "2026-11-21T12:00:00",  "2026-11-22T12:00:00" },
	{ "23:00-01:00 UTC",                           "2026-11-22T01:00:00",  "2026-11-22T23:00:00",  "2026-11-23T01:00:00" },
	/* several */
	{ "Mon-Fri 22:00-04:00 Europe/Berlin; Sun 00:00-24:00 UTC", "2026-11-21T04:00:00", "2026-11-22T00:00:00", "2026-11-23T00:00:00" },
	{ "Mon, Wed 22:00-23:00 UTC",                  "2026-11-24T00:00:00",  "2026-11-25T22:00:00",  "2026-11-25T23:00:00" },
	{ "Mon Wed 22:00-23:00 UTC",                   "2026-11-24T00:00:00",  "2026-11-25T22:00:00",  "2026-11-25T23:00:00" },
	{ "Mon 22:00-23:00 Tue 01:00-02:00 UTC",       "2026-11-24T00:00:00",  "2026-11-24T01:00:00",  "2026-11-24T02:00:00" },
	{ "Mon 22:00-23:00, Tue 01:00-02:00 UTC",      "2026-11-24T00:00:00",  "2026-11-24T01:00:00",  "2026-11-24T02:00:00" },
	{ "Fri-Mon 10:00-11:00 UTC",                   "2026-11-22T12:00:00",  "2026-11-23T10:00:00",  "2026-11-23T11:00:00" },
	{ "Fri-Mon 10:00-11:00 UTC",                   "2026-11-23T12:00:00",  "2026-11-27T10:00:00",  "2026-11-27T11:00:00" },
	{ "Sun 10:00-11:00 12:00-13:00 UTC",           "2026-11-22T11:00:00",  "2026-11-22T12:00:00",  "2026-11-22T13:00:00" },
	{ "daily 10:00:05-10:00:09 UTC",               "2026-11-22T00:00:00",  "2026-11-22T10:00:05",  "2026-11-22T10:00:09" },
	{ " ; Sun 10:00-11:00 UTC;",                   "2026-11-22T00:00:00",  "2026-11-22T10:00:00",  "2026-11-22T11:00:00" },
	/* before 1970 a day still has its name: a clock that is far off */
	{ "Sun 10:00-11:00 UTC",                       "1969-12-20T00:00:00",  "1969-12-21T10:00:00",  "1969-12-21T11:00:00" },
};

static const struct {
	const char *text; const char *msg;
} refusals[] = {
	/* window                        what the operator reads */
	{ "",                            "window: it names no time such as Sun 02:00-05:00 Europe/Berlin" },
	{ "Sund 02:00-05:00 UTC",        "window: \"Sund\" is neither a day (Mon to Sun), nor a time (02:00-05:00), nor a time zone that this machine knows (Europe/Berlin, UTC)" },
	{ "Sun 02:00-05:00 Mars/X",      "window: \"Mars/X\" is neither a day (Mon to Sun), nor a time (02:00-05:00), nor a time zone that this machine knows (Europe/Berlin, UTC)" },
	{ "Sun 02:00-05:00",             "window: \"02:00-05:00\" is in no time zone: add one, such as Europe/Berlin or UTC" },
	{ "Sun 02:00-05:00 UTC; Mon 1:00-2:00", "window: \"1:00-2:00\" is in no time zone: add one, such as Europe/Berlin or UTC" },
	{ "Sun",                         "window: behind \"Sun\" stands no time such as 02:00-05:00" },
	{ "Sun 02:00-05:00 UTC; Mon",    "window: behind \"Mon\" stands no time such as 02:00-05:00" },
	{ "02:00-05:00 Sun UTC",         "window: behind \"Sun\" stands no time such as 02:00-05:00" },
	{ "UTC",                         "window: in front of \"UTC\" stands no time such as 02:00-05:00" },
	{ "Sun 25:00-26:00 UTC",         "window: \"25:00-26:00\" is no time such as 02:00-05:00" },
	{ "Sun 24:00-01:00 UTC",         "window: \"24:00-01:00\" is no time such as 02:00-05:00" },
	{ "Sun 02:60-05:00 UTC",         "window: \"02:60-05:00\" is no time such as 02:00-05:00" },
	{ "Sun 02:00 UTC",               "window: \"02:00\" is no time such as 02:00-05:00" },
	{ "Sun 2-5 UTC",                 "window: \"2-5\" is no time such as 02:00-05:00" },
	{ "Sun 02:00-05:00x UTC",        "window: \"02:00-05:00x\" is no time such as 02:00-05:00" },
	{ "Sun 002:00-05:00 UTC",        "window: \"002:00-05:00\" is no time such as 02:00-05:00" },
	{ "Sun 02:00-24:01 UTC",         "window: \"02:00-24:01\" is no time such as 02:00-05:00" },
	{ "Sun 02:00-02:00 UTC",         "window: \"02:00-02:00\" has no length; the whole day is 00:00-24:00" },
	{ "Sun 02:00-05:00 UTC Mon 01:00-02:00", "window: \"Mon\" stands behind a time zone: separate windows with \";\"" },
};

/* clang-format on */

static void opens_and_closes_as_the_wall_clock_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(openings); i++) {
		SCOPED_PTR(window) window = parsed(openings[i].text);
		int64_t from = at(openings[i].from);
		int64_t begin = at(openings[i].begin);
		int64_t end = at(openings[i].end);
		int64_t left = -1;

		assert_int_equal(window_next(window, from), MAX(begin, from));
		assert_int_equal(window_is_open(window, from, &left), begin <= from);
		assert_int_equal(left, begin <= from ? end - from : 0);
		assert_true(window_is_open(window, begin, NULL));
		assert_false(window_is_open(window, begin - 1, NULL));
		assert_true(window_is_open(window, end - 1, NULL));
		assert_false(window_is_open(window, end, NULL));
	}
}

static void an_endless_one_never_closes(void **state)
{
	static const char *const endless[] = {
		"daily 00:00-24:00 UTC", "Mon-Sun 00:00-24:00 Europe/Berlin",
		"Mon-Fri 00:00-24:00, Sat-Sun 00:00-24:00 America/New_York",
		"12:00-06:00 05:00-13:00 Australia/Sydney"
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(endless); i++) {
		SCOPED_PTR(window) window = parsed(endless[i]);
		int64_t left = 0;

		assert_true(window_is_open(window, at("2027-03-28T01:00:00"), &left));
		assert_int_equal(left, WINDOW_FOREVER);
	}
}

/* What the search says must be what asking every second says. */
/* In summer these two leave half an hour between them. */
static void one_of_weeks_has_an_end(void **state)
{
	SCOPED_PTR(window) window = parsed("01:00-24:00 UTC; 22:00-02:30 Europe/Berlin");
	int64_t left = 0;

	(void)state;
	assert_true(window_is_open(window, at("2026-03-20 00:00:00"), &left));
	assert_int_equal(left, at("2026-03-30 00:30:00") - at("2026-03-20 00:00:00"));
	assert_int_equal(window_next(window, at("2026-03-30 00:30:00")), at("2026-03-30 01:00:00"));
}

static void agrees_with_a_clock_that_is_looked_at(void **state)
{
	static const char *const texts[] = { "Sun 01:45-02:15 Australia/Lord_Howe",
					     "Sat 23:30-00:30; Sun 02:15-02:45 Europe/Berlin" };
	static const char *const froms[] = { "2026-10-03T12:00:00", "2026-10-24T12:00:00",
					     "2027-03-27T12:00:00", "2027-04-03T12:00:00" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts) * G_N_ELEMENTS(froms); i++) {
		SCOPED_PTR(window) window = parsed(texts[i % 2]);
		g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct opening));
		int64_t from = at(froms[i / 2]);
		int64_t counted = 0;
		int64_t listed = 0;

		window_openings(window, from, from + 86400000, found);
		for (guint k = 0; k < found->len; k++) {
			const struct opening *one = &g_array_index(found, struct opening, k);

			listed += one->end_ms - one->begin_ms;
		}
		for (int64_t minute = 0; minute < 24 * 60; minute++) {
			counted += window_is_open(window, from + minute * 60000, NULL) ? 60000 : 0;
		}
		assert_int_equal(listed, counted);
	}
}

static void a_wrong_word_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };

		assert_null(window_parse(refusals[i].text, &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
	}
}

static void one_that_is_too_much_is_refused(void **state)
{
	g_autoptr(GString) many = g_string_new("Sun");
	g_autofree char *longest = g_strnfill(1001, 'x');
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 65; i++) {
		g_string_append(many, " 01:00-02:00");
	}
	assert_null(window_parse(many->str, &err));
	assert_string_equal(err.msg,
			    "window: \"01:00-02:00\" is one time too many: 64 are allowed");
	assert_null(window_parse(longest, &err));
	assert_string_equal(err.msg, "window: it is longer than 1000 letters");
}

static void the_text_is_kept_as_it_was_written(void **state)
{
	SCOPED_PTR(window) window = parsed("  Mon, Wed 22:00-23:00 UTC ");

	(void)state;
	assert_string_equal(window_text(window), "Mon, Wed 22:00-23:00 UTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_closes_as_the_wall_clock_says),
		cmocka_unit_test(an_endless_one_never_closes),
		cmocka_unit_test(one_of_weeks_has_an_end),
		cmocka_unit_test(agrees_with_a_clock_that_is_looked_at),
		cmocka_unit_test(a_wrong_word_is_named),
		cmocka_unit_test(one_that_is_too_much_is_refused),
		cmocka_unit_test(the_text_is_kept_as_it_was_written),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
