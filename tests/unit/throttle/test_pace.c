#include "governor_bench.h"
#include "pace.h"

#define LINGER_MS 1000

/* clang-format off */
static const struct {
	enum pace_need need; bool works; int64_t period_ms;
} paces[] = {
	{ PACE_CALM,  false, GOVERNOR_PERIOD_MS },
	{ PACE_CALM,  true,  GOVERNOR_FAST_MS },
	{ PACE_WATCH, false, GOVERNOR_FAST_MS },
	{ PACE_WATCH, true,  GOVERNOR_FAST_MS },
	{ PACE_STIR,  true,  GOVERNOR_AGAIN_MS },
	{ PACE_AGAIN, true,  GOVERNOR_AGAIN_MS },
	{ PACE_FIRST, true,  GOVERNOR_FIRST_MS },
};

/* clang-format on */

static void each_need_has_its_period(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paces); i++) {
		struct pace pace = { 0 };

		if (paces[i].works) {
			pace_works(&pace, 0);
		}
		assert_int_equal(pace_period_ms(&pace, paces[i].need, 500), paces[i].period_ms);
	}
}

static void what_stirs_is_looked_at_closely_now_and_then(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int64_t now = 1000; now < 9000; now += 10) {
		int64_t since = (now - 1000) % 2000;

		assert_int_equal(pace_period_ms(&pace, PACE_STIR, now),
				 since < 250 ? GOVERNOR_AGAIN_MS : GOVERNOR_FAST_MS);
		assert_int_equal(pace_period_ms(&pace, PACE_AGAIN, now), GOVERNOR_AGAIN_MS);
	}
}

static void give_busy(struct bench *bench, double threads, int64_t busy)
{
	SCOPED_PTR(sample) sample = sample_new(1, bench->now);

	sample_add(sample, "threads_running", threads);
	governor_take(bench->governor, sample, busy, bench->now);
	decide(bench);
}

static void where_tasks_run_it_looks_closely_and_a_second_longer(void **state)
{
	struct bench *bench = *state;
	int64_t ended;

	for (int i = 0; i < 5; i++) {
		give_busy(bench, 1, 0);
		bench->now += bench->verdict.period_ms;
	}
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_PERIOD_MS);
	governor_works(bench->governor, bench->now);
	decide(bench);
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_FAST_MS);
	for (int i = 0; i < 50; i++) {
		bench->now += bench->verdict.period_ms;
		give_busy(bench, 5, 4);
		assert_int_equal(bench->verdict.period_ms, GOVERNOR_FAST_MS);
	}
	ended = bench->now;
	while (bench->verdict.period_ms == GOVERNOR_FAST_MS) {
		bench->now += bench->verdict.period_ms;
		give_busy(bench, 1, 0);
		assert_in_range(bench->now - ended, 0, LINGER_MS);
	}
	assert_int_equal(bench->now - ended, LINGER_MS);
	assert_int_equal(bench->verdict.period_ms, GOVERNOR_PERIOD_MS);
	assert_int_equal(bench->verdict.state, THROTTLE_GO);
}

/* A third of its samples sees few statements, as those of a real flood do. */
static void a_flood_beside_tasks_stops_them_in_two_periods_whenever_it_begins(void **state)
{
	struct bench *bench = *state;

	for (int64_t phase = 0; phase < GOVERNOR_FAST_MS; phase += 7) {
		int64_t began;

		governor_begin(bench->governor, true, bench->now);
		for (int i = 0; i < 30; i++) {
			give_busy(bench, 5, 4);
			bench->now += bench->verdict.period_ms;
		}
		began = bench->now - phase;
		for (int i = 0; bench->verdict.state < THROTTLE_PAUSED; i++) {
			give_busy(bench, i % 3 == 1 ? 12 : 60, 4);
			assert_in_range(bench->now - began, 0, 250);
			bench->now += bench->verdict.period_ms;
		}
		run(bench, 1, 10000);
		expect(bench, THROTTLE_GO, NULL);
	}
}

/* Of 64 clients few are seen at one moment and all at another; four more are muster's own. */
static void one_that_half_of_the_looks_see_is_a_flood_too(void **state)
{
	static const double seen[] = { 24, 64, 9, 23, 64, 45 };
	struct bench *bench = *state;
	int64_t began;

	for (int i = 0; i < 30; i++) {
		give_busy(bench, 5, 4);
		bench->now += bench->verdict.period_ms;
	}
	began = bench->now - GOVERNOR_FAST_MS;
	for (size_t i = 0; bench->verdict.state < THROTTLE_PAUSED; i++) {
		give_busy(bench, seen[i % G_N_ELEMENTS(seen)], 4);
		assert_in_range(bench->now - began, 0, 250);
		bench->now += bench->verdict.period_ms;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_need_has_its_period),
		cmocka_unit_test(what_stirs_is_looked_at_closely_now_and_then),
		TEST(where_tasks_run_it_looks_closely_and_a_second_longer),
		TEST(a_flood_beside_tasks_stops_them_in_two_periods_whenever_it_begins),
		TEST(one_that_half_of_the_looks_see_is_a_flood_too),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
