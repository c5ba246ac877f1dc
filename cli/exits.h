/*
 * exits - which exit code a problem or the end of a rollout has. DESIGN section 12.
 *
 * Pure; any thread.
 */
#ifndef EXITS_H
#define EXITS_H

#include <stdbool.h>

#include "err.h"
#include "wire.h"

/* with_revision: the request named the revision that it wants to change. */
enum wire_exit exits_of_error(const struct err *err, bool with_revision);

/* EXIT_TIMEOUT while it is still going. */
enum wire_exit exits_of_rollout(const struct wire_rollout *rollout);

/* Has it ended, or does it stand still until a human does something? */
bool exits_rollout_rests(const struct wire_rollout *rollout);

/* done + failed + … : tasks that will not run again by themselves. */
int64_t exits_ended(const struct wire_counts *counts);

#endif /* EXITS_H */
