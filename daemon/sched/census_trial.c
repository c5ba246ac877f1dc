#include "census_trial.h"

#include <string.h>

#include "forecast.h"
#include "sched_state.h"
#include "store_chain.h"

static int chain_in(struct sched *sched, const struct exec_result *result, void *ctx,
		    struct err *err)
{
	struct census_portion *portion = ctx;
	struct census_class *class = &portion->run->census.classes[portion->class];

	store_text_set(&class->chain, result->ok ? result->chain_text : NULL);
	store_text_set(&class->why, result->ok ? NULL : result->err.msg);
	class->lost = result->server_down || result->server_denied;
	g_strfreev(class->warnings);
	class->warnings = g_strdupv(result->warnings);
	forecast_unref(class->forecast);
	class->forecast = forecast_ref(result->ok ? result->forecast : NULL);
	return census_count_in(sched, portion, HEADWAY_TRY, 1, err);
}

static void send_class(struct sched *sched, struct census_run *run, size_t index,
		       const char *schema)
{
	const struct census_portion share = { .run = run, .class = index };
	struct exec_order *order = exec_order_new(EXEC_CHAIN);

	order->schema = g_strdup(schema);
	order->with_forecast = run->with_forecast;
	order->rewrites = run->call.rewrites;
	headway_expect(run->call.headway, HEADWAY_TRY, 1);
	census_send(sched, run->census.classes[index].server_id, order, &share, chain_in);
}

/* A chain that begins behind the first statements of a file says nothing of those. */
static bool begins_within(const struct census_class *class)
{
	return strchr(class->class, '+') != NULL;
}

static void lend_class(const struct census *census, struct census_tenant *tenant)
{
	g_autofree char *own = g_steal_pointer(&tenant->class);
	const char *pending = own == NULL ? NULL : strrchr(own, '-');

	for (size_t i = 0; pending != NULL && i < census->nr_classes; i++) {
		const struct census_class *class = &census->classes[i];

		if (class->server_id == tenant->server_id && !begins_within(class) &&
		    g_str_has_suffix(class->class, pending)) {
			store_text_set(&tenant->class, class->class);
			tenant->foretold = true;
		}
	}
}

static bool is_copied(const struct census_run *run, const struct census_tenant *tenant)
{
	return tenant->class != NULL && tenant->pending > 0 && !tenant->held &&
	       (run->is_plan || !tenant->unseen) && (!tenant->in_flight || tenant->chain != NULL) &&
	       tenant->regressed == NULL && tenant->drifted == NULL;
}

/* Those for whom one of them is tried out. Owned. */
static char *trial_key(const struct sched *sched, const struct census_run *run,
		       const struct census_tenant *tenant)
{
	g_autofree char *flavor = NULL;

	if (!run->is_plan) {
		return census_key(tenant->server_id, tenant->class);
	}
	flavor = census_flavor(sched, tenant->server_id);
	return g_strdup_printf("%s/%s", flavor, tenant->class);
}

static bool is_cancelled(const struct census_run *run)
{
	return run->cancelled != NULL && *run->cancelled;
}

int census_trial_want(struct sched *sched, struct census_run *run,
		      const struct census_tenant *tenant, struct err *err)
{
	struct census *census = &run->census;
	bool is_kept = false;

	if (!is_copied(run, tenant) || is_cancelled(run)) {
		return 0;
	}
	if (run->call.rollout_id != 0 &&
	    store_chain_has(sched->store, run->call.rollout_id, tenant->server_id, tenant->class,
			    &is_kept, err) < 0) {
		return -1;
	}
	if (is_kept || !g_hash_table_add(run->sent, trial_key(sched, run, tenant))) {
		return 0;
	}
	census->classes = g_renew(struct census_class, census->classes, census->nr_classes + 1);
	census->classes[census->nr_classes++] = (struct census_class){
		.server_id = tenant->server_id,
		.class = g_strdup(tenant->class),
		.example = g_strdup(tenant->name),
		.chain = g_strdup(tenant->chain),
	};
	if (tenant->chain == NULL) {
		send_class(sched, run, census->nr_classes - 1, tenant->schema);
	}
	return 0;
}

void census_trial_lend(struct census *census)
{
	for (size_t i = 0; i < census->nr; i++) {
		if (census->tenants[i].in_flight && census->tenants[i].chain == NULL) {
			lend_class(census, &census->tenants[i]);
		}
	}
}
