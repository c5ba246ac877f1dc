/*
 * sched_share - who gets the next slot. Not for other layers.
 *
 * Rollouts that have work on the same server take turns there; a priority of one more is a
 * quarter more turns. A label may have a limit of tasks at once.
 *
 * Slots are for everything; of tasks that rebuild tables or indexes, and of those that go through
 * rows range by range, a server takes fewer at once, so that the others need not wait behind them:
 * as many as its row says, else half of its slots, and then only those of large tenants count. A
 * server that is slowed down takes half of what it has slots for, and the same of large tenants
 * whose statements work on rows.
 *
 * Loop thread only. A struct share lives for one dispatch.
 */
#ifndef SCHED_SHARE_H
#define SCHED_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "sched_state.h"
#include "sched_throttle.h"

#define SHARE_LABELS_MAX SCHED_LABELS_MAX

/* What has tokens of its own. */
enum share_token { SHARE_REBUILD, SHARE_CHUNK, SHARE_TOKEN_NR };

struct share {
	struct sched *sched; /* borrowed */
	size_t nr;           /* labels with a limit */
	int64_t limits[SHARE_LABELS_MAX];
	int64_t used[SHARE_LABELS_MAX];
	const struct link *link; /* the server that is looked at; the rest is of it */
	int64_t heavy_left;
	int64_t left[SHARE_TOKEN_NR];
	bool failed; /* the labels of a tenant cannot be read: err */
	struct err *err;
};

/* Which limits there are, and how much of them is in use. */
NODISCARD int sched_share_init(struct share *share, struct sched *sched, struct err *err);

/* The next task of a rollout on a server, up to this wave. -1 failed, 0 none, 1 there is. */
NODISCARD int sched_share_next(struct share *share, struct run *run, const struct link *link,
			       int64_t wave, const struct run_task **item);

/* The same of one task, when more is known of it than when it was chosen. */
bool sched_share_fits(const struct share *share, const struct run_task *item);

/* It was started. */
void sched_share_took(struct share *share, struct run *run, struct link *link,
		      const struct run_task *item);

/* The turn of a rollout on a server: the lowest goes first. */
double sched_share_pass(struct run *run, const struct link *link);

#endif /* SCHED_SHARE_H */
