#include "window_kit.h"

#include "upkeep.h"

#define NONE      \
	{         \
		0 \
	}

/* clang-format off */
struct given { const char *whose; const char *window; const char *from; const char *until; const char *reason; };

static const struct {
	struct given rules[3]; const char *now; struct upkeep_need need;
	const char *next; /* NULL: never; as now: it may start */
	const char *reason;
} cases[] = {
	/* own window, then others', then a freeze; when asked; ms needed, a guess?; when, and why not now */
	{ { NONE }, "2026-11-22T05:00:00", { 1000, false }, "2026-11-22T05:00:00", NULL },
	{ { { .window = "Sun 02:00-05:00 Australia/Sydney" } }, "2026-11-22T05:00:00", { 1000, false }, "2026-11-28T15:00:00",
	  "waits for its window: opens Sat 2026-11-28 15:00 UTC, Sun 02:00-05:00 Australia/Sydney" },
	{ { { .window = "Sun 02:00-05:00 Australia/Sydney" } }, "2026-11-28T17:00:00", { 3600000, false }, "2026-11-28T17:00:00", NULL },
	{ { { .whose = "server db1", .window = "Sun 02:00-05:00 UTC" } }, "2026-11-22T05:00:00", { 1000, false }, "2026-11-29T02:00:00",
	  "waits for the window of server db1: opens Sun 2026-11-29 02:00 UTC, Sun 02:00-05:00 UTC" },
	/* all of them must be open */
	{ { { .window = "Sun 02:00-05:00 UTC" }, { .whose = "server db1", .window = "Sun 04:00-08:00 UTC" } },
	  "2026-11-22T01:00:00", { 1000, false }, "2026-11-22T04:00:00",
	  "waits for the windows of its own and server db1: opens Sun 2026-11-22 04:00 UTC, Sun 02:00-05:00 UTC and Sun 04:00-08:00 UTC" },
	{ { { .window = "Sun 02:00-05:00 UTC" }, { .whose = "label region=au", .window = "Sun 04:00-08:00 UTC" } },
	  "2026-11-22T03:00:00", { 1000, false }, "2026-11-22T04:00:00",
	  "waits for the window of label region=au: opens Sun 2026-11-22 04:00 UTC, Sun 04:00-08:00 UTC" },
	{ { { .window = "Sun 02:00-05:00 UTC" }, { .whose = "server db1", .window = "Mon 02:00-05:00 UTC" } },
	  "2026-11-22T03:00:00", { 1000, false }, NULL,
	  "waits for the window of server db1: not open for 1 s within a year, together with all that applies, Mon 02:00-05:00 UTC" },
	/* what is needed must fit into what is left */
	{ { { .window = "Sun 02:00-05:00 UTC" } }, "2026-11-22T04:00:00", { 3600001, false }, "2026-11-29T02:00:00",
	  "waits for its window: about 61 min are needed and 60 min are left; opens Sun 2026-11-29 02:00 UTC, Sun 02:00-05:00 UTC" },
	{ { { .window = "Sun 02:00-05:00, Wed 02:00-09:00 UTC" } }, "2026-11-22T01:00:00", { 14400000, false }, "2026-11-25T02:00:00",
	  "waits for its window: opens Wed 2026-11-25 02:00 UTC, Sun 02:00-05:00, Wed 02:00-09:00 UTC" },
	{ { { .window = "Sun 02:00-05:00 UTC" } }, "2026-11-22T03:00:00", { 14400000, false }, NULL,
	  "waits for its window: about 4 h are needed and 2 h are left; it is never open for so long, Sun 02:00-05:00 UTC" },
	/* of a guess no more than half of the opening */
	{ { { .window = "daily 02:00:00-02:00:10 UTC" } }, "2026-11-22T02:00:04", { 30000, true }, "2026-11-22T02:00:04", NULL },
	{ { { .window = "daily 02:00:00-02:00:10 UTC" } }, "2026-11-22T02:00:06", { 30000, true }, "2026-11-23T02:00:00",
	  "waits for its window: about 30 s are needed and 4 s are left; opens Mon 2026-11-23 02:00 UTC, daily 02:00:00-02:00:10 UTC" },
	/* freezes */
	{ { { .from = "2026-11-20T00:00:00", .until = "2027-01-02T00:00:00", .reason = "year end" } }, "2026-11-22T05:00:00", { 1000, false },
	  "2027-01-02T00:00:00", "frozen until Sat 2027-01-02 00:00 UTC: year end" },
	{ { { .window = "Sun 02:00-05:00 UTC" }, { .whose = "server db1", .from = "2026-11-20T00:00:00", .until = "2027-01-02T00:00:00", .reason = "year end" } },
	  "2026-11-22T05:00:00", { 1000, false },
	  "2027-01-03T02:00:00", "server db1 is frozen until Sat 2027-01-02 00:00 UTC: year end; then its window opens Sun 2027-01-03 02:00 UTC" },
	{ { { .from = "2026-11-20T00:00:00", .until = "2028-12-02T00:00:00", .reason = "sold" } }, "2026-11-22T05:00:00", { 1000, false },
	  "2028-12-02T00:00:00", "frozen until Sat 2028-12-02 00:00 UTC: sold" },
	{ { { .from = "2026-11-20T00:00:00", .until = "2026-11-22T05:00:00", .reason = "over" } }, "2026-11-22T05:00:00", { 1000, false },
	  "2026-11-22T05:00:00", NULL },
	{ { { .from = "2026-11-22T05:01:00", .until = "2026-11-22T06:00:00", .reason = "soon" } }, "2026-11-22T05:00:00", { 61000, false },
	  "2026-11-22T06:00:00", "about 61 s are needed and 60 s are left: then frozen until Sun 2026-11-22 06:00 UTC: soon" },
};

/* clang-format on */

struct built {
	struct upkeep_rule rules[3];
	struct window *windows[3];
	size_t nr;
};

static void build(struct built *built, const struct given *given)
{
	*built = (struct built){ 0 };
	for (size_t i = 0; i < 3 && (given[i].window != NULL || given[i].until != NULL); i++) {
		struct upkeep_rule *rule = &built->rules[built->nr];

		rule->whose = given[i].whose;
		rule->reason = given[i].reason;
		if (given[i].window != NULL) {
			built->windows[built->nr] = parsed(given[i].window);
			rule->window = built->windows[built->nr];
		} else {
			rule->from_ms = at(given[i].from);
			rule->until_ms = at(given[i].until);
		}
		built->nr++;
	}
}

static void built_release(struct built *built)
{
	for (size_t i = 0; i < built->nr; i++) {
		window_free(built->windows[i]);
	}
}

static void starts_when_all_that_applies_allows_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t now = at(cases[i].now);
		g_autofree char *reason = NULL;
		struct built built;
		struct upkeep upkeep;

		build(&built, cases[i].rules);
		upkeep_look(built.rules, built.nr, now, cases[i].need, &upkeep);
		assert_int_equal(upkeep.next_ms,
				 cases[i].next != NULL ? at(cases[i].next) : WINDOW_FOREVER);
		assert_int_equal(upkeep.is_open, cases[i].reason == NULL);
		if (cases[i].reason != NULL) {
			reason = upkeep_reason(built.rules, built.nr, now, cases[i].need, &upkeep);
			assert_string_equal(reason, cases[i].reason);
		}
		built_release(&built);
	}
}

static void a_window_that_cannot_be_read_is_closed(void **state)
{
	const struct upkeep_rule rules[] = {
		{ .whose = "server db1", .problem = "\"Mars/X\" is no time zone" },
	};
	const struct upkeep_need need = { 1000, true };
	g_autofree char *reason = NULL;
	struct upkeep upkeep;

	(void)state;
	upkeep_look(rules, 1, at("2026-11-22T05:00:00"), need, &upkeep);
	assert_false(upkeep.is_open);
	assert_int_equal(upkeep.next_ms, WINDOW_FOREVER);
	reason = upkeep_reason(rules, 1, at("2026-11-22T05:00:00"), need, &upkeep);
	assert_string_equal(reason,
			    "the window of server db1 cannot be read: \"Mars/X\" is no time zone");
}

static void a_moment_names_its_day(void **state)
{
	g_autofree char *minute = upkeep_moment(at("2026-11-22T15:00:00"));
	g_autofree char *second = upkeep_moment(at("2026-11-22T15:00:07"));

	(void)state;
	assert_string_equal(minute, "Sun 2026-11-22 15:00 UTC");
	assert_string_equal(second, "Sun 2026-11-22 15:00:07 UTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_when_all_that_applies_allows_it),
		cmocka_unit_test(a_window_that_cannot_be_read_is_closed),
		cmocka_unit_test(a_moment_names_its_day),
	};

	return cmocka_run_group_tests_name("upkeep", tests, NULL, NULL);
}
