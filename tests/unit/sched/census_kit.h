/* census_kit - what a rollout sees of all tenants before it begins. Header only. */
#ifndef CENSUS_KIT_H
#define CENSUS_KIT_H

#include "census.h"
#include "sched_fixture.h"

struct kit_look {
	const struct census *census; /* a reference of its own */
	bool done;
};

static inline int kit_seen(struct sched *sched, const struct census *census, void *ctx,
			   struct err *err)
{
	struct kit_look *look = ctx;

	(void)sched;
	(void)err;
	look->census = census_ref(census);
	return 0;
}

static inline void kit_done(void *ctx, const struct err *err)
{
	struct kit_look *look = ctx;

	assert_null(err);
	look->done = true;
}

/* Of release 1. A reference of the caller's. */
static inline const struct census *kit_census(struct fixture *fixture)
{
	struct kit_look look = { 0 };
	const struct census_call call = { .fn = kit_seen,
					  .done = kit_done,
					  .ctx = &look,
					  .rewrites = true };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(census_start_rollout(fixture->sched, "*", 1, NULL, &call, NULL, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	for (unsigned i = 0; i < FIXTURE_TURNS && !look.done; i++) {
		(void)sched_turn(fixture->sched);
	}
	assert_true(look.done);
	return look.census;
}

#endif /* CENSUS_KIT_H */
