/*
 * sched_hook - executables of the operator's that are run at events of tenants and rollouts.
 *
 * Which: hook_set.h. How: hook.h. Each is written into the audit trail when it begins, in the
 * transaction before it does, and when it has ended, with what it printed. What follows from
 * its end is decided by whoever asked for it: sched_mode_hook.c for those of a tenant,
 * sched_rollout_hook.c for those of a rollout. A hook whose end was lost with the daemon is
 * begun again where that is needed, and told so (MUSTER_AGAIN=1).
 *
 * For the files of the scheduler. Loop thread only.
 */
#ifndef SCHED_HOOK_H
#define SCHED_HOOK_H

#include "hook_set.h"
#include "sched_state.h"

#define HOOK_BIT(event) (INT64_C(1) << (event))

struct mode_run;
struct store_mode;

/* One that is out. */
struct hook_job {
	int64_t id;
	enum hook_event event;
	char *object;             /* owned; "r12/acme" */
	int64_t tenant_id;        /* 0: of a rollout */
	int64_t rollout_id;       /* 0: of a tenant that somebody closed */
	struct exec_order *order; /* owned until it leaves */
	struct exec_live live;
	bool ended;
};

void hook_job_free(void *data);

/* What a hook is begun for. */
struct hook_ask {
	enum hook_event event;
	const char *object;
	int64_t tenant_id;
	int64_t rollout_id;
	bool again;
	struct hook_call *call; /* taken */
};

/* A call of the hook that set names for the event, with the facts that all have. Owned. */
struct hook_call *sched_hook_call(struct sched *sched, const char *set, enum hook_event event);

/* In the turn: it leaves after the commit. Its number. -1: failed. */
NODISCARD int64_t sched_hook_begin(struct sched *sched, const struct hook_ask *ask,
				   struct err *err);
void sched_hook_stop(struct sched *sched, int64_t id); /* 0 and one that has ended: nothing */

char *sched_hooks_usual(const struct sched *sched); /* those of the settings; owned */

/* The turn */
NODISCARD int sched_hook_ended(struct sched *sched, const struct exec_result *result,
			       struct err *err);
void sched_hook_lost(struct sched *sched, int64_t id); /* how it ended cannot be read */
NODISCARD int sched_hooks_decide(struct sched *sched, struct err *err); /* last of all */
void sched_hooks_undo(struct sched *sched);

/* After the commit */
void sched_hooks_finish(struct sched *sched); /* first: those that have ended are forgotten */
void sched_hooks_send(struct sched *sched);
void sched_hooks_stop(struct sched *sched); /* all */

/* sched_mode_hook.c */
NODISCARD int sched_mode_hooks_decide(struct sched *sched, struct err *err);
NODISCARD int sched_mode_hook_ended(struct sched *sched, const struct hook_job *job,
				    const struct exec_result *result, struct err *err);
void sched_mode_hook_lost(struct sched *sched, const struct hook_job *job);

/* What shows that it is closed, with the word of the hook that was run last. Owned. */
char *sched_mode_proof(const struct store_mode *row, const char *proof);
bool sched_mode_hook_due(const struct mode_run *run); /* before anything else is done */

/* sched_mode.c: what follows */
NODISCARD int sched_mode_closed(struct sched *sched, struct store_mode *row, const char *proof,
				struct err *err);
NODISCARD int sched_mode_not_closed(struct sched *sched, struct store_mode *row,
				    const struct err *why, struct err *err);
NODISCARD int sched_mode_opened(struct sched *sched, struct store_mode *row, struct err *err);

/* sched_rollout_hook.c. How far a hook of a rollout is: 1: passed, or there is none; 0: it runs. */
NODISCARD int sched_rollout_hook(struct sched *sched, struct run *run, enum hook_event event,
				 const char *outcome, struct err *err);
NODISCARD int sched_rollout_hook_ended(struct sched *sched, const struct hook_job *job,
				       const struct exec_result *result, struct err *err);
void sched_rollout_hook_lost(struct sched *sched, const struct hook_job *job);
void sched_rollout_hooks_stop(struct sched *sched); /* those that nobody waits for any more */

#endif /* SCHED_HOOK_H */
