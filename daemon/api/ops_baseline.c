/*
 * Baseline: tenants that existed before muster are given a history. One job for each server;
 * the answer leaves when the last has ended, and says who was done and who was not.
 */
#include <inttypes.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "exec.h"
#include "ops.h"
#include "ops_tenant.h"
#include "release.h"
#include "store_release.h"
#include "store_server.h"
#include "store_tenant.h"

struct baseline {
	struct call *call;
	size_t left; /* jobs not ended */
	GPtrArray *parts;
	struct err failed; /* of the last job that failed as a whole */
	size_t nr_failed;
};

/* The tenants of one server. */
struct part {
	struct baseline *all;
	struct store_server server;
	GPtrArray *schemas;  /* of text */
	GPtrArray *done;     /* of text: names */
	GPtrArray *problems; /* of text */
};

static void part_free(void *data)
{
	struct part *part = data;

	store_server_release(&part->server);
	g_ptr_array_unref(part->schemas);
	g_ptr_array_unref(part->done);
	g_ptr_array_unref(part->problems);
	g_free(part);
}

static void baseline_free(struct baseline *all)
{
	g_ptr_array_unref(all->parts);
	g_free(all);
}

static int part_find(struct baseline *all, int64_t server_id, struct part **found, struct err *err)
{
	struct part *part;

	for (guint i = 0; i < all->parts->len; i++) {
		part = g_ptr_array_index(all->parts, i);
		if (part->server.id == server_id) {
			*found = part;
			return 0;
		}
	}
	part = g_new0(struct part, 1);
	part->all = all;
	part->schemas = g_ptr_array_new_with_free_func(g_free);
	part->done = g_ptr_array_new_with_free_func(g_free);
	part->problems = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(all->parts, part);
	*found = part;
	return store_server_get_id(all->call->api->store, server_id, &part->server, err);
}

/* ---- the end ------------------------------------------------------------------------- */

static void part_report(const struct part *part, struct wire_changed *answer)
{
	for (guint i = 0; i < part->done->len; i++) {
		wire_texts_add(&answer->tenants, g_ptr_array_index(part->done, i));
		answer->changed++;
	}
	for (guint i = 0; i < part->problems->len; i++) {
		struct wire_problem *problem = wire_list_add(&wire_problem_type, &answer->problems);

		problem->message = g_strdup(g_ptr_array_index(part->problems, i));
	}
}

static void all_end(struct baseline *all)
{
	struct call *call = all->call;

	if (call->api != NULL) {
		watch_wake(call->api->watch);
	}
	for (guint i = 0; i < all->parts->len; i++) {
		part_report(g_ptr_array_index(all->parts, i), call->answer);
	}
	call_finish(call, all->nr_failed == all->parts->len ? &all->failed : NULL);
	baseline_free(all);
}

static void part_done(void *ctx, const struct err *err)
{
	struct part *part = ctx;
	struct baseline *all = part->all;

	if (err != NULL) {
		all->failed = *err;
		all->nr_failed++;
		g_ptr_array_set_size(part->done, 0);
		g_ptr_array_add(part->problems, g_strdup(err->msg));
	}
	if (--all->left == 0) {
		all_end(all);
	}
}

/* ---- one server ---------------------------------------------------------------------- */

static int standing_take(struct part *part, const struct exec_standing *standing, struct err *err)
{
	struct call *call = part->all->call;
	const struct wire_baseline *asked = call->request;
	g_autofree char *text =
		g_strdup_printf("has what %s holds up to %s", asked->release, asked->version);
	SCOPED(store_tenant) row = { 0 };
	struct store_found found = { 0 };

	if (store_tenant_get_schema(call->api->store, part->server.id, standing->schema, &row,
				    err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
	}
	if (standing->ahead != NULL) {
		g_ptr_array_add(part->problems,
				g_strdup_printf("tenant %s: %s", row.name, standing->ahead));
		return 0;
	}
	found.version = standing->version == NULL ? asked->version : standing->version;
	found.bytes = row.bytes;
	sched_tenant_moved(call->api->sched, row.id);
	if (store_tenant_found(call->api->store, row.id, &found, err) < 0) {
		return -1;
	}
	g_ptr_array_add(part->done, g_strdup(row.name));
	return call_note(call, "tenant.baseline", "tenant", row.name, text, err);
}

/* May be called again when the turn was undone. */
static int part_ended(struct sched *sched, const struct exec_result *result, void *ctx,
		      struct err *err)
{
	struct part *part = ctx;

	(void)sched;
	g_ptr_array_set_size(part->done, 0);
	g_ptr_array_set_size(part->problems, 0);
	if (part->all->call->api == NULL) {
		return 0;
	}
	if (!result->ok) {
		*err = result->err;
		return err_prefix(err, "server %s", part->server.name);
	}
	for (size_t i = 0; i < result->nr; i++) {
		if (standing_take(part, &result->standings[i], err) < 0) {
			return -1;
		}
	}
	return 0;
}

static void part_send(struct part *part, struct release *release)
{
	struct call *call = part->all->call;
	const struct wire_baseline *asked = call->request;
	struct sched_job job = { .fn = part_ended, .done = part_done, .ctx = part };
	struct exec_order *order = exec_order_new(EXEC_BASELINE);

	order->release = release_ref(release);
	order->to_version = g_strdup(asked->version);
	order->schemas = g_new0(char *, part->schemas->len + 1);
	for (guint i = 0; i < part->schemas->len; i++) {
		order->schemas[i] = g_strdup(g_ptr_array_index(part->schemas, i));
	}
	sched_job_start(call->api->sched, &part->server, order, &job);
}

/* ---- the request --------------------------------------------------------------------- */

static int tenant_take(struct baseline *all, int64_t id, struct err *err)
{
	SCOPED(store_tenant) row = { 0 };
	struct part *part;

	if (store_tenant_get_id(all->call->api->store, id, &row, err) < 0 ||
	    part_find(all, row.server_id, &part, err) < 0) {
		return -1;
	}
	g_ptr_array_add(part->schemas, g_strdup(row.schema));
	return 0;
}

static int tenants_take(struct baseline *all, struct err *err)
{
	const struct wire_baseline *asked = all->call->request;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (tenants_pick(all->call->api, asked->selector, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (tenant_take(all, g_array_index(ids, int64_t, i), err) < 0) {
			return -1;
		}
	}
	return 0;
}

static struct release *release_of(struct call *call, struct err *err)
{
	const struct wire_baseline *asked = call->request;
	SCOPED(store_release) row = { 0 };
	struct release *release;

	if (store_release_get(call->api->store, asked->release, &row, err) < 0) {
		call_set_hint(call, g_strdup("muster release list"));
		return NULL;
	}
	release = sched_release_get(call->api->sched, row.id, err);
	if (release != NULL && release_find_word(release, asked->version) < 0) {
		err_set(err, ERR_INVALID, "release %s has no version \"%.64s\"", row.name,
			asked->version);
		call_set_hint(call, g_strdup_printf("muster release show %s", row.name));
		release_unref(release);
		return NULL;
	}
	return release;
}

int op_tenant_baseline(struct call *call, struct err *err)
{
	const struct wire_baseline *asked = call->request;
	__attribute__((cleanup(release_scoped_free))) struct release *release =
		release_of(call, err);
	struct baseline *all;

	call->actor.reason = asked->reason;
	if (release == NULL) {
		return OP_FAILED;
	}
	all = g_new0(struct baseline, 1);
	all->call = call;
	all->parts = g_ptr_array_new_with_free_func(part_free);
	if (tenants_take(all, err) < 0) {
		baseline_free(all);
		return OP_FAILED;
	}
	call_defer(call);
	all->left = all->parts->len;
	for (guint i = 0; i < all->parts->len; i++) {
		part_send(g_ptr_array_index(all->parts, i), release);
	}
	return OP_LATER;
}
