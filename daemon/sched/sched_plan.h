/*
 * sched_plan - what a release would do to the tenants of a selection, before anything is done.
 *
 * One job in the background: their servers are asked where they stand (census.h), one member
 * of each class is tried out on an empty copy, and what came of it is put together. Nothing
 * in any tenant is changed. A rollout that begins is planned so, too, and what was learnt of its
 * classes goes with it. Loop thread only.
 */
#ifndef SCHED_PLAN_H
#define SCHED_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"
#include "forecasts.h"

struct census;
struct headway;
struct release;
struct sched;
struct sched_actor;
struct sched_plan;
struct sched_start;
struct store_rollout;

struct sched_plan_ask {
	const char *release;  /* borrowed, as all of these */
	const char *selector; /* NULL: all tenants */
	const char *to;       /* NULL: the newest */
	int64_t stall_ms;     /* writes may wait so long for one statement; 0: the policy's */
	bool rewrites;        /* statements that are cheaper written otherwise run so */

	/* Who could still write in a tenant that is closed while it is worked on would fail, when it
	 * is for a rollout; else it is said. */
	bool closes;              /* every tenant is; else those with a file that asks for it */
	const char *close_method; /* NULL: what fits */
	bool accepts_holes;       /* it is only said of a rollout, too */

	/* Of a rollout: one member of each class of each server is tried out, and only tenants
	 * with something to do are compared with each other. */
	bool for_rollout;
	/* May be NULL: told of the census, in a turn's transaction; perhaps more than once. */
	int (*look)(struct sched *sched, const struct census *census, void *look_ctx,
		    struct err *err);
	void *look_ctx;
	struct headway *headway; /* outlives the call of fn; NULL: nobody looks at it */
};

/* What a rollout that starts so wants to know before; its texts are borrowed from start. */
struct sched_plan_ask sched_start_ask(const struct sched_start *start);

/* Borrowed for the call of fn. */
struct sched_planned {
	const struct err *err; /* NULL: fine */
	int64_t release_id;
	const char *name;    /* of the release */
	const char *version; /* where it leads */
	const struct release *release;
	const struct forecasts *forecasts;
	const struct census *census;
	int64_t looked_ms; /* tick_ms of the census */
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

/*
 * Begin what was planned (err NULL) for this start: as sched_rollout_start, with content (of the
 * caller, opaque here) and the chains kept with it. The tenants that would fail are left out;
 * whether they may be is the caller's question.
 */
NODISCARD int sched_plan_begin(struct sched *sched, const struct sched_start *start,
			       const struct sched_planned *planned, const char *content,
			       const struct sched_actor *actor, struct store_rollout *rollout,
			       struct err *err);

#endif /* SCHED_PLAN_H */
