/*
 * sched_phase - rollouts that stop between expand, backfill and contract.
 *
 * The files that some tenant lacks at the start are cut into phases, where the phase of the
 * files changes (release.h). One phase alone is none: such a rollout never stops. Else each
 * task has the number of the phase to whose end it brings its tenant. When no wave is left, the
 * rollout is gated; promote takes those who are through the earliest phase into the next, in
 * the same waves. Whoever has failed, is held or was skipped stays behind: when it has caught
 * up, another promote takes it on, so nobody runs two phases without a human between them.
 *
 * Loop thread only; in a transaction. A crash between two turns loses nothing: numbers of tasks
 * and states of waves say where the rollout stands.
 */
#ifndef SCHED_PHASE_H
#define SCHED_PHASE_H

#include <glib.h>

#include "sched.h"

struct release;
struct run;

/*
 * Cut what the tenants (struct census_tenant *) lack into struct store_phase; empty when there
 * are fewer than two. Sets phase of each tenant: the first in which it has something to do.
 * One of which nothing is known lacks everything behind what was last seen there. Owned.
 */
GArray *sched_phases_plan(const struct release *release, const char *to_version,
			  const GPtrArray *tenants);

/*
 * No wave is left and nothing is open. 1: some are not through the last phase, and the rollout is
 * gated, or goes on when its gates are open; 0: it is over; -1: failed.
 */
NODISCARD int sched_phase_ended(struct sched *sched, struct run *run, struct err *err);

/* Those who are through the earliest phase are pending again, for the next one. */
NODISCARD int sched_phase_begin(struct sched *sched, struct run *run,
				const struct sched_actor *actor, struct err *err);

/* Has this task, which is done, another phase before it? */
bool sched_phase_follows(const struct run *run, const struct store_task *task);

#endif /* SCHED_PHASE_H */
