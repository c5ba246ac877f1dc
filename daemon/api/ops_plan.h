/*
 * ops_plan - what a plan looks like as an answer, for all who make one.
 *
 * Loop thread only.
 */
#ifndef OPS_PLAN_H
#define OPS_PLAN_H

#include "err.h"
#include "wire.h"

struct call;
struct sched_plan;
struct sched_planned;

/* Fill an empty plan with what was found and what lint says of it. call->api is there. */
NODISCARD int plan_answer(const struct call *call, const struct sched_planned *planned,
			  struct wire_plan *to, struct err *err);

/* A call that waits for a plan, which is given up when the client goes away. */
struct planning {
	struct call *call;
	struct sched_plan *plan; /* borrowed; until it has answered */
};

/* The plan is under way: the answer comes later. */
void planning_defer(struct planning *planning);

#endif /* OPS_PLAN_H */
