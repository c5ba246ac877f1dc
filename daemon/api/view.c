#include "view.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "advice.h"
#include "api_state.h"
#include "exec.h"
#include "ops_window.h"
#include "release.h"
#include "sched_throttle.h"
#include "store_phase.h"
#include "store_release.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "store_window.h"
#include "tick.h"
#include "upkeep.h"

char *view_time(int64_t wall_ms)
{
	char text[TICK_TEXT_MAX];

	return wall_ms <= 0 ? NULL : g_strdup(tick_format(text, wall_ms));
}

static void labels_copy(const struct store_labels *from, struct wire_labels *to)
{
	for (size_t i = 0; i < from->nr; i++) {
		wire_labels_put(to, from->labels[i].key, from->labels[i].value);
	}
}

char *view_rollout_id(int64_t id)
{
	return g_strdup_printf("r%" PRId64, id);
}

void view_texts(char *const *from, struct wire_texts *out)
{
	for (; from != NULL && *from != NULL; from++) {
		wire_texts_add(out, *from);
	}
}

void view_words(const char *text, struct wire_texts *out)
{
	g_auto(GStrv) words = g_strsplit(text == NULL ? "" : text, " ", -1);

	view_texts(words, out);
}

/* ---- servers and tenants ------------------------------------------------------------- */

static char *address_text(const struct store_server *row)
{
	if (row->socket != NULL && row->socket[0] != '\0') {
		return g_strdup(row->socket);
	}
	return g_strdup_printf("%s:%" PRId64, row->host == NULL ? "" : row->host, row->port);
}

static void add_once(struct wire_texts *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++) {
		if (strcmp(names->texts[i], name) == 0) {
			return;
		}
	}
	wire_texts_add(names, name);
}

static int add_replica(const struct store_server *row, void *ctx, struct err *err)
{
	(void)err;
	add_once(ctx, row->name);
	return 0;
}

/* Those that are enrolled, those in its list, and those that were found. */
static int view_replicas(const struct api *api, const struct store_server *row,
			 struct wire_texts *out, struct err *err)
{
	g_auto(GStrv) listed = row->replicas == NULL ? NULL : g_strsplit(row->replicas, ",", -1);
	g_auto(GStrv) watched = sched_replicas(api->sched, row->id);

	if (store_server_replicas(api->store, row->name, add_replica, out, err) < 0) {
		return -1;
	}
	for (char **at = listed; at != NULL && *at != NULL; at++) {
		add_once(out, *at);
	}
	for (char **at = watched; *at != NULL; at++) {
		add_once(out, *at);
	}
	return 0;
}

int view_server(const struct api *api, const struct store_server *row, struct wire_server *out,
		struct err *err)
{
	int64_t tenants = store_tenant_count(api->store, row->id, err);

	if (tenants < 0 || view_replicas(api, row, &out->replicas, err) < 0) {
		return -1;
	}
	out->name = g_strdup(row->name);
	out->address = address_text(row);
	out->flavor = g_strdup(row->flavor);
	out->version = g_strdup(row->version);
	out->state = g_strdup(server_state_names[row->state]);
	out->reason = g_strdup(row->reason);
	out->max_running = row->max_running > 0 ? row->max_running : api->server_running;
	out->max_rebuilds = row->max_rebuilds;
	out->max_chunks = row->max_chunks;
	out->tenants = tenants;
	out->defaults_file = g_strdup(row->defaults_file);
	out->window = g_strdup(row->window);
	out->next_window = window_next_text(row->window, row->freeze_from, row->freeze_until);
	out->freeze = window_freeze_text(row->freeze_from, row->freeze_until, row->freeze_reason);
	out->replica_of = g_strdup(row->replica_of);
	out->heartbeat = g_strdup(row->heartbeat);
	out->revision = row->revision;
	labels_copy(&row->labels, &out->labels);
	return 0;
}

void view_server_check(const struct store_server *row, const struct exec_info *info,
		       struct wire_server_check *out)
{
	out->name = g_strdup(row->name);
	out->address = address_text(row);
	out->flavor = g_strdup(info->flavor);
	out->version = g_strdup(info->version);
	out->time_zone = g_strdup(info->time_zone);
	out->account = g_strdup(info->account);
	out->connections = info->connections;
	out->max_connections = info->max_connections;
	out->read_only = info->read_only;
	view_texts(info->missing, &out->missing);
	out->grant = g_strdup(info->grant);
	view_texts(info->closing, &out->closing);
}

enum { CLASS_LEN = 12 }; /* of a fingerprint: enough to tell classes apart */

static void lines_copy(const char *text, struct wire_texts *out)
{
	g_auto(GStrv) lines = text == NULL ? NULL : g_strsplit(text, "\n", 0);

	view_texts(lines, out);
}

int view_tenant(const struct api *api, const struct store_tenant *row, struct wire_tenant *out,
		struct err *err)
{
	struct upkeep upkeep = { 0 };

	if (sched_tenant_upkeep(api->sched, row, &upkeep, &out->waits, err) < 0) {
		return -1;
	}
	if (!upkeep.is_open && upkeep.next_ms != WINDOW_FOREVER) {
		out->next_window = view_time(upkeep.next_ms);
	}
	out->window = g_strdup(row->window);
	out->freeze = window_freeze_text(row->freeze_from, row->freeze_until, row->freeze_reason);
	out->name = g_strdup(row->name);
	out->server = g_strdup(row->server);
	out->schema = g_strdup(row->schema);
	out->version = g_strdup(row->version);
	out->mode = g_strdup(tenant_mode_names[row->mode]);
	out->hold = g_strdup(row->hold);
	out->unfinished = g_strdup(row->open);
	out->regressed = g_strdup(row->regressed);
	out->class = g_strndup(row->shape, CLASS_LEN);
	lines_copy(row->drifted, &out->drifted);
	out->bytes = row->bytes;
	out->revision = row->revision;
	labels_copy(&row->labels, &out->labels);
	return 0;
}

void view_route(const struct store_tenant *row, struct wire_route *out)
{
	out->tenant = g_strdup(row->name);
	out->server = g_strdup(row->server);
	out->schema = g_strdup(row->schema);
	out->version = g_strdup(row->version);
	out->mode = g_strdup(tenant_mode_names[row->mode]);
	out->class = g_strndup(row->shape, CLASS_LEN);
}

/* ---- releases ------------------------------------------------------------------------ */

static void migrations_copy(const struct release *parsed, struct wire_list *list)
{
	for (size_t i = 0; i < parsed->nr; i++) {
		const struct migration *from = &parsed->migrations[i];
		struct wire_migration *to = wire_list_add(&wire_migration_type, list);

		to->version = g_strdup(from->version);
		to->name = g_strdup(from->name);
		to->file = g_strdup(from->file);
		to->checksum = g_strdup(from->checksum);
		to->phase = g_strdup(release_phase_names[from->phase]);
		to->statements = (int64_t)from->up.nr;
		to->down = from->has_down;
	}
}

void view_release(const struct store_release *row, const struct release *parsed,
		  struct wire_release_info *out)
{
	out->id = g_strdup_printf("%" PRId64, row->id);
	out->name = g_strdup(row->name);
	out->format = g_strdup(row->format);
	out->checksum = g_strdup(row->checksum);
	out->version = g_strdup(row->last_version);
	out->created_at = view_time(row->created_at);
	if (parsed != NULL) {
		migrations_copy(parsed, &out->migrations);
	}
}

/* ---- rollouts ------------------------------------------------------------------------ */

static void counts_copy(const struct store_counts *from, struct wire_counts *to)
{
	to->total = from->total;
	to->pending = from->by_state[TASK_PENDING];
	to->waiting = from->by_state[TASK_WAITING];
	to->running = from->by_state[TASK_RUNNING];
	to->verifying = from->by_state[TASK_VERIFYING];
	to->done = from->by_state[TASK_DONE];
	to->failed = from->by_state[TASK_FAILED];
	to->in_doubt = from->by_state[TASK_IN_DOUBT];
	to->skipped = from->by_state[TASK_SKIPPED];
	to->held = from->by_state[TASK_HELD];
	to->cancelled = from->by_state[TASK_CANCELLED];
}

static int wave_add(const struct store_wave *row, void *ctx, struct err *err)
{
	struct wire_wave *out = wire_list_add(&wire_wave_type, ctx);
	char text[TICK_TEXT_MAX];

	(void)err;
	out->seq = row->seq;
	out->size = row->size;
	out->state = g_strdup(wave_state_names[row->state]);
	if (row->state == WAVE_GATED) {
		out->gate = g_strdup("promote");
	} else if (row->state == WAVE_BAKING) {
		out->gate = g_strdup_printf("bake until %s", tick_format(text, row->bake_until));
	}
	return 0;
}

void view_phase(const struct store_phase *row, struct wire_phase *out)
{
	out->seq = row->seq;
	out->phase = g_strdup(row->name);
	out->state = g_strdup("pending");
	out->to = g_strdup(row->to_version);
	out->files = row->files;
	out->tenants = row->tenants;
}

static int phase_add(const struct store_phase *row, void *ctx, struct err *err)
{
	(void)err;
	view_phase(row, wire_list_add(&wire_phase_type, ctx));
	return 0;
}

static bool waves_are_over(const struct wire_list *list)
{
	const struct wire_wave *waves = list->items;

	for (size_t i = 0; i < list->nr; i++) {
		if (strcmp(waves[i].state, wave_state_names[WAVE_DONE]) != 0) {
			return false;
		}
	}
	return true;
}

static const char *phase_state(const struct store_rollout *row, int64_t seq, bool waves_over)
{
	if (seq < row->phase || (seq == row->phase && waves_over)) {
		return "done";
	}
	if (row->state == ROLLOUT_ABORTED) {
		return "cancelled";
	}
	return seq == row->phase ? "running" : "pending";
}

/* Behind the waves, which say whether the phase that has begun is over. */
static int phases_view(const struct api *api, const struct store_rollout *row,
		       struct wire_rollout *out, struct err *err)
{
	bool waves_over = waves_are_over(&out->waves);
	struct wire_phase *phases;

	if (store_phase_each(api->store, row->id, phase_add, &out->phases, err) < 0) {
		return -1;
	}
	phases = out->phases.items;
	for (size_t i = 0; i < out->phases.nr; i++) {
		g_free(phases[i].state);
		phases[i].state = g_strdup(phase_state(row, phases[i].seq, waves_over));
		if (phases[i].seq <= row->phase) {
			g_free(out->phase);
			out->phase = g_strdup(phases[i].phase);
		}
	}
	return 0;
}

static char *version_text(const struct api *api, const struct store_rollout *row, struct err *err)
{
	SCOPED(store_release) release = { 0 };

	if (row->to_version != NULL) {
		return g_strdup(row->to_version);
	}
	if (store_release_get_id(api->store, row->release_id, &release, err) < 0) {
		return NULL;
	}
	return g_strdup(release.last_version == NULL ? "" : release.last_version);
}

static void rollout_row_copy(const struct store_rollout *row, struct wire_rollout *out)
{
	out->id = view_rollout_id(row->id);
	out->name = g_strdup(row->name);
	out->release = g_strdup(row->release);
	out->selector = g_strdup(row->selector);
	out->state = g_strdup(rollout_state_names[row->state]);
	out->reason = g_strdup(row->reason);
	out->owner = g_strdup(row->owner);
	out->revision = row->revision;
	out->window = g_strdup(row->ignore_window ? "ignore" : "respect");
	out->over_budget = row->over_budget;
	out->throttled = row->throttled;
	out->running_limit = row->running_limit;
	out->stall_ms = row->stall_ms;
	out->priority = row->priority;
	view_words(row->hooks, &out->hooks);
	out->created_at = view_time(row->created_at);
	out->started_at = view_time(row->started_at);
	out->finished_at = view_time(row->ended_at);
}

/* When all that is left waits, that is said instead of what the state came from. */
static void waits_view(const struct store_rollout *row, const struct store_waits *waits,
		       struct wire_rollout *out)
{
	int64_t left = out->counts.pending + out->counts.waiting + out->counts.running +
		       out->counts.verifying;
	g_autofree char *first = NULL;
	int64_t last_s;
	bool never;

	if (waits->nr == 0) {
		return;
	}
	never = waits->first_at == WINDOW_FOREVER;
	first = never ? g_strdup("not within a year, see `muster doctor`")
		      : upkeep_moment(waits->first_at);
	out->next_window = never ? NULL : view_time(waits->first_at);
	last_s = MAX(waits->last_at - tick_wall_ms() + 999, 0) / 1000;
	if (row->state != ROLLOUT_RUNNING) {
		return;
	}
	out->eta_s = MAX(out->eta_s, last_s);
	if (waits->nr == left) {
		g_free(out->reason);
		out->reason = g_strdup_printf("all that is left (%" PRId64
					      ") waits for windows: the first opens %s",
					      left, first);
	}
}

/* Takes why; NULL: the reason that was known stays. */
static void reason_put(struct wire_rollout *out, char *why)
{
	if (why != NULL) {
		g_free(out->reason);
		out->reason = why;
	}
}

/* Asked only of a rollout that closes any. */
static int closed_view(const struct api *api, const struct store_rollout *row,
		       struct wire_rollout *out, struct err *err)
{
	static const char *const words[] = {
		[STORE_READONLY_NONE] = "none",
		[STORE_READONLY_ALL] = "all",
		[STORE_READONLY_ASKED] = "asked",
	};
	struct store_closed closed = { 0 };

	out->readonly = g_strdup(words[row->readonly]);
	out->max_closed_ms = row->max_closed_ms;
	out->close_method = g_strdup(row->close_method);
	out->no_rewrite = row->no_rewrite;
	if (row->readonly != STORE_READONLY_NONE &&
	    store_task_closed_times(api->store, row->id, &closed, err) < 0) {
		return -1;
	}
	out->closed = (struct wire_closed){ closed.nr, closed.min_ms, closed.median_ms,
					    closed.p95_ms, closed.max_ms };
	return 0;
}

/* When a rollout is done, only those that were held are left to try. */
static bool is_offered(const struct store_rollout *row, const struct wire_counts *counts,
		       const char *action)
{
	return row->state != ROLLOUT_DONE || counts->held > 0 || strcmp(action, "retry") != 0;
}

int view_rollout(const struct api *api, const struct store_rollout *row, struct wire_rollout *out,
		 struct err *err)
{
	const char *const *actions = sched_rollout_actions(row);
	struct store_counts counts = { 0 };
	struct store_waits waits = { 0 };

	if (store_task_counts(api->store, row->id, 0, &counts, err) < 0 ||
	    store_task_waits(api->store, row->id, &waits, err) < 0 ||
	    closed_view(api, row, out, err) < 0 ||
	    store_wave_each(api->store, row->id, wave_add, &out->waves, err) < 0 ||
	    phases_view(api, row, out, err) < 0) {
		return -1;
	}
	out->version = version_text(api, row, err);
	if (out->version == NULL) {
		return -1;
	}
	rollout_row_copy(row, out);
	counts_copy(&counts, &out->counts);
	out->budget.failed = out->counts.failed + out->counts.in_doubt;
	out->budget.limit = row->budget_limit;
	if (out->counts.failed > 0 && (row->over_budget || row->state == ROLLOUT_FAILED) &&
	    advice_rollout(api->store, row->id, &out->hint, err) < 0) {
		return -1;
	}
	sched_rollout_pace(api->sched, row->id, &out->rate, &out->eta_s);
	reason_put(out, sched_rollout_bakes(api->sched, row->id));
	waits_view(row, &waits, out);
	/* no server that it still has to go to lets anything start */
	reason_put(out, sched_rollout_throttled(api->sched, row->id));
	reason_put(out, sched_rollout_unwritten(api->sched, row->id));
	for (; *actions != NULL; actions++) {
		if (is_offered(row, &out->counts, *actions)) {
			wire_texts_add(&out->available_actions, *actions);
		}
	}
	return 0;
}

/* ---- tasks --------------------------------------------------------------------------- */

/* What is done of the statement that goes through rows range by range counts, too. */
static double progress(const struct wire_task *task, enum task_state state,
		       const struct sched_live *live)
{
	double part;

	if (state == TASK_DONE) {
		return 1;
	}
	if (task->statements <= 0) {
		return 0;
	}
	part = (double)task->statement;
	if (live->rows_of > 0) {
		part += (double)live->rows / (double)live->rows_of;
	}
	part /= (double)task->statements;
	return part > 1 ? 1 : part;
}

/* The version it works on, when the worker has said which. */
static char *live_migration(const struct api *api, const struct store_task *row, int64_t index)
{
	SCOPED(store_rollout) rollout = { 0 };
	struct release *release;
	char *version = NULL;
	struct err err;

	if (index < 0 || store_rollout_get_id(api->store, row->rollout_id, &rollout, &err) < 0) {
		return NULL;
	}
	release = sched_release_get(api->sched, rollout.release_id, &err);
	if (release != NULL && (size_t)index < release->nr) {
		version = g_strdup(release->migrations[index].version);
	}
	release_unref(release);
	return version;
}

static void live_copy(const struct api *api, const struct store_task *row, struct sched_live *live,
		      struct wire_task *out)
{
	char *version;

	if (!sched_task_live(api->sched, row->id, live)) {
		return;
	}
	if (live->statements > 0) {
		out->statement = live->statement;
		out->statements = live->statements;
	}
	version = live_migration(api, row, live->migration);
	if (version != NULL) {
		g_free(out->migration);
		out->migration = version;
	}
}

/* What keeps it from being taken counts for more than how it came to be pending. */
static char *task_reason(const struct api *api, const struct store_task *row)
{
	const char *why = sched_throttle_reason(api->sched, row->server_id);
	char *waits;

	if (row->state != TASK_PENDING) {
		return g_strdup(row->reason);
	}
	if (why != NULL) {
		return g_strdup_printf("waits: server %s: %s", row->server, why);
	}
	waits = sched_task_waits(api->sched, row);
	return waits != NULL ? waits : g_strdup(row->reason);
}

void view_task(const struct api *api, const struct store_task *row, struct wire_task *out)
{
	struct sched_live live = { 0 };

	out->rollout = view_rollout_id(row->rollout_id);
	out->tenant = g_strdup(row->tenant);
	out->server = g_strdup(row->server);
	out->wave = row->wave;
	out->state = g_strdup(task_state_names[row->state]);
	out->reason = task_reason(api, row);
	out->migration = g_strdup(row->migration);
	out->kind = row->kind == TASK_KIND_UNKNOWN ? NULL : g_strdup(task_kind_names[row->kind]);
	out->statement = row->statement;
	out->statements = row->statements;
	out->attempt = row->attempt;
	if (row->err_code != NULL) {
		out->error.code = g_strdup(row->err_code);
		out->error.native = row->err_native;
		out->error.message = g_strdup(row->err_message);
	}
	if (row->err_code != NULL || row->state == TASK_CANCELLED) {
		out->error.hint = advice_task(row);
	}
	out->next_window = row->window_at == WINDOW_FOREVER ? NULL : view_time(row->window_at);
	out->closed_ms = row->closed_ms;
	out->started_at = view_time(row->started_at);
	out->finished_at = view_time(row->finished_at);
	lines_copy(row->difference, &out->difference);
	live_copy(api, row, &live, out);
	out->progress = progress(out, row->state, &live);
}

/* ---- events -------------------------------------------------------------------------- */

void view_event(const struct store_event *row, struct wire_event *out)
{
	out->id = row->id;
	out->at = view_time(row->at);
	out->uid = row->uid;
	out->actor = g_strdup(row->actor);
	out->kind = g_strdup(row->kind);
	out->object = g_strdup(row->object);
	out->state = g_strdup(row->state);
	out->text = g_strdup(row->text);
	out->output = g_strdup(row->output);
}
