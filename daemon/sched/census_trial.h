/*
 * census_trial - what is pending for the tenants of a census is tried out, once for all who are
 * alike, on an empty copy of one of them.
 *
 * For census.c. Loop thread only.
 */
#ifndef CENSUS_TRIAL_H
#define CENSUS_TRIAL_H

#include "census_run.h"
#include "err.h"

/*
 * In a transaction; this tenant was looked at. The first of its class on its server (of a plan:
 * of its flavour) is copied at once, while others are still looked at; none in which a statement
 * may have run.
 */
NODISCARD int census_trial_want(struct sched *sched, struct census_run *run,
				const struct census_tenant *tenant, struct err *err);

/*
 * When all are looked at. A tenant in which a statement may have run, of which nothing is
 * remembered: another that has not begun may look as this one did before. Its chain says how far
 * this one came, when the history says that it did look so (recover.h); a copy of itself would
 * mislead.
 */
void census_trial_lend(struct census *census);

#endif /* CENSUS_TRIAL_H */
