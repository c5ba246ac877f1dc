#include "census.h"

#include <string.h>

#include "census_pick.h"
#include "census_run.h"
#include "census_trial.h"
#include "forecast.h"
#include "glance.h"
#include "release.h"
#include "sched_state.h"
#include "store_server.h"
#include "store_tenant.h"

/*
 * Schemas per order. Few and large ones: MariaDB goes through the folders of all its databases
 * for each question. Two orders of a server run at once: a second one helps, when that pays. Then
 * one tenant is looked at first: while the others are, what they lack is tried out on its copy.
 */
#define PORTION_ALONE 100
#define PORTION_MAX   2000

static void class_clear(struct census_class *class)
{
	g_free(class->class);
	g_free(class->example);
	g_free(class->chain);
	g_free(class->why);
	g_strfreev(class->warnings);
	forecast_unref(class->forecast);
}

const struct census *census_ref(const struct census *census)
{
	census->run->refs++;
	return census;
}

void census_unref(const struct census *census)
{
	struct census_run *run = census == NULL ? NULL : census->run;

	if (run == NULL || --run->refs > 0) {
		return;
	}
	for (size_t i = 0; i < run->census.nr; i++) {
		census_tenant_clear(&run->census.tenants[i]);
	}
	g_free(run->census.tenants);
	for (size_t i = 0; i < run->census.nr_classes; i++) {
		class_clear(&run->census.classes[i]);
	}
	g_free(run->census.classes);
	g_free(run->census.unread);
	g_hash_table_destroy(run->census.shapes);
	release_unref(run->release);
	g_free(run->to_version);
	g_hash_table_destroy(run->by_schema);
	g_hash_table_destroy(run->sent);
	g_free(run);
}

char *census_key(int64_t server_id, const char *name)
{
	return g_strdup_printf("%lld/%s", (long long)server_id, name);
}

char *census_flavor(const struct sched *sched, int64_t server_id)
{
	const struct link *link = g_hash_table_lookup(sched->links, &server_id);

	if (link == NULL) {
		return g_strdup_printf("server %lld", (long long)server_id);
	}
	if (link->row.flavor == NULL || link->row.version == NULL) {
		return g_strdup_printf("server %s", link->row.name);
	}
	return g_strdup_printf("%s %.*s", link->row.flavor,
			       (int)strspn(link->row.version, "0123456789."), link->row.version);
}

static struct census_tenant *tenant_of(const struct census_run *run, int64_t server_id,
				       const struct exec_standing *standing)
{
	g_autofree char *key = census_key(server_id, standing->schema);
	struct census_tenant *tenant = g_hash_table_lookup(run->by_schema, key);

	CHECK(tenant != NULL);
	return tenant;
}

/* Into the row and into the census. May be called again when the turn was undone. */
static int take_standing(struct sched *sched, struct census_run *run, int64_t server_id,
			 const struct exec_standing *standing, struct err *err)
{
	struct census_tenant *tenant = tenant_of(run, server_id, standing);
	SCOPED(store_tenant) row = { 0 };
	bool is_stale;

	if (store_tenant_get_id(sched->store, tenant->id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
	}
	is_stale = sched_tenant_is_stale(sched, row.id, standing);
	tenant->known = true;
	tenant->unseen = is_stale || standing->problem != NULL;
	tenant->exists = standing->exists;
	tenant->pending = standing->pending;
	g_free(tenant->places);
	tenant->places = g_memdup2(standing->places, (size_t)standing->pending * sizeof(size_t));
	tenant->statements = standing->statements;
	if (standing->bytes > 0) {
		tenant->bytes = standing->bytes;
	}
	store_text_set(&tenant->regressed,
		       is_stale ? row.regressed : sched_tenant_regressed(&row, standing));
	store_text_set(&tenant->version, standing->version);
	store_text_set(&tenant->ahead, standing->ahead);
	store_text_set(&tenant->altered, standing->altered == NULL ? NULL : standing->altered[0]);
	tenant->open = standing->open != NULL;
	tenant->in_flight = tenant->open && standing->in_flight;
	tenant->foretold = standing->foretold;
	store_text_set(&tenant->fingerprint, standing->fingerprint);
	store_text_set(&tenant->class, standing->class);
	/* between two statements a tenant looks like neither version */
	if (tenant->in_flight) {
		if (sched_tenant_begun(sched, tenant, run->release, err) < 0) {
			return -1;
		}
	} else if (is_stale || !sched_tenant_judged(&row, standing)) {
		store_text_set(&tenant->drifted, row.drifted);
	} else if (!tenant->open &&
		   sched_tenant_shaped(sched, &row, tenant, run->census.shapes, err) < 0) {
		return -1;
	}
	return sched_tenant_looked(sched, &row, standing, false, err);
}

/* Of those that were not found among the answers, the ones that nobody has any more. */
static int find_removed(struct sched *sched, struct census *census, struct err *err)
{
	for (size_t i = 0; i < census->nr; i++) {
		struct census_tenant *tenant = &census->tenants[i];
		SCOPED(store_tenant) row = { 0 };

		if (tenant->known ||
		    store_tenant_get_id(sched->store, tenant->id, &row, err) == 0) {
			continue;
		}
		if (err->code != ERR_NOT_FOUND) {
			return -1;
		}
		tenant->removed = true;
	}
	return 0;
}

static void take_shapes(struct census_run *run, const struct exec_result *result)
{
	for (size_t i = 0; i < result->nr_shapes; i++) {
		g_hash_table_insert(run->census.shapes, g_strdup(result->shapes[i].fingerprint),
				    g_strdup(result->shapes[i].text));
	}
}

int census_count_in(struct sched *sched, struct census_portion *portion, enum headway_step step,
		    int64_t nr, struct err *err)
{
	struct census_run *run = portion->run;

	if (!portion->in) {
		headway_take(run->call.headway, step, nr);
		portion->in = true;
		portion->last = --run->open == 0;
	}
	if (!portion->last) {
		return 0;
	}
	census_trial_lend(&run->census);
	if (find_removed(sched, &run->census, err) < 0) {
		return -1;
	}
	return run->call.fn(sched, &run->census, run->call.ctx, err);
}

static int portion_in(struct sched *sched, const struct exec_result *result, void *ctx,
		      struct err *err)
{
	struct census_portion *portion = ctx;
	struct census_run *run = portion->run;

	if (!result->ok && portion->nr > 0) {
		store_text_set(&run->census.unread, result->err.msg);
	}
	take_shapes(run, result);
	for (size_t i = 0; result->ok && i < result->nr; i++) {
		if (take_standing(sched, run, result->server_id, &result->standings[i], err) < 0) {
			return -1;
		}
	}
	for (size_t i = 0; result->ok && i < result->nr; i++) {
		const struct census_tenant *tenant =
			tenant_of(run, result->server_id, &result->standings[i]);

		if (census_trial_want(sched, run, tenant, err) < 0) {
			return -1;
		}
	}
	return census_count_in(sched, portion, HEADWAY_READ, (int64_t)portion->nr, err);
}

static char *text_or_none(const char *text)
{
	return g_strdup(text == NULL ? "" : text);
}

/*
 * What it should look like; of a new one, at least what it has looked like. NULL: not known, or it
 * looked otherwise, and whatever it differed in counts again. Borrowed.
 */
static const char *known_shape(const struct sched *sched, const struct census_tenant *tenant)
{
	if (tenant->was_drifted) {
		return NULL;
	}
	return tenant->shape != NULL ? tenant->shape
				     : glance_find(sched, tenant->server_id, tenant->schema);
}

/* What was seen there is expected to be there still. */
static void name_tenants(const struct sched *sched, struct exec_order *order,
			 const struct census_tenant *tenants, size_t nr)
{
	order->schemas = g_new0(char *, nr + 1);
	order->expected = g_new0(char *, nr + 1);
	order->expected_shapes = g_new0(char *, nr + 1);
	for (size_t i = 0; i < nr; i++) {
		const struct census_tenant *tenant = &tenants[i];
		const char *seen = tenant->regressed != NULL ? tenant->regressed : tenant->version;

		order->schemas[i] = g_strdup(tenant->schema);
		order->expected[i] = text_or_none(seen);
		order->expected_shapes[i] = text_or_none(known_shape(sched, tenant));
	}
}

static void portion_done(void *ctx, const struct err *err)
{
	g_autofree struct census_portion *portion = ctx;
	struct census_run *run = portion->run;

	if (err != NULL && !run->failed) {
		run->failed = true;
		run->err = *err;
	}
	if (--run->to_end == 0) {
		run->call.done(run->call.ctx, run->failed ? &run->err : NULL);
		census_unref(&run->census);
	}
}

void census_send(struct sched *sched, int64_t server_id, struct exec_order *order,
		 const struct census_portion *share, census_answer_fn fn)
{
	const struct link *link = g_hash_table_lookup(sched->links, &server_id);
	const struct sched_job job = { fn, portion_done, g_memdup2(share, sizeof(*share)) };
	struct census_run *run = share->run;

	order->release = release_ref(run->release);
	order->to_version = g_strdup(run->to_version);
	run->open++;
	run->to_end++;
	sched_job_start_unless(sched, &link->row, order, &job, run->cancelled);
}

static void send_portion(struct sched *sched, struct census_run *run,
			 const struct census_tenant *tenants, size_t nr)
{
	struct exec_order *order = exec_order_new(EXEC_SURVEY);
	struct exec_order *helper = nr > PORTION_ALONE ? exec_order_helper(order) : NULL;
	struct census_portion share = { .run = run, .nr = nr };

	headway_expect(run->call.headway, HEADWAY_READ, (int64_t)nr);
	name_tenants(sched, order, tenants, nr);
	order->with_bytes = true;
	order->with_shapes = true;
	order->every_shape = run->is_plan;
	census_send(sched, tenants->server_id, order, &share, portion_in);
	if (helper != NULL) {
		share.nr = 0;
		census_send(sched, tenants->server_id, helper, &share, portion_in);
	}
}

int census_order(const void *a, const void *b)
{
	const struct census_tenant *left = a;
	const struct census_tenant *right = b;

	if (left->server_id != right->server_id) {
		return left->server_id < right->server_id ? -1 : 1;
	}
	return g_strcmp0(left->name, right->name);
}

/* The tenants of one server. */
static void send_server(struct sched *sched, struct census_run *run,
			const struct census_tenant *tenants, size_t nr)
{
	size_t some;

	for (size_t i = 0; i < nr; i += some) {
		some = i == 0 && nr > PORTION_ALONE ? 1 : MIN((size_t)PORTION_MAX, nr - i);
		send_portion(sched, run, &tenants[i], some);
	}
}

static void send_all(struct sched *sched, struct census_run *run)
{
	struct census *census = &run->census;
	size_t first = 0;

	for (size_t i = 0; i < census->nr; i++) {
		struct census_tenant *tenant = &census->tenants[i];

		g_hash_table_insert(run->by_schema, census_key(tenant->server_id, tenant->schema),
				    tenant);
		if (i + 1 == census->nr || tenant[1].server_id != tenant->server_id) {
			send_server(sched, run, &census->tenants[first], i + 1 - first);
			first = i + 1;
		}
	}
}

/* Every link is there before the first portion leaves: none is left half sent. */
static int load_links(struct sched *sched, const GArray *tenants, struct err *err)
{
	struct link *link = NULL;

	for (guint i = 0; i < tenants->len; i++) {
		int64_t id = g_array_index(tenants, struct census_tenant, i).server_id;

		if ((link == NULL || link->id != id) && sched_link_get(sched, id, &link, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Takes tenants; NULL: err says why there are none. The run, or NULL. */
static struct census_run *begin(struct sched *sched, GArray *selected, int64_t release_id,
				const char *to, const struct census_call *call, struct err *err)
{
	g_autoptr(GArray) tenants = selected;
	struct release *release;
	struct census_run *run;
	gsize nr = 0;

	if (tenants == NULL || load_links(sched, tenants, err) < 0) {
		return NULL;
	}
	release = sched_release_get(sched, release_id, err);
	if (release == NULL) {
		return NULL;
	}
	g_array_sort(tenants, census_order);
	run = g_new0(struct census_run, 1);
	run->refs = 1;
	run->census.run = run;
	run->call = *call;
	run->release = release;
	run->to_version = g_strdup(to);
	run->census.shapes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	run->by_schema = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	run->sent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	run->census.tenants = g_array_steal(tenants, &nr);
	run->census.nr = nr;
	return run;
}

static int begin_all(struct sched *sched, struct census_run *run)
{
	if (run == NULL) {
		return -1;
	}
	send_all(sched, run);
	return 0;
}

int census_start(struct sched *sched, const char *selector, int64_t release_id, const char *to,
		 const struct census_call *call, struct err *err)
{
	return begin_all(sched, begin(sched, census_select(sched, selector, err), release_id, to,
				      call, err));
}

int census_start_of(struct sched *sched, const GArray *tenant_ids, int64_t release_id,
		    const char *to, const struct census_call *call, struct err *err)
{
	return begin_all(sched, begin(sched, census_select_ids(sched, tenant_ids, err), release_id,
				      to, call, err));
}

static int start_with_forecast(struct sched *sched, struct census_run *run, bool is_plan,
			       const bool *cancelled)
{
	if (run != NULL) {
		run->is_plan = is_plan;
		run->with_forecast = true;
		run->cancelled = cancelled;
	}
	return begin_all(sched, run);
}

int census_start_rollout(struct sched *sched, const char *selector, int64_t release_id,
			 const char *to, const struct census_call *call, const bool *cancelled,
			 struct err *err)
{
	struct census_run *run =
		begin(sched, census_select(sched, selector, err), release_id, to, call, err);

	return start_with_forecast(sched, run, false, cancelled);
}

int census_start_plan(struct sched *sched, const char *selector, int64_t release_id, const char *to,
		      const struct census_call *call, const bool *cancelled, struct err *err)
{
	struct census_run *run =
		begin(sched, census_select(sched, selector, err), release_id, to, call, err);

	return start_with_forecast(sched, run, true, cancelled);
}
