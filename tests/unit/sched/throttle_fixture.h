/* throttle_fixture - samples as a sampler would send them, and the orders of a human. */
#ifndef THROTTLE_FIXTURE_H
#define THROTTLE_FIXTURE_H

#include <math.h>

#include "sample.h"
#include "sched_fixture.h"
#include "sched_guard.h"
#include "sched_throttle.h"

#define GIVE_US 10000

/* A sample of the fixture's server, and the turn that takes it. */
static inline void give(struct fixture *fixture, double threads)
{
	struct letter *letter = g_new0(struct letter, 1);

	letter->sample = sample_new(fixture->server_id, tick_ms());
	sample_add(letter->sample, "threads_running", threads);
	mailbox_send(fixture->sched->letters, letter);
	(void)sched_turn(fixture->sched);
}

/* Samples of this load until the rollout is in the state. */
static inline void give_until(struct fixture *fixture, double threads, int64_t id,
			      enum rollout_state state)
{
	int64_t end = tick_ms() + 60000;

	while (fixture_state(fixture, id) != state) {
		if (tick_ms() > end) {
			fail_msg("r%lld is %s (%s), not %s", (long long)id,
				 rollout_state_names[fixture_state(fixture, id)],
				 fixture_reason(fixture, id), rollout_state_names[state]);
		}
		give(fixture, threads);
		g_usleep(GIVE_US);
	}
}

#define ORDER(fixture, call)                                                  \
	do {                                                                  \
		struct err order_err = { 0 };                                 \
		must(store_begin((fixture)->store, &order_err), &order_err);  \
		must(call, &order_err);                                       \
		must(store_commit((fixture)->store, &order_err), &order_err); \
		sched_wake((fixture)->sched);                                 \
		(void)sched_turn((fixture)->sched);                           \
	} while (0)

/* What fn of sched_throttle_each saw of the one server. */
struct seen {
	char *state;
	char *reason;
	int64_t slots;
	int64_t slots_max;
	int64_t nr_signals;
	double hard; /* of threads_running */
	double value;
	int64_t paused_ms;
	char *hold;
	double ratio;
	int64_t exempt_until;
};

static inline int see(const struct sched_throttle_view *view, void *ctx, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	*seen = (struct seen){
		.state = g_strdup(view->state),
		.reason = g_strdup(view->reason),
		.slots = view->slots,
		.slots_max = view->slots_max,
		.nr_signals = (int64_t)view->nr_signals,
		.paused_ms = view->paused_ms,
		.hold = g_strdup(view->hold),
		.ratio = view->ratio,
		.hard = (double)NAN,
		.value = (double)NAN,
	};
	for (size_t i = 0; i < view->nr_signals; i++) {
		if (strcmp(view->signals[i].name, "threads_running") == 0) {
			seen->hard = view->signals[i].hard;
			seen->value = view->signals[i].value;
			seen->exempt_until = view->signals[i].exempt_until;
		}
	}
	return 0;
}

static inline void seen_release(struct seen *seen)
{
	g_free(seen->state);
	g_free(seen->reason);
	g_free(seen->hold);
	*seen = (struct seen){ 0 };
}

SCOPED_RELEASE(seen);

static inline void look_at_server(struct fixture *fixture, struct seen *seen)
{
	struct err err = { 0 };

	seen_release(seen);
	must(sched_throttle_each(fixture->sched, "db1", see, seen, &err), &err);
}

#endif /* THROTTLE_FIXTURE_H */
