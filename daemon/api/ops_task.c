/*
 * Operations on tasks: one tenant in one rollout.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "name.h"
#include "ops.h"
#include "store_event.h"
#include "store_rollout.h"
#include "store_task.h"
#include "view.h"

#define LOG_MAX 1000 /* lines */

struct page {
	struct call *call;
	struct wire_task_page *out;
	int64_t limit;
	int64_t last;
	bool more;
};

/* One more than the limit is read, to know whether there is a next page. */
static int task_add(const struct store_task *row, void *ctx, struct err *err)
{
	struct page *page = ctx;

	(void)err;
	if ((int64_t)page->out->items.nr == page->limit) {
		page->more = true;
		return 0;
	}
	view_task(page->call->api, row, wire_list_add(&wire_task_type, &page->out->items));
	page->last = row->id;
	return 0;
}

static int state_find(const char *name, int *state, struct err *err)
{
	if (name == NULL || name[0] == '\0') {
		*state = -1;
		return 0;
	}
	*state = states_find(task_state_names, TASK_STATE_NR, name);
	if (*state < 0) {
		g_autoptr(GString) known = g_string_new(NULL);

		for (int i = 0; i < TASK_STATE_NR; i++) {
			g_string_append_printf(known, " %s", task_state_names[i]);
		}
		return err_set(err, ERR_INVALID, "a task is never \"%.32s\"; known:%s", name,
			       known->str);
	}
	return 0;
}

int op_task_list(struct call *call, struct err *err)
{
	static const int64_t limits[2] = { 1, WIRE_PAGE_MAX };
	static const int64_t ids[2] = { 0, INT64_MAX };
	struct page page = { .call = call, .out = call->answer, .limit = WIRE_PAGE_MAX };
	SCOPED(store_rollout) rollout = { 0 };
	int64_t after = 0;
	int state;

	if (call_param_int(call, "limit", &page.limit, limits, err) < 0 ||
	    call_param_int(call, "after", &after, ids, err) < 0 ||
	    state_find(call_param(call, "state"), &state, err) < 0) {
		return OP_FAILED;
	}
	if (store_rollout_get(call->api->store, call->args[0], &rollout, err) < 0) {
		call_set_hint(call, g_strdup("muster rollout list"));
		return OP_FAILED;
	}
	if (store_task_each(call->api->store, rollout.id, state, after, page.limit + 1, task_add,
			    &page, err) < 0) {
		return OP_FAILED;
	}
	if (page.more) {
		page.out->next = g_strdup_printf("%" PRId64, page.last);
	}
	return OP_DONE;
}

static int task_answer(struct call *call, struct err *err)
{
	SCOPED(store_rollout) rollout = { 0 };
	SCOPED(store_task) task = { 0 };

	if (store_rollout_get(call->api->store, call->args[0], &rollout, err) < 0) {
		call_set_hint(call, g_strdup("muster rollout list"));
		return OP_FAILED;
	}
	if (store_task_get(call->api->store, rollout.id, call->args[1], &task, err) < 0) {
		return OP_FAILED;
	}
	view_task(call->api, &task, call->answer);
	return OP_DONE;
}

int op_task_show(struct call *call, struct err *err)
{
	return task_answer(call, err);
}

static int log_add(const struct store_event *row, void *ctx, struct err *err)
{
	struct wire_log *out = wire_list_add(&wire_log_type, ctx);

	(void)err;
	out->id = row->id;
	out->at = view_time(row->at);
	out->actor = g_strdup(row->actor);
	out->kind = g_strdup(row->kind);
	out->state = g_strdup(row->state);
	out->text = g_strdup(row->text);
	out->output = g_strdup(row->output);
	out->output_lost = row->lost;
	return 0;
}

/* Of a task, or of the rollout itself. */
int op_task_log(struct call *call, struct err *err)
{
	SCOPED(store_rollout) rollout = { 0 };
	SCOPED(store_task) task = { 0 };
	g_autofree char *object = NULL;

	if (store_rollout_get(call->api->store, call->args[0], &rollout, err) < 0) {
		call_set_hint(call, g_strdup("muster rollout list"));
		return OP_FAILED;
	}
	if (call->op->arg != 0 &&
	    store_task_get(call->api->store, rollout.id, call->args[1], &task, err) < 0) {
		return OP_FAILED;
	}
	object = task.tenant == NULL ? view_rollout_id(rollout.id)
				     : g_strdup_printf("r%" PRId64 "/%s", rollout.id, task.tenant);
	return store_event_log(call->api->store, rollout.id, object, LOG_MAX, log_add, &call->list,
			       err) < 0
		       ? OP_FAILED
		       : OP_DONE;
}

int op_task_kill(struct call *call, struct err *err)
{
	const struct wire_verb *asked = call->request;
	SCOPED(store_task) task = { 0 };

	call->actor.reason = asked->reason;
	if (sched_task_kill(call->api->sched, call->args[0], call->args[1], &call->actor, &task,
			    err) < 0) {
		return OP_FAILED;
	}
	view_task(call->api, &task, call->answer);
	return OP_DONE;
}

/* Called when what the human said is in the tenant's history and in the inventory. */
static void resolve_done(void *ctx, const struct err *err)
{
	struct call *call = ctx;
	struct err failed;

	if (err == NULL && call->api != NULL) {
		watch_wake(call->api->watch);
		err = task_answer(call, &failed) == OP_DONE ? NULL : &failed;
	}
	call_finish(call, err);
}

int op_task_resolve(struct call *call, struct err *err)
{
	const struct wire_resolve *asked = call->request;

	call->actor.reason = asked->reason;
	call_defer(call);
	if (sched_task_resolve(call->api->sched, call->args[0], call->args[1], asked->as,
			       &call->actor, resolve_done, call, err) < 0) {
		call_unref(call);
		return OP_FAILED;
	}
	return OP_LATER;
}
