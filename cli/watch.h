/*
 * watch - follow a rollout until it ends or needs a human.
 *
 * On a terminal a picture that is drawn again in place, else one line for each change;
 * with -o json and the like nothing until the end, then the rollout once. An interrupt
 * ends the watching, never the rollout.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdint.h>

#include "call.h"

/* The newest event there is: take it before the request whose effect is to be watched. */
NODISCARD int watch_last_event(struct call *call, int64_t *last, struct err *err);

/* Show what happens behind event since; 0: from the start of the rollout. Exit code. */
int watch_rollout(struct call *call, const char *id, int64_t since);

#endif /* WATCH_H */
