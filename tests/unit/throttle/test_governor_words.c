#include "governor_bench.h"

static void what_goes_needs_no_words(void **state)
{
	struct bench *bench = *state;
	g_autofree char *reason = NULL;

	run(bench, 1, 1000);
	reason = verdict_reason(&bench->verdict, bench->now, INT64_C(7200000));
	assert_null(reason);
}

/* Only times between two samples matter: a jump of the wall clock is not seen at all. */
static void the_wall_clock_is_only_for_the_words(void **state)
{
	struct bench *bench = *state;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	run(bench, 60, 1000);
	before = verdict_reason(&bench->verdict, bench->now, INT64_C(7200000));
	after = verdict_reason(&bench->verdict, bench->now, INT64_C(60000));
	assert_non_null(strstr(before, "threads_running 60 > 32 (hard) since 01:59:5"));
	assert_non_null(strstr(after, "threads_running 60 > 32 (hard) since 00:00:5"));
}

static void details_come_last(void **state)
{
	const struct verdict verdict = {
		.state = THROTTLE_PAUSED,
		.what = "signal lag silent",
		.detail = "replica db1r: it is no replica",
		.dated_ms = 5000,
	};
	const struct verdict held = { .state = THROTTLE_PAUSED, .what = "held by op: backup" };
	g_autofree char *reason = verdict_reason(&verdict, 10000, INT64_C(7200000));
	g_autofree char *human = verdict_reason(&held, 10000, INT64_C(7200000));

	(void)state;
	assert_string_equal(reason,
			    "signal lag silent since 01:59:55: replica db1r: it is no replica");
	assert_string_equal(human, "held by op: backup");
}

static void the_replica_that_is_furthest_behind_is_named(void **state)
{
	struct bench *bench = *state;
	g_autofree char *reason = NULL;

	run(bench, 1, 3000);
	for (int i = 0; i < 3; i++) {
		SCOPED_PTR(sample) sample = sample_new(1, bench->now);

		sample_add(sample, "threads_running", 1);
		sample_add(sample, "lag", (double)INFINITY);
		sample_set_where(sample, "db1r: its SQL thread does not run (error 1062)");
		governor_take(bench->governor, sample, 0, bench->now);
		decide(bench);
		bench->now += 100;
	}
	reason = verdict_reason(&bench->verdict, bench->now, INT64_C(3600000));
	assert_string_equal(reason, "lag infinite > 10 (hard) since 00:59:59: db1r: its SQL thread "
				    "does not run (error 1062)");
	run(bench, 60, 300); /* another signal has no place */
	assert_null(bench->verdict.detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_goes_needs_no_words),
		TEST(the_wall_clock_is_only_for_the_words),
		TEST(details_come_last),
		TEST(the_replica_that_is_furthest_behind_is_named),
	};

	return cmocka_run_group_tests_name("governor_words", tests, NULL, NULL);
}
