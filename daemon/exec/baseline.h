/*
 * baseline - record migrations as applied in tenants that have them already.
 *
 * Nothing is run. Under the tenant's lock; all rows of a tenant or none. A
 * tenant whose history says otherwise (an unknown version, one that is unfinished,
 * changed, or newer than the baseline) is left as it is. Doing it again is harmless.
 *
 * Without a release it only enrols: the tables are made and the daemon's epoch is
 * written, so that a later task need not.
 *
 * Workers; blocks.
 */
#ifndef BASELINE_H
#define BASELINE_H

struct exec_order;
struct exec_result;

/*
 * Every schema of the order gets a standing; one that was refused has the reason in
 * ahead. False only when the server could not be worked with: result->err is set.
 */
void baseline_run(struct exec_order *order, struct exec_result *result);

#endif /* BASELINE_H */
