#include "sched_plan.h"

#include <string.h>

#include "census.h"
#include "census_keep.h"
#include "db.h"
#include "forecast.h"
#include "local.h"
#include "rates.h"
#include "release.h"
#include "sched_holes.h"
#include "sched_state.h"
#include "store_plan.h"
#include "store_rate.h"
#include "store_release.h"
#include "store_rollout.h"
#include "store_tenant.h"
#include "strategy.h"
#include "tick.h"
#include "versions.h"

#define PORTION          100  /* tenants whose rows are looked at by one order */
#define PORTION_VERSIONS 1000 /* whose tables are, for the server may have to open all it has */

struct sched_plan {
	struct sched *sched;
	struct release *release; /* one reference */
	int64_t release_id;
	char *name;    /* owned */
	char *version; /* owned */
	struct forecasts forecasts;
	GHashTable *data_dirs; /* owned; server id -> folder of its data, when it is on this host */
	int64_t stall_ms;
	bool closes;
	char *close_method;          /* owned */
	bool holes_fail;             /* whom closing would leave a way to write */
	bool unable_fails;           /* who could not be closed */
	const struct census *census; /* one reference; NULL: not yet */
	int64_t looked_ms;
	int (*look)(struct sched *sched, const struct census *census, void *look_ctx,
		    struct err *err);
	void *look_ctx;
	size_t open;             /* looks at rows that are not yet in */
	struct headway *headway; /* borrowed; or NULL */
	bool cancelled;
	void (*fn)(void *ctx, const struct sched_planned *planned);
	void *ctx;
};

static void sched_plan_free(struct sched_plan *plan)
{
	forecasts_release(&plan->forecasts);
	census_unref(plan->census);
	g_hash_table_unref(plan->data_dirs);
	release_unref(plan->release);
	g_free(plan->name);
	g_free(plan->version);
	g_free(plan->close_method);
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

	forecasts_release(&plan->forecasts);
	forecasts_make(&plan->forecasts, sched, plan->release, census);
	if (plan->census == NULL) {
		plan->census = census_ref(census);
		plan->looked_ms = tick_ms();
	}
	return plan->look == NULL ? 0 : plan->look(sched, census, plan->look_ctx, err);
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
		.census = plan->census,
		.looked_ms = plan->looked_ms,
	};

	plan->fn(plan->ctx, &planned);
	sched_plan_free(plan);
}

/* ---- the rows of tenants ---------------------------------------------------------------- */

/* Some tenants of one class on one server. */
struct look {
	struct sched_plan *plan;
	struct forecast_class *class; /* of the plan */
	GHashTable *tenants;          /* schema -> struct forecast_tenant *, borrowed */
	GPtrArray *found;             /* struct found *, owned */
	bool with_versions;
	char *unread; /* owned; why nothing is known of row versions; NULL: it is */
};

struct found {
	const char *tenant;
	const char *check;
	bool unasked;
	char *message; /* owned */
};

static void found_free(void *data)
{
	struct found *found = data;

	g_free(found->message);
	g_free(found);
}

static void look_free(struct look *look)
{
	g_hash_table_unref(look->tenants);
	g_ptr_array_unref(look->found);
	g_free(look->unread);
	g_free(look);
}

static void take_breach(struct look *look, const struct exec_breach *breach)
{
	const struct forecast_check *check =
		&g_array_index(look->class->forecast->checks, struct forecast_check, breach->check);
	const struct migration *migration = &look->plan->release->migrations[check->migration];
	const struct forecast_tenant *tenant = g_hash_table_lookup(look->tenants, breach->schema);
	struct found *found = g_new0(struct found, 1);

	found->tenant = tenant->name;
	found->check = precheck_names[check->precheck.kind];
	found->unasked = breach->unasked;
	found->message = g_strdup_printf("%s:%u: %s: %s", migration->file,
					 migration->up.statements[check->number - 1].line,
					 check->precheck.what, breach->text);
	g_ptr_array_add(look->found, found);
}

static void take_size(struct look *look, const struct exec_size *size)
{
	struct forecast_tenant *tenant = g_hash_table_lookup(look->tenants, size->schema);
	char *const *tables = look->class->forecast->tables;
	guint nr = g_strv_length(look->class->forecast->tables);

	if (tenant != NULL && tenant->sizes == NULL) {
		tenant->sizes = g_new0(struct estimate_size, nr);
		for (guint i = 0; i < nr; i++) {
			tenant->sizes[i].bytes = -1;
		}
	}
	for (guint i = 0; tenant != NULL && i < nr; i++) {
		if (strcmp(tables[i], size->table) == 0) {
			tenant->sizes[i] = (struct estimate_size){ size->bytes, size->rows };
		}
	}
}

static void take_versions(struct look *look, const struct exec_result *result)
{
	for (size_t i = 0; i < result->nr_versions; i++) {
		struct forecast_tenant *tenant =
			g_hash_table_lookup(look->tenants, result->versions[i].schema);

		if (tenant != NULL) {
			versions_take(look->class->forecast, tenant, &result->versions[i],
				      result->versions_most);
		}
	}
	g_free(look->unread);
	look->unread = g_strdup(result->versions_unread);
}

/* Only of a server that is on this host there is more to know. */
static void take_place(const struct sched_plan *plan, const struct exec_result *result)
{
	const struct link *link = g_hash_table_lookup(plan->sched->links, &result->server_id);
	const struct db_addr addr = {
		.host = link == NULL ? NULL : link->row.host,
		.socket = link == NULL ? NULL : link->row.socket,
	};

	if (link != NULL && result->data_dir != NULL && local_is(&addr, result->host)) {
		g_hash_table_insert(plan->data_dirs,
				    g_memdup2(&result->server_id, sizeof(result->server_id)),
				    g_strdup(result->data_dir));
	}
}

/* May be called again when the turn was undone. */
static int on_rows(struct sched *sched, const struct exec_result *result, void *ctx,
		   struct err *err)
{
	struct look *look = ctx;

	(void)sched;
	g_ptr_array_set_size(look->found, 0);
	if (!result->ok) {
		*err = result->err;
		return -1;
	}
	for (size_t i = 0; i < result->nr_breaches; i++) {
		take_breach(look, &result->breaches[i]);
	}
	for (size_t i = 0; i < result->nr_sizes; i++) {
		take_size(look, &result->sizes[i]);
	}
	take_versions(look, result);
	take_place(look->plan, result);
	return 0;
}

/* ---- how long it takes ------------------------------------------------------------------- */

static void rate_add(const struct store_rate *rate, void *ctx)
{
	rates_add(ctx, rate);
}

static void server_of(void *ctx, struct estimate_facts *facts)
{
	const struct sched_plan *plan = ctx;
	const struct link *link = g_hash_table_lookup(plan->sched->links, &facts->server_id);
	const char *data_dir = g_hash_table_lookup(plan->data_dirs, &facts->server_id);

	facts->name = link->row.name;
	facts->slots = link->row.max_running;
	facts->free = data_dir == NULL ? -1 : local_disk_bytes(data_dir);
}

static bool is_built(const char *strategy)
{
	return strategy_find(strategy) != NULL;
}

static int estimate(struct sched_plan *plan, struct err *err)
{
	struct sched *sched = plan->sched;
	SCOPED_PTR(rates) rates = rates_new();
	const struct estimate_work work = {
		.release = plan->release,
		.rates = rates,
		.name = plan->name,
		.closes = plan->closes,
		.is_built = is_built,
		.stall_ms = plan->stall_ms > 0 ? plan->stall_ms : sched->policy.stall_ms,
		.running = sched->policy.running,
		.server = server_of,
		.ctx = plan,
	};

	if (store_rate_each(sched->store, rate_add, rates, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < plan->forecasts.classes->len; i++) {
		versions_tell(&plan->forecasts, g_ptr_array_index(plan->forecasts.classes, i),
			      plan->release);
	}
	estimates_make(&plan->forecasts.estimates, &plan->forecasts, &work);
	return 0;
}

static void finish(struct sched_plan *plan)
{
	struct err err;

	if (plan->open > 0) {
		return;
	}
	if (plan->cancelled) {
		err_set(&err, ERR_CANCELLED, "nobody waits for the plan any more");
	}
	answer(plan, plan->cancelled || estimate(plan, &err) < 0 ? &err : NULL);
}

/* A server that went away leaves its tenants unchecked. */
static void uncheck_all(const struct look *look, const struct err *err)
{
	GHashTableIter iter;
	void *tenant;

	g_hash_table_iter_init(&iter, look->tenants);
	while (g_hash_table_iter_next(&iter, NULL, &tenant)) {
		forecasts_uncheck(&look->plan->forecasts,
				  ((const struct forecast_tenant *)tenant)->name, "rows", err->msg);
	}
}

static void on_rows_done(void *ctx, const struct err *err)
{
	struct look *look = ctx;
	struct sched_plan *plan = look->plan;

	headway_take(plan->headway, HEADWAY_CHECK, g_hash_table_size(look->tenants));
	if (err != NULL && look->with_versions) {
		versions_unread(look->class, err->msg);
	} else if (err != NULL) {
		uncheck_all(look, err);
	}
	for (guint i = 0; i < look->found->len && err == NULL; i++) {
		const struct found *found = g_ptr_array_index(look->found, i);

		(found->unasked ? forecasts_uncheck : forecasts_fail)(
			&plan->forecasts, found->tenant, found->check, found->message);
	}
	if (look->unread != NULL) {
		versions_unread(look->class, look->unread);
	}
	look_free(look);
	plan->open--;
	finish(plan);
}

/* Nothing is asked of rows that matter neither to the change nor to how long it takes. */
static bool has_rows(const struct forecast_class *class)
{
	return class->forecast->checks->len > 0 || class->forecast->tables[0] != NULL;
}

static void send_look(struct sched_plan *plan, struct forecast_class *class,
		      struct forecast_tenant *const *tenants, guint nr, bool with_versions)
{
	const struct link *link = g_hash_table_lookup(plan->sched->links, &tenants[0]->server_id);
	struct exec_order *order = exec_order_new(EXEC_PRECHECK);
	struct look *look = g_new0(struct look, 1);
	const struct sched_job job = { on_rows, on_rows_done, look };

	look->plan = plan;
	look->class = class;
	look->with_versions = with_versions;
	look->tenants = g_hash_table_new(g_str_hash, g_str_equal);
	look->found = g_ptr_array_new_with_free_func(found_free);
	order->forecast = forecast_ref(class->forecast);
	order->with_versions = with_versions;
	order->schemas = g_new0(char *, nr + 1);
	for (guint i = 0; i < nr; i++) {
		order->schemas[i] = g_strdup(tenants[i]->schema);
		g_hash_table_insert(look->tenants, tenants[i]->schema, tenants[i]);
	}
	headway_expect(plan->headway, HEADWAY_CHECK, nr);
	plan->open++;
	sched_job_start_unless(plan->sched, &link->row, order, &job, &plan->cancelled);
}

/*
 * Their rows some at a time; what tables are like inside by two orders, as many as a server answers
 * at once, or more of the same size.
 */
static void send_server(struct sched_plan *plan, struct forecast_class *class,
			const GPtrArray *tenants)
{
	struct forecast_tenant *const *list = (struct forecast_tenant *const *)tenants->pdata;
	guint versions = CLAMP((tenants->len + 1) / 2, PORTION, PORTION_VERSIONS);

	for (guint i = 0; class->forecast->versioned[0] != NULL && i < tenants->len;
	     i += versions) {
		send_look(plan, class, list + i, MIN(versions, tenants->len - i), true);
	}
	for (guint i = 0; has_rows(class) && i < tenants->len; i += PORTION) {
		send_look(plan, class, list + i, MIN(PORTION, tenants->len - i), false);
	}
}

static void tenants_free(void *tenants)
{
	g_ptr_array_unref(tenants);
}

static void send_class(struct sched_plan *plan, struct forecast_class *class)
{
	g_autoptr(GHashTable) by_server =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, tenants_free);
	GHashTableIter iter;
	void *list;

	for (guint i = 0; i < class->tenants->len; i++) {
		struct forecast_tenant *tenant = g_ptr_array_index(class->tenants, i);
		GPtrArray *tenants = g_hash_table_lookup(by_server, &tenant->server_id);

		if (tenants == NULL) {
			tenants = g_ptr_array_new();
			g_hash_table_insert(by_server, &tenant->server_id, tenants);
		}
		g_ptr_array_add(tenants, tenant);
	}
	g_hash_table_iter_init(&iter, by_server);
	while (g_hash_table_iter_next(&iter, NULL, &list)) {
		send_server(plan, class, list);
	}
}

/* ---- closing them ------------------------------------------------------------------------ */

static void on_hole(void *ctx, const struct sched_hole *hole)
{
	struct sched_plan *plan = ctx;
	bool fails = hole->unable ? plan->unable_fails : plan->holes_fail;

	(hole->unasked ? forecasts_uncheck
	 : fails       ? forecasts_fail
		 : forecasts_close)(&plan->forecasts, hole->tenant, SCHED_HOLES_CHECK, hole->text);
}

static void on_holes_done(void *ctx)
{
	struct sched_plan *plan = ctx;

	plan->open--;
	finish(plan);
}

static void send_holes(struct sched_plan *plan)
{
	const struct sched_holes_ask ask = {
		.census = plan->census,
		.release = plan->release,
		.every = plan->closes,
		.method = plan->close_method,
		.cancelled = &plan->cancelled,
		.told = on_hole,
		.done = on_holes_done,
		.ctx = plan,
	};

	plan->open += sched_holes_start(plan->sched, &ask);
}

/* ---- when it is known where they stand ---------------------------------------------------- */

static void on_look_done(void *ctx, const struct err *err)
{
	struct sched_plan *plan = ctx;

	if (err != NULL) {
		answer(plan, err);
		return;
	}
	for (guint i = 0; i < plan->forecasts.classes->len && !plan->cancelled; i++) {
		struct forecast_class *class = g_ptr_array_index(plan->forecasts.classes, i);

		if (class->forecast != NULL) {
			send_class(plan, class);
		}
	}
	if (!plan->cancelled) {
		send_holes(plan);
	}
	finish(plan);
}

/* ---- the beginning ------------------------------------------------------------------------ */

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
	const struct census_call call = {
		.fn = on_looked,
		.done = on_look_done,
		.ctx = plan,
		.rewrites = ask->rewrites,
		.headway = ask->headway,
	};

	plan->sched = sched;
	plan->data_dirs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	plan->stall_ms = ask->stall_ms;
	plan->closes = ask->closes;
	plan->close_method = g_strdup(ask->close_method);
	plan->unable_fails = ask->for_rollout;
	plan->holes_fail = ask->for_rollout && !ask->accepts_holes;
	plan->fn = fn;
	plan->ctx = ctx;
	plan->headway = ask->headway;
	plan->look = ask->look;
	plan->look_ctx = ask->look_ctx;
	if (find_release(plan, ask, err) < 0 ||
	    (ask->for_rollout ? census_start_rollout
			      : census_start_plan)(sched, ask->selector, plan->release_id, ask->to,
						   &call, &plan->cancelled, err) < 0) {
		sched_plan_free(plan);
		return NULL;
	}
	return plan;
}

/* ---- the rollout ------------------------------------------------------------------------ */

static int leave_out(struct sched *sched, int64_t rollout_id,
		     const struct forecast_failing *failing, struct err *err)
{
	g_autofree char *text = g_strdup_printf("left out, it would fail: %s", failing->message);
	SCOPED(store_tenant) tenant = { 0 };

	if (store_tenant_get(sched->store, failing->tenant, &tenant, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
	}
	return store_left_out_put(sched->store, rollout_id, tenant.id, text, err);
}

static int keep_plan(struct sched *sched, int64_t rollout_id, const struct sched_planned *planned,
		     const char *content, struct err *err)
{
	const GPtrArray *failing = planned->forecasts->failing;

	if (store_plan_put(sched->store, rollout_id, content, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < failing->len; i++) {
		if (leave_out(sched, rollout_id, g_ptr_array_index(failing, i), err) < 0) {
			return -1;
		}
	}
	return sched_chains_keep(sched, rollout_id, planned->census, err);
}

int sched_plan_begin(struct sched *sched, const struct sched_start *start,
		     const struct sched_planned *planned, const char *content,
		     const struct sched_actor *actor, struct store_rollout *rollout,
		     struct err *err)
{
	int64_t known = start->key == NULL ? 0 : store_key_get(sched->store, start->key, err);

	if (known < 0 || sched_rollout_start(sched, start, actor, rollout, err) < 0) {
		return -1;
	}
	if (known > 0) {
		return 0; /* the same request was sent twice: it has begun, with that plan */
	}
	census_keep(sched, planned->census, planned->looked_ms, rollout);
	return keep_plan(sched, rollout->id, planned, content, err);
}
