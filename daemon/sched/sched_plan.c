#include "sched_plan.h"

#include <string.h>

#include "census.h"
#include "release.h"
#include "sched_state.h"
#include "store_release.h"

struct sched_plan {
	struct sched *sched;
	struct release *release; /* one reference */
	int64_t release_id;
	char *name;    /* owned */
	char *version; /* owned */
	struct forecasts forecasts;
	bool cancelled;
	void (*fn)(void *ctx, const struct sched_planned *planned);
	void *ctx;
};

static void sched_plan_free(struct sched_plan *plan)
{
	forecasts_release(&plan->forecasts);
	release_unref(plan->release);
	g_free(plan->name);
	g_free(plan->version);
	g_free(plan);
}

void sched_plan_cancel(struct sched_plan *plan)
{
	plan->cancelled = true;
	sched_wake(plan->sched);
}

/* May be called again when the turn was undone. */
static int on_looked(struct sched *sched, const struct census *census, void *ctx, struct err *err)
{
	struct sched_plan *plan = ctx;

	(void)err;
	forecasts_release(&plan->forecasts);
	forecasts_make(&plan->forecasts, sched, census);
	return 0;
}

static void answer(struct sched_plan *plan, const struct err *err)
{
	const struct sched_planned planned = {
		.err = err,
		.release_id = plan->release_id,
		.name = plan->name,
		.version = plan->version,
		.release = plan->release,
		.forecasts = &plan->forecasts,
	};

	plan->fn(plan->ctx, &planned);
	sched_plan_free(plan);
}

static void on_look_done(void *ctx, const struct err *err)
{
	struct sched_plan *plan = ctx;
	struct err cancelled;

	if (err == NULL && plan->cancelled) {
		err_set(&cancelled, ERR_CANCELLED, "nobody waits for the plan any more");
		err = &cancelled;
	}
	answer(plan, err);
}

static int find_release(struct sched_plan *plan, const struct sched_plan_ask *ask, struct err *err)
{
	SCOPED(store_release) row = { 0 };
	ptrdiff_t last;

	if (ask->release == NULL || ask->release[0] == '\0') {
		return err_set(err, ERR_INVALID,
			       "no release is named: see \"muster release list\"");
	}
	if (store_release_get(plan->sched->store, ask->release, &row, err) < 0) {
		return -1;
	}
	plan->release = sched_release_get(plan->sched, row.id, err);
	if (plan->release == NULL) {
		return -1;
	}
	last = release_last(plan->release, ask->to);
	if (last < 0) {
		return err_set(err, ERR_INVALID,
			       "release %s has no version \"%s\": see \"muster release show %s\"",
			       row.name, ask->to, row.name);
	}
	plan->release_id = row.id;
	plan->name = g_strdup(row.name);
	plan->version = g_strdup(plan->release->migrations[last].version);
	return 0;
}

struct sched_plan *sched_plan_start(struct sched *sched, const struct sched_plan_ask *ask,
				    void (*fn)(void *ctx, const struct sched_planned *planned),
				    void *ctx, struct err *err)
{
	struct sched_plan *plan = g_new0(struct sched_plan, 1);
	const struct census_call call = { on_looked, on_look_done, plan, 0 };

	plan->sched = sched;
	plan->fn = fn;
	plan->ctx = ctx;
	if (find_release(plan, ask, err) < 0 ||
	    census_start_plan(sched, ask->selector, plan->release_id, ask->to, &call,
			      &plan->cancelled, err) < 0) {
		sched_plan_free(plan);
		return NULL;
	}
	return plan;
}
