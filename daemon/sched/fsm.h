/*
 * fsm - every state machine of muster, drawn as data.
 *
 * A table of (state, event) -> (state, why). The table decides and does nothing: what
 * follows from a new state is done by sched.c after the commit. A pair that is not
 * there is refused; there is no wildcard and the order of rows means nothing. The
 * drawing in the README is made from the same rows.
 *
 * Any thread; constant data.
 */
#ifndef FSM_H
#define FSM_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "states.h"

struct fsm_edge {
	int from;
	int event;
	int to;
	const char *why; /* stored in the audit trail and shown to people */
};

struct fsm {
	const char *name;
	const char *const *states;
	int nr_states;
	const char *const *events;
	int nr_events;
	const struct fsm_edge *edges;
	size_t nr_edges;
	int start;
	const int *ends; /* states that nothing must leave but what an operator asks; -1 ends */
};

extern const struct fsm fsm_rollout;
extern const struct fsm fsm_wave;
extern const struct fsm fsm_task;
extern const struct fsm fsm_mode; /* of a tenant: who may write */

/* The row for this pair; NULL and ERR_CONFLICT with a sentence when there is none. */
const struct fsm_edge *fsm_next(const struct fsm *fsm, int from, int event, struct err *err);

/* Whether the pair has a row. */
bool fsm_has(const struct fsm *fsm, int from, int event);

bool fsm_is_end(const struct fsm *fsm, int state);

/* The machine as a Markdown table and a Mermaid drawing. Owned. */
char *fsm_draw(const struct fsm *fsm);

#endif /* FSM_H */
