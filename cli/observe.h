/*
 * observe - follow a rollout until it ends or needs a human.
 *
 * On a terminal a picture that is drawn again in place, else one line for each change;
 * with -o json and the like nothing until the end, then the rollout once. An interrupt
 * ends the watching, never the rollout.
 */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <stdint.h>

#include "cli.h"

/* The newest event there is: take it before the request whose effect is to be watched. */
NODISCARD int observe_last_event(struct cli *cli, int64_t *last, struct err *err);

/* Show what happens behind event since; 0: from the start of the rollout. Exit code. */
int observe_rollout(struct cli *cli, const char *id, int64_t since);

#endif /* OBSERVE_H */
