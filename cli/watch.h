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

/* since: the newest event that is already known; -1: begin with what happens now. */
int watch_rollout(struct call *call, const char *id, int64_t since);

#endif /* WATCH_H */
