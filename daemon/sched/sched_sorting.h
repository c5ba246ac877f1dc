/*
 * sched_sorting - which tenants of a survey are in which wave of a rollout, and which in none.
 *
 * On the loop only. The census outlives it.
 */
#ifndef SCHED_SORTING_H
#define SCHED_SORTING_H

#include <glib.h>

#include "err.h"
#include "scope.h"
#include "wave.h"

struct census;
struct census_tenant;
struct sched;
struct store_rollout;

/* What becomes of the tenants of a survey. */
struct sorting {
	GPtrArray *work;       /* const struct census_tenant *, in the order of waves */
	GPtrArray *settled;    /* nothing to do, ahead, left out: they are in no wave */
	GHashTable *left_out;  /* owned; tenant id -> why; NULL: nobody is */
	struct wave_plan plan; /* owned; of indexes into work; empty without work */
	GArray *phases;        /* owned; struct store_phase; empty: it has none */
};

void sorting_release(struct sorting *sorting);
SCOPED_RELEASE(sorting);

/*
 * Sort them by the waves and the release of the row. left_out is the caller's to set before.
 * ERR_INVALID: the waves cannot be read.
 */
NODISCARD int sorting_make(struct sched *sched, const struct census *census,
			   const struct store_rollout *row, struct sorting *sorting,
			   struct err *err);

/* Why it is; NULL: it is not, or it is settled for another reason. Borrowed. */
const char *sorting_left_out(const struct sorting *sorting, const struct census_tenant *tenant);

#endif /* SCHED_SORTING_H */
