/*
 * What must be known of a tenant before its task starts, when the survey of its rollout could not
 * say it: its server was away, it was held, it failed and was mended since. Or when that was some
 * time ago: the rollout waited at a gate or for a window, it was paused, musterd was started anew.
 * It is looked at once more, together with all others of its server that wait for the same, and
 * one of each new class is tried out; who does not look as planned any more is kept out.
 */
#include "census.h"
#include "log.h"
#include "sched_state.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"

#define PORTION  400    /* tasks of one server that are looked at together */
#define KEEPS_MS 300000 /* what was seen of a tenant is relied on for so long */

static int64_t *copy(int64_t id)
{
	return g_memdup2(&id, sizeof(id));
}

/*
 * Is what was seen of it still to be relied on? Of one that has begun it is: the chain that it
 * began with tells how far it came.
 */
static bool is_fresh(const struct run *run, const struct store_task *task)
{
	const int64_t *looked_ms = g_hash_table_lookup(run->looked, &task->id);
	int64_t seen_ms = MAX(run->looked_ms, looked_ms == NULL ? 0 : *looked_ms);

	return task->attempt > 0 || (seen_ms != 0 && tick_ms() - seen_ms < KEEPS_MS);
}

int sched_prepared(struct sched *sched, struct run *run, const struct store_task *task,
		   struct chain **chain, struct err *err)
{
	if (is_fresh(run, task)) {
		int known = sched_chain_get(sched, task, chain, err);

		if (known != 0) {
			return known;
		}
		if (g_hash_table_contains(run->looked, &task->id)) {
			return 1;
		}
	}
	g_hash_table_insert(run->unready, copy(task->id), copy(task->server_id));
	return 0;
}

int sched_unprepare(struct sched *sched, struct run *run, struct store_task *task, struct err *err)
{
	g_hash_table_remove(run->looked, &task->id);
	g_hash_table_remove(run->closes, &task->id);
	g_clear_pointer(&task->class, g_free);
	return store_task_class(sched->store, task->id, NULL, err);
}

/* ---- the look ------------------------------------------------------------------------- */

struct preparing {
	struct sched *sched;
	int64_t rollout_id;
	int64_t server_id;
	int64_t phase; /* of all of them: another one has another target */
	GArray *tasks; /* owned; their ids */
};

static void preparing_free(struct preparing *preparing)
{
	g_array_unref(preparing->tasks);
	g_free(preparing);
}

/* What is not needed any more, or must not be touched, ends here. */
static int settle(struct sched *sched, struct run *run, struct store_task *task,
		  const struct census_tenant *tenant, struct err *err)
{
	g_autofree char *text = NULL;

	if (sched_is_kept_out(tenant)) {
		text = sched_kept_out_text(tenant, run->id);
		store_text_set(&task->difference, tenant->drifted);
		return sched_task_move(sched, run, task,
				       sched_is_drifted(tenant) ? TASK_DRIFT : TASK_AHEAD,
				       &sched_self, text, err);
	}
	if (tenant->exists && tenant->pending == 0) {
		return sched_task_move(sched, run, task, TASK_NOTHING, &sched_self, NULL, err);
	}
	return store_task_class(sched->store, task->id, tenant->class, err);
}

static bool is_away(const struct sched *sched, int64_t server_id)
{
	const struct link *link = g_hash_table_lookup(sched->links, &server_id);

	return link != NULL && link_is_away(link);
}

/* Nothing was seen of it: one that had drifted is not taken for mended. */
static int keep_drifted(struct sched *sched, struct run *run, struct store_task *task,
			const struct census_tenant *tenant, struct err *err)
{
	struct census_tenant known = *tenant;
	SCOPED(store_tenant) row = { 0 };

	if (is_away(sched, tenant->server_id)) {
		return 0; /* it is asked about again */
	}
	if (store_tenant_get_id(sched->store, tenant->id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	known.drifted = row.drifted;
	return row.drifted == NULL ? 0 : settle(sched, run, task, &known, err);
}

static int take_tenant(struct sched *sched, struct run *run, const struct census_tenant *tenant,
		       bool again, struct err *err)
{
	SCOPED(store_task) task = { 0 };

	if (tenant->removed || (tenant->unseen && again)) {
		return 0;
	}
	if (store_task_get(sched->store, run->id, tenant->name, &task, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	if (task.state != TASK_PENDING) {
		return 0; /* held, skipped or cancelled meanwhile */
	}
	return tenant->known ? settle(sched, run, &task, tenant, err)
			     : keep_drifted(sched, run, &task, tenant, err);
}

/* These start with what is known; those of a server that went away are asked about again. */
static void mark_looked(struct run *run, const struct preparing *preparing)
{
	if (is_away(preparing->sched, preparing->server_id)) {
		return;
	}
	for (guint i = 0; i < preparing->tasks->len; i++) {
		g_hash_table_insert(run->looked, copy(g_array_index(preparing->tasks, int64_t, i)),
				    copy(tick_ms()));
	}
}

/* They are not looked at any more, and start with what is known. */
static int warn_unseen(struct sched *sched, const struct run *run, const struct census *census,
		       size_t nr, const char *first, struct err *err)
{
	const char *others = nr == 1 ? "" : " and others";
	g_autofree char *why =
		census->unread == NULL ? g_strdup("") : g_strdup_printf(" (%s)", census->unread);
	g_autofree char *text =
		g_strdup_printf("%s%s could not be looked at%s: whether the schema drifted is not "
				"known, and a crash in the middle of a file leaves a tenant in "
				"doubt",
				first, others, why);

	return sched_warn(sched, run->id, text, err);
}

/*
 * Who was not seen as it is may have drifted: *again, the look is worth another one, some times;
 * then it is told. One whose server is away is looked at when that is back.
 */
static int judge_unseen(struct sched *sched, struct run *run, const struct census *census,
			bool *again, struct err *err)
{
	const struct census_tenant *first = NULL;
	size_t nr = census_unseen(census, &first);

	*again = false;
	if (nr == 0 || is_away(sched, first->server_id)) {
		return 0;
	}
	*again = run_looks_again(run);
	return *again ? 0 : warn_unseen(sched, run, census, nr, first->name, err);
}

static int on_looked(struct sched *sched, const struct census *census, void *ctx, struct err *err)
{
	const struct preparing *preparing = ctx;
	struct run *run = NULL;
	bool again;

	if (sched_run_get(sched, preparing->rollout_id, &run, err) < 0) {
		return -1;
	}
	if (judge_unseen(sched, run, census, &again, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < census->nr; i++) {
		if (take_tenant(sched, run, &census->tenants[i], again, err) < 0) {
			run->stale = true;
			return -1;
		}
	}
	if (!again && !census_is_lost(census)) {
		mark_looked(run, preparing);
	}
	return sched_chains_put(sched, run, census, err);
}

static void on_look_done(void *ctx, const struct err *err)
{
	struct preparing *preparing = ctx;
	struct run *run = g_hash_table_lookup(preparing->sched->runs, &preparing->rollout_id);

	if (run != NULL) {
		g_hash_table_remove(run->asking, &preparing->server_id);
		run_ready(run, preparing->server_id);
		if (err != NULL && err->code != ERR_CANCELLED) {
			log_error("look at tenants failed rollout=r%lld error=\"%s\"",
				  (long long)preparing->rollout_id, err->msg);
			if (!run_looks_again(run)) {
				mark_looked(run, preparing);
			}
		}
		sched_wake(preparing->sched);
	}
	preparing_free(preparing);
}

/* ---- asking ---------------------------------------------------------------------------- */

/* The tenants of some unready tasks of the server. Owned; NULL on failure. */
static GArray *collect(struct sched *sched, const struct run *run, struct preparing *preparing,
		       struct err *err)
{
	g_autoptr(GArray) tenants = g_array_new(FALSE, FALSE, sizeof(int64_t));
	GHashTableIter iter;
	void *id;
	void *server_id;

	g_hash_table_iter_init(&iter, run->unready);
	while (tenants->len < PORTION && g_hash_table_iter_next(&iter, &id, &server_id)) {
		SCOPED(store_task) task = { 0 };

		if (*(int64_t *)server_id != preparing->server_id) {
			continue;
		}
		if (store_task_get_id(sched->store, *(int64_t *)id, &task, err) < 0) {
			return NULL;
		}
		if (tenants->len == 0) {
			preparing->phase = task.phase;
		}
		if (task.phase != preparing->phase) {
			continue; /* the next look is for these */
		}
		g_array_append_val(tenants, task.tenant_id);
		g_array_append_val(preparing->tasks, task.id);
	}
	return g_steal_pointer(&tenants);
}

static int ask(struct sched *sched, struct run *run, int64_t server_id, struct err *err)
{
	struct preparing *preparing = g_new0(struct preparing, 1);
	const struct census_call call = {
		.fn = on_looked,
		.done = on_look_done,
		.ctx = preparing,
		.rollout_id = run->id,
		.rewrites = run_rewrites(&run->row),
	};
	g_autoptr(GArray) tenants = NULL;

	*preparing = (struct preparing){
		.sched = sched,
		.rollout_id = run->id,
		.server_id = server_id,
		.tasks = g_array_new(FALSE, FALSE, sizeof(int64_t)),
	};
	tenants = collect(sched, run, preparing, err);
	if (tenants != NULL &&
	    census_start_of(sched, tenants, run->row.release_id, run_target(run, preparing->phase),
			    &call, err) == 0) {
		g_hash_table_add(run->asking, copy(server_id));
		return 0;
	}
	if (tenants != NULL && err->code == ERR_NOT_FOUND) {
		mark_looked(run, preparing); /* removed: their tasks say so */
		run_ready(run, server_id);
		sched_wake(sched);
		preparing_free(preparing);
		return 0;
	}
	preparing_free(preparing);
	return -1;
}

int sched_prepare(struct sched *sched, struct run *run, struct err *err)
{
	g_autoptr(GHashTable) servers =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	GHashTableIter iter;
	void *server_id;

	g_hash_table_iter_init(&iter, run->unready);
	while (g_hash_table_iter_next(&iter, NULL, &server_id)) {
		g_hash_table_add(servers, copy(*(int64_t *)server_id));
	}
	g_hash_table_iter_init(&iter, servers);
	while (g_hash_table_iter_next(&iter, &server_id, NULL)) {
		if (!g_hash_table_contains(run->asking, server_id) &&
		    ask(sched, run, *(int64_t *)server_id, err) < 0) {
			return -1;
		}
	}
	return 0;
}
