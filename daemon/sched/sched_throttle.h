/*
 * sched_throttle - what the load of the servers allows, for the API.
 *
 * Loop thread only. What is changed here is called inside a transaction which the caller
 * opens and commits, is stored, is an audit event and counts again after a restart;
 * call sched_wake after the commit. server NULL stands for every server. A server is
 * sampled while a rollout needs it and for a minute after somebody asked for it here.
 *
 * Not here: what the load is (throttle/governor.h), which task starts (sched_dispatch.c).
 */
#ifndef SCHED_THROTTLE_H
#define SCHED_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct sched;
struct sched_actor;
struct store_task;

/* Everything in a view is borrowed for the call of fn; NAN: none. */
struct sched_signal_view {
	const char *name;
	const char *unit;
	double value; /* NAN: never read */
	double soft;
	double hard;
	double critical;
	int64_t age_ms;       /* of the value; -1: never read */
	const char *level;    /* "ok", "soft", "hard", "critical", "silent" */
	const char *problem;  /* why there is no newer value, or NULL */
	const char *text;     /* of an operator's own: the SELECT, the URL, the path; or NULL */
	int64_t exempt_until; /* wall ms; 0: it counts */
	const char *exempt_reason;
};

struct sched_paused_view {
	const char *reason; /* name of a signal, or "hold" */
	int64_t ms;         /* in this state, ever */
};

/*
 * Tasks that rebuild tables or indexes, or that go through rows range by range; see sched_share.h
 * for which of them count.
 */
struct sched_tokens {
	int64_t now; /* so many may run at once */
	int64_t max;
	int64_t running;
};

struct sched_throttle_view {
	int64_t server_id;
	const char *server;
	const char *state;  /* "go", "slow", "paused", "stopped" */
	const char *reason; /* NULL: it goes */
	int64_t since;      /* wall ms of this state */
	int64_t slots;      /* now */
	int64_t slots_max;
	int64_t running; /* tasks on it now */
	struct sched_tokens rebuilds;
	struct sched_tokens chunks;
	bool sampled;        /* false: nobody needs it now, and nothing is known */
	int64_t period_ms;   /* between two samples */
	double ratio;        /* 1: all of its slots */
	int64_t ratio_until; /* wall ms */
	const char *hold;    /* the reason, or NULL */
	const char *hold_by;
	int64_t hold_until; /* wall ms */
	const struct sched_signal_view *signals;
	size_t nr_signals;
	const struct sched_paused_view *paused; /* longest first */
	size_t nr_paused;
	int64_t paused_ms; /* all together */
};

/* server: its name, or NULL for all of them, in order of their names. */
NODISCARD int sched_throttle_each(struct sched *sched, const char *server,
				  int (*fn)(const struct sched_throttle_view *view, void *ctx,
					    struct err *err),
				  void *ctx, struct err *err);

/* The same of the servers that somebody needs already; nothing is sampled because of it. */
NODISCARD int sched_throttle_peek(struct sched *sched,
				  int (*fn)(const struct sched_throttle_view *view, void *ctx,
					    struct err *err),
				  void *ctx, struct err *err);

/*
 * Limits of one signal. Each text: NULL leaves it, "-" takes it away, "" is the usual one
 * again, else a number. text: the SELECT, URL or path of an operator's own signal; a new one
 * needs it, "-" removes the signal. ERR_INVALID says what is wrong.
 */
struct sched_limit {
	const char *signal;
	const char *soft;
	const char *hard;
	const char *critical;
	const char *text;
};

NODISCARD int sched_throttle_set(struct sched *sched, const char *server,
				 const struct sched_limit *limit, const struct sched_actor *actor,
				 struct err *err);

#define SCHED_LABELS_MAX 64 /* labels whose limits are kept; those beyond count for nobody */

/* At most so many tasks of tenants with this label ("region=eu") at once; -1: no limit. */
NODISCARD int sched_throttle_set_label(struct sched *sched, const char *label, int64_t running,
				       const struct sched_actor *actor, struct err *err);

/* Those limits, in order of the labels. */
NODISCARD int sched_throttle_labels(struct sched *sched,
				    int (*fn)(const char *label, int64_t running, int64_t now,
					      void *ctx, struct err *err),
				    void *ctx, struct err *err);

/* A share of the slots, 0 < ratio <= 1, for so long; 1 ends it. */
NODISCARD int sched_throttle_ratio(struct sched *sched, const char *server, double ratio,
				   int64_t for_ms, const struct sched_actor *actor,
				   struct err *err);

/* Nothing new there for so long; the reason is the actor's. */
NODISCARD int sched_throttle_hold(struct sched *sched, const char *server, int64_t for_ms,
				  const struct sched_actor *actor, struct err *err);

/*
 * Ends hold, ratio and exemptions of the server; without one, those of all servers and of
 * each. ERR_CONFLICT when there is none.
 */
NODISCARD int sched_throttle_release(struct sched *sched, const char *server,
				     const struct sched_actor *actor, struct err *err);

/* The signal does not count for so long. */
NODISCARD int sched_throttle_exempt(struct sched *sched, const char *server, const char *signal,
				    int64_t for_ms, const struct sched_actor *actor,
				    struct err *err);

/*
 * May somebody else's job (gh-ost, pt-osc, a loop with curl) go on there? status is freno's:
 * 200 go; 404 no such server; 417 a human forbids it; 429 a limit is passed (with
 * low_priority: a soft one, too, and within a second after somebody without was refused); 500 the
 * server cannot be sampled, or not yet.
 */
struct sched_answer {
	int status;
	double value;      /* of the signal that decides; NAN: none does */
	double threshold;  /* NAN: none */
	char message[320]; /* a sentence; "" with 200 */
};

/* Fails only for what is not the server's fault (the inventory cannot be read). */
NODISCARD int sched_throttle_check(struct sched *sched, const char *app, const char *server,
				   bool low_priority, struct sched_answer *answer, struct err *err);

/* Why nothing new starts on a server now: "threads_running 61 > 32 (hard)"; NULL: it may. */
const char *sched_throttle_reason(const struct sched *sched, int64_t server_id);

/*
 * Why a pending task, whose turn it would be, does not start though its server lets others: a limit
 * of rebuilds, or of a label. NULL: no limit. Owned.
 */
char *sched_task_waits(struct sched *sched, const struct store_task *task);

/* The same of a running rollout: no server that it has tasks for lets one start. Owned. */
char *sched_rollout_throttled(const struct sched *sched, int64_t rollout_id);

#endif /* SCHED_THROTTLE_H */
