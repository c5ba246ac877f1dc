/*
 * The start after a stop or a crash: tasks that the store calls running are put back, and
 * the next look at the tenant's own history decides how far they had come.
 */
#include "crash.h"
#include "log.h"
#include "sched_mode.h"
#include "sched_state.h"
#include "store_rollout.h"
#include "store_task.h"
#include "tick.h"

static int put_back(struct sched *sched, int64_t task_id, struct err *err)
{
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (store_task_get_id(sched->store, task_id, &task, err) < 0 ||
	    sched_run_get(sched, task.rollout_id, &run, err) < 0) {
		return -1;
	}
	task.not_before = tick_wall_ms();
	return sched_task_move(sched, run, &task, TASK_TRANSIENT, &sched_self,
			       "it was running when musterd stopped; its history decides", err);
}

static int recover(struct sched *sched, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (store_task_running(sched->store, sched_task_id_add, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (put_back(sched, g_array_index(ids, int64_t, i), err) < 0) {
			return -1;
		}
	}
	if (ids->len > 0) {
		log_warn("tasks were running at the last stop tasks=%u", ids->len);
	}
	return 0;
}

/* Tasks that waited are looked at again: what kept them waiting was only in memory. */
static int wake_all(struct sched *sched, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (store_rollout_each(sched->store, true, sched_rollout_id_add, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		struct run *run = NULL;

		if (sched_run_get(sched, g_array_index(ids, int64_t, i), &run, err) < 0 ||
		    sched_task_move_all(sched, run, TASK_WAITING, TASK_WAKE, 0, NULL, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int sched_recover(struct sched *sched, struct err *err)
{
	CRASH_POINT(RECOVER_BEGUN);
	if (store_begin(sched->store, err) < 0) {
		return -1;
	}
	if (recover(sched, err) < 0 || wake_all(sched, err) < 0 ||
	    sched_modes_recover(sched, err) < 0 || sched_claims_recover(sched, err) < 0) {
		store_rollback(sched->store);
		return -1;
	}
	CRASH_POINT(RECOVER_DECIDED);
	if (store_commit(sched->store, err) < 0) {
		return -1;
	}
	CRASH_POINT(RECOVER_COMMITTED);
	return 0;
}
