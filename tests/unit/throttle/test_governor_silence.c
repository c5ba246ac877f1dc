#include "governor_bench.h"
#include "pauses.h"
#include "signal.h"

static const struct gauge_change asked = { .has_hard = true, .hard = 9, .is_asked = true };

static void give_without_lag(struct bench *bench, double threads, const char *problem)
{
	SCOPED_PTR(sample) sample = sample_new(1, bench->now);

	sample_add(sample, "threads_running", threads);
	sample_add_problem(sample, "lag", problem);
	governor_take(bench->governor, sample, 0, bench->now);
	decide(bench);
}

static void a_signal_that_falls_silent_pauses(void **state)
{
	struct bench *bench = *state;
	g_autofree char *reason = NULL;

	run(bench, 1, 5000);
	for (int i = 0; i < 4; i++) {
		give_without_lag(bench, 1, "server replica1 does not answer");
		bench->now += 1000;
		if (i < 2) {
			expect(bench, THROTTLE_GO, NULL); /* not three intervals yet */
		}
	}
	expect(bench, THROTTLE_PAUSED, "signal lag silent");
	reason = verdict_reason(&bench->verdict, bench->now,
				INT64_C(1000) * (3 * 3600 + 12 * 60 + 11));
	assert_string_equal(reason,
			    "signal lag silent since 03:12:06: server replica1 does not answer");
	run(bench, 1, 100); /* it is back: nothing has to cool down */
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW);
	assert_string_equal(pauses_get(governor_pauses(bench->governor), 0)->cause, "lag");
	assert_in_range(pauses_get(governor_pauses(bench->governor), 0)->ms, 900, 2100);
}

static void what_was_critical_and_falls_silent_says_why(void **state)
{
	const struct gauge_change change = { .has_critical = true, .critical = 60 };
	struct bench *bench = *state;

	governor_set_limits(bench->governor, "lag", &change, bench->now);
	run(bench, 1, 5000);
	for (int i = 0; i < 3; i++) {
		give(bench, 1, 99);
		bench->now += 1000;
	}
	expect(bench, THROTTLE_STOPPED, "lag 99 > 60 (critical)");
	for (int i = 0; i < 4; i++) {
		give_without_lag(bench, 1, "server replica1 does not answer");
		bench->now += 1000;
	}
	expect(bench, THROTTLE_STOPPED, "lag 99 > 60 (critical)");
	assert_string_equal(bench->verdict.detail, "server replica1 does not answer");
}

static void no_sample_at_all_pauses_and_says_why(void **state)
{
	struct bench *bench = *state;
	SCOPED_PTR(sample) sample = sample_new(1, bench->now);
	g_autofree char *reason = NULL;

	run(bench, 1, 3000);
	bench->now += 1999;
	decide(bench);
	expect(bench, THROTTLE_GO, NULL);
	assert_int_equal(bench->verdict.next_ms, bench->now + 1);
	bench->now += 1;
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "no signal");
	sample_add_problem(sample, "threads_running", "the server does not answer");
	governor_take(bench->governor, sample, 0, bench->now);
	decide(bench);
	reason = verdict_reason(&bench->verdict, bench->now, bench->now);
	assert_non_null(strstr(reason, ": the server does not answer"));
	/* a server that never answered at all, too */
	governor_begin(bench->governor, true, bench->now);
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "waits for the first sample");
	bench->now += 3000;
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "no signal");
}

static void a_limit_on_what_never_comes_pauses(void **state)
{
	const struct gauge_change all = { .has_hard = true, .hard = 9 };
	struct bench *bench = *state;

	governor_set_limits(bench->governor, "flow_control", &all, bench->now);
	run(bench, 1, 10000);
	expect(bench, THROTTLE_GO, NULL); /* not every server has Galera */
	governor_set_limits(bench->governor, "flow_control", &asked, bench->now);
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "signal flow_control silent");
	assert_string_equal(bench->verdict.detail, "this server does not give it");
	governor_set_limits(bench->governor, "flow_control", NULL, bench->now);
	run(bench, 1, 5000);
	expect(bench, THROTTLE_GO, NULL);
	governor_begin(bench->governor, true, bench->now); /* from here three intervals */
	governor_set_limits(bench->governor, "flow_control", &asked, bench->now);
	run(bench, 1, 900);
	expect(bench, THROTTLE_PAUSED, "waits for the first value of signal flow_control");
	run(bench, 1, 200);
	expect(bench, THROTTLE_PAUSED, "signal flow_control silent");
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_PERIOD_MS);
	governor_begin(bench->governor, false, bench->now);
	bench->now += 10000;
	decide(bench);
	assert_int_not_equal(bench->verdict.state, THROTTLE_PAUSED); /* only humans decide */
}

static void what_is_not_sampled_is_not_silent(void **state)
{
	struct bench *bench = *state;

	governor_begin(bench->governor, false, bench->now);
	bench->now += 60000;
	decide(bench);
	expect(bench, THROTTLE_GO, NULL);
	assert_int_equal(bench->verdict.next_ms, 0);
	governor_hold(bench->governor, bench->now + 500, "held");
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "held");
	assert_int_equal(bench->verdict.next_ms, bench->now + 500);
}

static void critical_comes_before_silence_before_hard(void **state)
{
	struct bench *bench = *state;

	give(bench, 60, 0);
	bench->now += 100;
	give(bench, 60, 0);
	expect(bench, THROTTLE_PAUSED, "threads_running 60 > 32 (hard)");
	for (int i = 0; i < 20; i++) {
		give_without_lag(bench, 60, "gone");
		bench->now += 100;
	}
	expect(bench, THROTTLE_PAUSED, "signal lag silent");
	run(bench, 200, 400);
	expect(bench, THROTTLE_STOPPED, "threads_running 200 > 100 (critical)");
}

static void a_signal_that_is_left_out_is_late(void **state)
{
	struct bench *bench = *state;

	run(bench, 1, 3000);
	for (int i = 0; i < 4; i++) {
		give(bench, 1, -1);
		bench->now += 1000;
	}
	expect(bench, THROTTLE_PAUSED, "signal lag silent");
	governor_begin(bench->governor, true, bench->now); /* the replica was removed */
	for (int i = 0; i < 40; i++) {
		give(bench, 1, -1);
		bench->now += 1000;
	}
	expect(bench, THROTTLE_GO, NULL);
}

/* A sample in which lag is late, or has a value. */
static void give_lag(struct bench *bench, const char *problem)
{
	SCOPED_PTR(sample) sample = sample_new(1, bench->now);

	sample_add(sample, "threads_running", 1);
	if (problem != NULL) {
		sample_add_problem(sample, "lag", problem);
	} else {
		sample_add(sample, "lag", 0);
	}
	governor_take(bench->governor, sample, 0, bench->now);
	decide(bench);
	bench->now += bench->verdict.period_ms;
}

static void what_must_come_is_waited_for(void **state)
{
	struct bench *bench = *state;
	g_autofree char *reason = NULL;
	int64_t began = bench->now;

	governor_promise(bench->governor, "lag");
	give(bench, 1, -1);
	expect(bench, THROTTLE_PAUSED, "waits for the first value of signal lag");
	assert_true(bench->verdict.is_wait);
	assert_int_equal(bench->verdict.slots, 0);
	assert_int_equal(bench->verdict.next_ms, began + 3000);
	while (bench->now < began + 3000) {
		give_lag(bench, "replica copy has not answered");
		assert_int_equal(bench->verdict.state, THROTTLE_PAUSED);
		assert_true(bench->verdict.is_wait);
		assert_int_equal(bench->verdict.period_ms, GOVERNOR_FIRST_MS);
	}
	reason = verdict_reason(&bench->verdict, bench->now, bench->now);
	assert_non_null(strstr(reason, ": replica copy has not answered"));
	give_lag(bench, "replica copy has not answered");
	expect(bench, THROTTLE_PAUSED, "signal lag silent");
	assert_false(bench->verdict.is_wait);
}

static void all_slots_are_there_when_it_has_come(void **state)
{
	struct bench *bench = *state;

	governor_set_limits(bench->governor, "sql:queue", &asked, bench->now);
	give(bench, 1, 0);
	expect(bench, THROTTLE_PAUSED, "waits for the first value of signal sql:queue");
	for (int i = 0; i < 2; i++) {
		SCOPED_PTR(sample) sample = sample_new(1, bench->now);

		sample_add(sample, "sql:queue", 1);
		governor_take(bench->governor, sample, 0, bench->now);
		decide(bench);
		expect(bench, THROTTLE_GO, NULL);
		assert_int_equal(bench->verdict.slots, SLOTS);
		bench->now += 10;
	}
	assert_null(pauses_get(governor_pauses(bench->governor), 0)); /* it was no pause */
}

static void an_exempt_signal_is_not_waited_for(void **state)
{
	struct bench *bench = *state;

	governor_promise(bench->governor, "lag");
	governor_exempt(bench->governor, "lag", bench->now + 60000, "it is rebuilt");
	give(bench, 1, -1);
	expect(bench, THROTTLE_GO, NULL);
}

/* The period grows when nothing runs any more: that is no value. */
static void silence_does_not_end_by_itself(void **state)
{
	struct bench *bench = *state;

	run(bench, 1, 3000);
	governor_works(bench->governor, bench->now);
	give_lag(bench, NULL);
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_FAST_MS);
	while (bench->verdict.state == THROTTLE_GO) {
		governor_works(bench->governor, bench->now);
		give_lag(bench, "it hangs");
	}
	expect(bench, THROTTLE_PAUSED, "signal lag silent");
	bench->changes = 0;
	for (int i = 0; i < 100; i++) {
		give_lag(bench, "it hangs");
		expect(bench, THROTTLE_PAUSED, "signal lag silent");
	}
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_PERIOD_MS);
	assert_int_equal(bench->changes, 0);
	give_lag(bench, NULL);
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW);
}

static void nor_does_that_of_all_samples(void **state)
{
	struct bench *bench = *state;

	run(bench, 1, 3000);
	governor_works(bench->governor, bench->now);
	decide(bench);
	give(bench, 1, 0);
	bench->now += 1000;
	for (int i = 0; i < 100; i++) {
		bench->now += 100;
		decide(bench);
		expect(bench, THROTTLE_PAUSED, "no signal");
	}
	give(bench, 1, 0);
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW);
}

/* An unrelated signal was added: what the others said before counts. */
static void another_sampler_takes_over_what_is_known(void **state)
{
	struct bench *bench = *state;

	run(bench, 50, 3000);
	expect(bench, THROTTLE_PAUSED, "threads_running 50 > 32 (hard)");
	governor_renew(bench->governor);
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "threads_running 50 > 32 (hard)");
	assert_true(bench->verdict.is_known);
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_FIRST_MS);
	for (int i = 0; i < 100; i++) {
		give_lag(bench, "it hangs");
	}
	expect(bench, THROTTLE_PAUSED, "signal lag silent");
	governor_renew(bench->governor);
	governor_set_limits(bench->governor, "sql:queue", &asked, bench->now);
	for (int i = 0; i < 4; i++) {
		give(bench, 1, -1);
		expect(bench, THROTTLE_PAUSED, "signal lag silent");
	}
	governor_forget(bench->governor, "lag", bench->now);
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "waits for the first value of signal sql:queue");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signal_that_falls_silent_pauses),
		TEST(what_was_critical_and_falls_silent_says_why),
		TEST(no_sample_at_all_pauses_and_says_why),
		TEST(a_limit_on_what_never_comes_pauses),
		TEST(what_is_not_sampled_is_not_silent),
		TEST(critical_comes_before_silence_before_hard),
		TEST(a_signal_that_is_left_out_is_late),
		TEST(what_must_come_is_waited_for),
		TEST(all_slots_are_there_when_it_has_come),
		TEST(an_exempt_signal_is_not_waited_for),
		TEST(silence_does_not_end_by_itself),
		TEST(nor_does_that_of_all_samples),
		TEST(another_sampler_takes_over_what_is_known),
	};

	return cmocka_run_group_tests_name("governor_silence", tests, NULL, NULL);
}
