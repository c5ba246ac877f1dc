/*
 * wave - cut the tenants of one rollout into waves.
 *
 * A rollout never starts on the whole fleet: it starts on a small wave and goes on
 * to the next only when that one has ended well. The operator writes the sizes
 * as steps, "1, 5%, 25%, rest": a number of tenants, a share of all tenants of
 * the rollout (rounded up), or whatever is left.
 *
 * Pure computation, any thread. Which tenants: selector.h. In what order:
 * plan.h. When a wave may begin: sched.h.
 */
#ifndef WAVE_H
#define WAVE_H

#include <stddef.h>
#include <stdint.h>

#include "scope.h"

struct err;

#define WAVE_STEPS_MAX 16 /* more steps than this is a typing error */

enum wave_unit { WAVE_COUNT, WAVE_PERCENT, WAVE_REST };

struct wave_step {
	enum wave_unit unit;
	size_t value; /* tenants or percent; 0 for WAVE_REST */
};

/* A parsed list of steps. A plain value: copy it freely. */
struct wave_spec {
	struct wave_step steps[WAVE_STEPS_MAX];
	size_t nr;
};

struct wave {
	size_t first; /* index into wave_plan.tenants */
	size_t count; /* never 0 */
};

struct wave_plan {
	int64_t *tenants; /* owned; the ids, one wave after the other */
	struct wave waves[WAVE_STEPS_MAX];
	size_t nr;
};

/* Parse "1, 5%, rest". On failure *spec is untouched. */
int wave_spec_parse(struct wave_spec *spec, const char *text, struct err *err);

/*
 * Cut tenants[0..nr) in the order given. The ids are copied. A step that finds
 * no tenant left makes no wave; a tenant that no step takes is an error: a rollout
 * that silently leaves tenants out is worse than one that does not start.
 *
 * plan must be empty (= { 0 }). On failure it stays empty.
 */
int wave_plan_build(struct wave_plan *plan, const struct wave_spec *spec, const int64_t *tenants,
		    size_t nr, struct err *err);

/* Free what the plan owns and make it empty again. */
void wave_plan_release(struct wave_plan *plan);
SCOPED_RELEASE(wave_plan);

#endif /* WAVE_H */
