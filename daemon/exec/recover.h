/*
 * recover - a migration that a crash or a lost link left behind: what took effect?
 *
 * Called when the tenant's lock is held, so that no statement of it can still be running.
 * What the journal wrote and what the schema looks like now decide (verdict.h);
 * then the row says so, and the task goes on there. Nothing is repeated that may have
 * happened, unless repeating it is harmless.
 *
 * Workers; blocks.
 */
#ifndef RECOVER_H
#define RECOVER_H

#include "err.h"

struct history;
struct outcome;
struct visit;

/*
 * Settle every migration of the history that is in flight and in the order's release. 1: it
 * is settled, or there was none; history is up to date. 0: outcome says TASK_DOUBT and
 * why; *difference (owned) is what the schema has and should not, or lacks, one a line, or
 * NULL. -1: the server could not be asked.
 */
NODISCARD int recover_run(struct visit *visit, struct history *history, const char *task,
			  struct outcome *outcome, char **difference, struct err *err);

#endif /* RECOVER_H */
