#include "api_state.h"
#include "call.h"
#include "log.h"
#include "ops.h"
#include "tick.h"

static void on_request(struct http_request *request, void *ctx)
{
	ops_dispatch(ctx, request);
}

static void on_commit(void *ctx, bool tasks_only)
{
	struct api *api = ctx;

	if (tasks_only) {
		watch_wake_tasks(api->watch);
	} else {
		watch_wake(api->watch);
	}
}

/* Nothing is done meanwhile, and it may last: nobody waits for that without a word. */
static void on_unwritten(void *ctx, const struct err *err)
{
	struct api *api = ctx;
	g_autoptr(GList) calls = g_hash_table_get_keys(api->calls);

	for (GList *at = calls; at != NULL; at = at->next) {
		call_defer(at->data); /* one may end another */
	}
	for (GList *at = calls; at != NULL; at = at->next) {
		call_send_away(at->data, err);
		call_unref(at->data);
	}
}

static struct http *port_open(struct api *api, const char *port, struct err *err)
{
	const struct http_setup setup = {
		.base = api->base,
		.port = port,
		.fd = -1,
		.fn = on_request,
		.ctx = api,
	};

	return http_open(&setup, err);
}

static bool has_port(const struct api_setup *setup)
{
	return setup->port != NULL && setup->port[0] != '\0';
}

struct api *api_open(const struct api_setup *setup, struct err *err)
{
	struct api *api = g_new0(struct api, 1);
	struct http_setup http = {
		.base = setup->base,
		.path = setup->socket,
		.group = setup->group,
		.fd = setup->fd,
		.fn = on_request,
		.ctx = api,
	};

	api->base = setup->base;
	api->store = setup->store;
	api->sched = setup->sched;
	api->server_running = setup->server_running;
	api->started_ms = tick_ms();
	api->http = http_open(&http, err);
	if (api->http == NULL) {
		g_free(api);
		return NULL;
	}
	if (has_port(setup)) {
		api->port = port_open(api, setup->port, err);
		if (api->port == NULL) {
			http_close(api->http);
			g_free(api);
			return NULL;
		}
		log_info("checks are answered on a port address=%s port=%d", setup->port,
			 http_port(api->port));
	}
	api->roles = role_map_new(&setup->roles);
	api->names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	api->calls = g_hash_table_new(NULL, NULL);
	api->watch = watch_new(api);
	api->routing = routing_new(api->base, api->store);
	routing_files_set(api->routing, setup->routing_files);
	sched_on_commit(api->sched, on_commit, api);
	sched_on_unwritten(api->sched, on_unwritten, api);
	return api;
}

void api_close(struct api *api)
{
	GHashTableIter iter;
	gpointer call;

	if (api == NULL) {
		return;
	}
	watch_free(api->watch);
	routing_free(api->routing);
	http_close(api->http);
	http_close(api->port);
	g_hash_table_iter_init(&iter, api->calls);
	while (g_hash_table_iter_next(&iter, &call, NULL)) {
		call_orphan(call);
	}
	g_hash_table_destroy(api->calls);
	g_hash_table_destroy(api->names);
	role_map_free(api->roles);
	g_free(api);
}

void api_set_policy(struct api *api, const struct role_policy *roles, int64_t server_running)
{
	role_map_free(api->roles);
	api->roles = role_map_new(roles);
	api->server_running = server_running;
}

void api_set_routing(struct api *api, char *const *files)
{
	routing_files_set(api->routing, files);
}
