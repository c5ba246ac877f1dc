/*
 * Ending what runs: the word to park, and a KILL for the statement of the moment. Nothing is
 * ended here that would leave a tenant in doubt; the task's own result says what came of it.
 */
#include "sched_close.h"
#include "sched_state.h"

static int ignore_result(struct sched *sched, const struct exec_result *result, void *ctx,
			 struct err *err)
{
	(void)sched;
	(void)result;
	(void)ctx;
	(void)err;
	return 0; /* a kill that came too late is no news: the task's own result tells */
}

void sched_kill_one(struct sched *sched, struct running *running)
{
	static const struct sched_job job = { .fn = ignore_result };
	struct link *link = g_hash_table_lookup(sched->links, &running->server_id);
	uint64_t connection_id = atomic_load(&running->live.connection_id);
	struct exec_order *order;

	atomic_store(&running->live.stop, 1);
	if (connection_id == 0 || link == NULL || running->addr_nr != link->addr_nr) {
		return; /* at another address that number is somebody else's */
	}
	running->killed = true;
	order = exec_order_new(EXEC_KILL);
	order->connection_id = connection_id;
	sched_job_start(sched, &link->row, order, &job);
}

static bool is_any(const struct running *running, int64_t id)
{
	(void)running;
	(void)id;
	return true;
}

/* Its statement may be ended without harm, and no closed tenant waits for it. */
static bool is_parkable_on(const struct running *running, int64_t server_id)
{
	return running->server_id == server_id && !running->ended && !sched_close_spares(running) &&
	       atomic_load(&running->live.killable) != 0;
}

/* What would fail or be in doubt comes to its end. */
static bool is_endable_of(const struct running *running, int64_t rollout_id)
{
	return running->rollout_id == rollout_id && atomic_load(&running->live.keeps) == 0;
}

static void kill_each(struct sched *sched, bool (*is_meant)(const struct running *, int64_t),
		      int64_t id)
{
	GHashTableIter iter;
	void *running;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &running)) {
		if (is_meant(running, id)) {
			sched_kill_one(sched, running);
		}
	}
}

void sched_kill_on_server(struct sched *sched, int64_t server_id)
{
	kill_each(sched, is_parkable_on, server_id);
}

void sched_kill_of_rollout(struct sched *sched, int64_t rollout_id)
{
	kill_each(sched, is_endable_of, rollout_id);
}

void sched_kill_all(struct sched *sched)
{
	kill_each(sched, is_any, 0);
	sched_jobs_send(sched);
}
