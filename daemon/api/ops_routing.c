/*
 * What an application asks: which of its tenants is where, and may it write there.
 */
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "ops.h"
#include "store_mode.h"
#include "store_tenant.h"
#include "view.h"

#define WAIT_MOST_S 60

static int format_of(const struct call *call, enum route_format *format, struct err *err)
{
	const char *word = call_param(call, "format");
	int found =
		word == NULL ? ROUTE_JSON : states_find(route_format_names, ROUTE_FORMAT_NR, word);

	if (found < 0) {
		return err_set(err, ERR_INVALID,
			       "there is no format \"%.32s\": json, nginx-map or haproxy-map",
			       word);
	}
	*format = (enum route_format)found;
	return 0;
}

static bool has_tag(const struct call *call, const char *tag)
{
	const char *seen = http_header(call->http, "If-None-Match");

	return seen != NULL && strstr(seen, tag) != NULL;
}

int op_routing(struct call *call, struct err *err)
{
	static const int64_t limits[2] = { 0, WAIT_MOST_S };
	const char *accept = http_header(call->http, "Accept");
	struct routing *routing = call->api->routing;
	enum route_format format = ROUTE_JSON;
	const char *tag = NULL;
	int64_t wait_s = 0;
	bool same;

	if (format_of(call, &format, err) < 0 ||
	    call_param_int(call, "wait", &wait_s, limits, err) < 0 ||
	    routing_read(routing, &tag, err) < 0) {
		return OP_FAILED;
	}
	if (accept != NULL && strstr(accept, "text/event-stream") != NULL) {
		const char *seen = http_header(call->http, "Last-Event-ID");

		routing_stream(routing, g_steal_pointer(&call->http), seen);
		return OP_STREAM;
	}
	same = has_tag(call, tag);
	if (same && wait_s > 0) {
		call->patient = true;
		call_defer(call);
		routing_wait(routing, call, format, wait_s);
		return OP_LATER;
	}
	routing_answer(routing, call, format, same);
	return OP_DONE;
}

int op_tenant_mode(struct call *call, struct err *err)
{
	struct wire_tenant_mode *out = call->answer;
	SCOPED(store_tenant) row = { 0 };
	SCOPED(store_mode) mode = { 0 };

	if (store_tenant_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	out->tenant = g_strdup(row.name);
	out->mode = g_strdup(tenant_mode_names[row.mode]);
	out->writes = row.mode == TENANT_RW;
	out->version = g_strdup(row.version);
	if (out->writes) {
		return OP_DONE;
	}
	if (store_mode_get(call->api->store, row.id, &mode, err) < 0) {
		return err->code == ERR_NOT_FOUND ? OP_DONE : OP_FAILED;
	}
	out->since = view_time(mode.since);
	out->expires_at = view_time(sched_mode_ends_at(call->api->sched, &mode));
	out->reason = g_strdup(mode.reason);
	return OP_DONE;
}
