/*
 * What a look at a tenant means, and what happens to tasks when something happens to their
 * tenant: held, released, put aside by their rollout and tried again, or settled by a human after
 * an unknown outcome.
 */
#include <string.h>

#include "log.h"
#include "release.h"
#include "sched_state.h"
#include "shell.h"
#include "store_chain.h"
#include "store_epoch.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "survey.h"
#include "tick.h"

/* ---- a look ------------------------------------------------------------------------- */

void sched_tenant_moved(struct sched *sched, int64_t tenant_id)
{
	int64_t now_ms = tick_ms();

	g_hash_table_replace(sched->moved, g_memdup2(&tenant_id, sizeof(tenant_id)),
			     g_memdup2(&now_ms, sizeof(now_ms)));
}

bool sched_tenant_is_stale(const struct sched *sched, int64_t tenant_id,
			   const struct exec_standing *standing)
{
	const int64_t *moved_ms = g_hash_table_lookup(sched->moved, &tenant_id);

	return standing->looked_ms != 0 && (g_hash_table_contains(sched->busy, &tenant_id) ||
					    (moved_ms != NULL && *moved_ms >= standing->looked_ms));
}

const char *sched_tenant_regressed(const struct store_tenant *tenant,
				   const struct exec_standing *standing)
{
	const char *expected = tenant->regressed != NULL ? tenant->regressed : tenant->version;

	if (!standing->exists || standing->problem != NULL) {
		return tenant->regressed; /* nothing was seen that could end it */
	}
	if (expected == NULL) {
		return NULL;
	}
	if (standing->applied == NULL) {
		return standing->regressed ? expected : NULL;
	}
	return g_strv_contains((const char *const *)standing->applied, expected) ? NULL : expected;
}

char *sched_regressed_text(const char *gone, const char *now)
{
	return g_strdup_printf("%s was applied here before, and its history ends at %s "
			       "now; was it restored from a backup?",
			       gone, now != NULL ? now : "the start");
}

const char *sched_tenant_newest(const struct store_tenant *tenant,
				const struct exec_standing *standing)
{
	return standing->applied == NULL ? standing->version
					 : survey_newest(standing->applied, tenant->version);
}

/* A pattern that means this schema alone. */
char *sched_discover_help(const char *server, const char *schema, bool accept)
{
	g_autoptr(GString) like = g_string_new(NULL);
	g_autofree char *pattern = NULL;

	for (const char *at = schema; *at != '\0'; at++) {
		if (*at == '_' || *at == '%' || *at == '\\') {
			g_string_append_c(like, '\\');
		}
		g_string_append_c(like, *at);
	}
	pattern = g_shell_quote(like->str);
	return g_strdup_printf("muster tenant discover --server %s --like %s%s", server, pattern,
			       accept ? " --accept" : "");
}

char *sched_regressed_reason(const char *gone, const char *now, const char *server,
			     const char *schema)
{
	g_autofree char *text = sched_regressed_text(gone, now);
	g_autofree char *help = sched_discover_help(server, schema, true);

	return g_strdup_printf("regressed: %s If that is how it shall be: `%s`", text, help);
}

static int note_regressed(struct sched *sched, const struct store_tenant *tenant, const char *gone,
			  const char *now, struct err *err)
{
	g_autofree char *object = g_strdup_printf("tenant/%s", tenant->name);
	g_autofree char *text = gone != NULL ? sched_regressed_text(gone, now)
					     : g_strdup_printf("it is at %s", now);

	if (gone != NULL) {
		log_warn("tenant regressed tenant=%s was=%s is=%s", tenant->name, gone,
			 now != NULL ? now : "-");
	}
	return sched_note(sched, &sched_self, 0, "tenant", object,
			  gone != NULL ? "regressed" : "accepted", text, err);
}

/* Most looks find nothing new: thousands of rows are not written again. */
static bool is_known(const struct store_tenant *tenant, const struct store_found *found)
{
	return g_strcmp0(tenant->version, found->version) == 0 &&
	       g_strcmp0(tenant->open, found->open) == 0 &&
	       g_strcmp0(tenant->regressed, found->regressed) == 0 && tenant->bytes == found->bytes;
}

int sched_tenant_looked(struct sched *sched, const struct store_tenant *tenant,
			const struct exec_standing *standing, bool accept, struct err *err)
{
	const char *gone = accept ? NULL : sched_tenant_regressed(tenant, standing);
	const struct store_found found = {
		.version = sched_tenant_newest(tenant, standing),
		.open = standing->open,
		.regressed = gone,
		.bytes = standing->bytes > 0 ? standing->bytes : tenant->bytes,
	};

	if (!standing->exists || standing->problem != NULL ||
	    (!accept && sched_tenant_is_stale(sched, tenant->id, standing))) {
		return 0; /* what is known stays */
	}
	if (g_strcmp0(gone, tenant->regressed) != 0 &&
	    note_regressed(sched, tenant, gone, standing->version, err) < 0) {
		return -1;
	}
	if (accept && store_tenant_shape(sched->store, tenant->id, NULL, NULL, NULL, err) < 0) {
		return -1; /* what it looks like next time counts as right */
	}
	if (standing->epoch > sched->epoch &&
	    store_epoch_seen(sched->store, standing->epoch, err) < 0) {
		return -1;
	}
	return is_known(tenant, &found) ? 0
					: store_tenant_found(sched->store, tenant->id, &found, err);
}

/* ---- hold and release --------------------------------------------------------------- */

static int follow(struct sched *sched, int64_t rollout_id, const struct store_tenant *tenant,
		  const struct sched_actor *actor, struct err *err)
{
	g_autofree char *text = NULL;
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (store_task_get(sched->store, rollout_id, tenant->name, &task, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	if (sched_run_get(sched, rollout_id, &run, err) < 0) {
		return -1;
	}
	if (tenant->hold == NULL) {
		return task.state != TASK_HELD
			       ? 0
			       : sched_task_move(sched, run, &task, TASK_UNHOLD, actor, NULL, err);
	}
	if (!fsm_has(&fsm_task, (int)task.state, TASK_HOLD)) {
		return 0; /* running tasks end; ended ones have ended */
	}
	text = g_strdup_printf("the tenant is held: %s", tenant->hold);
	return sched_task_move(sched, run, &task, TASK_HOLD, actor, text, err);
}

int sched_tenant_changed(struct sched *sched, const struct store_tenant *tenant,
			 const struct sched_actor *actor, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (store_rollout_each(sched->store, true, sched_rollout_id_add, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (follow(sched, g_array_index(ids, int64_t, i), tenant, actor, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* ---- put aside by the rollout ------------------------------------------------------- */

/* 1: a human holds the tenant; *reason, owned, is why. */
static int held_by_human(struct sched *sched, const struct store_task *task, char **reason,
			 struct err *err)
{
	SCOPED(store_tenant) tenant = { 0 };

	if (store_tenant_get_id(sched->store, task->tenant_id, &tenant, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed: its task says so */
	}
	*reason = g_steal_pointer(&tenant.hold);
	return *reason != NULL;
}

int sched_held_retry_one(struct sched *sched, struct run *run, struct store_task *task,
			 const struct sched_actor *actor, struct err *err)
{
	g_autofree char *reason = NULL;
	int held = held_by_human(sched, task, &reason, err);

	if (held > 0) {
		g_autofree char *word = shell_word(task->tenant);

		return err_set(err, ERR_CONFLICT,
			       "r%lld/%s is held with its tenant (%s): `muster tenant release %s` "
			       "lets it go on",
			       (long long)run->id, task->tenant, reason, word);
	}
	return held < 0 ? -1 : sched_task_move(sched, run, task, TASK_RETRY, actor, NULL, err);
}

static int retry_unless_held(struct sched *sched, struct run *run, int64_t task_id,
			     const struct sched_actor *actor, int64_t *nr, struct err *err)
{
	SCOPED(store_task) task = { 0 };
	g_autofree char *reason = NULL;
	int held;

	if (store_task_get_id(sched->store, task_id, &task, err) < 0) {
		return -1;
	}
	held = held_by_human(sched, &task, &reason, err);
	if (held != 0) {
		return MIN(held, 0);
	}
	(*nr)++;
	return sched_task_move(sched, run, &task, TASK_RETRY, actor, NULL, err);
}

int sched_held_retry(struct sched *sched, struct run *run, const struct sched_actor *actor,
		     int64_t *nr, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	*nr = 0;
	if (store_task_each(sched->store, run->id, TASK_HELD, 0, 0, sched_task_id_add, ids, err) <
	    0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (retry_unless_held(sched, run, g_array_index(ids, int64_t, i), actor, nr, err) <
		    0) {
			return -1;
		}
	}
	return 0;
}

/* ---- in doubt ----------------------------------------------------------------------- */

struct resolving {
	int64_t task_id;
	char *as;     /* owned */
	char *name;   /* owned; of the actor */
	char *reason; /* owned */
	int64_t uid;
	void (*done)(void *ctx, const struct err *err);
	void *ctx;
};

static void resolving_free(struct resolving *resolving)
{
	g_free(resolving->as);
	g_free(resolving->name);
	g_free(resolving->reason);
	g_free(resolving);
}

/* In a rollout that has ended nothing is left pending; the next one reads what was settled. */
static int go_on(struct sched *sched, struct run *run, struct store_task *task,
		 const struct sched_actor *actor, const char *text, struct err *err)
{
	g_autofree char *over = g_strdup_printf(
		"%s; the rollout was aborted, the next one goes on from there", text);

	if (run->row.state == ROLLOUT_ABORTED) {
		return sched_task_move(sched, run, task, TASK_CANCEL, actor, over, err);
	}
	if (run->row.state != ROLLOUT_FAILED && run->row.state != ROLLOUT_GATED) {
		return 0; /* it goes on by itself, or when it is resumed */
	}
	return sched_rollout_move(sched, run, ROLLOUT_RETRY, actor, text, err);
}

static int on_resolved(struct sched *sched, const struct exec_result *result, void *ctx,
		       struct err *err)
{
	const struct resolving *resolving = ctx;
	const struct sched_actor actor = { resolving->uid, resolving->name, resolving->reason };
	g_autofree char *text =
		result->ok && result->migration == NULL
			? g_strdup("settled before already: it goes on from what its history says")
			: g_strdup_printf("settled as %s by %s", resolving->as, resolving->name);
	SCOPED(store_task) task = { 0 };
	struct run *run = NULL;

	if (!result->ok) {
		*err = result->err;
		return -1;
	}
	if (store_task_get_id(sched->store, resolving->task_id, &task, err) < 0 ||
	    sched_run_get(sched, task.rollout_id, &run, err) < 0 ||
	    sched_task_move(sched, run, &task, TASK_RESOLVE, &actor, text, err) < 0) {
		return -1;
	}
	return go_on(sched, run, &task, &actor, text, err);
}

static void on_resolve_done(void *ctx, const struct err *err)
{
	struct resolving *resolving = ctx;

	resolving->done(resolving->ctx, err);
	resolving_free(resolving);
}

static bool is_settlement(const char *as)
{
	return strcmp(as, "applied") == 0 || strcmp(as, "not-applied") == 0 ||
	       (g_str_has_prefix(as, "at=") && as[3] != '\0' &&
		strspn(as + 3, "0123456789") == strlen(as + 3) && strlen(as) < 10);
}

static struct exec_order *resolve_order(struct sched *sched, const struct store_task *task,
					const char *as, struct err *err)
{
	SCOPED(store_rollout) rollout = { 0 };
	struct exec_order *order;
	struct release *release;

	if (store_rollout_get_id(sched->store, task->rollout_id, &rollout, err) < 0) {
		return NULL;
	}
	release = sched_release_get(sched, rollout.release_id, err);
	if (release == NULL) {
		return NULL;
	}
	order = exec_order_new(EXEC_RESOLVE);
	order->release = release;
	order->schema = g_strdup(task->schema);
	order->to_version = g_strdup(rollout.to_version);
	order->word = g_strdup(as);
	if (task->state == TASK_FAILED) {
		order->seen = g_strdup(task->migration == NULL ? "" : task->migration);
	}
	order->label = g_strdup_printf("r%lld/%s", (long long)task->rollout_id, task->tenant);
	return order;
}

static int check_resolve(struct sched *sched, const char *rollout, const char *tenant,
			 const char *as, struct store_task *task, struct err *err)
{
	SCOPED(store_rollout) row = { 0 };

	if (!is_settlement(as)) {
		return err_set(
			err, ERR_INVALID,
			"\"%s\" is not \"applied\", \"not-applied\" or \"at=N\" (N statements "
			"have run)",
			as);
	}
	if (store_rollout_get(sched->store, rollout, &row, err) < 0 ||
	    store_task_get(sched->store, row.id, tenant, task, err) < 0) {
		return -1;
	}
	if (!fsm_has(&fsm_task, (int)task->state, TASK_RESOLVE)) {
		return err_set(err, ERR_CONFLICT, "r%lld/%s is %s, neither in doubt nor failed",
			       (long long)row.id, tenant, task_state_names[task->state]);
	}
	return 0;
}

int sched_task_resolve(struct sched *sched, const char *rollout, const char *tenant, const char *as,
		       const struct sched_actor *actor,
		       void (*done)(void *ctx, const struct err *err), void *ctx, struct err *err)
{
	SCOPED(store_server) server = { 0 };
	SCOPED(store_task) task = { 0 };
	struct resolving *resolving;
	struct exec_order *order;

	if (check_resolve(sched, rollout, tenant, as, &task, err) < 0 ||
	    store_server_get_id(sched->store, task.server_id, &server, err) < 0) {
		return -1;
	}
	order = resolve_order(sched, &task, as, err);
	if (order == NULL) {
		return -1;
	}
	resolving = g_new0(struct resolving, 1);
	*resolving = (struct resolving){
		.task_id = task.id,
		.as = g_strdup(as),
		.name = g_strdup(actor->name),
		.reason = g_strdup(actor->reason),
		.uid = actor->uid,
		.done = done,
		.ctx = ctx,
	};
	sched_job_start(sched, &server, order,
			&(struct sched_job){ on_resolved, on_resolve_done, resolving });
	return 0;
}
