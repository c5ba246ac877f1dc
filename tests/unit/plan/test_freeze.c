#include "window_kit.h"

#include "freeze.h"

#define NOW "2026-11-22T05:00:00"

/* clang-format off */
static const struct {
	const char *text; const char *from; const char *until; const char *reason;
} cases[] = {
	/* freeze                                             from                    until                   reason */
	{ "2026-12-24 until 2027-01-02",                      "2026-12-24T00:00:00",  "2027-01-02T00:00:00",  NULL },
	{ "2026-12-24 until 2027-01-02: year end: quiet",     "2026-12-24T00:00:00",  "2027-01-02T00:00:00",  "year end: quiet" },
	{ "2027-01-02",                                       NOW,                    "2027-01-02T00:00:00",  NULL },
	{ "until 2027-01-02",                                 NOW,                    "2027-01-02T00:00:00",  NULL },
	{ "2027-01-02 06:00 Europe/Berlin",                   NOW,                    "2027-01-02T05:00:00",  NULL },
	{ "2026-12-24T18:00Z until 2027-01-02T06:00:30Z: x",  "2026-12-24T18:00:00",  "2027-01-02T06:00:30",  "x" },
	{ "2026-12-24  18:00 until 2027-01-02 06:00 Australia/Sydney", "2026-12-24T07:00:00", "2027-01-01T19:00:00", NULL },
	{ "2026-12-24 UTC until 2027-01-02 Europe/Berlin",    "2026-12-24T00:00:00",  "2027-01-01T23:00:00",  NULL },
	/* the longer of the two; the end of the hour that is skipped */
	{ "2027-10-31 02:30 until 2027-11-01 Europe/Berlin",  "2027-10-31T00:30:00",  "2027-10-31T23:00:00",  NULL },
	{ "2027-10-31 02:30 Europe/Berlin",                   NOW,                    "2027-10-31T01:30:00",  NULL },
	{ "2027-03-28 02:30 Europe/Berlin",                   NOW,                    "2027-03-28T01:00:00",  NULL },
};

static const struct {
	const char *text; const char *msg;
} refusals[] = {
	/* freeze                                    what the operator reads */
	{ "",                                        "freeze: \"\" is no date such as 2026-12-24" },
	{ "christmas",                               "freeze: \"christmas\" is no date such as 2026-12-24" },
	{ "2027-02-29",                              "freeze: \"2027-02-29\" is no date such as 2026-12-24" },
	{ "2027-1-2",                                "freeze: \"2027-1-2\" is no date such as 2026-12-24" },
	{ "2027-01-02x",                             "freeze: \"2027-01-02x\" is no time such as 2026-12-24, 2026-12-24 06:00 or 2026-12-24T06:00Z" },
	{ "2027-01-02 25:00",                        "freeze: \"25:00\" is no time such as 06:00" },
	{ "2027-01-02 06:00 07:00",                  "freeze: \"07:00\" is no time zone that this machine knows" },
	{ "2027-01-02 Mars/X",                       "freeze: \"Mars/X\" is no time zone that this machine knows" },
	{ "2027-01-02T06:00Z UTC",                   "freeze: \"UTC\" stands behind a time zone" },
	{ "2026-12-24 UTC till 2027-01-02",          "freeze: \"till\" stands where \"until\" is expected" },
	{ "until 2027-01-02 UTC quiet",              "freeze: \"quiet\" stands behind the end; a reason follows \": \"" },
	{ "2026-12-24 until",                        "freeze: \"\" is no date such as 2026-12-24" },
	{ "2026-11-22",                              "freeze: \"2026-11-22\" is over already" },
	{ "2027-01-02 until 2026-12-24",             "freeze: its end \"2026-12-24\" is not behind its begin \"2027-01-02\"" },
};

/* clang-format on */

static void lasts_from_begin_to_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		SCOPED(freeze) freeze = { 0 };
		struct err err = { 0 };

		if (freeze_parse(cases[i].text, at(NOW), &freeze, &err) < 0) {
			fail_msg("%s: %s", cases[i].text, err.msg);
		}
		assert_int_equal(freeze.from_ms, at(cases[i].from));
		assert_int_equal(freeze.until_ms, at(cases[i].until));
		assert_int_equal(g_strcmp0(freeze.reason, cases[i].reason), 0);
	}
}

static void a_wrong_word_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct freeze freeze = { .until_ms = 7 };
		struct err err = { 0 };

		assert_int_equal(freeze_parse(refusals[i].text, at(NOW), &freeze, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
		assert_int_equal(freeze.until_ms, 7); /* written only on success */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lasts_from_begin_to_end),
		cmocka_unit_test(a_wrong_word_is_named),
	};

	return cmocka_run_group_tests_name("freeze", tests, NULL, NULL);
}
