/*
 * sched_state - what the files of the scheduler share. Not for other layers: sched.h.
 *
 * Loop thread only, but for letters, which workers write and send.
 */
#ifndef SCHED_STATE_H
#define SCHED_STATE_H

#include <glib.h>

#include "fsm.h"
#include "link.h"
#include "mailbox.h"
#include "pool.h"
#include "run.h"
#include "sched.h"
#include "upkeep.h"

/* What a worker sends: a result, or a word about a task that still runs. */
struct letter {
	struct exec_result *result; /* owned; NULL: a word */
	int64_t task_id;
	char *said;            /* owned */
	struct sample *sample; /* owned; or this, of a server's load */
	bool counted;          /* its slot and session were given back */
	bool refused;          /* could not be read: the turn is made without it */
};

/* How far the tenant of a task is closed for writes (sched_close.h). */
enum close_step {
	CLOSE_NONE, /* it stays open */
	CLOSE_WANTED,
	CLOSE_ASKED, /* and told when it is so, or cannot be */
	CLOSE_CLOSED,
	CLOSE_FAILED,
	CLOSE_WORKS, /* the order is out */
};

/* A task that a worker holds, or that waits for its tenant to be closed. */
struct running {
	int64_t task_id;
	int64_t tenant_id;
	int64_t rollout_id;
	int64_t server_id;
	int64_t addr_nr;    /* of the server: where it runs */
	uint64_t labels;    /* limits of labels that it counts for, by place */
	uint64_t labels_at; /* of which reading of the rules that is */
	bool is_heavy;
	enum task_kind kind;
	struct exec_live live;
	bool ended;
	bool killed; /* a KILL is on its way to its session, and may come late */

	enum close_step close;
	bool fresh;    /* taken in this turn */
	bool reserved; /* it holds a slot without an order */
	bool overdue;  /* its tenant is closed for longer than it may */
	int64_t asked;
	int64_t closed_at;    /* tick_ms */
	int64_t closed_until; /* tick_ms; 0: as long as it needs */
	int64_t spared_since; /* tick_ms; 0: the throttle lets it */
	bool spent;           /* it parks, because the throttle has been kept off for long enough */
	struct err close_err; /* CLOSE_FAILED */
};

/* An order made in this turn; it leaves after the commit, or is undone. */
struct outgoing {
	struct exec_order *order; /* owned */
	int64_t task_id;
};

struct sched_windows;

struct job_run {
	int64_t id;
	int64_t server_id;
	struct exec_order *order; /* owned until sent */
	struct sched_job job;
	const bool *cancelled; /* borrowed; nobody wants it any more; NULL: never */
	struct exec_live live; /* of a trial, which ends then */
	bool ended;
	bool failed;
	struct err err;
};

struct sample;

/* Turns in a row that the inventory did not take. */
struct unwritten {
	unsigned turns;
	int64_t said_ms; /* tick_ms: logged */
	struct err err;  /* of the last one */
	void (*fn)(void *ctx, const struct err *err);
	void *ctx;
};

struct sched {
	struct store *store; /* borrowed */
	struct sched_policy policy;
	struct mailbox *letters;
	struct pool *tasks;
	struct pool *probes;
	struct pool *urgent;  /* what waits behind no trial */
	struct pool *hooking; /* run hooks */
	GHashTable *links;    /* id -> struct link *, owned */
	GHashTable *runs;     /* id -> struct run *, owned */
	GHashTable *releases; /* id -> struct release *, one reference each */
	GHashTable *chains;   /* "rollout/server/class" -> struct chain *, one reference each */
	GHashTable *running;  /* task id -> struct running *, owned */
	GHashTable *busy;     /* tenant id -> struct running *, borrowed */
	GHashTable *moved;    /* tenant id -> int64_t, owned: tick_ms of its last task's end */
	GHashTable *jobs;     /* id -> struct job_run *, owned */
	GHashTable *guards;   /* server id -> struct guard *, owned */
	GPtrArray *retired;   /* struct sampler *, owned: told to stop, and not yet ended */
	GPtrArray *rules;     /* struct rule *, owned: what humans decided of the throttle */
	struct sched_windows *windows; /* owned; sched_window.c */
	struct census_kept *kept;      /* owned, or NULL; census_keep.c */
	GHashTable *glances;           /* server id -> struct glance *, owned; glance.c */
	GQueue inbox;                  /* struct letter *, owned: not yet committed */
	GQueue outbox;                 /* struct outgoing *, owned */
	GHashTable *modes;  /* tenant id -> struct mode_run *, owned: those not open for writes */
	GPtrArray *waiters; /* owned by sched_mode_ask.c: who waits for a mode */
	int64_t open_ms; /* so long who has a tenant opened is not told that it lasts; and hooks */
	GHashTable *hooks; /* id -> struct hook_job *, owned: see sched_hook.h */
	int64_t next_hook;
	int64_t next_job;
	int64_t next_asked; /* of a task for its tenant to be closed */
	uint64_t epoch;
	char daemon[33]; /* this start, for the claims of servers */
	int64_t next_ms; /* tick_ms of the next turn, but for the guards; -1: none is due */
	int64_t due_at;  /* wall ms: a waiting task may be due; 0: none is */
	bool rules_stale;
	bool modes_stale;   /* modes are to be read again */
	uint64_t labels_at; /* how often the rules were read, or labels may have changed */
	bool runs_stale;    /* the set of open rollouts is to be read again */
	bool settle;        /* this turn decided what only the inventory knows */
	bool wrote;         /* events were written since the last commit */
	bool wrote_more;    /* and not only of tasks */
	bool stopping;
	bool waked;
	void (*wake_fn)(void *ctx);
	void *wake_ctx;
	void (*commit_fn)(void *ctx, bool tasks_only);
	void *commit_ctx;
	struct unwritten unwritten;
	struct sched_stats stats;
};

extern const struct sched_actor sched_self; /* muster itself */

/* sched_event.c: one row of the audit trail. */
NODISCARD int sched_note(struct sched *sched, const struct sched_actor *actor, int64_t rollout_id,
			 const char *kind, const char *object, const char *state, const char *text,
			 struct err *err);

/*
 * For store_task_each and store_rollout_each: ctx is a GArray of int64_t. Ids are collected
 * first, because a cursor must not run over rows that change under it.
 */
int sched_task_id_add(const struct store_task *task, void *ctx, struct err *err);
int sched_rollout_id_add(const struct store_rollout *rollout, void *ctx, struct err *err);

/*
 * sched_unwritten.c: a turn begins, and was undone or committed. Another error than ERR_STORE is
 * only logged. What is logged in between is written behind it, and not when the store refused.
 */
void sched_unwritten_begin(void);
void sched_unwritten_note(struct sched *sched, const struct err *err);
void sched_unwritten_end(struct sched *sched);

/* sched_letter.c. Samples are facts whether or not the turn is committed: true, they were
 * all there was, and change nothing. */
bool sched_letters_take(struct sched *sched);

/*
 * In the turn. A letter that cannot be read undoes the turn, which is made again without it.
 */
NODISCARD int sched_letters_read(struct sched *sched, struct err *err);
bool sched_letters_refused(const struct sched *sched);
void sched_letter_free(struct letter *letter);

/* sched_task.c */
NODISCARD int sched_task_move(struct sched *sched, struct run *run, struct store_task *task,
			      enum task_event event, const struct sched_actor *actor,
			      const char *text, struct err *err);
NODISCARD int sched_task_said(struct sched *sched, const struct letter *letter, struct err *err);
NODISCARD int sched_task_ended(struct sched *sched, const struct exec_result *result,
			       struct err *err);
NODISCARD int sched_task_move_all(struct sched *sched, struct run *run, enum task_state from,
				  enum task_event event, int64_t server_id, const char *text,
				  struct err *err);
NODISCARD int sched_tasks_wake_due(struct sched *sched, int64_t now, struct err *err);

/* When a task that could not be done now is tried again. */
void sched_task_wait(struct sched *sched, struct store_task *task);
/* Longer than that ever lasts: the clock was set back meanwhile. */
bool sched_task_is_overlong(const struct store_task *task);

/* sched_dispatch.c */
/* runs: struct run *, oldest first. */
NODISCARD int sched_dispatch(struct sched *sched, const GPtrArray *runs, struct err *err);
void sched_outbox_send(struct sched *sched);
void sched_outbox_undo(struct sched *sched);
void sched_running_stop(struct sched *sched, int64_t rollout_id);  /* 0: all */
void sched_running_yield(struct sched *sched, int64_t rollout_id); /* but for closed tenants */

/* The order of a task that was taken before; sets running->close. */
NODISCARD int sched_task_send(struct sched *sched, struct run *run, struct running *running,
			      const struct store_task *task, struct err *err);

/* sched_share.c: tasks that run now and count for the limit of a label. */
int64_t sched_label_running(const struct sched *sched, const char *label);

/* sched_share.c: how many of the tasks of this server may rebuild, and do. */
struct sched_tokens sched_rebuilds_of(const struct sched *sched, const struct link *link);

/* The same of those that go through rows range by range. */
struct sched_tokens sched_chunks_of(const struct sched *sched, const struct link *link);

/* sched_guard.c: nothing new on this server? */
bool sched_guard_pauses(const struct sched *sched, int64_t server_id);
int sched_guard_share(const struct sched *sched, int64_t server_id);  /* percent; 0: all */
bool sched_guard_slows(const struct sched *sched, int64_t server_id); /* smaller pieces there */

/* sched_wave.c: move the rollout and its waves along as far as facts allow. */
NODISCARD int sched_advance(struct sched *sched, struct run *run, struct err *err);
NODISCARD int sched_wave_move(struct sched *sched, struct run *run, struct run_wave *wave,
			      enum wave_event event, struct err *err);
/* The bake time was was_ms: a wave that bakes by now has it from its beginning. */
NODISCARD int sched_wave_rebake(struct sched *sched, struct run *run, int64_t was_ms,
				struct err *err);
/* Of a rollout that has ended, and a task of it that was skipped since: its reason has the numbers. */
NODISCARD int sched_wave_recount(struct sched *sched, struct run *run, struct err *err);

/* sched_rollout.c */
NODISCARD int sched_rollout_move(struct sched *sched, struct run *run, enum rollout_event event,
				 const struct sched_actor *actor, const char *text,
				 struct err *err);
NODISCARD int sched_run_get(struct sched *sched, int64_t id, struct run **run, struct err *err);

/* "3" or "1%" of so many tenants, rounded up. */
NODISCARD int sched_budget_parse(const char *text, int64_t tenants, int64_t *limit,
				 struct err *err);

/* sched_scheduled.c: look at the tenants of a rollout and make its tasks. */
NODISCARD int sched_survey_rollout(struct sched *sched, struct run *run, struct err *err);

/* sched_start.c */
NODISCARD int sched_start_parse(struct sched *sched, const struct sched_start *start,
				struct store_rollout *row, struct err *err);

/* "respect" or "ignore". */
NODISCARD int sched_window_word(const char *word, bool *ignore, struct err *err);

/* sched_job.c */
void sched_jobs_send(struct sched *sched);
NODISCARD int sched_job_ended(struct sched *sched, const struct exec_result *result,
			      struct err *err);
void sched_jobs_finish(struct sched *sched); /* after the commit: answers leave */
void sched_jobs_cancel(struct sched *sched); /* every caller is told that nothing comes */

/* sched_kill.c: the task parks, and the statement that it runs now is ended on its server. */
void sched_kill_one(struct sched *sched, struct running *running);
void sched_kill_on_server(struct sched *sched, int64_t server_id);   /* what can without harm */
void sched_kill_of_rollout(struct sched *sched, int64_t rollout_id); /* but what would fail */

/*
 * sched_shape.c. What a tenant looks like against what it should: sets tenant->drifted,
 * keeps what was found, and what is seen for the first time as right.
 */
struct census;
struct census_tenant;
/* Can it be said what it should look like? Not when it was put back, nor without its history. */
bool sched_tenant_judged(const struct store_tenant *row, const struct exec_standing *seen);
NODISCARD int sched_tenant_shaped(struct sched *sched, const struct store_tenant *row,
				  struct census_tenant *tenant, GHashTable *shapes,
				  struct err *err);

/*
 * A tenant in the middle of a migration cannot be copied from its beginning: the chain that
 * it began with counts, when release has the same files. Sets class and chain of the tenant.
 */
NODISCARD int sched_tenant_begun(struct sched *sched, struct census_tenant *tenant,
				 const struct release *release, struct err *err);

/* What whoever started the rollout should know: in the log and among its events. */
NODISCARD int sched_warn(struct sched *sched, int64_t rollout_id, const char *text,
			 struct err *err);

/* What the trials have shown; those that were lost with the link are made again, some times. */
NODISCARD int sched_chains_put(struct sched *sched, struct run *run, const struct census *census,
			       struct err *err);

/* The same of a rollout that begins with this census, but of what could be tried out only. */
NODISCARD int sched_chains_keep(struct sched *sched, int64_t rollout_id,
				const struct census *census, struct err *err);

/* What to know before the start, one owned sentence each; is_last: no lost trial is made again. */
void sched_chains_warn(const struct census *census, bool is_last, GPtrArray *warnings);

/*
 * 1: *chain is one reference, or NULL when none could be made: then recovery knows less. 0: none
 * was made yet.
 */
NODISCARD int sched_chain_get(struct sched *sched, const struct store_task *task,
			      struct chain **chain, struct err *err);
NODISCARD int sched_task_shaped(struct sched *sched, const struct store_task *task,
				const struct exec_result *result, struct err *err);

/*
 * sched_prepare.c. May this task start? 1: *chain is as of sched_chain_get. 0: its tenant is to
 * be looked at first, and one like it to be tried out; others may start meanwhile.
 */
NODISCARD int sched_prepared(struct sched *sched, struct run *run, const struct store_task *task,
			     struct chain **chain, struct err *err);

/* Ask about the tenants for whom sched_prepared said 0. */
NODISCARD int sched_prepare(struct sched *sched, struct run *run, struct err *err);

/* What was learnt of the task's tenant is old. */
NODISCARD int sched_unprepare(struct sched *sched, struct run *run, struct store_task *task,
			      struct err *err);

/* Why nobody touches a tenant that is ahead, regressed or drifted. Owned. */
bool sched_is_kept_out(const struct census_tenant *tenant);
bool sched_is_drifted(const struct census_tenant *tenant); /* and nothing worse */
char *sched_kept_out_text(const struct census_tenant *tenant, int64_t rollout_id);

/*
 * sched_tenant.c. Tasks that the rollout itself put aside, as their tenants drifted or would be
 * closed for too long, are pending again: 0, and *nr how many. Those of tenants that a human
 * holds stay.
 */
NODISCARD int sched_held_retry(struct sched *sched, struct run *run,
			       const struct sched_actor *actor, int64_t *nr, struct err *err);

/* The same of one; ERR_CONFLICT: its tenant is held by a human. */
NODISCARD int sched_held_retry_one(struct sched *sched, struct run *run, struct store_task *task,
				   const struct sched_actor *actor, struct err *err);

/* sched_server.c */
NODISCARD int sched_link_get(struct sched *sched, int64_t server_id, struct link **link,
			     struct err *err);
NODISCARD int sched_links_refresh(struct sched *sched, struct err *err);
NODISCARD int sched_link_saw(struct sched *sched, struct link *link,
			     const struct exec_result *result, struct err *err);
/* Is this what the link needs to count as up? */
bool sched_link_proves(const struct link *link, const struct exec_result *result);
/* Does somebody wait for it to come back, or something of ours that is to be cleared up there? */
bool sched_link_is_awaited(const struct sched *sched, const struct link *link);
void sched_links_probe(struct sched *sched, int64_t now_ms);

/* Write the link's state into its row and the audit trail. */
NODISCARD int sched_link_note(struct sched *sched, struct link *link,
			      const struct exec_result *result, struct err *err);

/* The tasks that waited for this server may go on. */
NODISCARD int sched_link_wake(struct sched *sched, const struct link *link, struct err *err);

/* sched_window.c: when tasks may start, by the windows and freezes that apply to them. */
struct sched_windows *sched_windows_new(void);
void sched_windows_free(struct sched_windows *windows);
void sched_windows_forget(struct sched *sched); /* read them again */

/*
 * As sched_share_next, of those that may start now: the others are made to wait for their
 * opening. *item is NULL when there is none.
 */
struct share;
NODISCARD int sched_window_next(struct share *share, struct run *run, const struct link *link,
				int64_t wave, const struct run_task **item, struct err *err);

/* How long a tenant of so many bytes is expected to take; -1: not known. */
NODISCARD int sched_task_expected(struct sched *sched, struct run *run, int64_t bytes, int64_t *ms,
				  struct err *err);

/* *next_ms: when a task of this tenant may start; 0: now, WINDOW_FOREVER: never. */
NODISCARD int sched_window_preview(struct sched *sched, int64_t tenant_id, int64_t server_id,
				   bool ignore, int64_t *next_ms, struct err *err);

/* Wake what waits for a window that was changed; then, after the commit, forget that it was. */
NODISCARD int sched_windows_refresh(struct sched *sched, struct err *err);
void sched_windows_committed(struct sched *sched);

/* sched_claim.c: this daemon alone works on a server */
bool sched_claim_needed(enum exec_kind kind);
bool sched_claim_held(struct link *link); /* false: it is asked for in the background */
NODISCARD int sched_claim_ended(struct sched *sched, const struct exec_result *result,
				struct err *err);
void sched_claims_send(struct sched *sched, int64_t now_ms);
int64_t sched_claims_due(struct sched *sched, int64_t now_ms); /* ms, -1: never */

/*
 * Look what an earlier daemon has left on each server with tenants, in the background; on one that
 * does not answer when it is seen to be up.
 */
NODISCARD int sched_claims_recover(struct sched *sched, struct err *err);
void sched_claim_saw_up(struct sched *sched, struct link *link);

/* A trial that ended with its link may have left its copy, which goes when the server is back. */
void sched_claim_left(struct link *link, const struct exec_result *result);

#endif /* SCHED_STATE_H */
