/*
 * resolve - settle a migration that is in doubt or has failed, by a human's word.
 *
 *   applied      all of it took effect: it counts as applied
 *   not-applied  no more than what is known to be done took effect
 *   at=N         the first N statements took effect, the next run goes on behind them
 *
 * Only the tenant's history changes, under its lock. Workers; blocks.
 */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "err.h"

struct exec_result;
struct visit;

/*
 * visit has begun. Of a task that has failed the order names the migration (seen), and
 * ERR_NOT_FOUND is that it is not open here. Without one it is that in doubt: when none is any
 * more, by a word of another rollout or one before a crash, nothing changes, and
 * result->migration stays NULL.
 */
NODISCARD int resolve_run(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* RESOLVE_H */
