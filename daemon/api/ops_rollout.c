/*
 * Operations on rollouts: the scheduler decides, these translate.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "name.h"
#include "ops.h"
#include "store_rollout.h"
#include "tick.h"
#include "view.h"

#define LIST_DEFAULT 100 /* rollouts, newest first */

/* ---- list, show ---------------------------------------------------------------------- */

struct listing {
	struct call *call;
	int64_t behind; /* older than this id; 0: from the newest */
	int64_t limit;
};

static int rollout_add(const struct store_rollout *row, void *ctx, struct err *err)
{
	struct listing *listing = ctx;
	struct wire_list *list = &listing->call->list;

	if ((int64_t)list->nr == listing->limit ||
	    (listing->behind != 0 && row->id >= listing->behind)) {
		return 0;
	}
	return view_rollout(listing->call->api, row, wire_list_add(&wire_rollout_type, list), err);
}

int op_rollout_list(struct call *call, struct err *err)
{
	static const int64_t limits[2] = { 1, WIRE_PAGE_MAX };
	struct listing listing = { .call = call, .limit = LIST_DEFAULT };
	const char *after = call_param(call, "after");
	SCOPED(store_rollout) last = { 0 };

	if (call_param_int(call, "limit", &listing.limit, limits, err) < 0) {
		return OP_FAILED;
	}
	if (after != NULL) {
		if (store_rollout_get(call->api->store, after, &last, err) < 0) {
			return OP_FAILED;
		}
		listing.behind = last.id;
	}
	return store_rollout_each(call->api->store, false, rollout_add, &listing, err);
}

int op_rollout_show(struct call *call, struct err *err)
{
	SCOPED(store_rollout) row = { 0 };

	if (store_rollout_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	return view_rollout(call->api, &row, call->answer, err);
}

/* ---- start --------------------------------------------------------------------------- */

static void start_fill(const struct wire_rollout_start *asked, char *const *hooks,
		       struct sched_start *start)
{
	*start = (struct sched_start){
		.key = asked->key,
		.release = asked->release,
		.selector = asked->selector,
		.to = asked->to,
		.name = asked->name,
		.waves = asked->waves,
		.gate = asked->gate,
		.budget = asked->budget,
		.strategy = asked->strategy,
		.window = asked->window,
		.bake_ms = asked->bake_ms,
		.running = asked->running,
		.per_server = asked->per_server,
		.priority = asked->priority,
		.stall_ms = asked->stall_ms,
		.readonly = asked->readonly,
		.max_closed_ms = asked->max_closed_ms,
		.drain_ms = asked->drain_ms,
		.accept_holes = asked->accept_holes,
		.hooks = hooks,
	};
}

static char *moment_text(int64_t wall_ms)
{
	char text[TICK_TEXT_MAX];

	return wall_ms <= 0 ? NULL : g_strdup(tick_format(text, wall_ms));
}

static void preview_fill(const struct sched_preview *from, struct wire_preview *to)
{
	to->release = g_strdup(from->release);
	to->version = g_strdup(from->version);
	to->tenants = from->tenants;
	to->pending = from->pending;
	to->up_to_date = from->up_to_date;
	to->statements = from->statements;
	to->waiting = from->waiting;
	to->next_window = moment_text(from->first_at);
	to->last_window = moment_text(from->last_at);
	for (size_t i = 0; i < from->nr_waves; i++) {
		struct wire_wave *wave = wire_list_add(&wire_wave_type, &to->waves);

		wave->seq = (int64_t)i + 1;
		wave->size = from->wave_sizes[i];
		wave->state = g_strdup(wave_state_names[WAVE_PENDING]);
	}
	view_texts(from->ahead, &to->ahead);
	view_texts(from->regressed, &to->regressed);
	view_texts(from->drifted, &to->drifted);
	view_texts(from->warnings, &to->warnings);
	view_texts(from->missing, &to->missing);
	view_texts(from->held, &to->held);
}

static void preview_ended(void *ctx, const struct sched_preview *preview)
{
	struct call *call = ctx;

	if (preview->err.code != ERR_NONE) {
		call_finish(call, &preview->err);
		return;
	}
	preview_fill(preview, call->answer);
	call_finish(call, NULL);
}

static int start_preview(struct call *call, const struct sched_start *start, struct err *err)
{
	call_answer_as(call, &wire_preview_type);
	call_defer(call);
	if (sched_rollout_preview(call->api->sched, start, preview_ended, call, err) < 0) {
		call_unref(call);
		return OP_FAILED;
	}
	return OP_LATER;
}

int op_rollout_start(struct call *call, struct err *err)
{
	const struct wire_rollout_start *asked = call->request;
	g_auto(GStrv) hooks = call_words(&asked->hooks);
	SCOPED(store_rollout) row = { 0 };
	struct sched_start start;

	call->actor.reason = asked->reason;
	if (asked->bake_ms < 0 || asked->running < 0 || asked->per_server < 0 ||
	    asked->stall_ms < 0) {
		return err_set(err, ERR_INVALID,
			       "bake_ms, running, per_server and stall_ms cannot be negative");
	}
	start_fill(asked, hooks, &start);
	if (asked->dry_run) {
		return start_preview(call, &start, err);
	}
	if (sched_rollout_start(call->api->sched, &start, &call->actor, &row, err) < 0) {
		return OP_FAILED;
	}
	return view_rollout(call->api, &row, call->answer, err);
}

/* ---- set and verbs ------------------------------------------------------------------- */

static int one_set(struct call *call, const char *text, struct err *err)
{
	g_autofree char *key = NULL;
	g_autofree char *value = NULL;
	SCOPED(store_rollout) row = { 0 };

	if (name_cut(text, &key, &value, err) < 0) {
		return -1;
	}
	return sched_rollout_set(call->api->sched, call->args[0], key, value, &call->actor, &row,
				 err);
}

int op_rollout_set(struct call *call, struct err *err)
{
	const struct wire_set *asked = call->request;
	SCOPED(store_rollout) row = { 0 };

	call->actor.reason = asked->reason;
	if (store_rollout_get(call->api->store, call->args[0], &row, err) < 0 ||
	    revision_check("the rollout", asked->revision, row.revision, err) < 0) {
		return OP_FAILED;
	}
	for (size_t i = 0; i < asked->set.nr; i++) {
		if (one_set(call, asked->set.texts[i], err) < 0) {
			return OP_FAILED;
		}
	}
	return op_rollout_show(call, err);
}

int op_rollout_verb(struct call *call, struct err *err)
{
	const struct wire_verb *asked = call->request;
	struct sched_verb verb = {
		.event = (enum rollout_event)call->op->arg,
		.now = asked->now,
		.full = asked->full,
		.tenant = asked->tenant,
		.revision = asked->revision,
	};
	SCOPED(store_rollout) row = { 0 };

	call->actor.reason = asked->reason;
	if (sched_rollout_verb(call->api->sched, call->args[0], &verb, &call->actor, &row, err) <
	    0) {
		return OP_FAILED;
	}
	return view_rollout(call->api, &row, call->answer, err);
}

int op_rollout_skip(struct call *call, struct err *err)
{
	const struct wire_verb *asked = call->request;
	SCOPED(store_task) task = { 0 };

	call->actor.reason = asked->reason;
	if (asked->tenant == NULL || asked->tenant[0] == '\0') {
		return err_set(err, ERR_INVALID, "skip: say which tenant");
	}
	if (sched_task_skip(call->api->sched, call->args[0], asked->tenant, &call->actor, &task,
			    err) < 0) {
		return OP_FAILED;
	}
	return op_rollout_show(call, err);
}
