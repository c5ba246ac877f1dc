/*
 * Turns that the inventory did not take: the disk is full, or refuses. What was decided is decided
 * again until it does; meanwhile that is why nothing goes on, and it is said so. What the log
 * would say of such a turn has not happened, and would be said again with each of them.
 */
#include <string.h>

#include "log.h"
#include "sched_state.h"
#include "tick.h"

#define SAY_MS      60000 /* the log is often on the very disk that is full */
#define TELL_BEHIND 2     /* turns: one that is late is no reason to send anybody away */

void sched_unwritten_begin(void)
{
	log_keep();
}

void sched_unwritten_note(struct sched *sched, const struct err *err)
{
	struct unwritten *unwritten = &sched->unwritten;
	bool is_same = unwritten->turns > 0 && strcmp(unwritten->err.msg, err->msg) == 0;

	log_kept(err->code != ERR_STORE);
	if (err->code != ERR_STORE) {
		log_error("turn undone error=\"%s\"", err->msg);
		return;
	}
	if (!is_same || tick_ms() - unwritten->said_ms >= SAY_MS) {
		log_error("turn undone error=\"%s\"", err->msg);
		unwritten->said_ms = tick_ms();
	}
	unwritten->err = *err;
	unwritten->turns++;
	if (unwritten->turns >= TELL_BEHIND && unwritten->fn != NULL) {
		unwritten->fn(unwritten->ctx, &unwritten->err);
	}
}

void sched_unwritten_end(struct sched *sched)
{
	log_kept(true);
	if (sched->unwritten.turns > 0) {
		log_info("turns are written again undone=%u", sched->unwritten.turns);
		sched->unwritten.turns = 0;
	}
}

const char *sched_unwritten(const struct sched *sched)
{
	return sched->unwritten.turns == 0 ? NULL : sched->unwritten.err.msg;
}

char *sched_rollout_unwritten(const struct sched *sched, int64_t rollout_id)
{
	const struct run *run = g_hash_table_lookup(sched->runs, &rollout_id);
	const char *why = sched_unwritten(sched);

	return why == NULL || run == NULL || run->row.state != ROLLOUT_RUNNING
		       ? NULL
		       : g_strdup_printf("waits: %s", why);
}

void sched_on_unwritten(struct sched *sched, void (*fn)(void *ctx, const struct err *err),
			void *ctx)
{
	sched->unwritten.fn = fn;
	sched->unwritten.ctx = ctx;
}
