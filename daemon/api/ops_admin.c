/*
 * Operations on musterd itself: health, events, everything paused or resumed.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "metrics.h"
#include "ops.h"
#include "store_event.h"
#include "store_rollout.h"
#include "tick.h"
#include "view.h"

int op_health(struct call *call, struct err *err)
{
	struct wire_health *health = call->answer;

	(void)err;
	health->status = g_strdup("ok");
	health->version = g_strdup(MUSTER_VERSION);
	health->protocol = WIRE_PROTOCOL;
	health->uptime_s = (tick_ms() - call->api->started_ms) / 1000;
	health->running = (int64_t)sched_running(call->api->sched);
	return OP_DONE;
}

int op_metrics(struct call *call, struct err *err)
{
	call->text = metrics_text(call->api, err);
	call->content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	return call->text == NULL ? OP_FAILED : OP_DONE;
}

/* ---- events -------------------------------------------------------------------------- */

static int event_add(const struct store_event *row, void *ctx, struct err *err)
{
	struct wire_event_page *page = ctx;

	(void)err;
	view_event(row, wire_list_add(&wire_event_type, &page->items));
	page->last = row->id;
	return 0;
}

static bool wants_stream(const struct call *call)
{
	const char *accept = http_header(call->http, "Accept");

	return accept != NULL && strstr(accept, "text/event-stream") != NULL;
}

/* A negative place is counted back from the newest row. */
static int since_resolve(const struct call *call, bool given, int64_t *since, struct err *err)
{
	int64_t last;

	if (given && *since >= 0) {
		return 0;
	}
	last = store_event_last(call->api->store, err);
	if (last < 0) {
		return -1;
	}
	*since = last + *since < 0 ? 0 : last + *since;
	return 0;
}

static int stream_begin(struct call *call, int64_t since, int64_t rollout_id, struct err *err)
{
	const char *seen = http_header(call->http, "Last-Event-ID");
	bool given = call_param(call, "since") != NULL;
	gint64 number;

	if (seen != NULL && g_ascii_string_to_signed(seen, 10, 0, INT64_MAX, &number, NULL)) {
		since = number; /* a client that comes back: later than what its URL says */
		given = true;
	}
	if (since_resolve(call, given, &since, err) < 0) {
		return OP_FAILED;
	}
	watch_add(call->api->watch, g_steal_pointer(&call->http), since, rollout_id);
	return OP_STREAM;
}

int op_events(struct call *call, struct err *err)
{
	static const int64_t any[2] = { INT64_MIN / 2, INT64_MAX };
	static const int64_t page_limits[2] = { 1, WIRE_PAGE_MAX };
	const char *word = call_param(call, "rollout");
	SCOPED(store_rollout) rollout = { 0 };
	struct wire_event_page *page = call->answer;
	int64_t limit = WIRE_PAGE_MAX;
	int64_t since = 0;

	if (call_param_int(call, "since", &since, any, err) < 0 ||
	    call_param_int(call, "limit", &limit, page_limits, err) < 0) {
		return OP_FAILED;
	}
	if (word != NULL && store_rollout_get(call->api->store, word, &rollout, err) < 0) {
		call_set_hint(call, g_strdup("muster rollout list"));
		return OP_FAILED;
	}
	if (wants_stream(call)) {
		return stream_begin(call, since, rollout.id, err);
	}
	if (since_resolve(call, true, &since, err) < 0) {
		return OP_FAILED;
	}
	page->last = since;
	return store_event_each(call->api->store, since, rollout.id, limit, event_add, page, err);
}

/* ---- the big red button -------------------------------------------------------------- */

static int id_add(const struct store_rollout *row, void *ctx, struct err *err)
{
	(void)err;
	g_array_append_val((GArray *)ctx, row->id);
	return 0;
}

/*
 * Whether the button moves this rollout. One that paused itself over its budget stays
 * paused: somebody must look at what failed and resume it by name.
 */
static bool is_moved(const struct store_rollout *row, enum rollout_event event)
{
	const char *verb = rollout_event_names[event];

	if (event == ROLLOUT_RESUME && row->over_budget) {
		return false;
	}
	for (const char *const *at = sched_rollout_actions(row); *at != NULL; at++) {
		if (strcmp(*at, verb) == 0) {
			return true;
		}
	}
	return false;
}

static int one_move(struct call *call, int64_t id, struct err *err)
{
	const struct wire_verb *asked = call->request;
	struct sched_verb verb = { .event = (enum rollout_event)call->op->arg, .now = asked->now };
	g_autofree char *word = view_rollout_id(id);
	SCOPED(store_rollout) before = { 0 };
	SCOPED(store_rollout) after = { 0 };

	if (store_rollout_get_id(call->api->store, id, &before, err) < 0) {
		return -1;
	}
	if (!is_moved(&before, verb.event)) {
		return 0;
	}
	if (sched_rollout_verb(call->api->sched, word, &verb, &call->actor, &after, err) < 0) {
		return -1;
	}
	return view_rollout(call->api, &after, wire_list_add(&wire_rollout_type, &call->list), err);
}

int op_all(struct call *call, struct err *err)
{
	const struct wire_verb *asked = call->request;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	call->actor.reason = asked->reason;
	if (store_rollout_each(call->api->store, true, id_add, ids, err) < 0) {
		return OP_FAILED;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (one_move(call, g_array_index(ids, int64_t, i), err) < 0) {
			return OP_FAILED;
		}
	}
	return OP_DONE;
}
