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

/*
 * Show what happens behind event since, the effect of a verb; 0: from the start of the
 * rollout. ended: tasks that had ended by the verb's answer. Exit code.
 */
int observe_rollout(struct cli *cli, const char *id, int64_t since, int64_t ended);

/* Show what happens from now on. Exit code. */
int observe_from_now(struct cli *cli, const char *id);

#endif /* OBSERVE_H */
