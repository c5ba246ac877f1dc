/*
 * Closing tenants for writes and opening them. The answer leaves when the last of those that
 * were asked for is closed, or open, or has failed; what was asked is done also when the
 * client has gone.
 */
#include <stdlib.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "hook_set.h"
#include "name.h"
#include "ops.h"
#include "ops_tenant.h"
#include "shell.h"
#include "store_mode.h"
#include "store_tenant.h"
#include "view.h"

#define TTL_LEAST_MS 1000
#define TTL_MOST_MS  (INT64_C(7) * 24 * 3600 * 1000)
#define DRAIN_MS     10000
#define REASON_MAX   1000

struct change {
	struct call *call;
	struct sched_close how; /* texts are the request's */
	size_t left;            /* tenants not told; and one while they are asked */
	size_t nr;
	size_t nr_failed;
	struct err failed; /* of the first */
	char *hooks;       /* owned */
	char *hint;        /* owned; what helps the first that failed, or NULL */
};

/* One tenant. */
struct part {
	struct change *all;
	int64_t tenant_id;
	char *name; /* owned */
};

/* ---- the answer ------------------------------------------------------------------------ */

static void add_answer(struct part *part, const struct sched_writers *found, const struct err *err)
{
	struct call *call = part->all->call;
	struct wire_readonly_change *out = wire_list_add(&wire_readonly_change_type, &call->list);
	SCOPED(store_tenant) row = { 0 };
	SCOPED(store_mode) mode = { 0 };
	struct err ignored;

	out->tenant = g_strdup(part->name);
	out->method = found == NULL ? NULL : g_strdup(found->method);
	out->why = found == NULL ? NULL : g_strdup(found->why);
	out->proof = found == NULL ? NULL : g_strdup(found->proof);
	view_texts(found == NULL ? NULL : found->holes, &out->holes);
	out->problem = err == NULL ? NULL : g_strdup(err->msg);
	if (call->api == NULL ||
	    store_tenant_get_id(call->api->store, part->tenant_id, &row, &ignored) < 0) {
		return;
	}
	out->mode = g_strdup(tenant_mode_names[row.mode]);
	if (store_mode_get(call->api->store, part->tenant_id, &mode, &ignored) == 0) {
		g_free(out->method);
		out->method = g_strdup(mode.method);
		out->expires_at = view_time(sched_mode_ends_at(call->api->sched, &mode));
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct wire_readonly_change *left = a;
	const struct wire_readonly_change *right = b;

	return g_strcmp0(left->tenant, right->tenant);
}

/* All failed: the first one's sentence says it better than a list. */
static void part_end(struct change *all)
{
	if (--all->left > 0) {
		return;
	}
	if (all->call->api != NULL) {
		watch_wake(all->call->api->watch);
	}
	if (all->call->list.nr > 1) {
		qsort(all->call->list.items, all->call->list.nr,
		      sizeof(struct wire_readonly_change), compare_names);
	}
	if (all->nr_failed == all->nr) {
		call_set_hint(all->call, g_steal_pointer(&all->hint));
	}
	call_finish(all->call, all->nr_failed == all->nr ? &all->failed : NULL);
	g_free(all->hint);
	g_free(all->hooks);
	g_free(all);
}

/* The command that tells more of a conflict, or of what lasts. Owned; NULL: none does. */
static char *hint_of(const struct part *part, const struct sched_writers *found,
		     const struct err *err)
{
	SCOPED(store_tenant) row = { 0 };
	g_autofree char *word = NULL;
	struct err ignored;

	if ((err->code != ERR_CONFLICT && err->code != ERR_TIMEOUT) ||
	    part->all->call->api == NULL ||
	    store_tenant_get_id(part->all->call->api->store, part->tenant_id, &row, &ignored) < 0) {
		return NULL;
	}
	word = shell_word(row.name);
	if (found != NULL && found->holes != NULL && found->holes[0] != NULL) {
		return g_strdup_printf("muster readonly on %s --ttl 1m --reason look --dry-run",
				       word);
	}
	return row.mode == TENANT_RW ? g_strdup_printf("muster tenant show %s", word)
				     : g_strdup("muster readonly list");
}

static void on_told(void *ctx, const struct sched_writers *found, const struct err *err)
{
	struct part *part = ctx;
	struct change *all = part->all;

	if (err != NULL) {
		if (all->nr_failed++ == 0) {
			all->failed = *err;
			all->hint = hint_of(part, found, err);
			(void)err_prefix(&all->failed, "tenant %s", part->name);
		}
	}
	add_answer(part, found, err);
	g_free(part->name);
	g_free(part);
	part_end(all);
}

/* ---- the request ----------------------------------------------------------------------- */

/* -1 closes nothing and is the part's own problem. */
static int ask(struct part *part, const struct store_tenant *row, struct err *err)
{
	struct call *call = part->all->call;

	if (call->op->arg == 0) {
		return sched_mode_open(call->api->sched, row, &call->actor, on_told, part, err);
	}
	return sched_mode_close(call->api->sched, row, &part->all->how, &call->actor, on_told, part,
				err);
}

static void ask_one(struct change *all, int64_t id, struct err *err)
{
	SCOPED(store_tenant) row = { 0 };
	struct part *part = g_new0(struct part, 1);
	int asked = store_tenant_get_id(all->call->api->store, id, &row, err);

	part->all = all;
	part->tenant_id = id;
	part->name = g_strdup(row.name);
	all->left++;
	all->nr++;
	if (asked < 0 || ask(part, &row, err) < 0) {
		on_told(part, NULL, err);
	}
}

static int change_all(struct change *all, const char *selector, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (tenants_pick(all->call->api, selector, ids, err) < 0) {
		g_free(all->hooks);
		g_free(all);
		return OP_FAILED;
	}
	call_defer(all->call);
	all->left = 1;
	for (guint i = 0; i < ids->len; i++) {
		ask_one(all, g_array_index(ids, int64_t, i), err);
	}
	part_end(all);
	return OP_LATER;
}

static int check_on(const struct wire_readonly_on *asked, struct err *err)
{
	if (asked->ttl_ms < TTL_LEAST_MS || asked->ttl_ms > TTL_MOST_MS) {
		return err_set(err, ERR_INVALID,
			       "a tenant is closed for one second to seven days: give --ttl D");
	}
	if (asked->reason == NULL || asked->reason[0] == '\0') {
		return err_set(err, ERR_INVALID, "say why, others will wonder: --reason TEXT");
	}
	if (g_utf8_strlen(asked->reason, -1) > REASON_MAX) {
		return err_set(err, ERR_INVALID, "the reason has more than %d characters",
			       REASON_MAX);
	}
	if (asked->drain_ms < 0 || asked->drain_ms > asked->ttl_ms) {
		return err_set(err, ERR_INVALID, "--drain must be shorter than --ttl");
	}
	if (g_strcmp0(asked->at_deadline, "open") != 0 && asked->at_deadline != NULL &&
	    g_strcmp0(asked->at_deadline, "end") != 0) {
		return err_set(err, ERR_INVALID, "\"%.32s\" is not \"end\" or \"open\"",
			       asked->at_deadline);
	}
	return 0;
}

/* Those of rollouts mean nothing here; of the settings they are not run. */
static int hooks_of(struct call *call, const struct wire_texts *asked, char **set, struct err *err)
{
	g_auto(GStrv) words = call_words(asked);

	for (char **word = words; *word != NULL; word++) {
		enum hook_event event = HOOK_EVENT_NR;

		if (hook_set_word(*word, &event, err) == NULL) {
			return -1;
		}
		if (event == HOOK_BEFORE_ROLLOUT || event == HOOK_AFTER_ROLLOUT) {
			return err_set(err, ERR_INVALID,
				       "hook: %s is about a rollout; this is none",
				       hook_event_names[event]);
		}
	}
	return sched_hooks_ask(call->api->sched, words, set, err);
}

int op_readonly_on(struct call *call, struct err *err)
{
	const struct wire_readonly_on *asked = call->request;
	g_autofree char *hooks = NULL;
	struct change *all;

	call->actor.reason = asked->reason;
	if (check_on(asked, err) < 0 || hooks_of(call, &asked->hooks, &hooks, err) < 0) {
		return OP_FAILED;
	}
	all = g_new0(struct change, 1);
	all->call = call;
	all->hooks = g_steal_pointer(&hooks);
	all->how = (struct sched_close){
		.method = asked->method,
		.reason = asked->reason,
		.ttl_ms = asked->ttl_ms,
		.drain_ms = asked->drain_ms == 0 ? MIN(DRAIN_MS, asked->ttl_ms) : asked->drain_ms,
		.ends = g_strcmp0(asked->at_deadline, "open") != 0,
		.accept_holes = asked->accept_holes,
		.maintenance = asked->maintenance,
		.dry_run = asked->dry_run,
		.unaltered = true,
		.hooks = all->hooks,
	};
	return change_all(all, asked->selector, err);
}

int op_readonly_off(struct call *call, struct err *err)
{
	const struct wire_readonly_off *asked = call->request;
	struct change *all = g_new0(struct change, 1);

	call->actor.reason = asked->reason;
	all->call = call;
	return change_all(all, asked->selector, err);
}

/* ---- list ------------------------------------------------------------------------------ */

static int row_add(const struct store_mode *row, void *ctx, struct err *err)
{
	struct call *call = ctx;
	char *const *holes = sched_mode_holes(call->api->sched, row->tenant_id);
	struct wire_readonly *out = wire_list_add(&wire_readonly_type, &call->list);

	(void)err;
	out->tenant = g_strdup(row->tenant);
	out->mode = g_strdup(tenant_mode_names[row->mode]);
	out->method = g_strdup(row->method);
	out->since = view_time(row->since);
	out->expires_at = view_time(sched_mode_ends_at(call->api->sched, row));
	out->reason = g_strdup(row->reason);
	out->owner = g_strdup(row->owner);
	out->problem = g_strdup(row->failed);
	view_texts(holes, &out->holes);
	return 0;
}

int op_readonly_list(struct call *call, struct err *err)
{
	return store_mode_each(call->api->store, row_add, call, err) < 0 ? OP_FAILED : OP_DONE;
}
