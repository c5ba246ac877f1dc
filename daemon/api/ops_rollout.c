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
#include "ops_plan.h"
#include "sched_plan.h"
#include "store.h"
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
		.no_rewrite = asked->no_rewrite,
		.readonly = asked->readonly,
		.max_closed_ms = asked->max_closed_ms,
		.drain_ms = asked->drain_ms,
		.accept_holes = asked->accept_holes,
		.close_method = asked->method,
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
	for (size_t i = 0; i < from->nr_phases; i++) {
		view_phase(&from->phases[i], wire_list_add(&wire_phase_type, &to->phases));
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
	g_autofree struct errand *planning = ctx;
	struct call *call = planning->call;
	struct wire_preview *answer = call->answer;
	struct err err;

	if (preview->err.code != ERR_NONE || call->api == NULL) {
		call_finish(call, preview->err.code != ERR_NONE ? &preview->err : NULL);
		return;
	}
	if (plan_answer(call, preview->planned, &answer->plan, &err) < 0) {
		call_finish(call, &err);
		return;
	}
	preview_fill(preview, answer);
	call_finish(call, NULL);
}

static int start_preview(struct call *call, const struct sched_start *start, struct err *err)
{
	struct errand *planning = planning_new(call);

	call_answer_as(call, &wire_preview_type);
	return errand_begin(planning, sched_rollout_preview(call->api->sched, start, preview_ended,
							    planning, err));
}

static int start_now(struct call *call, const struct sched_start *start, struct err *err)
{
	SCOPED(store_rollout) row = { 0 };

	if (sched_rollout_start(call->api->sched, start, &call->actor, &row, err) < 0) {
		return OP_FAILED;
	}
	return view_rollout(call->api, &row, call->answer, err);
}

/* A tenant may be on the list several times, once for each check. */
static size_t failing_tenants(const struct wire_list *failing)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	const struct wire_plan_failing *items = failing->items;

	for (size_t i = 0; i < failing->nr; i++) {
		g_hash_table_add(names, items[i].tenant);
	}
	return g_hash_table_size(names);
}

/* Status 422, with the list: what was asked is understood, and would do harm. */
static void refuse(struct call *call, struct wire_plan *plan)
{
	const struct wire_rollout_start *asked = call->request;
	struct wire_refusal *refusal;

	call_answer_as(call, &wire_refusal_type);
	call->status = 422;
	refusal = call->answer;
	refusal->code = g_strdup(err_code_names[ERR_CONFLICT]);
	refusal->message = g_strdup_printf("%zu of %" PRId64
					   " tenants would fail, and nothing was started: mend "
					   "them or the release, hold them, or leave them out",
					   failing_tenants(&plan->failing), plan->tenants);
	refusal->hint = g_strdup_printf("muster rollout start %s --skip-failing", asked->release);
	refusal->failing = plan->failing;
	plan->failing = (struct wire_list){ 0 };
	call_finish(call, NULL);
}

struct beginning {
	struct call *call;
	const struct sched_planned *planned;
	const struct wire_plan *plan;
};

static int begin_planned(void *ctx, struct err *err)
{
	const struct beginning *beginning = ctx;
	struct call *call = beginning->call;
	const struct wire_rollout_start *asked = call->request;
	g_autofree char *content = wire_encode(&wire_plan_type, beginning->plan);
	g_auto(GStrv) hooks = call_words(&asked->hooks);
	SCOPED(store_rollout) row = { 0 };
	struct sched_start start;

	start_fill(asked, hooks, &start);
	if (sched_plan_begin(call->api->sched, &start, beginning->planned, content, &call->actor,
			     &row, err) < 0) {
		return -1;
	}
	return view_rollout(call->api, &row, call->answer, err);
}

static void on_start_planned(void *ctx, const struct sched_planned *planned)
{
	g_autofree struct errand *planning = ctx;
	struct call *call = planning->call;
	const struct wire_rollout_start *asked = call->request;
	struct wire_plan plan = { 0 };
	struct beginning beginning = { call, planned, &plan };
	struct err err;
	int rc;

	if (planned->err != NULL || call->api == NULL) {
		call_finish(call, planned->err);
		return;
	}
	rc = plan_answer(call, planned, &plan, &err);
	if (rc == 0 && plan.failing.nr > 0 && !asked->skip_failing) {
		refuse(call, &plan);
	} else {
		/* the transaction of the request has ended long ago */
		rc = rc == 0 ? call_transact(call->api, begin_planned, &beginning, &err) : rc;
		call_finish(call, rc < 0 ? &err : NULL);
	}
	wire_release(&wire_plan_type, &plan);
}

/* The answer comes when it is known what would happen, and the rollout is there. */
static int start_planned(struct call *call, const struct sched_start *start, struct err *err)
{
	const struct sched_plan_ask ask = sched_start_ask(start);
	struct errand *planning;

	if (sched_rollout_check(call->api->sched, start, err) < 0) {
		return OP_FAILED;
	}
	planning = planning_new(call);
	return errand_begin(planning, sched_plan_start(call->api->sched, &ask, on_start_planned,
						       planning, err));
}

int op_rollout_start(struct call *call, struct err *err)
{
	const struct wire_rollout_start *asked = call->request;
	g_auto(GStrv) hooks = call_words(&asked->hooks);
	struct sched_start start;
	int64_t known;

	call->actor.reason = asked->reason;
	if (asked->bake_ms < 0 || asked->running < 0 || asked->per_server < 0 ||
	    asked->stall_ms < 0) {
		return err_set(err, ERR_INVALID,
			       "bake_ms, running, per_server and stall_ms cannot be negative");
	}
	if (asked->key != NULL && asked->key[0] == '\0') {
		return err_set(err, ERR_INVALID,
			       "key: an idempotency key cannot be empty: all rollouts with it "
			       "would be one");
	}
	if (asked->no_plan && (asked->skip_failing || asked->dry_run)) {
		return err_set(err, ERR_INVALID,
			       "skip_failing and dry_run need the plan that no_plan does without");
	}
	start_fill(asked, hooks, &start);
	start.headway = &call->headway;
	if (asked->dry_run) {
		return start_preview(call, &start, err);
	}
	known = start.key == NULL ? 0 : store_key_get(call->api->store, start.key, err);
	if (known < 0) {
		return OP_FAILED;
	}
	return asked->no_plan || known > 0 ? start_now(call, &start, err)
					   : start_planned(call, &start, err);
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
