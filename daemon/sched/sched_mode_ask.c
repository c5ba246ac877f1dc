/*
 * What operators ask: close a tenant, open it, and wait until it is so. And what a server
 * says of itself when no inventory knows it any more.
 */
#include <string.h>

#include "close_plan.h"
#include "hook_set.h"
#include "log.h"
#include "sched_close.h"
#include "sched_hook.h"
#include "sched_mode.h"
#include "sched_state.h"
#include "shell.h"
#include "store_server.h"
#include "store_tenant.h"
#include "tick.h"

/* Somebody who waits for a tenant; told once. */
struct waiter {
	int64_t tenant_id;
	bool open;     /* until it is open; else until it is closed */
	int64_t until; /* tick_ms; of opening, then it is told that it lasts */
	sched_mode_fn fn;
	void *ctx;
	char *method; /* owned; of what is told, or NULL */
	char *why;    /* owned */
	char *proof;  /* owned */
	char **holes; /* owned */
};

static void waiter_free(void *data)
{
	struct waiter *waiter = data;

	g_free(waiter->method);
	g_free(waiter->why);
	g_free(waiter->proof);
	g_strfreev(waiter->holes);
	g_free(waiter);
}

static void tell(struct waiter *waiter, const struct err *err)
{
	const struct sched_writers found = { .method = waiter->method,
					     .why = waiter->why,
					     .proof = waiter->proof,
					     .holes = waiter->holes };

	waiter->fn(waiter->ctx, &found, err);
	waiter_free(waiter);
}

static void waiter_add(struct sched *sched, struct waiter *waiter)
{
	g_ptr_array_add(sched->waiters, waiter);
}

void sched_modes_say(struct sched *sched, int64_t tenant_id, char **notes)
{
	g_autofree char *all = g_strjoinv("; ", notes);

	for (guint i = 0; i < sched->waiters->len && all[0] != '\0'; i++) {
		struct waiter *waiter = g_ptr_array_index(sched->waiters, i);

		if (waiter->tenant_id == tenant_id && waiter->open) {
			store_text_set(&waiter->why, all);
		}
	}
}

static bool is_open(const struct waiter *waiter, const struct mode_run *run, struct err *err)
{
	if (run == NULL || run->row.mode == TENANT_RW) {
		return true;
	}
	if (run->row.mode == TENANT_OPENING && run->failed) {
		*err = run->err;
		(void)err_prefix(err, "it is not open yet, and tried again");
	} else if (tick_ms() >= waiter->until) {
		(void)err_set(
			err, ERR_TIMEOUT,
			"it is not open yet, and goes on: its server has not answered so far");
	}
	return err->code != ERR_NONE;
}

int64_t sched_waiters_due(const struct sched *sched)
{
	int64_t due = -1;

	for (guint i = 0; i < sched->waiters->len; i++) {
		const struct waiter *waiter = g_ptr_array_index(sched->waiters, i);
		int64_t left = MAX(waiter->until - tick_ms(), 0);

		if (waiter->open) {
			due = due < 0 ? left : MIN(due, left);
		}
	}
	return due;
}

/* Has what it waits for come, or will it never? 1 or 0. */
static int is_settled(struct sched *sched, const struct waiter *waiter, struct err *err)
{
	const struct mode_run *run = sched_mode_find(sched, waiter->tenant_id);
	enum tenant_mode mode = run == NULL ? TENANT_RW : run->row.mode;

	*err = (struct err){ 0 };
	if (waiter->open) {
		return is_open(waiter, run, err);
	}
	if (mode == TENANT_RO || mode == TENANT_MAINTENANCE) {
		return 1;
	}
	if (mode == TENANT_CLOSING) {
		return 0;
	}
	if (run != NULL && run->row.failed != NULL) {
		(void)err_set(err, err_code_parse(run->row.failed_code), "%s", run->row.failed);
	} else {
		(void)err_set(err, ERR_CANCELLED, "it was opened again before it was closed");
	}
	return 1;
}

/* Once more on the closed one, or a list of them, says them again. */
static void keep_holes(struct sched *sched, const struct waiter *waiter)
{
	struct mode_run *run = sched_mode_find(sched, waiter->tenant_id);

	if (run != NULL && !waiter->open && waiter->holes != NULL) {
		g_strfreev(run->holes);
		run->holes = g_strdupv(waiter->holes);
	}
}

char *const *sched_mode_holes(struct sched *sched, int64_t tenant_id)
{
	const struct mode_run *run = sched_mode_find(sched, tenant_id);

	return run == NULL ? NULL : run->holes;
}

/* Collected first: who is told may ask again. */
void sched_modes_finish(struct sched *sched)
{
	g_autoptr(GPtrArray) told = g_ptr_array_new();
	g_autoptr(GArray) errs = g_array_new(FALSE, FALSE, sizeof(struct err));

	for (guint i = 0; i < sched->waiters->len;) {
		struct waiter *waiter = g_ptr_array_index(sched->waiters, i);
		struct err err;

		if (is_settled(sched, waiter, &err)) {
			keep_holes(sched, waiter);
			g_ptr_array_add(told, g_ptr_array_steal_index(sched->waiters, i));
			g_array_append_val(errs, err);
		} else {
			i++;
		}
	}
	for (guint i = 0; i < told->len; i++) {
		const struct err *err = &g_array_index(errs, struct err, i);

		tell(g_ptr_array_index(told, i), err->code == ERR_NONE ? NULL : err);
	}
}

void sched_modes_cancel(struct sched *sched)
{
	struct err err;

	(void)err_set(&err, ERR_CANCELLED, "musterd is stopping");
	while (sched->waiters->len > 0) {
		tell(g_ptr_array_steal_index(sched->waiters, 0), &err);
	}
}

/* ---- found closed ------------------------------------------------------------------------ */

/* Nobody here knows why: it is opened. */
static int found_one(struct sched *sched, const struct store_tenant *tenant,
		     const struct exec_closed *closed, struct err *err)
{
	g_autofree char *text =
		g_strdup_printf("found closed by %s (%s), which this inventory does not know",
				closed->owner, closed->reason);
	g_autofree char *hooks = sched_hooks_usual(sched);
	struct store_mode row = {
		.tenant_id = tenant->id,
		.tenant = tenant->name,
		.server_id = tenant->server_id,
		.schema = tenant->schema,
		.mode = TENANT_RW,
		.hooks = hooks,
		.method = closed->method,
		.restore = closed->restore,
		.reason = closed->reason,
		.owner = closed->owner,
		.asked_at = tick_wall_ms(),
		.expires_at = tick_wall_ms(),
	};

	log_warn("tenant found closed tenant=%s owner=%s", tenant->name, closed->owner);
	return sched_mode_move(sched, &row, TENANT_FOUND, &sched_self, text, err);
}

/*
 * While the server is not claimed it may be another daemon that has closed it: then the claim
 * is asked for, and with it they are looked for again.
 */
int sched_modes_found(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct link *link = g_hash_table_lookup(sched->links, &result->server_id);

	if (link == NULL) {
		return 0; /* removed meanwhile */
	}
	for (size_t i = 0; i < result->nr_closed; i++) {
		const struct exec_closed *closed = &result->closed[i];
		SCOPED(store_tenant) tenant = { 0 };

		if (store_tenant_get_schema(sched->store, result->server_id, closed->schema,
					    &tenant, err) < 0) {
			if (err->code != ERR_NOT_FOUND) {
				return -1;
			}
			log_warn("database is closed for writes and no tenant schema=%s owner=%s",
				 closed->schema, closed->owner);
		} else if (tenant.mode == TENANT_RW && sched_claim_held(link) &&
			   found_one(sched, &tenant, closed, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int on_scanned(struct sched *sched, const struct exec_result *result, void *ctx,
		      struct err *err)
{
	(void)ctx;
	if (!result->ok) {
		log_info("closed databases not looked for error=\"%s\"", result->err.msg);
		return 0;
	}
	return sched_modes_found(sched, result, err);
}

const char *sched_mode_problem(struct sched *sched, int64_t tenant_id)
{
	const struct mode_run *run = sched_mode_find(sched, tenant_id);
	bool on_its_way =
		run != NULL && (run->row.mode == TENANT_CLOSING || run->row.mode == TENANT_OPENING);

	return on_its_way && run->failed ? run->err.msg : NULL;
}

void sched_modes_scan(struct sched *sched, const struct store_server *server)
{
	static const struct sched_job job = { .fn = on_scanned };

	sched_job_start(sched, server, exec_order_new(EXEC_CLOSED), &job);
}

/* ---- close ------------------------------------------------------------------------------- */

struct closing {
	struct sched *sched;
	struct sched_close how;
	char *reason;          /* owned */
	char *hooks;           /* owned */
	struct waiter *waiter; /* owned */
	char *owner;           /* owned */
	int64_t uid;
	bool told_closed; /* it was closed all the time */
};

static void closing_free(struct closing *closing)
{
	g_free(closing->reason);
	g_free(closing->hooks);
	g_free(closing->owner);
	g_free(closing);
}

/* Of the method hook nothing is left without a hook that has the application stop. */
static void find_holes(struct waiter *waiter, const struct closing *closing,
		       const struct exec_result *result)
{
	g_autoptr(GStrvBuilder) holes = g_strv_builder_new();

	for (size_t i = 0; result->holes[i] != NULL; i++) {
		g_strv_builder_add(holes, result->holes[i]);
	}
	if (strcmp(result->method, close_method_names[CLOSE_HOOK]) == 0 &&
	    !hook_set_has(closing->hooks, HOOK_BEFORE_CLOSE) &&
	    !hook_set_has(closing->hooks, HOOK_AFTER_CLOSE)) {
		g_strv_builder_add(holes, "method hook takes nothing by itself, and no hook has "
					  "the application stop: --hook before-close=NAME");
	}
	g_strfreev(waiter->holes);
	waiter->holes = g_strv_builder_end(holes);
}

static int refuse_holes(char **holes, struct err *err)
{
	g_autofree char *all = g_strjoinv("; ", holes);

	return err_set(err, ERR_CONFLICT,
		       "writes would still get through: %.300s; --accept-holes closes it all the "
		       "same",
		       all);
}

static int begin_close(struct sched *sched, const struct closing *closing,
		       const struct store_tenant *tenant, const struct exec_result *result,
		       struct err *err)
{
	const struct sched_actor actor = { closing->uid, closing->owner, closing->reason };
	int64_t now = tick_wall_ms();
	g_autofree char *text =
		g_strdup_printf("%s closes it for writes, for %" G_GINT64_FORMAT " s, method %s",
				closing->owner, closing->how.ttl_ms / 1000, result->method);
	struct store_mode row = {
		.tenant_id = tenant->id,
		.tenant = tenant->name,
		.server_id = tenant->server_id,
		.schema = tenant->schema,
		.mode = TENANT_RW,
		.method = result->method,
		.restore = result->restore,
		.reason = closing->reason,
		.owner = closing->owner,
		.maintenance = closing->how.maintenance,
		.drain_ms = closing->how.drain_ms,
		.ends = closing->how.ends,
		.asked_at = now,
		.expires_at = now + closing->how.ttl_ms,
		.hooks = closing->hooks,
		.rollout_id = closing->how.rollout_id,
		.task_id = closing->how.task_id,
	};

	return sched_mode_move(sched, &row, TENANT_CLOSE, &actor, text, err);
}

static int on_looked(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct closing *closing = ctx;
	struct waiter *waiter = closing->waiter;
	SCOPED(store_tenant) tenant = { 0 };

	if (!result->ok) {
		*err = result->err;
		return -1;
	}
	if (store_tenant_get_id(sched->store, waiter->tenant_id, &tenant, err) < 0) {
		return -1;
	}
	closing->told_closed = result->nr_closed > 0;
	if (closing->told_closed) {
		return sched_modes_found(sched, result, err);
	}
	store_text_set(&waiter->method, result->method);
	store_text_set(&waiter->why, result->why);
	store_text_set(&waiter->proof, result->proof);
	find_holes(waiter, closing, result);
	if (closing->how.dry_run) {
		return 0;
	}
	if (closing->how.task_id != 0 && !sched_close_awaited(sched, closing->how.task_id)) {
		return err_set(err, ERR_CANCELLED, "its task does not wait for it any more");
	}
	if (waiter->holes[0] != NULL && !closing->how.accept_holes) {
		return refuse_holes(waiter->holes, err);
	}
	return begin_close(sched, closing, &tenant, result, err);
}

static void on_look_done(void *ctx, const struct err *err)
{
	struct closing *closing = ctx;
	struct waiter *waiter = g_steal_pointer(&closing->waiter);
	struct err conflict;

	if (err == NULL && closing->told_closed) {
		(void)err_set(
			&conflict, ERR_CONFLICT,
			"it was left closed by an earlier musterd and is opened now: try again "
			"when it is rw");
		err = &conflict;
	}
	if (err != NULL || closing->how.dry_run) {
		tell(waiter, err);
	} else {
		waiter_add(closing->sched, waiter);
	}
	closing_free(closing);
}

static struct waiter *waiter_new(int64_t tenant_id, bool open, sched_mode_fn fn, void *ctx)
{
	struct waiter *waiter = g_new0(struct waiter, 1);

	waiter->tenant_id = tenant_id;
	waiter->open = open;
	waiter->fn = fn;
	waiter->ctx = ctx;
	return waiter;
}

static int check_method(const struct store_mode *row, const struct sched_close *how,
			struct err *err)
{
	g_autofree char *word = NULL;

	if (how->method == NULL || strcmp(how->method, row->method) == 0) {
		return 0;
	}
	word = shell_word(row->tenant);
	return err_set(err, ERR_CONFLICT,
		       "it is closed with method %s; to close it with method %s, open it first: "
		       "`muster readonly off %s`",
		       row->method, how->method, word);
}

/* Never sooner than it has been promised. Owned: what is told of it. */
static char *put_lease(struct store_mode *row, const struct mode_run *run, int64_t ttl_ms)
{
	int64_t left_ms = sched_mode_left_ms(run, row);
	g_autofree char *word = shell_word(row->tenant);

	if (ttl_ms >= left_ms) {
		row->expires_at = tick_wall_ms() + ttl_ms;
		return g_strdup_printf("it was closed already: the lease ends in "
				       "%" G_GINT64_FORMAT " s",
				       ttl_ms / 1000);
	}
	return g_strdup_printf("it was closed already, and longer than that: the lease still ends "
			       "in %" G_GINT64_FORMAT
			       " s; `muster readonly off %s` opens it sooner",
			       left_ms / 1000, word);
}

/* Closed already. */
static int extend(struct sched *sched, const struct store_tenant *tenant,
		  const struct sched_close *how, const struct sched_actor *actor,
		  struct waiter *waiter, struct err *err)
{
	const struct mode_run *run = sched_mode_find(sched, tenant->id);
	SCOPED(store_mode) row = { 0 };
	g_autofree char *text = NULL;

	if (store_mode_get(sched->store, tenant->id, &row, err) < 0 ||
	    sched_close_needs(sched, &row, err) < 0 || check_method(&row, how, err) < 0) {
		return -1;
	}
	text = put_lease(&row, run, how->ttl_ms);
	row.maintenance = how->maintenance;
	store_text_set(&row.reason, how->reason);
	store_text_set(&row.owner, actor->name);
	row.rollout_id = 0; /* whose task has ended, and which would open it now */
	row.task_id = 0;
	store_text_set(&waiter->why, text);
	waiter->holes = run == NULL ? NULL : g_strdupv(run->holes);
	return sched_mode_move(sched, &row, how->maintenance ? TENANT_MAINTAIN : TENANT_CLOSE,
			       actor, text, err);
}

static int extend_or_not(struct sched *sched, const struct store_tenant *tenant,
			 const struct sched_close *how, const struct sched_actor *actor,
			 struct waiter *waiter, struct err *err)
{
	if (extend(sched, tenant, how, actor, waiter, err) < 0) {
		waiter_free(waiter);
		return -1;
	}
	waiter_add(sched, waiter);
	return 0;
}

int sched_mode_close(struct sched *sched, const struct store_tenant *tenant,
		     const struct sched_close *how, const struct sched_actor *actor,
		     sched_mode_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_server) server = { 0 };
	struct exec_order *order;
	struct closing *closing;

	if (!how->dry_run && (tenant->mode == TENANT_RO || tenant->mode == TENANT_MAINTENANCE)) {
		return extend_or_not(sched, tenant, how, actor,
				     waiter_new(tenant->id, false, fn, ctx), err);
	}
	if (tenant->mode != TENANT_RW) {
		return err_set(err, ERR_CONFLICT, "it is %s: wait until it is %s",
			       tenant_mode_names[tenant->mode],
			       tenant->mode == TENANT_CLOSING ? "ro" : "rw");
	}
	if (store_server_get_id(sched->store, tenant->server_id, &server, err) < 0) {
		return -1;
	}
	closing = g_new0(struct closing, 1);
	closing->sched = sched;
	closing->how = *how;
	closing->reason = g_strdup(how->reason);
	closing->hooks = g_strdup(how->hooks);
	closing->owner = g_strdup(actor->name);
	closing->uid = actor->uid;
	closing->waiter = waiter_new(tenant->id, false, fn, ctx);
	order = exec_order_new(EXEC_WRITERS);
	order->schema = g_strdup(tenant->schema);
	order->close.method = g_strdup(how->method);
	order->close.unaltered = how->unaltered;
	sched_job_start(sched, &server, order,
			&(struct sched_job){ on_looked, on_look_done, closing });
	return 0;
}

/* ---- open -------------------------------------------------------------------------------- */

/* What was about to work there parks: it was promised that nobody else writes. */
static void park_task(struct sched *sched, int64_t tenant_id)
{
	struct running *running = g_hash_table_lookup(sched->busy, &tenant_id);

	if (running != NULL && running->close != CLOSE_NONE) {
		atomic_store(&running->live.stop, 1);
	}
}

int sched_mode_open(struct sched *sched, const struct store_tenant *tenant,
		    const struct sched_actor *actor, sched_mode_fn fn, void *ctx, struct err *err)
{
	struct mode_run *run = sched_mode_find(sched, tenant->id);
	SCOPED(store_mode) row = { 0 };
	struct waiter *waiter;

	if (tenant->mode != TENANT_RW) {
		if (store_mode_get(sched->store, tenant->id, &row, err) < 0 ||
		    sched_close_needs(sched, &row, err) < 0 ||
		    sched_mode_move(sched, &row, TENANT_OPEN, actor, NULL, err) < 0) {
			return -1;
		}
		park_task(sched, tenant->id);
		if (run != NULL) { /* at once, whatever it waits for */
			if (tenant->mode != TENANT_OPENING) {
				sched_mode_stop(sched, run);
			}
			run->retry_at = 0;
			run->failed = false;
		}
	}
	waiter = waiter_new(tenant->id, true, fn, ctx);
	waiter->until = tick_ms() + sched->open_ms +
			sched->policy.hook_ms * (hook_set_has(row.hooks, HOOK_BEFORE_OPEN) +
						 hook_set_has(row.hooks, HOOK_AFTER_OPEN));
	waiter_add(sched, waiter);
	return 0;
}
