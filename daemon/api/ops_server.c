/*
 * Operations on servers. What must ask the server itself is a job of the scheduler and
 * answered later.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "exec.h"
#include "labels.h"
#include "name.h"
#include "ops.h"
#include "ops_tenant.h"
#include "ops_window.h"
#include "replica.h"
#include "replica_named.h"
#include "store_server.h"
#include "view.h"

#define PORT_DEFAULT 3306

static const int64_t port_limits[2] = { 1, 65535 };
static const int64_t running_limits[2] = { 0, 256 }; /* 0: as musterd.conf says */

/* ---- list, show ---------------------------------------------------------------------- */

static int server_add_view(const struct store_server *row, void *ctx, struct err *err)
{
	struct call *call = ctx;

	return view_server(call->api, row, wire_list_add(&wire_server_type, &call->list), err);
}

int op_server_list(struct call *call, struct err *err)
{
	return store_server_each(call->api->store, server_add_view, call, err);
}

int op_server_show(struct call *call, struct err *err)
{
	SCOPED(store_server) row = { 0 };

	if (store_server_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	return view_server(call->api, &row, call->answer, err);
}

/* ---- add, set, remove ---------------------------------------------------------------- */

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* One of host and socket; files by absolute path, as the daemon has a folder of its own. */
static int address_check(const struct store_server *row, struct err *err)
{
	if (is_given(row->host) == is_given(row->socket)) {
		return err_set(err, ERR_INVALID, "server %s: give either a host or a socket",
			       row->name);
	}
	if (is_given(row->socket) && row->socket[0] != '/') {
		return err_set(err, ERR_INVALID, "server %s: socket \"%s\" must begin with /",
			       row->name, row->socket);
	}
	if (is_given(row->defaults_file) && row->defaults_file[0] != '/') {
		return err_set(err, ERR_INVALID,
			       "server %s: defaults_file \"%s\" must begin with /", row->name,
			       row->defaults_file);
	}
	if (sched_server_address(row, err) < 0) {
		return err_prefix(err, "server %s", row->name);
	}
	if (is_given(row->host) && (row->port < port_limits[0] || row->port > port_limits[1])) {
		return err_set(err, ERR_INVALID, "server %s: port %" PRId64 " is none", row->name,
			       row->port);
	}
	if (row->max_running < running_limits[0] || row->max_running > running_limits[1]) {
		return err_set(err, ERR_INVALID,
			       "server %s: max_running must be from %" PRId64 " to %" PRId64,
			       row->name, running_limits[0], running_limits[1]);
	}
	return 0;
}

static int source_check(const struct call *call, const struct store_server *row, struct err *err)
{
	SCOPED(store_server) source = { 0 };

	if (row->replica_of == NULL) {
		return 0;
	}
	if (strcmp(row->replica_of, row->name) == 0) {
		return err_set(err, ERR_INVALID, "server %s: it cannot be its own replica",
			       row->name);
	}
	if (store_server_get(call->api->store, row->replica_of, &source, err) < 0) {
		return err->code != ERR_NOT_FOUND
			       ? -1
			       : err_set(err, ERR_INVALID,
					 "server %s: it cannot replicate from %.64s, which is not "
					 "enrolled: see `muster server list`",
					 row->name, row->replica_of);
	}
	return 0;
}

/* What is done on its source waits for another server now. */
static int source_tell(const struct call *call, const char *source, struct err *err)
{
	return source == NULL ? 0 : sched_replica_changed(call->api->sched, source, err);
}

/* Store what was checked, note it, and let the scheduler read it again. */
static int server_store(struct call *call, struct store_server *row, const char *kind,
			const char *text, struct err *err)
{
	if (address_check(row, err) < 0 || source_check(call, row, err) < 0 ||
	    store_server_put(call->api->store, row, err) < 0 ||
	    call_note(call, kind, "server", row->name, text, err) < 0 ||
	    source_tell(call, row->replica_of, err) < 0) {
		return OP_FAILED;
	}
	sched_server_changed(call->api->sched, row->id);
	sched_window_changed(call->api->sched, SCHED_SCOPE_SERVER, row->id);
	return view_server(call->api, row, call->answer, err);
}

int op_server_add(struct call *call, struct err *err)
{
	const struct wire_server_add *asked = call->request;
	SCOPED(store_server) row = { .state = SERVER_UNKNOWN };

	if (name_check_server(asked->name, err) < 0 || name_check_labels(&asked->labels, err) < 0) {
		return OP_FAILED;
	}
	store_text_set(&row.name, asked->name);
	store_text_set(&row.host, is_given(asked->host) ? asked->host : NULL);
	store_text_set(&row.socket, is_given(asked->socket) ? asked->socket : NULL);
	store_text_set(&row.defaults_file,
		       is_given(asked->defaults_file) ? asked->defaults_file : NULL);
	row.port = asked->port == 0 && is_given(asked->host) ? PORT_DEFAULT : asked->port;
	row.max_running = asked->max_running;
	store_text_set(&row.replica_of, is_given(asked->replica_of) ? asked->replica_of : NULL);
	for (size_t i = 0; i < asked->labels.nr; i++) {
		store_labels_put(&row.labels, asked->labels.labels[i].key,
				 asked->labels.labels[i].value);
	}
	return server_store(call, &row, "server.add", "added", err);
}

/* ---- what can be set ----------------------------------------------------------------- */

static int host_set(struct store_server *row, const char *value, struct err *err)
{
	(void)err;
	store_text_set(&row->host, value);
	store_text_set(&row->socket, NULL);
	row->port = row->port == 0 ? PORT_DEFAULT : row->port;
	return 0;
}

static int socket_set(struct store_server *row, const char *value, struct err *err)
{
	(void)err;
	store_text_set(&row->socket, value);
	store_text_set(&row->host, NULL);
	return 0;
}

static int port_set(struct store_server *row, const char *value, struct err *err)
{
	return name_number("port", value, port_limits, &row->port, err);
}

static int defaults_file_set(struct store_server *row, const char *value, struct err *err)
{
	(void)err;
	store_text_set(&row->defaults_file, is_given(value) ? value : NULL);
	return 0;
}

static int max_running_set(struct store_server *row, const char *value, struct err *err)
{
	return name_number("max_running", value, running_limits, &row->max_running, err);
}

static int max_rebuilds_set(struct store_server *row, const char *value, struct err *err)
{
	return name_number("max_rebuilds", value, running_limits, &row->max_rebuilds, err);
}

static int max_chunks_set(struct store_server *row, const char *value, struct err *err)
{
	return name_number("max_chunks", value, running_limits, &row->max_chunks, err);
}

static int replica_of_set(struct store_server *row, const char *value, struct err *err)
{
	(void)err; /* source_check */
	store_text_set(&row->replica_of, is_given(value) ? value : NULL);
	return 0;
}

static int replicas_set(struct store_server *row, const char *value, struct err *err)
{
	g_autofree char *list = NULL;

	if (is_given(value)) {
		list = replica_named_format(value, err);
		if (list == NULL) {
			return -1;
		}
	}
	store_text_set(&row->replicas, list);
	return 0;
}

static int heartbeat_set(struct store_server *row, const char *value, struct err *err)
{
	if (is_given(value) && replica_heartbeat_check(value, err) < 0) {
		return -1;
	}
	store_text_set(&row->heartbeat, is_given(value) ? value : NULL);
	return 0;
}

static const struct {
	const char *key;
	int (*set)(struct store_server *row, const char *value, struct err *err);
} server_keys[] = {
	{ "host", host_set },
	{ "port", port_set },
	{ "socket", socket_set },
	{ "defaults_file", defaults_file_set },
	{ "max_running", max_running_set },
	{ "max_rebuilds", max_rebuilds_set },
	{ "max_chunks", max_chunks_set },
	{ "replica_of", replica_of_set },
	{ "replicas", replicas_set },
	{ "heartbeat", heartbeat_set },
};

static int refuse_key(const char *key, struct err *err)
{
	g_autoptr(GString) known = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(server_keys); i++) {
		g_string_append_printf(known, "%s ", server_keys[i].key);
	}
	return err_set(err, ERR_INVALID,
		       "a server has no \"%.64s\"; known: %swindow freeze label.KEY", key,
		       known->str);
}

static int key_set(struct store_server *row, const char *key, const char *value, const char *reason,
		   struct err *err)
{
	const struct window_slot slot = WINDOW_SLOT(row);

	for (size_t i = 0; i < G_N_ELEMENTS(server_keys); i++) {
		if (strcmp(server_keys[i].key, key) == 0) {
			return server_keys[i].set(row, value, err);
		}
	}
	if (g_str_has_prefix(key, "label.")) {
		return label_set(&row->labels, key + strlen("label."), value, err);
	}
	return window_is_key(key) ? window_key_set(&slot, key, value, reason, err)
				  : refuse_key(key, err);
}

int op_server_set(struct call *call, struct err *err)
{
	const struct wire_set *asked = call->request;
	SCOPED(store_server) row = { 0 };
	g_autofree char *text = NULL;
	g_autofree char *source = NULL;

	call->actor.reason = asked->reason;
	if (store_server_get(call->api->store, call->args[0], &row, err) < 0 ||
	    revision_check(row.name, asked->revision, row.revision, err) < 0) {
		return OP_FAILED;
	}
	source = g_strdup(row.replica_of);
	for (size_t i = 0; i < asked->set.nr; i++) {
		g_autofree char *key = NULL;
		g_autofree char *value = NULL;

		if (name_cut(asked->set.texts[i], &key, &value, err) < 0 ||
		    key_set(&row, key, value, asked->reason, err) < 0) {
			return OP_FAILED;
		}
	}
	text = texts_join("set", &asked->set);
	if (g_strcmp0(source, row.replica_of) != 0 && source_tell(call, source, err) < 0) {
		return OP_FAILED;
	}
	return server_store(call, &row, "server.set", text, err);
}

int op_server_remove(struct call *call, struct err *err)
{
	SCOPED(store_server) row = { 0 };

	call->actor.reason = call_param(call, "reason");
	if (store_server_get(call->api->store, call->args[0], &row, err) < 0 ||
	    view_server(call->api, &row, call->answer, err) < 0 ||
	    store_server_remove(call->api->store, row.id, err) < 0 ||
	    source_tell(call, row.replica_of, err) < 0 ||
	    call_note(call, "server.remove", "server", row.name, "removed", err) < 0) {
		return OP_FAILED;
	}
	sched_server_changed(call->api->sched, row.id);
	return OP_DONE;
}

/* ---- check, discover: the server is asked --------------------------------------------- */

/* clang-format off */
/* What keeps the daemon from asking a server is mended by hand; the check says whether it is. */
static const struct {
	enum err_code code; const char *what;
} mends[] = {
	{ ERR_UNREACHABLE, "start it or mend its address" },
	{ ERR_DENIED,      "mend its account or its option file" },
	{ ERR_INVALID,     "mend its option file" },
};

/* clang-format on */

static void point_at_check(struct call *call, const struct err *err)
{
	for (size_t i = 0; err != NULL && i < G_N_ELEMENTS(mends); i++) {
		if (err->code == mends[i].code) {
			call_set_hint(call, g_strdup_printf("%s, then muster server check %s",
							    mends[i].what, call->args[0]));
		}
	}
}

static void job_done(void *ctx, const struct err *err)
{
	struct call *call = ctx;

	point_at_check(call, err);
	if (call->api != NULL) {
		watch_wake(call->api->watch);
	}
	call_finish(call, err);
}

/* Takes order. */
static int job_send(struct call *call, const struct store_server *row, struct exec_order *order,
		    int (*fn)(struct sched *sched, const struct exec_result *result, void *ctx,
			      struct err *err))
{
	struct sched_job job = { .fn = fn, .done = job_done, .ctx = call };

	call_defer(call);
	sched_job_start(call->api->sched, row, order, &job);
	return OP_LATER;
}

/* May be called again when the turn was undone, so it begins with an empty answer. */
static int check_ended(struct sched *sched, const struct exec_result *result, void *ctx,
		       struct err *err)
{
	struct call *call = ctx;
	struct exec_info info = { 0 };
	SCOPED(store_server) row = { 0 };

	(void)sched;
	if (call->api == NULL) {
		return 0;
	}
	if (!result->ok) {
		*err = result->err;
		return err_prefix(err, "server %s", call->args[0]);
	}
	if (store_server_get_id(call->api->store, result->server_id, &row, err) < 0) {
		return -1;
	}
	call_answer_as(call, call->op->answer);
	exec_info_get(result, &info);
	view_server_check(&row, &info, call->answer);
	return 0;
}

int op_server_check(struct call *call, struct err *err)
{
	SCOPED(store_server) row = { 0 };

	if (store_server_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	return job_send(call, &row, exec_order_new(EXEC_CHECK), check_ended);
}

/* A discovery: the server is asked what it has, then those that are new are enrolled. */
struct discovery {
	struct call *call;
	struct store_server server; /* owned */
	GPtrArray *schemas;         /* owned texts: to be enrolled */
};

/* Takes discovery. */
static void discovery_finish(struct discovery *discovery, const struct err *err)
{
	point_at_check(discovery->call, err);
	call_finish(discovery->call, err);
	store_server_release(&discovery->server);
	g_ptr_array_unref(discovery->schemas);
	g_free(discovery);
}

static void discovery_enrolled(void *ctx)
{
	discovery_finish(ctx, NULL);
}

static void schemas_collect(struct discovery *discovery, const struct exec_result *result)
{
	const struct wire_discover *asked = discovery->call->request;
	const struct wire_changed *answer = discovery->call->answer;

	for (size_t i = 0; i < result->nr && !asked->dry_run && answer->problems.nr == 0; i++) {
		if (!result->standings[i].has_history) {
			g_ptr_array_add(discovery->schemas, g_strdup(result->standings[i].schema));
		}
	}
}

/* May be called again when the turn was undone. */
static int discover_ended(struct sched *sched, const struct exec_result *result, void *ctx,
			  struct err *err)
{
	struct discovery *discovery = ctx;
	struct call *call = discovery->call;

	(void)sched;
	g_ptr_array_set_size(discovery->schemas, 0);
	if (call->api == NULL) {
		return 0;
	}
	if (!result->ok) {
		*err = result->err;
		return err_prefix(err, "server %s", call->args[0]);
	}
	call_answer_as(call, call->op->answer);
	if (tenant_discovered(call, &discovery->server, result, err) < 0) {
		return -1;
	}
	schemas_collect(discovery, result);
	return 0;
}

static void discover_done(void *ctx, const struct err *err)
{
	struct discovery *discovery = ctx;
	struct api *api = discovery->call->api;

	if (api != NULL) {
		watch_wake(api->watch);
	}
	if (err != NULL || api == NULL) {
		discovery_finish(discovery, err);
		return;
	}
	g_ptr_array_add(discovery->schemas, NULL);
	sched_modes_scan(api->sched, &discovery->server);
	sched_enrol(api->sched, &discovery->server, (char *const *)discovery->schemas->pdata,
		    discovery_enrolled, discovery);
}

int op_server_discover(struct call *call, struct err *err)
{
	const struct wire_discover *asked = call->request;
	struct discovery *discovery;
	SCOPED(store_server) row = { 0 };
	struct exec_order *order;
	struct sched_job job = { discover_ended, discover_done, NULL };

	if (name_check_labels(&asked->labels, err) < 0 ||
	    tenant_pattern_check(asked->name, err) < 0 ||
	    store_server_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	order = exec_order_new(EXEC_DISCOVER);
	order->word = g_strdup(is_given(asked->like) ? asked->like : "%");
	discovery = g_new0(struct discovery, 1);
	discovery->call = call;
	discovery->server = row;
	row = (struct store_server){ 0 };
	discovery->schemas = g_ptr_array_new_with_free_func(g_free);
	job.ctx = discovery;
	call_defer(call);
	sched_job_start(call->api->sched, &discovery->server, order, &job);
	return OP_LATER;
}
