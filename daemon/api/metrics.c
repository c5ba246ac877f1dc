#include "metrics.h"

#include <inttypes.h>

#include <glib.h>

#include "api_state.h"
#include "fsm.h"
#include "metrics_throttle.h"
#include "store_event.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"
#include "wire.h"

struct census {
	const struct api *api;
	int64_t servers[SERVER_STATE_NR];
	int64_t rollouts[ROLLOUT_STATE_NR];
	int64_t tasks[TASK_STATE_NR];
	int64_t tenants;
	int64_t last_event;
};

static int server_count(const struct store_server *row, void *ctx, struct err *err)
{
	struct census *census = ctx;
	int64_t tenants = store_tenant_count(census->api->store, row->id, err);

	if (tenants < 0) {
		return -1;
	}
	census->servers[row->state]++;
	census->tenants += tenants;
	return 0;
}

static int rollout_count(const struct store_rollout *row, void *ctx, struct err *err)
{
	struct census *census = ctx;
	struct store_counts counts = { 0 };

	census->rollouts[row->state]++;
	if (fsm_is_end(&fsm_rollout, (int)row->state)) {
		return 0;
	}
	if (store_task_counts(census->api->store, row->id, 0, &counts, err) < 0) {
		return -1;
	}
	for (int i = 0; i < TASK_STATE_NR; i++) {
		census->tasks[i] += counts.by_state[i];
	}
	return 0;
}

static int census_take(struct census *census, struct err *err)
{
	struct store *store = census->api->store;

	if (store_server_each(store, server_count, census, err) < 0 ||
	    store_rollout_each(store, false, rollout_count, census, err) < 0) {
		return -1;
	}
	census->last_event = store_event_last(store, err);
	return census->last_event < 0 ? -1 : 0;
}

static void head_put(GString *out, const char *name, const char *type, const char *help)
{
	g_string_append_printf(out, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void states_put(GString *out, const char *name, const char *help, const int64_t *values,
		       const char *const *states)
{
	head_put(out, name, "gauge", help);
	for (int i = 0; states[i] != NULL; i++) {
		g_string_append_printf(out, "%s{state=\"%s\"} %" PRId64 "\n", name, states[i],
				       values[i]);
	}
}

static void gauge_put(GString *out, const char *name, const char *help, int64_t value)
{
	head_put(out, name, "gauge", help);
	g_string_append_printf(out, "%s %" PRId64 "\n", name, value);
}

static void counter_put(GString *out, const char *name, const char *help, int64_t value)
{
	head_put(out, name, "counter", help);
	g_string_append_printf(out, "%s_total %" PRId64 "\n", name, value);
}

static void put_seconds(GString *out, int64_t us)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.6f", (double)us / 1e6));
}

/* A summary without quantiles: how many, and how long together; the longest beside it. */
static void durations_put(GString *out, const char *name, const char *help, const int64_t values[3])
{
	head_put(out, name, "summary", help);
	g_string_append_printf(out, "%s_count %" PRId64 "\n%s_sum ", name, values[0], name);
	put_seconds(out, values[1]);
	g_string_append_printf(out, "\n# TYPE %s_max gauge\n%s_max ", name, name);
	put_seconds(out, values[2]);
	g_string_append_c(out, '\n');
}

static void census_put(GString *out, const struct census *census)
{
	const char *names[TASK_STATE_NR + 1] = { NULL };

	for (int i = 0; i < SERVER_STATE_NR; i++) {
		names[i] = server_state_names[i];
	}
	states_put(out, "muster_servers", "Servers by state.", census->servers, names);
	for (int i = 0; i < ROLLOUT_STATE_NR; i++) {
		names[i] = rollout_state_names[i];
	}
	states_put(out, "muster_rollouts", "Rollouts by state.", census->rollouts, names);
	for (int i = 0; i < TASK_STATE_NR; i++) {
		names[i] = task_state_names[i];
	}
	states_put(out, "muster_tasks", "Tasks of open rollouts by state.", census->tasks, names);
	gauge_put(out, "muster_tenants", "Tenants in the inventory.", census->tenants);
	gauge_put(out, "muster_event_last", "Id of the newest event.", census->last_event);
}

static void work_put(GString *out, const struct api *api)
{
	struct sched_stats work = { 0 };
	struct http_stats served = { 0 };

	sched_stats_get(api->sched, &work);
	http_stats_get(api->http, &served);
	gauge_put(out, "muster_tasks_running", "Tasks that a worker holds now.",
		  (int64_t)sched_running(api->sched));
	gauge_put(out, "muster_sessions", "Open sessions on all servers.", work.sessions);
	gauge_put(out, "muster_event_streams", "Clients that follow the events.", served.streams);
	counter_put(out, "muster_statements", "Statements run on tenants.", work.statements);
	counter_put(out, "muster_tasks_done", "Tasks ended well.", work.tasks_done);
	counter_put(out, "muster_tasks_failed", "Tasks that failed.", work.tasks_failed);
	durations_put(out, "muster_turn_seconds", "Turns of the scheduler.",
		      (int64_t[3]){ work.turns, work.turn_us_sum, work.turn_us_max });
	durations_put(out, "muster_request_seconds", "Requests on the socket.",
		      (int64_t[3]){ served.requests, served.us_sum, served.us_max });
}

char *metrics_text(const struct api *api, struct err *err)
{
	struct census census = { .api = api };
	GString *out;

	if (census_take(&census, err) < 0) {
		return NULL;
	}
	out = g_string_new(NULL);
	head_put(out, "muster_build", "info", "What runs here.");
	g_string_append_printf(out, "muster_build_info{version=\"%s\",protocol=\"%d\"} 1\n",
			       MUSTER_VERSION, WIRE_PROTOCOL);
	gauge_put(out, "muster_uptime_seconds", "Since the start.",
		  (tick_ms() - api->started_ms) / 1000);
	census_put(out, &census);
	work_put(out, api);
	if (metrics_throttle(out, api->sched, err) < 0) {
		g_string_free(out, TRUE);
		return NULL;
	}
	g_string_append(out, "# EOF\n");
	return g_string_free(out, FALSE);
}
