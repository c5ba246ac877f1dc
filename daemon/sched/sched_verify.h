/*
 * sched_verify - hold tenants against a release: have them read, have built what they should be.
 *
 * One job in the background, like a plan (sched_plan.h): their servers are asked where they stand
 * and what they look like, in portions; then each position is built once on a server of its kind,
 * in an empty scratch schema; then it is judged (verify.h). Nothing in any tenant is changed, nor
 * in the inventory. Loop thread only.
 */
#ifndef SCHED_VERIFY_H
#define SCHED_VERIFY_H

#include <stdint.h>

#include "err.h"

struct headway;
struct sched;
struct sched_verify;
struct verify;

struct sched_verify_ask {
	const char *release;     /* borrowed, both */
	const char *selector;    /* NULL: all tenants */
	struct headway *headway; /* outlives the call of fn; NULL: nobody looks at it */
};

/* Borrowed for the call of fn. */
struct sched_verified {
	const struct err *err; /* NULL: fine */
	const char *name;      /* of the release */
	const char *version;   /* its newest */
	const struct verify *verify;
};

/*
 * In a transaction. fn is called once, later, on the loop; the job is gone when it returns.
 * NULL: ERR_NOT_FOUND or ERR_INVALID, and fn is not called.
 */
NODISCARD struct sched_verify *sched_verify_start(
	struct sched *sched, const struct sched_verify_ask *ask,
	void (*fn)(void *ctx, const struct sched_verified *verified), void *ctx, struct err *err);

/* Nobody waits for it: what was not asked yet is not asked. fn is called all the same. */
void sched_verify_cancel(struct sched_verify *job);

#endif /* SCHED_VERIFY_H */
