#include "sched_verify.h"

#include <string.h>

#include "census.h"
#include "census_pick.h"
#include "release.h"
#include "sched_state.h"
#include "store_release.h"
#include "verify.h"
#include "verify_judge.h"

/* Schemas per order: all of them are read, which takes room. */
#define PORTION 200

struct sched_verify {
	struct sched *sched;
	struct release *release; /* one reference */
	char *name;              /* owned */
	struct verify verify;
	GHashTable *by_schema; /* "server_id/schema" -> struct verify_tenant *, key owned */
	size_t open;           /* orders that are not yet in */
	bool built;            /* the positions were sent to be built */
	bool failed;
	struct err err;
	bool cancelled;
	struct headway *headway; /* borrowed; or NULL */
	void (*fn)(void *ctx, const struct sched_verified *verified);
	void *ctx;
};

static void job_free(struct sched_verify *job)
{
	verify_release(&job->verify);
	if (job->by_schema != NULL) {
		g_hash_table_unref(job->by_schema);
	}
	release_unref(job->release);
	g_free(job->name);
	g_free(job);
}

void sched_verify_cancel(struct sched_verify *job)
{
	job->cancelled = true;
	sched_wake(job->sched);
}

static void answer(struct sched_verify *job)
{
	const struct release *release = job->release;
	const struct sched_verified verified = {
		.err = job->failed ? &job->err : NULL,
		.name = job->name,
		.version = release->migrations[release->nr - 1].version,
		.verify = &job->verify,
	};

	if (!job->failed) {
		verify_judge(&job->verify);
	}
	job->fn(job->ctx, &verified);
	job_free(job);
}

static void fail(struct sched_verify *job, const struct err *err)
{
	if (!job->failed) {
		job->failed = true;
		job->err = *err;
	}
}

static void send(struct sched_verify *job, int64_t server_id, struct exec_order *order,
		 const struct sched_job *done)
{
	const struct link *link = g_hash_table_lookup(job->sched->links, &server_id);

	order->release = release_ref(job->release);
	job->open++;
	sched_job_start_unless(job->sched, &link->row, order, done, &job->cancelled);
}

/* ---- what they should be ----------------------------------------------------------------- */

struct building {
	struct sched_verify *job;
	struct verify_position *position;
};

static void go_on(struct sched_verify *job);

/* May be called again when the turn was undone. */
static int on_built(struct sched *sched, const struct exec_result *result, void *ctx,
		    struct err *err)
{
	struct building *building = ctx;

	(void)sched;
	(void)err;
	verify_built(building->position, result);
	return 0;
}

static void on_build_done(void *ctx, const struct err *err)
{
	g_autofree struct building *building = ctx;
	struct sched_verify *job = building->job;

	headway_take(job->headway, HEADWAY_BUILD, 1);
	if (err != NULL) {
		fail(job, err);
	}
	job->open--;
	go_on(job);
}

static void send_build(struct sched_verify *job, struct verify_position *position)
{
	struct building *building;
	struct exec_order *order;

	if (position->collation == NULL ||
	    !g_hash_table_contains(job->sched->links, &position->server_id)) {
		position->lost = true;
		position->why = g_strdup("its server was removed meanwhile");
		return;
	}
	building = g_new0(struct building, 1);
	building->job = job;
	building->position = position;
	headway_expect(job->headway, HEADWAY_BUILD, 1);
	order = exec_order_new(EXEC_BUILD);
	order->word = g_strdup(position->collation);
	order->indices = g_memdup2(position->indices, position->nr * sizeof(size_t));
	order->nr_indices = position->nr;
	send(job, position->server_id, order,
	     &(struct sched_job){ on_built, on_build_done, building });
}

static char *flavor_of(const void *sched, int64_t server_id)
{
	return census_flavor(sched, server_id);
}

static void send_builds(struct sched_verify *job)
{
	const GPtrArray *positions = job->verify.positions;

	job->built = true;
	verify_positions(&job->verify, flavor_of, job->sched);
	for (guint i = 0; i < positions->len; i++) {
		send_build(job, g_ptr_array_index(positions, i));
	}
}

/* When nothing is under way: the next step, or the answer. */
static void go_on(struct sched_verify *job)
{
	struct err err;

	if (job->open > 0) {
		return;
	}
	if (job->cancelled) {
		err_set(&err, ERR_CANCELLED, "nobody waits for the answer any more");
		fail(job, &err);
	}
	if (!job->failed && !job->built) {
		send_builds(job);
	}
	if (job->open == 0) {
		answer(job);
	}
}

/* ---- where they stand -------------------------------------------------------------------- */

struct portion {
	struct sched_verify *job;
	struct verify_tenant *tenants; /* of the job */
	size_t nr;
};

static char *schema_key(int64_t server_id, const char *schema)
{
	return g_strdup_printf("%lld/%s", (long long)server_id, schema);
}

/* May be called again when the turn was undone. */
static int on_seen(struct sched *sched, const struct exec_result *result, void *ctx,
		   struct err *err)
{
	struct portion *portion = ctx;

	(void)sched;
	(void)err;
	for (size_t i = 0; !result->ok && i < portion->nr; i++) {
		verify_miss(&portion->tenants[i], result->err.msg);
	}
	for (size_t i = 0; result->ok && i < result->nr; i++) {
		g_autofree char *key = schema_key(result->server_id, result->standings[i].schema);
		struct verify_tenant *tenant = g_hash_table_lookup(portion->job->by_schema, key);

		CHECK(tenant != NULL);
		verify_take(tenant, &result->standings[i]);
	}
	verify_take_shapes(&portion->job->verify, result);
	return 0;
}

static void on_seen_done(void *ctx, const struct err *err)
{
	g_autofree struct portion *portion = ctx;
	struct sched_verify *job = portion->job;

	headway_take(job->headway, HEADWAY_READ, (int64_t)portion->nr);
	if (err != NULL) {
		fail(job, err);
	}
	job->open--;
	go_on(job);
}

static void send_portion(struct sched_verify *job, struct verify_tenant *tenants, size_t nr)
{
	struct portion *portion = g_new0(struct portion, 1);
	const struct sched_job done = { on_seen, on_seen_done, portion };
	struct exec_order *order = exec_order_new(EXEC_SURVEY);

	*portion = (struct portion){ job, tenants, nr };
	headway_expect(job->headway, HEADWAY_READ, (int64_t)nr);
	order->schemas = g_new0(char *, nr + 1);
	for (size_t i = 0; i < nr; i++) {
		order->schemas[i] = g_strdup(tenants[i].schema);
	}
	order->with_shapes = true;
	order->every_shape = true;
	order->verifies = true;
	send(job, tenants->server_id, order, &done);
}

/* They are in census_order: those of one server stand together. */
static void send_all(struct sched_verify *job)
{
	struct verify_tenant *tenants = job->verify.tenants;
	size_t first = 0;

	for (size_t i = 0; i < job->verify.nr; i++) {
		g_hash_table_insert(job->by_schema,
				    schema_key(tenants[i].server_id, tenants[i].schema),
				    &tenants[i]);
		if (i + 1 == job->verify.nr || i + 1 - first == PORTION ||
		    tenants[i + 1].server_id != tenants[i].server_id) {
			send_portion(job, &tenants[first], i + 1 - first);
			first = i + 1;
		}
	}
}

/* ---- the beginning ----------------------------------------------------------------------- */

static int find_release(struct sched_verify *job, const char *word, struct err *err)
{
	SCOPED(store_release) row = { 0 };

	if (word == NULL || word[0] == '\0') {
		return err_set(err, ERR_INVALID,
			       "no release is named: see \"muster release list\"");
	}
	if (store_release_get(job->sched->store, word, &row, err) < 0) {
		return -1;
	}
	job->release = sched_release_get(job->sched, row.id, err);
	if (job->release == NULL) {
		return -1;
	}
	job->name = g_strdup(row.name);
	return 0;
}

/* Every link is there before the first order leaves. */
static int find_tenants(struct sched_verify *job, const char *selector, struct err *err)
{
	g_autoptr(GArray) selected = census_select(job->sched, selector, err);
	struct link *link;

	if (selected == NULL) {
		return -1;
	}
	g_array_sort(selected, census_order);
	verify_init(&job->verify, job->release, job->name, selected->len);
	for (guint i = 0; i < selected->len; i++) {
		const struct census_tenant *from =
			&g_array_index(selected, struct census_tenant, i);
		struct verify_tenant *to = &job->verify.tenants[i];

		to->name = g_strdup(from->name);
		to->server = g_strdup(from->server);
		to->schema = g_strdup(from->schema);
		to->server_id = from->server_id;
		if (sched_link_get(job->sched, from->server_id, &link, err) < 0) {
			return -1;
		}
	}
	return 0;
}

struct sched_verify *sched_verify_start(struct sched *sched, const struct sched_verify_ask *ask,
					void (*fn)(void *ctx,
						   const struct sched_verified *verified),
					void *ctx, struct err *err)
{
	struct sched_verify *job = g_new0(struct sched_verify, 1);

	job->sched = sched;
	job->fn = fn;
	job->ctx = ctx;
	job->headway = ask->headway;
	job->by_schema = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (find_release(job, ask->release, err) < 0 || find_tenants(job, ask->selector, err) < 0) {
		job_free(job);
		return NULL;
	}
	send_all(job);
	return job;
}
