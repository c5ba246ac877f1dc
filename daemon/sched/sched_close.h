/*
 * sched_close - tasks whose tenant is closed for writes while they run.
 *
 * Such a task is taken like any other and holds its slot, but its order leaves only when the
 * tenant is closed (sched_mode_close); when the task has come back, however it ended, the
 * tenant is opened. A tenant that is closed for a task nobody works on is opened: after an end, a
 * pause, an abort, a death. A tenant that somebody else has closed stays as it is.
 *
 * The throttle does not stop such a task, from when its tenant begins to be closed: that would keep
 * the client closed, or open it half done. It goes on without rests until max_closed of the
 * rollout, or, without one, for ten seconds of a throttle that says stop; then it parks
 * behind the running statement, and the tenant is opened. A human's pause parks it at once.
 *
 * For the files of the scheduler. Loop thread only. Tasks that close nothing pay one comparison.
 */
#ifndef SCHED_CLOSE_H
#define SCHED_CLOSE_H

#include "sched_state.h"
#include "store_mode.h"

/*
 * In the turn: 1: the tenant is to be closed for this task, 0: not, as far as is known: a worker
 * that finds a file which asks for it comes back (wants_closed). chain may be NULL.
 */
NODISCARD int sched_close_needed(struct sched *sched, struct run *run,
				 const struct store_task *task, const struct chain *chain,
				 struct err *err);

/* 1: the task was put aside, because it would keep its tenant closed for too long. */
NODISCARD int sched_close_held(struct sched *sched, struct run *run, struct store_task *task,
			       struct err *err);

/* The result of such a task was read: put it aside when it took too long and is not done. */
NODISCARD int sched_close_ended(struct sched *sched, struct run *run, struct store_task *task,
				const struct running *running, struct err *err);

NODISCARD int sched_closes_decide(struct sched *sched, struct err *err); /* modes are read */
void sched_closes_send(struct sched *sched);                             /* after the commit */
int64_t sched_closes_due(struct sched *sched);                           /* ms, -1: never */

/* Does an order work in the tenant, which must be closed as long as that goes on? */
bool sched_close_works(const struct sched *sched, int64_t tenant_id);

/*
 * ERR_CONFLICT while a task works in the tenant or has had it closed: then it is not for others to
 * open, nor to take over.
 */
NODISCARD int sched_close_needs(const struct sched *sched, const struct store_mode *row,
				struct err *err);

/* The task still waits for its tenant to be closed. */
bool sched_close_awaited(const struct sched *sched, int64_t task_id);

/* What the throttle wants is not for this task now. */
bool sched_close_spares(const struct running *running);

/* A tenant that was closed for the rollout is not open again. */
bool sched_close_pending(const struct sched *sched, int64_t rollout_id);

#endif /* SCHED_CLOSE_H */
