/*
 * sched_mode - tenants that are not open for writes, as the scheduler works on them.
 *
 * For the files of the scheduler. A mode_run is the memory of one such tenant: its row as last
 * read, and the order that is out for it. Loop thread only.
 */
#ifndef SCHED_MODE_H
#define SCHED_MODE_H

#include "sched.h"
#include "store_mode.h"

struct mode_run {
	struct store_mode row; /* owned */
	struct exec_live live; /* of the order that closes it */
	bool in_flight;        /* an order is out */
	bool ended;            /* and has come back in this turn */
	bool seen;             /* while rows are read */
	bool failed;           /* the last order; err says how */
	struct err err;
	int64_t retry_ms;
	int64_t retry_at; /* tick_ms; 0: now */

	int64_t hook_id;     /* of the hook that runs for it; 0: none */
	int64_t hooks_done;  /* bits, HOOK_BIT: they have ended */
	bool shut;           /* closed and proven so; a hook has its say before that is told */
	char *proof;         /* owned; then */
	char **holes;        /* owned; what stays open, NULL: not known */
	int64_t deadline_ms; /* tick_ms of the lease's end: a clock that is set back adds nothing */
	int64_t given_at; /* wall ms; open again, and a hook is told before that is; 0: not yet */
};

void mode_run_free(void *data);

struct mode_run *sched_mode_find(struct sched *sched, int64_t tenant_id); /* NULL: open */

/*
 * What is left of the lease of this row, in ms; run, which may be NULL, knows it when it has been
 * read: a clock that was set back since adds nothing.
 */
int64_t sched_mode_left_ms(const struct mode_run *run, const struct store_mode *row);

/* One edge of fsm_mode, within the turn or a request. text NULL: the edge's own. */
NODISCARD int sched_mode_move(struct sched *sched, struct store_mode *row, enum tenant_event event,
			      const struct sched_actor *actor, const char *text, struct err *err);
/* The order that closes it is to give up, and a hook to end. */
void sched_mode_stop(struct sched *sched, struct mode_run *run);

/* Within the turn */
NODISCARD int sched_modes_decide(struct sched *sched, struct err *err);
NODISCARD int sched_mode_close_ended(struct sched *sched, const struct exec_result *result,
				     struct err *err);
void sched_modes_undo(struct sched *sched); /* the turn was undone */

/* After the commit */
void sched_modes_send(struct sched *sched);
void sched_modes_finish(struct sched *sched); /* those who wait are told */

/* What was found when it was opened, to those who wait for that. */
void sched_modes_say(struct sched *sched, int64_t tenant_id, char **notes);

NODISCARD int sched_modes_recover(struct sched *sched, struct err *err);
void sched_modes_stop(struct sched *sched);
void sched_modes_cancel(struct sched *sched);
int64_t sched_modes_due(struct sched *sched);         /* ms, -1: never */
int64_t sched_waiters_due(const struct sched *sched); /* the same, of those who are to be told */

#endif /* SCHED_MODE_H */
