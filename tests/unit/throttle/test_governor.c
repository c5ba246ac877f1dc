#include "governor_bench.h"
#include "pauses.h"

static void an_idle_server_gives_all_its_slots_at_once(void **state)
{
	struct bench *bench = *state;

	decide(bench); /* nothing is known */
	expect(bench, THROTTLE_PAUSED, "waits for the first sample");
	assert_true(bench->verdict.is_wait);
	assert_false(bench->verdict.is_known);
	for (int i = 0; i < 100; i++) {
		give(bench, 2, 0);
		expect(bench, THROTTLE_GO, NULL);
		assert_int_equal(bench->verdict.slots, SLOTS);
		assert_int_equal(bench->verdict.period_ms,
				 i < 2 ? GOVERNOR_FIRST_MS : GOVERNOR_PERIOD_MS);
		bench->now += bench->verdict.period_ms;
	}
	assert_true(bench->verdict.is_known);
	assert_null(pauses_get(governor_pauses(bench->governor), 0));
}

/* clang-format off */
static const struct {
	double threads; enum throttle_state state; int64_t slots; const char *what;
} loads[] = {
	{   10, THROTTLE_GO,      4, NULL },
	{   20, THROTTLE_SLOW,    2, "threads_running 20 > 16 (soft)" },
	{   61, THROTTLE_PAUSED,  0, "threads_running 61 > 32 (hard)" },
	{  200, THROTTLE_STOPPED, 0, "threads_running 200 > 100 (critical)" },
};

/* clang-format on */

static void each_level_has_its_consequence(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		governor_begin(bench->governor, true, bench->now);
		run(bench, 1, 10000);
		give(bench, loads[i].threads, 0);
		expect(bench, THROTTLE_GO, NULL); /* one sample decides nothing */
		bench->now += bench->verdict.period_ms;
		give(bench, loads[i].threads, 0);
		expect(bench, loads[i].state, loads[i].what);
		assert_int_equal(bench->verdict.slots, loads[i].slots);
		assert_int_equal(bench->verdict.since_ms <= bench->now, 1);
	}
}

static void a_flood_is_looked_at_faster_and_stops_in_two_samples(void **state)
{
	struct bench *bench = *state;
	int64_t began;

	run(bench, 1, 5000);
	began = bench->now;
	give(bench, 200, 0);
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_AGAIN_MS);
	bench->now += GOVERNOR_AGAIN_MS;
	give(bench, 200, 0);
	expect(bench, THROTTLE_STOPPED, "threads_running 200 > 100 (critical)");
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_FAST_MS);
	assert_in_range(bench->now - began, 0, 250);
}

static void one_spike_above_critical_does_nothing(void **state)
{
	struct bench *bench = *state;

	run(bench, 1, 5000);
	for (int i = 0; i < 50; i++) {
		give(bench, 100000, (double)INFINITY);
		expect(bench, THROTTLE_GO, NULL);
		bench->now += bench->verdict.period_ms;
		give(bench, 1, 0);
		bench->now += bench->verdict.period_ms;
		give(bench, 1, 0);
		bench->now += bench->verdict.period_ms;
	}
	assert_int_equal(bench->changes, 0);
}

static void goes_on_within_five_seconds(void **state)
{
	struct bench *bench = *state;
	int64_t end;

	run(bench, 200, 3000);
	expect(bench, THROTTLE_STOPPED, "threads_running 200 > 100 (critical)");
	end = bench->now;
	while (bench->verdict.state >= THROTTLE_PAUSED) {
		give(bench, 1, 0);
		bench->now += bench->verdict.period_ms;
	}
	assert_in_range(bench->now - end, GOVERNOR_CALM_MS, GOVERNOR_CALM_MS + 1000);
	assert_int_equal(bench->verdict.slots, 1);
	run(bench, 1, 2500);
	expect(bench, THROTTLE_GO, NULL);
	assert_int_equal(bench->verdict.slots, SLOTS);
	assert_in_range(bench->now - end, 0, 5000 + GOVERNOR_PERIOD_MS);
}

static void a_saw_tooth_does_not_make_it_flap(void **state)
{
	struct bench *bench = *state;

	run(bench, 1, 3000);
	bench->changes = 0;
	for (int i = 0; i < 30; i++) { /* half a second of flood in every one and a half */
		run(bench, 60, 500);
		run(bench, 1, 1000);
	}
	expect(bench, THROTTLE_PAUSED,
	       "threads_running was past its limit and must be calm for 2 s");
	assert_int_equal(bench->changes, 1);
	run(bench, 1, 6000);
	expect(bench, THROTTLE_GO, NULL);
	assert_int_equal(bench->changes, 3); /* paused, slow, go */
}

static void between_eighty_percent_and_the_limit_it_stays(void **state)
{
	struct bench *bench = *state;

	run(bench, 40, 1000);
	bench->changes = 0;
	for (int i = 0; i < 20; i++) {
		run(bench, 33, 300);
		run(bench, 27, 300);
	}
	assert_int_equal(bench->changes, 0);
	expect(bench, THROTTLE_PAUSED, "threads_running 27 near 32 (hard)");
}

static void an_exempt_signal_does_not_count_for_a_while(void **state)
{
	struct bench *bench = *state;

	run(bench, 60, 1000);
	assert_int_equal(bench->verdict.state, THROTTLE_PAUSED);
	governor_exempt(bench->governor, "threads_running", bench->now + 5000, "known");
	decide(bench);
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW); /* at once */
	run(bench, 60, 4000);
	expect(bench, THROTTLE_GO, NULL);
	run(bench, 60, 3000);
	expect(bench, THROTTLE_PAUSED, "threads_running 60 > 32 (hard)");
	governor_exempt(bench->governor, "threads_running", bench->now + 5000, "again");
	governor_exempt_none(bench->governor);
	decide(bench);
	assert_int_equal(bench->verdict.state, THROTTLE_PAUSED);
}

static void a_hold_ends_by_itself_and_gives_its_words(void **state)
{
	struct bench *bench = *state;
	g_autofree char *reason = NULL;

	run(bench, 1, 3000);
	governor_hold(bench->governor, bench->now + 10000, "held by op until 04:00: backup");
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "held by op until 04:00: backup");
	reason = verdict_reason(&bench->verdict, bench->now, 0);
	assert_string_equal(reason, "held by op until 04:00: backup");
	run(bench, 1, 9900);
	assert_int_equal(bench->verdict.state, THROTTLE_PAUSED);
	run(bench, 1, 6000);
	expect(bench, THROTTLE_GO, NULL);
	assert_string_equal(pauses_get(governor_pauses(bench->governor), 0)->cause, "hold");
	assert_in_range(pauses_get(governor_pauses(bench->governor), 0)->ms, 9000, 11000);
	governor_hold(bench->governor, bench->now + 10000, "held");
	run(bench, 200, 3000); /* what is worse is said */
	expect(bench, THROTTLE_STOPPED, "threads_running 200 > 100 (critical)");
}

static void a_share_of_the_slots(void **state)
{
	struct bench *bench = *state;

	run(bench, 1, 3000);
	governor_ratio(bench->governor, 0.5, bench->now + 10000, "half until 04:00");
	decide(bench);
	expect(bench, THROTTLE_SLOW, "half until 04:00");
	assert_int_equal(bench->verdict.slots, 2);
	governor_ratio(bench->governor, 0.01, bench->now + 10000, "little");
	decide(bench);
	assert_int_equal(bench->verdict.slots, 1);
	assert_true(bench->verdict.share == 0.25);
	run(bench, 1, 12000);
	expect(bench, THROTTLE_GO, NULL);
	assert_int_equal(bench->verdict.slots, SLOTS);
}

/* A commit takes so much longer for each slot that muster has, as where the disk is slow. */
static void run_commits(struct bench *bench, double ms_per_slot, int64_t ms)
{
	int64_t end = bench->now + ms;

	while (bench->now < end) {
		SCOPED_PTR(sample) sample = sample_new(1, bench->now);

		sample_add(sample, "threads_running", 1);
		sample_add(sample, "commit_latency", ms_per_slot * (double)bench->verdict.slots);
		governor_take(bench->governor, sample, bench->verdict.slots, bench->now);
		decide(bench);
		bench->now += bench->verdict.period_ms;
	}
}

static void its_own_load_on_commits_takes_slots_from_it(void **state)
{
	struct bench *bench = *state;
	int64_t slow_ms = 0;
	int64_t sum = 0;

	run_commits(bench, 10, 3000);
	expect(bench, THROTTLE_GO, NULL);
	run_commits(bench, 110, 300);
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW);
	assert_string_equal(bench->verdict.cause, "commit_latency");
	assert_int_equal(bench->verdict.slots, 2);
	for (int i = 0; i < 300; i++) {
		int64_t before = bench->now;

		run_commits(bench, 110, 1);
		assert_in_range(bench->verdict.state, THROTTLE_GO, THROTTLE_SLOW);
		assert_true(bench->verdict.slots >= 1);
		slow_ms += bench->verdict.slots < SLOTS ? bench->now - before : 0;
		sum += bench->verdict.slots;
	}
	assert_in_range(sum, 300, 3 * 300); /* about as many as the disk bears, which is two */
	assert_true(slow_ms > 0);
	run_commits(bench, 10, 5000);
	expect(bench, THROTTLE_GO, NULL);
	assert_int_equal(bench->verdict.slots, SLOTS);
}

/* Where even one slot is too much, what is past its hard limit pauses. */
static void commits_that_hang_pause(void **state)
{
	struct bench *bench = *state;

	run_commits(bench, 10, 3000);
	run_commits(bench, 3000, 300);
	assert_int_equal(bench->verdict.state, THROTTLE_PAUSED);
	assert_string_equal(bench->verdict.cause, "commit_latency");
}

/* Samples at the pace that the governor wants, for so long, with clients at work. */
static void run_clients(struct bench *bench, double clients, double threads, int64_t ms)
{
	int64_t end = bench->now + ms;

	while (bench->now < end) {
		SCOPED_PTR(sample) sample = sample_new(1, bench->now);

		sample_add(sample, "threads_running", threads);
		sample_add(sample, "clients", clients);
		governor_take(bench->governor, sample, 0, bench->now);
		decide(bench);
		bench->now += bench->verdict.period_ms;
	}
}

static void clients_get_their_turns_at_once(void **state)
{
	struct bench *bench = *state;

	run_clients(bench, 412, 1, 3 * GOVERNOR_FIRST_MS); /* before anything was started */
	assert_true(bench->verdict.is_known);
	expect(bench, THROTTLE_SLOW, "clients 412 > 100 (soft): 10% of one slot");
	assert_true(bench->verdict.is_courtesy);
	assert_int_equal(bench->verdict.slots, 1);
	assert_true(bench->verdict.share == GOVERNOR_TURN);
	run_clients(bench, 412, 1, 60000);
	assert_true(bench->verdict.share == GOVERNOR_TURN);
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_PERIOD_MS); /* no news */
	assert_int_equal(bench->changes, 1);
}

static void on_fewer_cores_it_takes_less(void **state)
{
	struct bench *bench = *state;

	assert_true(governor_turn(0) == GOVERNOR_TURN);
	assert_true(governor_turn(1) == 0.05);
	assert_true(governor_turn(2) == 0.06);
	assert_true(governor_turn(64) == 0.25);
	for (int i = 0; i < 5; i++) {
		SCOPED_PTR(sample) sample = sample_new(1, bench->now);

		sample->cores = 2;
		sample_add(sample, "threads_running", 1);
		sample_add(sample, "clients", 412);
		governor_take(bench->governor, sample, 0, bench->now);
		decide(bench);
		bench->now += bench->verdict.period_ms;
	}
	expect(bench, THROTTLE_SLOW, "clients 412 > 100 (soft): 6% of one slot");
}

/* Time alone decides, too, between two samples. */
static void when_clients_have_gone_it_goes_in_five_seconds(void **state)
{
	struct bench *bench = *state;
	int64_t end;

	run_clients(bench, 412, 1, 5000);
	end = bench->now;
	while (bench->verdict.state != THROTTLE_GO) {
		int64_t sample_at;

		run_clients(bench, 3, 1, 1);
		sample_at = bench->now;
		for (bench->now -= bench->verdict.period_ms; bench->now < sample_at;
		     bench->now += 50) {
			decide(bench);
		}
		bench->now = sample_at;
		assert_in_range(bench->now - end, 0, 5000);
	}
	assert_int_equal(bench->verdict.slots, SLOTS);
	assert_true(bench->verdict.share == 1);
}

static void clients_that_come_and_go_do_not_make_it_flap(void **state)
{
	struct bench *bench = *state;

	run_clients(bench, 0, 1, 3000);
	bench->changes = 0;
	for (int i = 0; i < 30; i++) {
		run_clients(bench, 110, 1, 1000);
		run_clients(bench, 90, 1, 1000);
	}
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW);
	assert_int_equal(bench->changes, 1);
}

static void what_is_worse_than_clients_is_named(void **state)
{
	struct bench *bench = *state;

	run_clients(bench, 412, 20, 3000);
	expect(bench, THROTTLE_SLOW, "threads_running 20 > 16 (soft): 10% of one slot");
	assert_false(bench->verdict.is_courtesy);
	run_clients(bench, 412, 61, 3000);
	expect(bench, THROTTLE_PAUSED, "threads_running 61 > 32 (hard)");
	governor_exempt(bench->governor, "clients", bench->now + 60000, "they sleep");
	run_clients(bench, 412, 1, 10000);
	expect(bench, THROTTLE_GO, NULL);
}

static void limits_can_be_changed_under_way(void **state)
{
	const struct gauge_change change = { .has_hard = true, .hard = 5 };
	struct bench *bench = *state;

	run(bench, 10, 3000);
	expect(bench, THROTTLE_GO, NULL);
	governor_set_limits(bench->governor, "threads_running", &change, bench->now);
	decide(bench);
	expect(bench, THROTTLE_PAUSED, "threads_running 10 > 5 (hard)");
	governor_reset_limits(bench->governor, bench->now);
	decide(bench);
	assert_int_equal(bench->verdict.state, THROTTLE_SLOW);
}

/* An account that may not make the probe: whoever relies on it is told, nobody else waits. */
static void a_refusal_stops_only_who_set_a_limit_for_it(void **state)
{
	const struct gauge_change all = { .has_hard = true, .hard = 900 };
	struct bench *bench = *state;
	const struct gauge *gauge;

	for (int i = 0; i < 40; i++) {
		SCOPED_PTR(sample) sample = sample_new(1, bench->now);

		sample_add(sample, "threads_running", 1);
		sample_add_refused(sample, "commit_latency", "GRANT it");
		governor_take(bench->governor, sample, 0, bench->now);
		if (i == 20) {
			expect(bench, THROTTLE_GO, NULL);
			governor_set_limits(bench->governor, "commit_latency", &all, bench->now);
		}
		decide(bench);
		bench->now += bench->verdict.period_ms;
	}
	expect(bench, THROTTLE_PAUSED, "signal commit_latency silent");
	assert_string_equal(bench->verdict.detail, "GRANT it");
	governor_set_limits(bench->governor, "commit_latency", NULL, bench->now);
	decide(bench);
	assert_int_not_equal(bench->verdict.state, THROTTLE_PAUSED);
	gauge = governor_gauge(bench->governor, 1); /* shown all the same, with the reason */
	assert_string_equal(gauge->name, "commit_latency");
	assert_string_equal(gauge_problem(gauge), "GRANT it");
}

static void only_what_the_server_has_is_shown(void **state)
{
	struct bench *bench = *state;
	const struct gauge *gauge;

	assert_null(governor_gauge(bench->governor, 0));
	give(bench, 7, 0);
	gauge = governor_gauge(bench->governor, 0);
	assert_string_equal(gauge->name, "threads_running");
	assert_int_equal(gauge_level(gauge), LEVEL_OK);
	assert_string_equal(governor_gauge(bench->governor, 1)->name, "lag");
	assert_null(governor_gauge(bench->governor, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_idle_server_gives_all_its_slots_at_once),
		TEST(each_level_has_its_consequence),
		TEST(a_flood_is_looked_at_faster_and_stops_in_two_samples),
		TEST(one_spike_above_critical_does_nothing),
		TEST(goes_on_within_five_seconds),
		TEST(a_saw_tooth_does_not_make_it_flap),
		TEST(between_eighty_percent_and_the_limit_it_stays),
		TEST(an_exempt_signal_does_not_count_for_a_while),
		TEST(a_hold_ends_by_itself_and_gives_its_words),
		TEST(a_share_of_the_slots),
		TEST(its_own_load_on_commits_takes_slots_from_it),
		TEST(commits_that_hang_pause),
		TEST(clients_get_their_turns_at_once),
		TEST(on_fewer_cores_it_takes_less),
		TEST(when_clients_have_gone_it_goes_in_five_seconds),
		TEST(clients_that_come_and_go_do_not_make_it_flap),
		TEST(what_is_worse_than_clients_is_named),
		TEST(limits_can_be_changed_under_way),
		TEST(a_refusal_stops_only_who_set_a_limit_for_it),
		TEST(only_what_the_server_has_is_shown),
	};

	return cmocka_run_group_tests_name("governor", tests, NULL, NULL);
}
