/*
 * wire_log - the messages about what has happened. A part of wire.h, which includes it.
 *
 * Any thread.
 */
#ifndef WIRE_LOG_H
#define WIRE_LOG_H

#include "wire.h"

/* One line of the log of a task, or of a rollout itself. */
struct wire_log {
	int64_t id; /* of the event */
	char *at;
	char *actor;
	char *kind; /* "task", "hook", … */
	char *state;
	char *text;
	char *output;        /* what a hook has printed, or null */
	int64_t output_lost; /* bytes in front of that */
};

extern const struct wire_type wire_log_type;

#endif /* WIRE_LOG_H */
