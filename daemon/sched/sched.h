/*
 * sched - all decisions of the daemon.
 *
 * Loop thread only. Callbacks record facts; sched_turn decides: it takes the results
 * the workers sent, moves tasks, waves and rollouts along the tables of fsm.h, and
 * hands out new orders, all in one transaction of the store; only after the commit
 * orders leave. When the commit fails (disk full) nothing was started, and the
 * turn is tried again.
 *
 * The functions below that change something are called inside a transaction which
 * the caller opens and commits (the API does, one per request). They only write and
 * mark; call sched_wake after the commit, and the next turn acts. When the caller
 * rolls back it must call sched_forget, so that nothing is believed that is not on disk.
 *
 * Not here: what a worker does (exec.h), what the words mean (fsm.h), HTTP (api).
 */
#ifndef SCHED_H
#define SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "exec.h"
#include "states.h"

struct release_files;
struct sched;
struct sched_plan;
struct sched_planned;
struct store;
struct store_mode;
struct store_release;
struct store_rollout;
struct store_server;
struct store_task;
struct store_tenant;
struct upkeep;

#define SCHED_REVISION_CONFLICT 7 /* err.native of an ERR_CONFLICT about a revision */

struct sched_policy {
	int64_t running;        /* tasks at once, the whole fleet */
	int64_t server_running; /* max_running of a server that does not say */
	int64_t stall_ms;
	int64_t lock_wait_ms;
	int64_t orphan_wait_ms; /* of a statement left behind by a lost connection */
	int64_t retry_ms;       /* first back-off of a server that is down */
	char budget[16];        /* of a rollout that does not say: "1%" */
	bool throttle;          /* sample the servers that are worked on */
	bool throttle_probe;    /* measure commits there, in a database of muster's own */
	bool throttle_kills;    /* a critical load ends statements, too */
	char *const *hooks;     /* "EVENT=NAME", NULL-terminated, or NULL; borrowed, and so is: */
	const char *hooks_dir;  /* where they are; both until the next policy */
	int64_t hook_ms;        /* one may run for so long */
	unsigned threads;       /* 0: workers run inside sched_turn, for tests */
};

/* The caller of a change, for the audit trail. */
struct sched_actor {
	int64_t uid; /* -1: muster itself */
	const char *name;
	const char *reason; /* why, or NULL */
};

/* store stays the caller's and must outlive the scheduler. */
NODISCARD struct sched *sched_new(struct store *store, const struct sched_policy *policy,
				  struct err *err);

/* Ends all workers; waits for what they run. NULL is fine. */
void sched_free(struct sched *sched);

void sched_set_policy(struct sched *sched, const struct sched_policy *policy);

/* Readable when workers have sent something: then sched_turn is due. */
int sched_fd(const struct sched *sched);

/* Take what the store says was under way before. Once, before the first turn. */
NODISCARD int sched_recover(struct sched *sched, struct err *err);

/*
 * One turn. Returns after how many ms the next is due without a new fact (-1: never).
 * A failed commit is logged, and the turn is due again in a second.
 */
int64_t sched_turn(struct sched *sched);

/*
 * Called on the loop after each commit that wrote events; feeds the event stream. tasks_only:
 * all of them say how single tasks went.
 */
void sched_on_commit(struct sched *sched, void (*fn)(void *ctx, bool tasks_only), void *ctx);

/* Why the inventory does not take what is decided, or NULL. Until the next turn. */
const char *sched_unwritten(const struct sched *sched);

/* That as the reason for which a rollout waits, when it runs; else NULL. Owned. */
char *sched_rollout_unwritten(const struct sched *sched, int64_t rollout_id);

/*
 * Called at the end of each turn that it does not take, but for the first: whoever waits for
 * what a turn does waits until it takes one.
 */
void sched_on_unwritten(struct sched *sched, void (*fn)(void *ctx, const struct err *err),
			void *ctx);

/* A turn is due now. */
void sched_wake(struct sched *sched);

/* fn is called by sched_wake; the program arms its timer there. */
void sched_on_wake(struct sched *sched, void (*fn)(void *ctx), void *ctx);

/* The caller rolled back: read again from the store what is remembered of it. */
void sched_forget(struct sched *sched);

/*
 * Shutting down: nothing starts, running tasks park before their next statement.
 * sched_idle becomes true when the last one has come back. sched_kill_all ends
 * the statements that still run.
 */
void sched_stop(struct sched *sched);
bool sched_is_idle(const struct sched *sched);
void sched_kill_all(struct sched *sched);

size_t sched_running(const struct sched *sched); /* tasks, now */
uint64_t sched_epoch(const struct sched *sched); /* of this start */

struct sched_stats {
	int64_t turns;
	int64_t turn_us_sum;
	int64_t turn_us_max;
	int64_t tasks_done;
	int64_t tasks_failed;
	int64_t statements;
	int64_t sessions; /* open, all servers */
};

void sched_stats_get(const struct sched *sched, struct sched_stats *stats);

/* ---- jobs: one order to one server, answered later --------------------------------- */

/*
 * Called on the loop thread, inside a transaction of the turn; result is borrowed.
 * Whatever the callback writes is committed with the turn; done is called after that
 * commit, when an answer may leave.
 */
struct sched_job {
	int (*fn)(struct sched *sched, const struct exec_result *result, void *ctx,
		  struct err *err);
	void (*done)(void *ctx, const struct err *err); /* err NULL: fine. Frees ctx */
	void *ctx;
};

/* Takes order (its address and session are filled in from the server). */
void sched_job_start(struct sched *sched, const struct store_server *server,
		     struct exec_order *order, const struct sched_job *job);

/* The same, unless *cancelled becomes true before it is sent: ERR_CANCELLED then. Borrowed. */
void sched_job_start_unless(struct sched *sched, const struct store_server *server,
			    struct exec_order *order, const struct sched_job *job,
			    const bool *cancelled);

/* ---- servers and tenants ------------------------------------------------------------ */

/* ERR_INVALID when nothing can ever be at its address. */
NODISCARD int sched_server_address(const struct store_server *row, struct err *err);

/* A server was added, changed or removed: its address or limits are read again. */
void sched_server_changed(struct sched *sched, int64_t server_id);

/* Somebody replicates from this server or does not any more, or is elsewhere now. */
NODISCARD int sched_replica_changed(struct sched *sched, const char *source, struct err *err);

/* Names of the replicas that are watched now, found ones too; none unless it is sampled. Owned. */
char **sched_replicas(const struct sched *sched, int64_t server_id);

/*
 * Make muster's own tables in these schemas (NULL-terminated), in the background. done, which
 * may be NULL, is called once when all were tried.
 */
void sched_enrol(struct sched *sched, const struct store_server *server, char *const *schemas,
		 void (*done)(void *ctx), void *ctx);

/*
 * A tenant is new in the inventory: once that is committed it is looked at in the background,
 * so that the first plan is as quick as the second.
 */
void sched_tenant_added(struct sched *sched, const struct store_tenant *tenant);

/* A tenant was held or released: its tasks in open rollouts follow. */
NODISCARD int sched_tenant_changed(struct sched *sched, const struct store_tenant *tenant,
				   const struct sched_actor *actor, struct err *err);

/*
 * A look at the tenant's own history, into its row: version, what is unfinished, and whether
 * it is regressed, which ends when what was gone is there again or with accept. tenant is
 * its row as it is.
 */
NODISCARD int sched_tenant_looked(struct sched *sched, const struct store_tenant *tenant,
				  const struct exec_standing *standing, bool accept,
				  struct err *err);

/* Its history was written to and its row follows now: looks that have begun are of before. */
void sched_tenant_moved(struct sched *sched, int64_t tenant_id);

/*
 * A task works on the tenant, or it moved since the look began: what was seen may be of before,
 * and cannot be held against the row.
 */
bool sched_tenant_is_stale(const struct sched *sched, int64_t tenant_id,
			   const struct exec_standing *standing);

/* The version that is gone, or NULL. Borrowed from either. */
const char *sched_tenant_regressed(const struct store_tenant *tenant,
				   const struct exec_standing *standing);

/* The newest version of a look without a release: what is known of its order counts. Borrowed. */
const char *sched_tenant_newest(const struct store_tenant *tenant,
				const struct exec_standing *standing);

/* "0003 was applied here before …"; the command that settles it. Owned. */
char *sched_regressed_text(const char *gone, const char *now);
char *sched_discover_help(const char *server, const char *schema, bool accept);
/* Both, as the reason of a task. Owned. */
char *sched_regressed_reason(const char *gone, const char *now, const char *server,
			     const char *schema);

/*
 * What a look found against what the tenant should look like: *drifted is lines, owned, or
 * NULL. It is recorded; what is seen for the first time counts as right.
 */
NODISCARD int sched_tenant_compare(struct sched *sched, const struct store_tenant *row,
				   const struct exec_standing *seen,
				   const struct exec_result *result, char **drifted,
				   struct err *err);

/* Those lines as one sentence. Owned. */
char *sched_drifted_text(const char *drifted);

/* ---- windows ------------------------------------------------------------------------ */

/* What a change of a window, of a freeze or of labels is about. */
enum sched_scope {
	SCHED_SCOPE_ALL, /* id 0; of a label, too */
	SCHED_SCOPE_SERVER,
	SCHED_SCOPE_TENANT,
	SCHED_SCOPE_ROLLOUT,
	SCHED_SCOPE_NR,
};

/* It was stored: tasks that wait for a window are looked at again in the next turn. */
void sched_window_changed(struct sched *sched, enum sched_scope scope, int64_t id);

/* The wall clock was set: the same for all. Wakes. */
void sched_clock_changed(struct sched *sched);

/*
 * Whether all that applies to the tenant, its server and its labels lets it be migrated now, and
 * when it does. *reason is owned: why it may not; NULL: it may.
 */
NODISCARD int sched_tenant_upkeep(struct sched *sched, const struct store_tenant *tenant,
				  struct upkeep *upkeep, char **reason, struct err *err);

/* ---- hooks -------------------------------------------------------------------------- */

/*
 * What is asked over what the settings have: *set is owned. ERR_INVALID when a word is not
 * "EVENT=NAME", or that hook cannot be run.
 */
NODISCARD int sched_hooks_ask(struct sched *sched, char *const *words, char **set, struct err *err);

/* ---- who may write ------------------------------------------------------------------ */

struct sched_close {
	const char *method; /* NULL: what fits */
	const char *reason;
	int64_t ttl_ms;   /* then it is opened, whatever happens */
	int64_t drain_ms; /* what open transactions and running statements have left */
	bool ends;        /* then they are ended; else closing fails and it is opened again */
	bool accept_holes;
	bool maintenance;   /* the application is to show its page */
	bool dry_run;       /* only look */
	bool unaltered;     /* nothing is migrated there meanwhile: a method may be taken that keeps
			   * muster out as well */
	const char *hooks;  /* of sched_hooks_ask; NULL: none */
	int64_t rollout_id; /* for which task of the scheduler's own; 0: for somebody who asks */
	int64_t task_id;
};

/* What was found of the ways to write; borrowed for the call. All NULL: not looked. */
struct sched_writers {
	const char *method;
	const char *why; /* this one; without a method: what is to be said of the lease of one that
			     * was closed already, or of what has changed while it was closed */
	const char *proof;  /* what shows that it is closed */
	char *const *holes; /* NULL-terminated sentences */
};

/* Called once, later, on the loop. err NULL: it is so. */
typedef void (*sched_mode_fn)(void *ctx, const struct sched_writers *found, const struct err *err);

/*
 * Close a tenant for writes, or extend the lease of one that is closed: it ends no sooner by it,
 * and the method is the one it has. fn is told when
 * it is closed and proven so, or that it could not be and is being opened again. With -1
 * nothing follows and fn is not called; ERR_CONFLICT when a task of a rollout needs it as it is.
 */
NODISCARD int sched_mode_close(struct sched *sched, const struct store_tenant *tenant,
			       const struct sched_close *how, const struct sched_actor *actor,
			       sched_mode_fn fn, void *ctx, struct err *err);

/*
 * fn is told when the tenant is open, or that this has failed for now and is tried again. Refused
 * as closing is while a task of a rollout needs it closed.
 */
NODISCARD int sched_mode_open(struct sched *sched, const struct store_tenant *tenant,
			      const struct sched_actor *actor, sched_mode_fn fn, void *ctx,
			      struct err *err);

/* What stays open of one that is closed, NULL-terminated, borrowed; NULL: not known. */
char *const *sched_mode_holes(struct sched *sched, int64_t tenant_id);

/*
 * When its lease ends, in wall ms of the clock as it is now: one that was set back since prolongs
 * no lease, and the row says what was promised by the clock of then.
 */
int64_t sched_mode_ends_at(struct sched *sched, const struct store_mode *row);

/* Why a tenant that is on its way to closed or open is not there yet, or NULL. Borrowed. */
const char *sched_mode_problem(struct sched *sched, int64_t tenant_id);

/* Within the turn: open what a look (EXEC_CLOSED) has found and nobody here knows. */
NODISCARD int sched_modes_found(struct sched *sched, const struct exec_result *result,
				struct err *err);

/* Look for tenants that say of themselves that they are closed and open them, unless we know. */
void sched_modes_scan(struct sched *sched, const struct store_server *server);

/* ---- releases ----------------------------------------------------------------------- */

/* Parse, check and store. format NULL detects. release is filled from the stored row. */
NODISCARD int sched_release_put(struct sched *sched, const char *name, const char *format,
				const struct release_files *files, struct store_release *release,
				struct err *err);

/* The parsed release; one reference for the caller. */
NODISCARD struct release *sched_release_get(struct sched *sched, int64_t release_id,
					    struct err *err);

/* ---- rollouts ----------------------------------------------------------------------- */

#define SCHED_PRIORITY_LEAST (-10)
#define SCHED_PRIORITY_MOST  10

#define SCHED_STRATEGY_COLD "cold" /* direct, and each tenant is closed for writes meanwhile */

/* What rollout start was asked; texts are borrowed, NULL or 0 take the default. */
struct headway;

struct sched_start {
	const char *key; /* idempotency */
	const char *release;
	const char *selector;
	const char *to;
	const char *name;
	const char *waves;
	const char *gate;
	const char *budget;
	const char *strategy;
	const char *window; /* "respect" or "ignore" */
	int64_t bake_ms;
	int64_t running;
	int64_t per_server;
	int64_t priority; /* SCHED_PRIORITY_LEAST to SCHED_PRIORITY_MOST */
	int64_t stall_ms;
	bool no_rewrite;       /* statements run as they are written */
	bool readonly;         /* close each tenant for writes while it is worked on */
	int64_t max_closed_ms; /* for no longer than this; 0: as it needs */
	int64_t drain_ms;      /* what its open transactions have left; 0: ten seconds */
	bool accept_holes;
	const char *close_method; /* "privileges", "triggers", "hook"; NULL: what fits */
	struct headway *headway;  /* of its plan; outlives it; NULL: nobody looks at it */
	char *const *hooks;       /* "EVENT=NAME" (hook_set.h), NULL-terminated, or NULL */
};

/*
 * Check everything that can be wrong, store the rollout as scheduled. The same key again
 * gives the same rollout, and is refused (ERR_CONFLICT) for another release, selection, version
 * or name. rollout is filled.
 */
NODISCARD int sched_rollout_start(struct sched *sched, const struct sched_start *start,
				  const struct sched_actor *actor, struct store_rollout *rollout,
				  struct err *err);

/* What a rollout would find; texts and arrays are borrowed for the call of fn. */
struct sched_preview {
	struct err err; /* code ERR_NONE: fine */
	const char *release;
	const char *version;
	int64_t tenants;
	int64_t pending;
	int64_t up_to_date;
	int64_t statements;
	int64_t waiting; /* of those pending: for a window, or the end of a freeze */
	int64_t first_at; /* when the first and the last of these may start, wall ms; 0: none waits */
	int64_t last_at; /* -1: not within a year */
	int64_t wave_sizes[16];
	size_t nr_waves;
	const struct store_phase *phases; /* fewer than two: none */
	size_t nr_phases;
	char *const *ahead; /* NULL-terminated names */
	char *const *missing;
	char *const *held;
	char *const *regressed;
	char *const *drifted;
	char *const *warnings;               /* sentences */
	const struct sched_planned *planned; /* sched_plan.h */
};

/* What sched_rollout_start would refuse at once. */
NODISCARD int sched_rollout_check(struct sched *sched, const struct sched_start *start,
				  struct err *err);

/*
 * As a start, but only looks. fn is called once, later, on the loop. The plan it is made with
 * (sched_plan_cancel), or NULL: nothing follows.
 */
NODISCARD struct sched_plan *sched_rollout_preview(
	struct sched *sched, const struct sched_start *start,
	void (*fn)(void *ctx, const struct sched_preview *preview), void *ctx, struct err *err);

/*
 * An operator's verb. event: ROLLOUT_PAUSE, RESUME, PROMOTE, ABORT, RETRY. A pair that the table
 * does not have is ERR_CONFLICT with a sentence. now: end running statements too
 * (pause, abort). full: open the gates of all waves to come (promote).
 * tenant: of a retry, or NULL for every failed task. revision 0: any.
 */
struct sched_verb {
	enum rollout_event event;
	bool now;
	bool full;
	const char *tenant;
	int64_t revision;
};

NODISCARD int sched_rollout_verb(struct sched *sched, const char *rollout,
				 const struct sched_verb *verb, const struct sched_actor *actor,
				 struct store_rollout *out, struct err *err);

/*
 * key: budget, running, per_server, priority, stall, bake and max_closed (durations), window. Live.
 * ERR_CONFLICT when no verb can bring the rollout back.
 */
NODISCARD int sched_rollout_set(struct sched *sched, const char *rollout, const char *key,
				const char *value, const struct sched_actor *actor,
				struct store_rollout *out, struct err *err);

/* The verbs that the state allows now: "pause", "abort", …; NULL-terminated, static. */
const char *const *sched_rollout_actions(const struct store_rollout *rollout);

/* rate: tenants a second over the last 30 s; eta_s, with the bakes to come, -1: unknown. */
void sched_rollout_pace(const struct sched *sched, int64_t rollout_id, double *rate,
			int64_t *eta_s);

/* "wave 1 bakes until …", when that is what it waits for, else NULL. Owned. */
char *sched_rollout_bakes(const struct sched *sched, int64_t rollout_id);

/* One task leaves the rollout. */
NODISCARD int sched_task_skip(struct sched *sched, const char *rollout, const char *tenant,
			      const struct sched_actor *actor, struct store_task *out,
			      struct err *err);

/* End the running statement of a task; it parks. ERR_CONFLICT when none runs. */
NODISCARD int sched_task_kill(struct sched *sched, const char *rollout, const char *tenant,
			      const struct sched_actor *actor, struct store_task *out,
			      struct err *err);

/*
 * Settle a task in doubt: as is "applied", "not-applied" or "at=N". The tenant's
 * history is changed first, by a job; done is called when that has happened, with the
 * task's new state in the store.
 */
NODISCARD int sched_task_resolve(struct sched *sched, const char *rollout, const char *tenant,
				 const char *as, const struct sched_actor *actor,
				 void (*done)(void *ctx, const struct err *err), void *ctx,
				 struct err *err);

/* How far a running task is. */
struct sched_live {
	int64_t statement;  /* done */
	int64_t statements; /* 0: not known yet */
	int64_t migration;  /* index in the release, -1 before the first */
	int64_t rows;       /* that the next statement has gone through, range by range */
	int64_t rows_of;    /* of so many, as is guessed; 0: it does not run so */
};

/* False when it is not running here. */
bool sched_task_live(const struct sched *sched, int64_t task_id, struct sched_live *live);

/* Did its server refuse the text of the file, so that no retry can help? Any thread. */
bool sched_task_is_of_text(const struct store_task *task);

#endif /* SCHED_H */
