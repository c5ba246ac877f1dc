/* governor_bench - a governor under fake time, fed with samples at the pace that it wants. */
#ifndef GOVERNOR_BENCH_H
#define GOVERNOR_BENCH_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "governor.h"
#include "sample.h"

#define SLOTS 4

/* One server under fake time: a steady stream of samples in between. */
struct bench {
	struct governor *governor;
	int64_t now;
	struct verdict verdict;
	int changes; /* of the state */
};

static inline int setup(void **state)
{
	struct bench *bench = g_new0(struct bench, 1);

	bench->now = 1000000;
	bench->governor = governor_new(bench->now);
	governor_begin(bench->governor, true, bench->now);
	*state = bench;
	return 0;
}

static inline int teardown(void **state)
{
	struct bench *bench = *state;

	governor_free(bench->governor);
	g_free(bench);
	return 0;
}

static inline void decide(struct bench *bench)
{
	enum throttle_state before = bench->verdict.state;

	governor_decide(bench->governor, SLOTS, bench->now, &bench->verdict);
	bench->changes += bench->verdict.state != before ? 1 : 0;
}

static inline void give(struct bench *bench, double threads, double lag)
{
	SCOPED_PTR(sample) sample = sample_new(1, bench->now);

	sample_add(sample, "threads_running", threads);
	if (lag >= 0) {
		sample_add(sample, "lag", lag);
	}
	governor_take(bench->governor, sample, 0, bench->now);
	decide(bench);
}

/* Samples at the pace that the governor wants, for so long. */
static inline void run(struct bench *bench, double threads, int64_t ms)
{
	int64_t end = bench->now + ms;

	while (bench->now < end) {
		give(bench, threads, 0);
		bench->now += bench->verdict.period_ms;
	}
}

static inline void expect(const struct bench *bench, enum throttle_state state, const char *what)
{
	if (bench->verdict.state != state) {
		fail_msg("%s (%s), not %s", throttle_state_names[bench->verdict.state],
			 bench->verdict.what, throttle_state_names[state]);
	}
	if (what == NULL) {
		assert_null(bench->verdict.what);
		return;
	}
	assert_string_equal(bench->verdict.what, what);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif /* GOVERNOR_BENCH_H */
