/*
 * progress - a rollout as a picture or as lines.
 *
 * progress_block is the picture of "rollout show" and of the live view: state and why,
 * bar, counts, rate and time left, waves, what runs, what failed and the command that
 * helps. progress_line is one event for a log. Pure; any thread.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "render.h"
#include "wire.h"

struct progress {
	const struct wire_rollout *rollout;
	const struct wire_task *running; /* some tasks that run; may be NULL */
	size_t nr_running;
	const struct wire_task *failed; /* some that failed or are in doubt */
	size_t nr_failed;
	const struct wire_throttle *throttles; /* of its servers; may be NULL */
	size_t nr_throttles;
	size_t waves_max; /* waves that are drawn, and servers; 0: all */
};

void progress_block(GString *out, const struct progress *progress, const struct style *style);

/* A line for each phase; nothing when there is none. */
void progress_phases(GString *out, const struct wire_list *list, const struct style *style);

/* "20 tenants, shortest 0.100 s, …": how long they were closed for writes. */
void progress_closed(GString *out, const struct wire_closed *closed);

/* The one line on top: "r12 shop-12: running, 180/360 done". */
void progress_summary(GString *out, const struct wire_rollout *rollout);

/*
 * "12:04:31 acme done 3/360" for a task, "12:04:31 r12 paused: why" for the rest.
 * Nothing for events that are no change of state.
 */
void progress_line(GString *out, const struct wire_event *event, int64_t ended, int64_t total);

/* The command that leads on from here, NULL: none. Owned. */
char *progress_next_command(const struct wire_rollout *rollout);

/* Is this the event of a task that ended? */
bool progress_is_end(const struct wire_event *event);

#endif /* PROGRESS_H */
