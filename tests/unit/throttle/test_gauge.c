#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "gauge.h"
#include "sample.h"
#include "signal.h"

#define SILENCE 3000

static void take(struct gauge *gauge, double value, int64_t busy, int64_t now_ms)
{
	const struct reading reading = { .name = gauge->name, .value = value };

	gauge_take(gauge, &reading, busy, now_ms);
}

static enum level level_at(struct gauge *gauge, int64_t now_ms)
{
	gauge_listen(gauge, SILENCE, now_ms);
	return gauge_level(gauge);
}

static void own_statements_do_not_count(void **state)
{
	struct gauge *threads = gauge_new("threads_running");
	struct gauge *lag = gauge_new("lag");

	(void)state;
	take(threads, 5, 4, 0);
	assert_true(threads->track.values[0] == 1);
	take(threads, 2, 4, 100);
	assert_true(threads->track.values[0] == 0); /* one of ours had just ended */
	take(lag, 5, 4, 0);
	assert_true(lag->track.values[0] == 5);
	gauge_free(threads);
	gauge_free(lag);
}

static void each_value_says_how_soon_the_next_is_wanted(void **state)
{
	struct gauge *threads = gauge_new("threads_running");
	struct gauge *clients = gauge_new("clients");

	(void)state;
	assert_int_equal(gauge_need(threads), PACE_CALM);
	take(threads, 20, 0, 0); /* soft */
	assert_int_equal(gauge_need(threads), PACE_STIR);
	take(threads, 50, 0, 100);
	assert_int_equal(gauge_need(threads), PACE_AGAIN);
	take(threads, 50, 0, 200); /* it has its consequence */
	assert_int_equal(gauge_need(threads), PACE_WATCH);
	take(threads, 500, 0, 300); /* critical is more than hard */
	assert_int_equal(gauge_need(threads), PACE_AGAIN);
	take(threads, 1, 0, 400);
	assert_int_equal(gauge_need(threads), PACE_WATCH);
	for (int i = 0; i < 2; i++) {
		take(threads, 1, 0, 500);
	}
	assert_int_equal(gauge_need(threads), PACE_CALM);
	take(threads, 50, 0, 700);
	take(threads, 5, 0, 720); /* was it a moment in between? */
	assert_int_equal(gauge_need(threads), PACE_STIR);
	take(clients, 200, 0, 0); /* the first of them are news, and no trouble */
	assert_int_equal(gauge_need(clients), PACE_WATCH);
	take(clients, 200, 0, 100);
	assert_int_equal(gauge_need(clients), PACE_CALM);
	gauge_free(threads);
	gauge_free(clients);
}

static void limits_grow_with_cores(void **state)
{
	struct gauge *threads = gauge_new("threads_running");
	struct gauge *lag = gauge_new("lag");
	double soft = threads->limits.soft;
	double lag_soft = lag->limits.soft;

	(void)state;
	gauge_set_limits(threads, NULL, 2, 0);
	assert_true(threads->limits.soft == soft);
	gauge_set_limits(threads, NULL, 16, 0);
	assert_true(threads->limits.soft == soft * 4);
	gauge_set_limits(lag, NULL, 16, 0);
	assert_true(lag->limits.soft == lag_soft);
	gauge_free(threads);
	gauge_free(lag);
}

static void what_is_said_replaces_what_is_usual(void **state)
{
	const struct gauge_change change = { .has_hard = true,
					     .hard = 7,
					     .has_soft = true,
					     .soft = (double)NAN };
	struct gauge *gauge = gauge_new("threads_running");
	double critical = gauge->limits.critical;

	(void)state;
	gauge_set_limits(gauge, &change, 16, 0);
	assert_true(isnan(gauge->limits.soft));
	assert_true(gauge->limits.hard == 7); /* as said, whatever the cores */
	assert_true(gauge->limits.critical == critical * 4);
	gauge_set_limits(gauge, NULL, 0, 0);
	assert_true(gauge->limits.soft == signal_kinds[SIGNAL_THREADS_RUNNING].soft);
	gauge_free(gauge);
}

static void silence_begins_with_the_last_good_value(void **state)
{
	const struct reading bad = { .name = "lag", .value = (double)NAN, .problem = "it hangs" };
	struct gauge *gauge = gauge_new("lag");

	(void)state;
	assert_false(gauge_counts(gauge, 0)); /* the server has none */
	gauge_take(gauge, &bad, 0, 1000);
	assert_true(gauge_counts(gauge, 1000));
	assert_int_equal(level_at(gauge, 3999), LEVEL_OK);
	assert_int_equal(level_at(gauge, 4000), LEVEL_SILENT);
	assert_string_equal(gauge->problem, "it hangs");
	take(gauge, 0, 0, 5000);
	assert_int_equal(level_at(gauge, 5000), LEVEL_OK);
	assert_null(gauge->problem);
	gauge_take(gauge, &bad, 0, 6000);
	assert_int_equal(level_at(gauge, 7999), LEVEL_OK);
	assert_int_equal(level_at(gauge, 8000), LEVEL_SILENT);
	gauge_take(gauge, NULL, 0, 8000); /* left out: as late as before */
	assert_int_equal(level_at(gauge, 8000), LEVEL_SILENT);
	gauge_begin(gauge, 9000); /* the replica was removed */
	assert_int_equal(level_at(gauge, 99000), LEVEL_OK);
	assert_false(gauge_counts(gauge, 99000));
	gauge_free(gauge);
}

/* clang-format off */
static const struct {
	struct gauge_change change; bool refused; bool counts;
} never_given[] = {
	/* what was set                                                      refused counts */
	{ { 0 },                                                             false,  false },
	{ { 0 },                                                             true,   false },
	{ { .has_hard = true, .hard = 5 },                                   false,  false },
	{ { .has_hard = true, .hard = 5 },                                   true,   true },
	{ { .has_hard = true, .hard = 5, .is_asked = true },                 false,  true },
	{ { .has_hard = true, .hard = (double)NAN },                         true,   false },
};

/* clang-format on */

static void what_was_never_given_is_silent_for_who_relies_on_it(void **state)
{
	const struct reading no = { .name = "lag", .problem = "GRANT it", .is_refused = true };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(never_given); i++) {
		struct gauge *gauge = gauge_new("lag");

		gauge_begin(gauge, 1000);
		gauge_set_limits(gauge, &never_given[i].change, 0, 50000);
		gauge_take(gauge, never_given[i].refused ? &no : NULL, 0, 60000);
		assert_int_equal(gauge_counts(gauge, 60000), never_given[i].counts);
		assert_int_equal(level_at(gauge, 3999), LEVEL_OK);
		if (never_given[i].counts && !never_given[i].refused) {
			assert_string_equal(gauge_problem(gauge), "no value has come yet");
		}
		assert_int_equal(level_at(gauge, 4000),
				 never_given[i].counts ? LEVEL_SILENT : LEVEL_OK);
		if (never_given[i].counts) {
			assert_string_equal(gauge_problem(gauge),
					    never_given[i].refused
						    ? "GRANT it"
						    : "this server does not give it");
		}
		take(gauge, 1, 0, 70000);
		assert_int_equal(level_at(gauge, 70000), LEVEL_OK);
		assert_null(gauge_problem(gauge));
		gauge_free(gauge);
	}
}

static void only_a_value_ends_silence(void **state)
{
	const struct gauge_change none = { .has_soft = true,
					   .soft = (double)NAN,
					   .has_hard = true,
					   .hard = (double)NAN };
	const struct gauge_change asked = { .has_hard = true, .hard = 9, .is_asked = true };
	struct gauge *gauge = gauge_new("lag");

	(void)state;
	take(gauge, 0, 0, 1000);
	gauge_listen(gauge, 1000, 2000);
	gauge_listen(gauge, SILENCE, 2001); /* who is asked less often may be quiet for longer */
	assert_int_equal(gauge_level(gauge), LEVEL_SILENT);
	take(gauge, 0, 0, 2002);
	assert_int_equal(gauge_level(gauge), LEVEL_OK);
	gauge_begin(gauge, 3000);
	gauge_set_limits(gauge, &asked, 0, 3000);
	assert_int_equal(level_at(gauge, 6000), LEVEL_SILENT);
	gauge_set_limits(gauge, &none, 0, 6000);
	assert_int_equal(level_at(gauge, 6000), LEVEL_OK); /* nobody waits for it any more */
	gauge_free(gauge);
}

static void what_is_promised_is_expected(void **state)
{
	struct gauge *gauge = gauge_new("lag");

	(void)state;
	gauge_begin(gauge, 1000);
	assert_false(gauge_is_expected(gauge));
	gauge->is_promised = true;
	assert_true(gauge_counts(gauge, 1000));
	assert_true(gauge_is_new(gauge));
	assert_int_equal(level_at(gauge, 4000), LEVEL_SILENT);
	take(gauge, 0, 0, 4001);
	assert_false(gauge_is_new(gauge));
	gauge_begin(gauge, 5000);
	assert_false(gauge_is_expected(gauge));
	gauge_free(gauge);
}

static void critical_stays_critical_when_it_falls_silent(void **state)
{
	struct gauge *gauge = gauge_new("threads_running");

	(void)state;
	take(gauge, 1000, 0, 0);
	take(gauge, 1000, 0, 100);
	assert_int_equal(level_at(gauge, 90000), LEVEL_CRITICAL);
	gauge_free(gauge);
}

static void an_exempt_one_counts_again_afterwards(void **state)
{
	struct gauge *gauge = gauge_new("lag");

	(void)state;
	take(gauge, 0, 0, 0);
	gauge_exempt(gauge, 5000, "known");
	assert_false(gauge_counts(gauge, 4999));
	assert_true(gauge_counts(gauge, 5000));
	assert_string_equal(gauge->exempt_reason, "known");
	gauge_exempt(gauge, 0, NULL);
	assert_true(gauge_counts(gauge, 1));
	gauge_free(gauge);
}

static void a_switch_has_a_limit_and_a_query_has_none(void **state)
{
	struct gauge *file = gauge_new("file:stop");
	struct gauge *sql = gauge_new("sql:queue");

	(void)state;
	take(file, 1, 0, 0);
	take(file, 1, 0, 100);
	assert_int_equal(level_at(file, 100), LEVEL_HARD);
	take(sql, 1e9, 0, 0);
	take(sql, 1e9, 0, 100);
	assert_false(gauge_counts(sql, 100));
	gauge_free(file);
	gauge_free(sql);
}

static void says_what_it_is(void **state)
{
	struct gauge *threads = gauge_new("threads_running");
	struct gauge *disk = gauge_new("disk_free");
	g_autofree char *hard = NULL;
	g_autofree char *near = NULL;
	g_autofree char *below = NULL;
	g_autofree char *silent = NULL;

	(void)state;
	take(threads, 61, 0, 0);
	hard = gauge_format(threads, LEVEL_HARD);
	assert_string_equal(hard, "threads_running 61 > 32 (hard)");
	take(threads, 30, 0, 0);
	near = gauge_format(threads, LEVEL_HARD);
	assert_string_equal(near, "threads_running 30 near 32 (hard)");
	take(disk, 3.5, 0, 0);
	below = gauge_format(disk, LEVEL_HARD);
	assert_string_equal(below, "disk_free 3.5 < 5 (hard)");
	silent = gauge_format(disk, LEVEL_SILENT);
	assert_string_equal(silent, "signal disk_free silent");
	gauge_free(threads);
	gauge_free(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_statements_do_not_count),
		cmocka_unit_test(each_value_says_how_soon_the_next_is_wanted),
		cmocka_unit_test(limits_grow_with_cores),
		cmocka_unit_test(what_is_said_replaces_what_is_usual),
		cmocka_unit_test(silence_begins_with_the_last_good_value),
		cmocka_unit_test(what_was_never_given_is_silent_for_who_relies_on_it),
		cmocka_unit_test(only_a_value_ends_silence),
		cmocka_unit_test(what_is_promised_is_expected),
		cmocka_unit_test(critical_stays_critical_when_it_falls_silent),
		cmocka_unit_test(an_exempt_one_counts_again_afterwards),
		cmocka_unit_test(a_switch_has_a_limit_and_a_query_has_none),
		cmocka_unit_test(says_what_it_is),
	};

	return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
