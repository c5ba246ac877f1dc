/*
 * sched_plan - what a release would do to the tenants of a selection, before anything is done.
 *
 * One job in the background: their servers are asked where they stand (census.h), one member
 * of each class is tried out on an empty copy, and what came of it is put together. Nothing
 * in any tenant is changed. Loop thread only.
 */
#ifndef SCHED_PLAN_H
#define SCHED_PLAN_H

#include "err.h"
#include "forecasts.h"

struct release;
struct sched;
struct sched_plan;

struct sched_plan_ask {
	const char *release;  /* borrowed, as all of these */
	const char *selector; /* NULL: all tenants */
	const char *to;       /* NULL: the newest */
	int64_t stall_ms;     /* writes may wait so long for one statement; 0: the policy's */
};

/* Borrowed for the call of fn. */
struct sched_planned {
	const struct err *err; /* NULL: fine */
	int64_t release_id;
	const char *name;    /* of the release */
	const char *version; /* where it leads */
	const struct release *release;
	const struct forecasts *forecasts;
};

/*
 * In a transaction. fn is called once, later, on the loop; the plan is gone when it returns.
 * NULL: ERR_NOT_FOUND or ERR_INVALID, and fn is not called.
 */
NODISCARD struct sched_plan *sched_plan_start(struct sched *sched, const struct sched_plan_ask *ask,
					      void (*fn)(void *ctx,
							 const struct sched_planned *planned),
					      void *ctx, struct err *err);

/* Nobody waits for it: what was not asked yet is not asked. fn is called all the same. */
void sched_plan_cancel(struct sched_plan *plan);

#endif /* SCHED_PLAN_H */
