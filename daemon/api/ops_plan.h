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
struct errand;
struct sched_planned;

/* Fill an empty plan with what was found and what lint says of it. call->api is there. */
NODISCARD int plan_answer(const struct call *call, const struct sched_planned *planned,
			  struct wire_plan *to, struct err *err);

/* Of a call that waits for a struct sched_plan. */
struct errand *planning_new(struct call *call);

#endif /* OPS_PLAN_H */
