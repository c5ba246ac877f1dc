/*
 * muster doctor: three jobs for each server, all servers at once. One asks what the server is
 * and what may be done there, one reads every history on it, one looks for databases that were
 * left closed for writes: those that nobody here has closed are opened. The answer leaves when the
 * last has ended; what was seen of the tenants is recorded on the way.
 */
#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "doctor.h"
#include "exec.h"
#include "ops.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "upkeep.h"

#define PATIENCE_MS 30000 /* a server that is stopped, but not gone, keeps nobody waiting */

struct checkup {
	struct call *call;
	size_t left;      /* jobs not ended; and one while they are made */
	GPtrArray *parts; /* struct part *, owned */
};

/* One server. Lists are made anew when a turn was undone and its job is read again. */
struct part {
	struct checkup *all;
	struct store_server server;
	GArray *tenants;         /* ids */
	struct wire_list itself; /* findings about the server */
	struct wire_list theirs; /* and about what is on it */
	struct wire_list closed; /* and about what says of itself that it is closed */
};

static void part_free(void *data)
{
	struct part *part = data;

	store_server_release(&part->server);
	g_array_unref(part->tenants);
	wire_list_release(&wire_finding_type, &part->itself);
	wire_list_release(&wire_finding_type, &part->theirs);
	wire_list_release(&wire_finding_type, &part->closed);
	g_free(part);
}

/* ---- the end ------------------------------------------------------------------------- */

/* The items move; what they own goes with them. */
static void list_move(struct wire_list *from, struct wire_list *to)
{
	struct wire_finding *items = from->items;

	for (size_t i = 0; i < from->nr; i++) {
		*(struct wire_finding *)wire_list_add(&wire_finding_type, to) = items[i];
		items[i] = (struct wire_finding){ 0 };
	}
}

static void job_end(struct checkup *all)
{
	struct call *call = all->call;

	if (--all->left > 0) {
		return;
	}
	for (guint i = 0; i < all->parts->len; i++) {
		struct part *part = g_ptr_array_index(all->parts, i);

		list_move(&part->itself, &call->list);
		list_move(&part->theirs, &call->list);
		list_move(&part->closed, &call->list);
	}
	doctor_sort(&call->list);
	call_finish(call, NULL);
	g_ptr_array_unref(all->parts);
	g_free(all);
}

static void on_done(void *ctx, const struct err *err)
{
	const struct part *part = ctx;

	(void)err; /* of a turn that could not be written: what was seen is said anyway */
	job_end(part->all);
}

/* ---- the server ---------------------------------------------------------------------- */

static int on_checked(struct sched *sched, const struct exec_result *result, void *ctx,
		      struct err *err)
{
	struct part *part = ctx;
	struct api *api = part->all->call->api;
	SCOPED(store_server) row = { 0 };
	struct exec_info info = { 0 };
	struct doctor_server subject = { .row = &row };

	(void)sched;
	wire_list_release(&wire_finding_type, &part->itself);
	if (api == NULL) {
		return 0;
	}
	if (store_server_get_id(api->store, part->server.id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
	}
	if (result->ok) {
		exec_info_get(result, &info);
		subject.info = &info;
	} else {
		subject.err = &result->err;
	}
	doctor_server(&subject, &part->itself);
	return 0;
}

/* ---- its tenants --------------------------------------------------------------------- */

/* What was read, by name. Names that the server folds are found folded. */
struct index {
	GHashTable *exact;  /* schema -> const struct exec_standing * */
	GHashTable *folded; /* key owned */
};

static void index_release(struct index *index)
{
	g_hash_table_unref(index->exact);
	g_hash_table_unref(index->folded);
}

SCOPED_RELEASE(index);

static void index_build(struct index *index, const struct exec_result *result)
{
	index->exact = g_hash_table_new(g_str_hash, g_str_equal);
	index->folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < result->nr; i++) {
		struct exec_standing *standing = &result->standings[i];

		g_hash_table_insert(index->exact, standing->schema, standing);
		g_hash_table_insert(index->folded, g_utf8_strdown(standing->schema, -1), standing);
	}
}

/* Takes it out: what is left at the end belongs to no tenant. */
static const struct exec_standing *index_take(struct index *index, const char *schema)
{
	const struct exec_standing *standing = g_hash_table_lookup(index->exact, schema);
	g_autofree char *folded = NULL;

	if (standing == NULL) {
		folded = g_utf8_strdown(schema, -1);
		standing = g_hash_table_lookup(index->folded, folded);
	}
	if (standing != NULL) {
		(void)g_hash_table_remove(index->exact, standing->schema);
	}
	return standing;
}

/* Its newest task and how that rollout stands; 0 with last->id 0 when there is none. */
static int last_task(struct api *api, struct doctor_tenant *subject, struct store_task *last,
		     struct err *err)
{
	SCOPED(store_rollout) rollout = { 0 };

	if (store_task_last(api->store, subject->row->id, last, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	if (store_rollout_get_id(api->store, last->rollout_id, &rollout, err) < 0) {
		return -1;
	}
	subject->last = last;
	subject->rollout = rollout.state;
	return 0;
}

static int examine(struct part *part, int64_t id, const struct exec_result *result,
		   struct index *index, struct err *err)
{
	static const struct exec_standing gone = { .exists = false };
	struct api *api = part->all->call->api;
	SCOPED(store_tenant) row = { 0 };
	SCOPED(store_task) last = { 0 };
	g_autofree char *drifted = NULL;
	g_autofree char *waits = NULL;
	struct upkeep upkeep = { 0 };
	struct doctor_tenant subject = { .row = &row, .epoch = sched_epoch(api->sched) };

	if (store_tenant_get_id(api->store, id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	if (result->ok) {
		subject.seen = index_take(index, row.schema);
		subject.seen = subject.seen == NULL ? &gone : subject.seen;
		if (sched_tenant_is_stale(api->sched, row.id, subject.seen)) {
			subject.seen = NULL; /* what is known counts */
		}
	}
	if (subject.seen != NULL && subject.seen->exists &&
	    sched_tenant_compare(api->sched, &row, subject.seen, result, &drifted, err) < 0) {
		return -1;
	}
	subject.drifted = drifted;
	if (last_task(api, &subject, &last, err) < 0 ||
	    sched_tenant_upkeep(api->sched, &row, &upkeep, &waits, err) < 0) {
		return -1;
	}
	subject.stuck = sched_mode_problem(api->sched, row.id);
	subject.shut = upkeep.next_ms == WINDOW_FOREVER ? waits : NULL;
	doctor_tenant(&subject, &part->theirs);
	return subject.seen == NULL
		       ? 0
		       : sched_tenant_looked(api->sched, &row, subject.seen, false, err);
}

static void strangers(struct part *part, const struct index *index)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, index->exact);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct exec_standing *standing = value;

		if (standing->has_history) {
			doctor_stranger(&part->server, standing->schema, &part->theirs);
		}
	}
}

static int on_looked(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct part *part = ctx;
	SCOPED(index) index = { 0 };

	(void)sched;
	wire_list_release(&wire_finding_type, &part->theirs);
	index_build(&index, result);
	if (part->all->call->api == NULL) {
		return 0;
	}
	for (guint i = 0; i < part->tenants->len; i++) {
		if (examine(part, g_array_index(part->tenants, int64_t, i), result, &index, err) <
		    0) {
			return -1;
		}
	}
	strangers(part, &index);
	return 0;
}

/* ---- what is left closed ---------------------------------------------------------------- */

static int on_scanned(struct sched *sched, const struct exec_result *result, void *ctx,
		      struct err *err)
{
	struct part *part = ctx;
	struct api *api = part->all->call->api;

	wire_list_release(&wire_finding_type, &part->closed);
	for (size_t i = 0; api != NULL && i < result->nr_closed; i++) {
		SCOPED(store_tenant) row = { 0 };
		bool is_ours = store_tenant_get_schema(api->store, part->server.id,
						       result->closed[i].schema, &row, err) == 0;

		if (!is_ours && err->code != ERR_NOT_FOUND) {
			return -1;
		}
		if (!is_ours || row.mode == TENANT_RW) {
			doctor_closed(&part->server, &result->closed[i], is_ours ? row.name : NULL,
				      &part->closed);
		}
	}
	return result->ok ? sched_modes_found(sched, result, err) : 0;
}

/* ---- the request --------------------------------------------------------------------- */

static int add_server(const struct store_server *row, void *ctx, struct err *err)
{
	struct checkup *all = ctx;
	struct part *part = g_new0(struct part, 1);

	part->all = all;
	part->tenants = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_ptr_array_add(all->parts, part);
	return store_server_get_id(all->call->api->store, row->id, &part->server, err);
}

static int add_tenant(const struct store_tenant *row, void *ctx, struct err *err)
{
	struct checkup *all = ctx;

	(void)err;
	for (guint i = 0; i < all->parts->len; i++) {
		struct part *part = g_ptr_array_index(all->parts, i);

		if (part->server.id == row->server_id) {
			g_array_append_val(part->tenants, row->id);
			return 0;
		}
	}
	return 0;
}

static void part_send(struct part *part)
{
	struct sched *sched = part->all->call->api->sched;
	struct exec_order *look = exec_order_new(EXEC_DISCOVER);
	struct exec_order *scan = exec_order_new(EXEC_CLOSED);

	look->word = g_strdup("%");
	look->with_shapes = true;
	look->patience_ms = PATIENCE_MS;
	scan->patience_ms = PATIENCE_MS;
	part->all->left += 3;
	sched_job_start(sched, &part->server, exec_order_new(EXEC_CHECK),
			&(struct sched_job){ on_checked, on_done, part });
	sched_job_start(sched, &part->server, look,
			&(struct sched_job){ on_looked, on_done, part });
	sched_job_start(sched, &part->server, scan,
			&(struct sched_job){ on_scanned, on_done, part });
}

int op_doctor(struct call *call, struct err *err)
{
	struct checkup *all = g_new0(struct checkup, 1);

	all->call = call;
	all->parts = g_ptr_array_new_with_free_func(part_free);
	if (store_server_each(call->api->store, add_server, all, err) < 0 ||
	    store_tenant_each(call->api->store, NULL, 0, add_tenant, all, err) < 0) {
		g_ptr_array_unref(all->parts);
		g_free(all);
		return OP_FAILED;
	}
	call_defer(call);
	all->left = 1;
	for (guint i = 0; i < all->parts->len; i++) {
		part_send(g_ptr_array_index(all->parts, i));
	}
	job_end(all);
	return OP_LATER;
}
