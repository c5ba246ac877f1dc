/*
 * census_keep - what a plan has seen of the tenants, for the rollout that begins with it.
 *
 * The survey of that rollout would ask the servers the same again. It need not while the look is
 * fresh and the inventory says the same of whom it selects. One census is kept at a time: the
 * rollout that it was made for begins in the turn behind it. Loop thread only.
 */
#ifndef CENSUS_KEEP_H
#define CENSUS_KEEP_H

#include <stdint.h>

#include "err.h"

struct census;
struct sched;
struct store_rollout;

/* A kept look is older than this at its use: nobody relies on it. */
#define CENSUS_KEEP_MS 60000

struct census_kept;

/* What was seen at looked_ms (tick_ms) of the tenants that row selects for its release. */
void census_keep(struct sched *sched, const struct census *census, int64_t looked_ms,
		 const struct store_rollout *row);

/*
 * In a turn. *census is a reference of the caller's, and kept no more; NULL: there is none of
 * the same selector, release and version, or it does not hold any more.
 */
NODISCARD int census_take(struct sched *sched, const struct store_rollout *row,
			  const struct census **census, int64_t *looked_ms, struct err *err);

void census_kept_free(struct census_kept *kept); /* NULL is fine */

#endif /* CENSUS_KEEP_H */
