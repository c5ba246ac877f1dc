#include "ops.h"

#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "log.h"
#include "ops_tenant.h"
#include "ops_throttle.h"

/* clang-format off */
#define ANYBODY	ROLE_NONE, false
#define LOOK	ROLE_VIEWER, false
#define ACT	ROLE_OPERATOR, true
#define OWN	ROLE_ADMIN, true
#define NONE	NULL
#define IN(m)	&wire_##m##_type
#define ONE(m)	&wire_##m##_type, false
#define LIST(m)	&wire_##m##_type, true
#define TEXT	NULL, false
#define HOLD	TENANT_CHANGE_HOLD
#define RELEASE	TENANT_CHANGE_RELEASE
#define LABEL	TENANT_CHANGE_LABEL
#define REMOVE	TENANT_CHANGE_REMOVE
#define SET	TENANT_CHANGE_SET
#define T_HOLD	THROTTLE_VERB_HOLD
#define T_RELEASE	THROTTLE_VERB_RELEASE
#define T_EXEMPT	THROTTLE_VERB_EXEMPT
#define T_RATIO	THROTTLE_VERB_RATIO

const struct op ops[] = {
	/* method   path, parameters of the query
	 * family    right    request             answer              handler, its argument */
	{ "GET",    "/healthz", NULL,
	  OP_ADMIN,  ANYBODY, NONE,               ONE(health),          op_health, 0 },
	{ "HEAD",   "/healthz", NULL,
	  OP_ADMIN,  ANYBODY, NONE,               ONE(health),          op_health, 0 },
	{ "GET",    "/check/{app}/mysql/{server}", "p",
	  OP_THROTTLE, ANYBODY, NONE,             ONE(check),           op_check, 0 },
	{ "HEAD",   "/check/{app}/mysql/{server}", "p",
	  OP_THROTTLE, ANYBODY, NONE,             ONE(check),           op_check, 0 },
	{ "GET",    "/metrics", NULL,
	  OP_ADMIN,  LOOK,    NONE,               TEXT,                 op_metrics, 0 },
	{ "GET",    "/v1/events", "since rollout limit",
	  OP_ADMIN,  LOOK,    NONE,               ONE(event_page),      op_events, 0 },
	{ "GET",    "/v1/calls/{key}", NULL,
	  OP_ADMIN,  LOOK,    NONE,               LIST(headway),        op_call_show, 0 },
	{ "GET",    "/v1/doctor", NULL,
	  OP_ADMIN,  LOOK,    NONE,               LIST(finding),        op_doctor, 0 },
	{ "POST",   "/v1/pause", NULL,
	  OP_ADMIN,  ACT,     IN(verb),           LIST(rollout),        op_all, ROLLOUT_PAUSE },
	{ "POST",   "/v1/resume", NULL,
	  OP_ADMIN,  ACT,     IN(verb),           LIST(rollout),        op_all, ROLLOUT_RESUME },

	{ "GET",    "/v1/servers", NULL,
	  OP_SERVER, LOOK,    NONE,               LIST(server),         op_server_list, 0 },
	{ "POST",   "/v1/servers", NULL,
	  OP_SERVER, OWN,     IN(server_add),     ONE(server),          op_server_add, 0 },
	{ "GET",    "/v1/servers/{server}", NULL,
	  OP_SERVER, LOOK,    NONE,               ONE(server),          op_server_show, 0 },
	{ "PATCH",  "/v1/servers/{server}", NULL,
	  OP_SERVER, OWN,     IN(set),            ONE(server),          op_server_set, 0 },
	{ "DELETE", "/v1/servers/{server}", "reason",
	  OP_SERVER, OWN,     NONE,               ONE(server),          op_server_remove, 0 },
	{ "POST",   "/v1/servers/{server}/check", NULL,
	  OP_SERVER, ACT,     NONE,               ONE(server_check),    op_server_check, 0 },
	{ "POST",   "/v1/servers/{server}/discover", NULL,
	  OP_SERVER, ACT,     IN(discover),       ONE(changed),         op_server_discover, 0 },

	{ "GET",    "/v1/tenants", "selector after limit",
	  OP_TENANT, LOOK,    NONE,               ONE(tenant_page),     op_tenant_list, 0 },
	{ "POST",   "/v1/tenants", NULL,
	  OP_TENANT, ACT,     IN(import_row),     ONE(tenant),          op_tenant_add, 0 },
	{ "POST",   "/v1/tenants/import", NULL,
	  OP_TENANT, ACT,     IN(import),         ONE(changed),         op_tenant_import, 0 },
	{ "POST",   "/v1/tenants/hold", NULL,
	  OP_TENANT, ACT,     IN(tenants_change), ONE(changed),         op_tenant_change, HOLD },
	{ "POST",   "/v1/tenants/release", NULL,
	  OP_TENANT, ACT,     IN(tenants_change), ONE(changed),         op_tenant_change, RELEASE },
	{ "POST",   "/v1/tenants/label", NULL,
	  OP_TENANT, ACT,     IN(tenants_change), ONE(changed),         op_tenant_change, LABEL },
	{ "POST",   "/v1/tenants/remove", NULL,
	  OP_TENANT, ACT,     IN(tenants_change), ONE(changed),         op_tenant_change, REMOVE },
	{ "POST",   "/v1/tenants/set", NULL,
	  OP_TENANT, ACT,     IN(tenants_change), ONE(changed),         op_tenant_change, SET },
	{ "POST",   "/v1/tenants/baseline", NULL,
	  OP_TENANT, ACT,     IN(baseline),       ONE(changed),         op_tenant_baseline, 0 },
	{ "POST",   "/v1/tenants/verify", NULL,
	  OP_TENANT, ACT,     IN(verify_ask),     ONE(verify),          op_tenant_verify, 0 },
	{ "GET",    "/v1/tenants/{tenant}", NULL,
	  OP_TENANT, LOOK,    NONE,               ONE(tenant),          op_tenant_show, 0 },
	{ "GET",    "/v1/tenants/{tenant}/diff/{other}", NULL,
	  OP_TENANT, LOOK,    NONE,               ONE(tenant_diff),     op_tenant_diff, 0 },
	{ "PATCH",  "/v1/tenants/{tenant}", NULL,
	  OP_TENANT, ACT,     IN(set),            ONE(tenant),          op_tenant_set, 0 },

	{ "GET",    "/v1/tenants/{tenant}/mode", NULL,
	  OP_TENANT, LOOK,    NONE,               ONE(tenant_mode),     op_tenant_mode, 0 },
	{ "GET",    "/v1/routing", "format wait",
	  OP_TENANT, LOOK,    NONE,               LIST(route),          op_routing, 0 },

	{ "GET",    "/v1/windows", NULL,
	  OP_TENANT, LOOK,    NONE,               LIST(window),         op_window_list, 0 },
	{ "GET",    "/v1/labels/{label}", NULL,
	  OP_TENANT, LOOK,    NONE,               ONE(window),          op_label_show, 0 },
	{ "PATCH",  "/v1/labels/{label}", NULL,
	  OP_TENANT, ACT,     IN(set),            ONE(window),          op_label_set, 0 },

	{ "GET",    "/v1/readonly", NULL,
	  OP_TENANT, LOOK,    NONE,               LIST(readonly),       op_readonly_list, 0 },
	{ "POST",   "/v1/readonly/on", NULL,
	  OP_TENANT, ACT,     IN(readonly_on),    LIST(readonly_change), op_readonly_on, 1 },
	{ "POST",   "/v1/readonly/off", NULL,
	  OP_TENANT, ACT,     IN(readonly_off),   LIST(readonly_change), op_readonly_off, 0 },

	{ "GET",    "/v1/releases", NULL,
	  OP_RELEASE,LOOK,    NONE,               LIST(release_info),   op_release_list, 0 },
	{ "POST",   "/v1/releases", NULL,
	  OP_RELEASE,ACT,     IN(release_create), ONE(release_info),    op_release_create, 0 },
	{ "GET",    "/v1/releases/{release}", NULL,
	  OP_RELEASE,LOOK,    NONE,               ONE(release_info),    op_release_show, 0 },

	{ "POST",   "/v1/plan", NULL,
	  OP_ROLLOUT, ACT,     IN(plan_ask),       ONE(plan),           op_plan, 0 },
	{ "GET",    "/v1/rollouts", "after limit",
	  OP_ROLLOUT, LOOK,    NONE,               LIST(rollout),       op_rollout_list, 0 },
	{ "POST",   "/v1/rollouts", NULL,
	  OP_ROLLOUT, ACT,     IN(rollout_start),  ONE(rollout),        op_rollout_start, 0 },
	{ "GET",    "/v1/rollouts/{rollout}", NULL,
	  OP_ROLLOUT, LOOK,    NONE,               ONE(rollout),        op_rollout_show, 0 },
	{ "GET",    "/v1/rollouts/{rollout}/plan", NULL,
	  OP_ROLLOUT, LOOK,    NONE,               ONE(plan),            op_rollout_plan, 0 },
	{ "PATCH",  "/v1/rollouts/{rollout}", NULL,
	  OP_ROLLOUT, ACT,     IN(set),            ONE(rollout),        op_rollout_set, 0 },
	{ "POST",   "/v1/rollouts/{rollout}/pause", NULL,
	  OP_ROLLOUT, ACT,     IN(verb),           ONE(rollout),        op_rollout_verb, ROLLOUT_PAUSE },
	{ "POST",   "/v1/rollouts/{rollout}/resume", NULL,
	  OP_ROLLOUT, ACT,     IN(verb),           ONE(rollout),        op_rollout_verb, ROLLOUT_RESUME },
	{ "POST",   "/v1/rollouts/{rollout}/promote", NULL,
	  OP_ROLLOUT, ACT,     IN(verb),           ONE(rollout),        op_rollout_verb, ROLLOUT_PROMOTE },
	{ "POST",   "/v1/rollouts/{rollout}/abort", NULL,
	  OP_ROLLOUT, ACT,     IN(verb),           ONE(rollout),        op_rollout_verb, ROLLOUT_ABORT },
	{ "POST",   "/v1/rollouts/{rollout}/retry", NULL,
	  OP_ROLLOUT, ACT,     IN(verb),           ONE(rollout),        op_rollout_verb, ROLLOUT_RETRY },
	{ "POST",   "/v1/rollouts/{rollout}/skip", NULL,
	  OP_ROLLOUT, ACT,     IN(verb),           ONE(rollout),        op_rollout_skip, 0 },

	{ "GET",    "/v1/rollouts/{rollout}/tasks", "state after limit",
	  OP_TASK,   LOOK,    NONE,               ONE(task_page),       op_task_list, 0 },
	{ "GET",    "/v1/rollouts/{rollout}/tasks/{tenant}", NULL,
	  OP_TASK,   LOOK,    NONE,               ONE(task),            op_task_show, 0 },
	{ "GET",    "/v1/rollouts/{rollout}/log", NULL,
	  OP_ROLLOUT, LOOK,    NONE,               LIST(log),           op_task_log, 0 },
	{ "GET",    "/v1/rollouts/{rollout}/tasks/{tenant}/log", NULL,
	  OP_ROLLOUT, LOOK,    NONE,               LIST(log),           op_task_log, 1 },
	{ "POST",   "/v1/rollouts/{rollout}/tasks/{tenant}/kill", NULL,
	  OP_TASK,   ACT,     IN(verb),           ONE(task),            op_task_kill, 0 },
	{ "POST",   "/v1/rollouts/{rollout}/tasks/{tenant}/resolve", NULL,
	  OP_TASK,   ACT,     IN(resolve),        ONE(task),            op_task_resolve, 0 },

	{ "GET",    "/v1/throttle", "rollout",
	  OP_THROTTLE, LOOK,  NONE,               LIST(throttle),       op_throttle_show, 0 },
	{ "GET",    "/v1/throttle/{server}", NULL,
	  OP_THROTTLE, LOOK,  NONE,               LIST(throttle),       op_throttle_show, 0 },
	{ "PATCH",  "/v1/throttle", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_set),   LIST(throttle),       op_throttle_set, 0 },
	{ "PATCH",  "/v1/throttle/{server}", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_set),   LIST(throttle),       op_throttle_set, 0 },
	{ "POST",   "/v1/throttle/hold", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_HOLD },
	{ "POST",   "/v1/throttle/release", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_RELEASE },
	{ "POST",   "/v1/throttle/exempt", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_EXEMPT },
	{ "POST",   "/v1/throttle/ratio", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_RATIO },
	{ "POST",   "/v1/throttle/{server}/hold", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_HOLD },
	{ "POST",   "/v1/throttle/{server}/release", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_RELEASE },
	{ "POST",   "/v1/throttle/{server}/exempt", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_EXEMPT },
	{ "POST",   "/v1/throttle/{server}/ratio", NULL,
	  OP_THROTTLE, ACT,   IN(throttle_verb),  LIST(throttle),       op_throttle_verb, T_RATIO },
	{ "GET",    "/v1/limits", NULL,
	  OP_THROTTLE, LOOK,  NONE,               LIST(label_limit),    op_limit_list, 0 },
	{ "PATCH",  "/v1/limits", NULL,
	  OP_THROTTLE, ACT,   IN(label_limit_set), LIST(label_limit),   op_limit_set, 0 },
	{ .method = NULL },
};

/* clang-format on */

static const char *answer_name(const struct op *op)
{
	return op->answer == NULL ? "OpenMetrics text" : op->answer->name;
}

char *ops_describe(void)
{
	GString *out = g_string_new("# Operations\n\n"
				    "| method | path | parameters | role | request | answer |\n"
				    "|---|---|---|---|---|---|\n");

	for (const struct op *op = ops; op->method != NULL; op++) {
		g_string_append_printf(out, "| %s | `%s` | %s | %s | %s | %s%s |\n", op->method,
				       op->path, op->params == NULL ? "" : op->params,
				       op->role == ROLE_NONE ? "anybody" : role_names[op->role],
				       op->request == NULL ? "" : op->request->name,
				       op->is_list ? "list of " : "", answer_name(op));
	}
	return g_string_free(out, FALSE);
}

/* ---- finding the row ----------------------------------------------------------------- */

/* Match a path against a pattern, segment by segment; the "{x}" of it go to args. */
static bool path_match(const char *pattern, const char *path, char *args[CALL_ARGS_MAX])
{
	size_t nr = 0;

	while (*pattern == '/' && *path == '/') {
		size_t want = strcspn(++pattern, "/");
		size_t have = strcspn(++path, "/");

		if (*pattern == '{') {
			char *word = g_uri_unescape_segment(path, path + have, NULL);

			if (word == NULL || word[0] == '\0') {
				g_free(word);
				return false;
			}
			CHECK(nr < CALL_ARGS_MAX);
			args[nr++] = word;
		} else if (want != have || memcmp(pattern, path, want) != 0) {
			return false;
		}
		pattern += want;
		path += have;
	}
	return *pattern == '\0' && *path == '\0';
}

static void args_clear(struct call *call)
{
	for (size_t i = 0; i < CALL_ARGS_MAX; i++) {
		g_clear_pointer(&call->args[i], g_free);
	}
}

/* 0, or the status of the refusal. */
static int op_find(struct call *call, struct err *err)
{
	g_autoptr(GString) others = g_string_new(NULL);

	for (const struct op *op = ops; op->method != NULL; op++) {
		if (call->http->by_port && op->role != ROLE_NONE) {
			continue;
		}
		if (path_match(op->path, call->http->path, call->args)) {
			if (strcmp(op->method, call->http->method) == 0) {
				call->op = op;
				return 0;
			}
			g_string_append_printf(others, "%s%s", others->len == 0 ? "" : ", ",
					       op->method);
		}
		args_clear(call);
	}
	if (others->len > 0) {
		err_set(err, ERR_INVALID, "%s %.256s is not an operation; this path takes %s",
			call->http->method, call->http->path, others->str);
		return 405;
	}
	err_set(err, ERR_NOT_FOUND, "there is no operation at %.256s", call->http->path);
	return 404;
}

/* ---- what is checked before a handler sees the call ----------------------------------- */

static int protocol_check(const struct http_request *http, struct err *err)
{
	const char *said = http_header(http, "Muster-Protocol");
	guint64 number;

	if (said == NULL || (g_ascii_string_to_unsigned(said, 10, 0, G_MAXINT, &number, NULL) &&
			     number == WIRE_PROTOCOL)) {
		return 0;
	}
	return err_set(err, ERR_PROTOCOL,
		       "musterd %s speaks protocol %d, the client speaks %.16s: install the same "
		       "version of both",
		       MUSTER_VERSION, WIRE_PROTOCOL, said);
}

static int role_check(const struct call *call, struct err *err)
{
	enum role role = role_of(call->api->roles, &call->http->peer);

	if (role >= call->op->role) {
		return 0;
	}
	return err_set(err, ERR_DENIED,
		       "%s is %s and this needs %s: see \"admins\", \"operators\" and "
		       "\"viewers\" in musterd.conf",
		       call->actor.name, role == ROLE_NONE ? "nobody here" : role_names[role],
		       role_names[call->op->role]);
}

static int body_read(struct call *call, struct err *err)
{
	const struct http_request *http = call->http;
	bool empty = http->body_len == 0;

	if (call->op->request == NULL) {
		return 0; /* a client may send an empty object with any request */
	}
	call->request = g_malloc0(call->op->request->size);
	return wire_decode(call->op->request, call->request, empty ? "{}" : http->body,
			   empty ? 2 : http->body_len, true, err);
}

static int call_read(struct call *call, struct err *err)
{
	if (protocol_check(call->http, err) < 0 || role_check(call, err) < 0 ||
	    call_params_read(call, call->http->query, call->op->params, err) < 0 ||
	    body_read(call, err) < 0) {
		return -1;
	}
	call_prepare(call);
	return 0;
}

/* ---- running it ---------------------------------------------------------------------- */

static int handler_call(void *ctx, struct err *err)
{
	struct call *call = ctx;

	return call->op->fn(call, err);
}

/* Reading needs no transaction; a change is one. */
static int handler_run(struct call *call, struct err *err)
{
	return call->op->writes ? call_transact(call->api, handler_call, call, err)
				: handler_call(call, err);
}

void ops_dispatch(struct api *api, struct http_request *http)
{
	struct call *call = call_new(api, http);
	struct err err = { 0 };
	int status = op_find(call, &err);

	if (status != 0) {
		call_refuse(call, status, &err);
		return;
	}
	if (call_read(call, &err) < 0) {
		call_finish(call, &err);
		return;
	}
	switch ((enum op_result)handler_run(call, &err)) {
	case OP_FAILED:
		if (err.code == ERR_STORE) {
			log_error("request failed path=%s error=\"%s\"", http->path, err.msg);
		}
		call_finish(call, &err);
		return;
	case OP_DONE:
		call_finish(call, NULL);
		return;
	case OP_LATER:
	case OP_STREAM:
		call_unref(call);
		return;
	}
	CHECK(false);
}
