/*
 * run - what the scheduler remembers of one open rollout.
 *
 * A copy of rows in memory, so that a turn costs microseconds and not queries over ten
 * thousand tasks: the pending tasks of each server in order, and counts per wave. It is
 * filled from the store by run_load and kept in step by run_moved; after a rollback or a
 * change made elsewhere it is marked stale and loaded again.
 *
 * Loop thread only. Decides nothing.
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"
#include "expect.h"
#include "hook_set.h"
#include "states.h"
#include "store.h"
#include "store_rows.h"

#define RUN_WAVES_MAX  17 /* wave_spec's steps, and wave 0 for those with nothing to do */
#define RUN_PACE_SLOTS 32 /* seconds of history for rate and ETA */
#define RUN_HEAVY      (INT64_C(64) * 1024 * 1024) /* bytes of a tenant */

struct release;

struct run_task {
	int64_t id;
	int64_t tenant_id;
	int64_t wave;
	int64_t rank;
	bool is_heavy;       /* its tenant is large */
	enum task_kind kind; /* as far as it is known */
	uint64_t labels;     /* which limits of labels it counts for; see sched_share.c */
	uint64_t labels_at;  /* of which reading of the rules that is; 0: not known */
};

struct run_wave {
	struct store_wave row; /* owned; seq 0: no such wave */
	int64_t counts[TASK_STATE_NR];
};

struct run {
	int64_t id;
	struct store_rollout row;             /* owned */
	struct release *release;              /* one reference */
	struct run_wave waves[RUN_WAVES_MAX]; /* by seq */
	GArray *phases;               /* struct store_phase, owned; none: it never stops between */
	GHashTable *queues;           /* server id -> GQueue of struct run_task *, all owned */
	struct expect expect;         /* how long its tasks took */
	struct expect expect_release; /* those of the same release */
	bool expect_read;             /* that was asked of the store */
	GHashTable *passes;           /* server id -> double *, owned: see sched_share.c */
	int64_t allowed;              /* how many more may start in this turn */
	GHashTable *unready; /* task id -> server id, both int64_t, owned: not to start yet */
	GHashTable *asking;  /* server ids, owned: a look at some of these is under way */
	GHashTable *looked;  /* task id -> when it was looked at last, both int64_t, owned */
	GHashTable *closes;  /* task ids, owned: their workers found that a file needs it closed */
	int64_t looked_ms;   /* tick_ms when all were; 0: that is too long ago to rely on */
	int looks_lost;      /* that ended without an answer */
	int64_t hook_id;     /* of the hook that runs for it; 0: none */
	int64_t hooks_done;  /* bits of enum hook_event: they have let it go on */
	enum hook_event hook_event; /* with hook_id */
	bool stale;
	bool surveying;
	int64_t pace_second[RUN_PACE_SLOTS];
	int64_t pace_count[RUN_PACE_SLOTS];
};

struct run *run_new(int64_t id);
void run_free(struct run *run);

/*
 * A look at tenants, or a trial, ended without an answer: is it worth another one? Not for ever,
 * as what is tried may be what breaks the server.
 */
bool run_looks_again(struct run *run);

/* Read everything but the release again. */
NODISCARD int run_load(struct run *run, struct store *store, struct err *err);

/* The current wave: the first that has not ended; NULL when all have. */
struct run_wave *run_current_wave(struct run *run);
bool run_is_last_wave(const struct run *run, int64_t seq); /* of those that have not ended */

/* Do its statements run otherwise than written, where that is cheaper and ends the same? */
bool run_rewrites(const struct store_rollout *row);

/* The version to which a task of this phase brings its tenant; NULL: the newest. Borrowed. */
const char *run_target(const struct run *run, int64_t phase);

/* Tasks of the wave (-1: of all waves) in one of these states. */
int64_t run_count(const struct run *run, int64_t wave, enum task_state state);

/* Tasks of waves up to this one that may still run by themselves. */
int64_t run_open_count(const struct run *run, int64_t wave);

int64_t run_failed(const struct run *run);  /* failed and in doubt */
int64_t run_running(const struct run *run); /* running and verifying */

/* A task row changed its state: keep counts and queues in step. */
void run_moved(struct run *run, const struct store_task *task, enum task_state from);

/*
 * The next pending task of this server in waves up to wave which is not unready and whose tenant
 * is not in busy (tenant id -> anything). NULL: none. Borrowed until it is moved.
 */
const struct run_task *run_next(struct run *run, int64_t server_id, int64_t wave, GHashTable *busy);

/* The same, of those that may start. */
const struct run_task *run_next_if(struct run *run, int64_t server_id, int64_t wave,
				   GHashTable *busy, bool (*may)(void *ctx, struct run_task *item),
				   void *ctx);

/* What a task that is pending does turned out to be something else. */
void run_learned(struct run *run, const struct store_task *task);

/* Who has not begun yet is looked at again before: a human may have been there. */
void run_look_again(struct run *run);

/* Nothing of this server is unready any more. */
void run_ready(struct run *run, int64_t server_id);

/* A tenant reached its end; now_ms is monotonic. */
void run_paced(struct run *run, int64_t now_ms);
double run_rate(const struct run *run, int64_t now_ms);

#endif /* RUN_H */
