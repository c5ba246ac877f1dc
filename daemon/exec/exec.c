#include "exec.h"

#include <string.h>

#include <glib.h>

#include "baseline.h"
#include "build_run.h"
#include "chain.h"
#include "chain_run.h"
#include "claim.h"
#include "close_run.h"
#include "close_survey.h"
#include "db.h"
#include "db_catalog.h"
#include "db_crew.h"
#include "db_guard.h"
#include "forecast.h"
#include "hook.h"
#include "left_over.h"
#include "outcome.h"
#include "precheck_run.h"
#include "release.h"
#include "resolve.h"
#include "survey.h"
#include "task_run.h"
#include "tick.h"
#include "visit.h"

enum {
	INSIST_MS = 5000,
	INSIST_PAUSE_US = 100000,
	PATIENCE_STEP_MS = 1000,
	LATE_MS = 30000,
};

const char *const exec_kind_names[EXEC_KIND_NR] = {
	[EXEC_TASK] = "task",         [EXEC_SURVEY] = "survey",     [EXEC_CHECK] = "check",
	[EXEC_DISCOVER] = "discover", [EXEC_BASELINE] = "baseline", [EXEC_RESOLVE] = "resolve",
	[EXEC_KILL] = "kill",         [EXEC_CHAIN] = "chain",       [EXEC_SWEEP] = "sweep",
	[EXEC_CLAIM] = "claim",       [EXEC_WRITERS] = "writers",   [EXEC_CLOSE] = "close",
	[EXEC_OPEN] = "open",         [EXEC_CLOSED] = "closed",     [EXEC_TRY] = "try",
	[EXEC_PRECHECK] = "precheck", [EXEC_HOOK] = "hook",         [EXEC_BUILD] = "build",
	[EXEC_HOLES] = "holes",       [EXEC_LEFT] = "left",
};

struct chain *exec_chain_new(void)
{
	return g_atomic_rc_box_new0(struct chain);
}

struct chain *exec_chain_ref(struct chain *chain)
{
	return chain == NULL ? NULL : g_atomic_rc_box_acquire(chain);
}

static void chain_value_release(void *chain)
{
	chain_release(chain);
}

void exec_chain_unref(struct chain *chain)
{
	if (chain != NULL) {
		g_atomic_rc_box_release_full(chain, chain_value_release);
	}
}

struct exec_order *exec_order_new(enum exec_kind kind)
{
	struct exec_order *order = g_new0(struct exec_order, 1);

	order->kind = kind;
	return order;
}

struct exec_order *exec_order_helper(struct exec_order *leader)
{
	struct exec_order *order = exec_order_new(EXEC_SURVEY);

	leader->crew = db_crew_new();
	order->crew = db_crew_ref(leader->crew);
	order->helps = true;
	return order;
}

void exec_order_free(struct exec_order *order)
{
	if (order == NULL) {
		return;
	}
	g_free(order->addr.host);
	g_free(order->addr.socket);
	g_free(order->addr.defaults_file);
	db_session_free(order->session);
	release_unref(order->release);
	exec_chain_unref(order->chain);
	forecast_unref(order->forecast);
	hook_call_free(order->hook);
	g_free(order->to_version);
	g_free(order->schema);
	g_free(order->seen);
	g_free(order->scratch);
	g_free(order->indices);
	g_free(order->label);
	g_free(order->word);
	g_free(order->close.method);
	g_free(order->close.reason);
	g_free(order->close.owner);
	g_strfreev(order->schemas);
	g_strfreev(order->expected);
	g_strfreev(order->expected_shapes);
	if (!order->helps) {
		db_crew_end(order->crew);
	}
	db_crew_unref(order->crew);
	g_free(order);
}

static void standing_release(struct exec_standing *standing)
{
	g_free(standing->schema);
	g_free(standing->version);
	g_free(standing->ahead);
	g_free(standing->open);
	g_free(standing->problem);
	g_strfreev(standing->applied);
	g_free(standing->places);
	g_free(standing->pending_digest);
	g_free(standing->fingerprint);
	g_free(standing->class);
	g_strfreev(standing->altered);
	g_free(standing->before);
	g_free(standing->look);
}

static void closed_release(struct exec_closed *closed)
{
	g_free(closed->schema);
	g_free(closed->method);
	g_free(closed->restore);
	g_free(closed->reason);
	g_free(closed->owner);
}

/* What was found out of the rows and tables of many tenants. */
static void looks_clear(struct exec_result *result)
{
	for (size_t i = 0; i < result->nr_breaches; i++) {
		g_free(result->breaches[i].schema);
		g_free(result->breaches[i].text);
	}
	g_free(result->breaches);
	for (size_t i = 0; i < result->nr_gaps; i++) {
		g_free(result->gaps[i].schema);
		g_free(result->gaps[i].text);
	}
	g_free(result->gaps);
	for (size_t i = 0; i < result->nr_sizes; i++) {
		g_free(result->sizes[i].schema);
		g_free(result->sizes[i].table);
	}
	g_free(result->sizes);
	for (size_t i = 0; i < result->nr_versions; i++) {
		g_free(result->versions[i].schema);
		g_free(result->versions[i].table);
	}
	g_free(result->versions);
	g_free(result->versions_unread);
	for (size_t i = 0; i < result->nr_shapes; i++) {
		g_free(result->shapes[i].fingerprint);
		g_free(result->shapes[i].text);
	}
	g_free(result->shapes);
}

static void result_clear(struct exec_result *result)
{
	db_session_free(result->session);
	g_free(result->reason);
	g_free(result->version);
	g_free(result->migration);
	g_free(result->fingerprint);
	g_free(result->difference);
	g_free(result->chain_text);
	forecast_unref(result->forecast);
	g_strfreev(result->warnings);
	g_free(result->method);
	g_free(result->why);
	g_free(result->proof);
	g_free(result->restore);
	g_strfreev(result->holes);
	looks_clear(result);
	g_free(result->host);
	g_free(result->data_dir);
	g_free(result->measures);
	for (size_t i = 0; i < result->nr_closed; i++) {
		closed_release(&result->closed[i]);
	}
	g_free(result->closed);
	for (size_t i = 0; i < result->nr; i++) {
		standing_release(&result->standings[i]);
	}
	g_free(result->standings);
	g_strfreev(result->left_over);
	g_free(result->rival);
	if (result->hook != NULL) {
		hook_end_release(result->hook);
		g_free(result->hook);
	}
	if (result->info != NULL) {
		db_server_info_release(result->info);
		g_free(result->info);
	}
	*result = (struct exec_result){ .kind = result->kind,
					.id = result->id,
					.server_id = result->server_id };
}

void exec_result_free(struct exec_result *result)
{
	if (result != NULL) {
		result_clear(result);
		g_free(result);
	}
}

static int run_check(struct visit *visit, struct exec_result *result, struct err *err)
{
	SCOPED(db_server_info) info = { 0 };

	if (db_server_info_get(visit->session, &info, err) < 0) {
		return -1;
	}
	result->left_over = left_over_find(visit->session, visit->order->epoch, err);
	if (result->left_over == NULL) {
		if (err->code != ERR_DB) {
			return -1;
		}
		result->left_over = g_new0(char *, 1); /* it may not look: nothing to tell */
	}
	if (visit->order->word != NULL) {
		result->rival = db_claim_rival(visit->session, visit->order->word);
	}
	result->info = g_memdup2(&info, sizeof(info));
	info = (struct db_server_info){ 0 };
	return 0;
}

static int run_kill(struct visit *visit, struct exec_result *result, struct err *err)
{
	(void)result;
	return db_kill(visit->session, visit->order->connection_id, false, err);
}

/* The session is made clean again: what was tried is somebody else's text. */
static int run_try(struct visit *visit, struct exec_result *result, struct err *err)
{
	(void)result;
	visit->dirty = true;
	return visit->order->trial(visit->session, visit->order->word, err);
}

/* What needs a session, and for some kinds a tenant, and may fail in one way. */
struct exec_step {
	bool in_tenant;
	bool insists;
	bool is_new;
	int (*run)(struct visit *visit, struct exec_result *result, struct err *err);
};

/* clang-format off */
static const struct exec_step steps[EXEC_KIND_NR] = {
	/* kind              in a tenant, under its lock; again while a server comes back; on a new
	 *                   session, so that the account is tried as it is today */
	[EXEC_SURVEY]   = { false, true,  false, survey_run },
	[EXEC_CHECK]    = { false, false, true,  run_check },
	[EXEC_DISCOVER] = { false, false, false, survey_discover },
	[EXEC_RESOLVE]  = { true,  false, false, resolve_run },
	[EXEC_KILL]     = { false, false, false, run_kill },
	[EXEC_CHAIN]    = { false, true,  false, chain_run },
	[EXEC_BUILD]    = { false, true,  false, build_run },
	[EXEC_PRECHECK] = { false, true,  false, precheck_run },
	[EXEC_TRY]      = { false, false, false, run_try },
	[EXEC_SWEEP]    = { false, false, false, chain_sweep },
	[EXEC_LEFT]     = { false, false, false, chain_left },
	[EXEC_CLAIM]    = { false, false, false, claim_run },
	[EXEC_WRITERS]  = { false, false, false, close_run_writers },
	[EXEC_HOLES]    = { false, true,  false, close_survey_run },
	[EXEC_CLOSE]    = { false, false, false, close_run_close },
	[EXEC_OPEN]     = { false, false, false, close_run_open },
	[EXEC_CLOSED]   = { false, false, false, close_run_closed },
};

/* clang-format on */

static int begin(const struct exec_step *step, struct visit *visit, struct exec_order *order,
		 struct err *err)
{
	if (step->in_tenant) {
		return visit_begin(visit, order, order->schema, err);
	}
	return visit_open(visit, order, err);
}

static void fail(const struct exec_order *order, struct exec_result *result, const struct err *err)
{
	struct outcome outcome;

	outcome_of_order(&outcome, DB_UNKNOWN, order, err);
	result->err = outcome.err;
	result->server_down = outcome.server_down;
	result->server_denied = outcome.server_denied;
}

static bool is_broken(const struct exec_step *step, const struct err *err)
{
	return err->code == ERR_UNREACHABLE || err->code == ERR_UNKNOWN_OUTCOME ||
	       (err->code == ERR_TIMEOUT && step->insists);
}

/*
 * These kinds only read, make what nobody else sees or are refused whole. A kept session may
 * be gone: on a new one, then. What a rollout has to know before it begins is asked until a
 * server that has just gone is back, for a while.
 */
static bool is_again(const struct exec_step *step, const struct visit *visit, bool is_kept,
		     int64_t until_ms, const struct err *err)
{
	if (step->in_tenant || !is_broken(step, err)) {
		return false;
	}
	return (is_kept && visit->session != NULL) || (step->insists && tick_ms() < until_ms);
}

static bool is_patient(void *ctx, int64_t waited_ms)
{
	const struct exec_order *order = ctx;

	return waited_ms < order->patience_ms;
}

/* The library's own: the server did not say a word. */
static bool is_client_number(int native)
{
	return native >= 2000 && native < 3000;
}

/*
 * An answer may take long, but not of a server that is stopped, though not gone: that one lets
 * nobody in either, and says nothing of it.
 */
static bool is_there(void *ctx, int64_t waited_ms)
{
	const struct exec_order *order = ctx;
	SCOPED_PTR(db_session) other = NULL;
	struct err err = { 0 };

	if (waited_ms % (order->patience_ms > 0 ? order->patience_ms : LATE_MS) != 0) {
		return true;
	}
	other = visit_connect(order, &err);
	return other != NULL || err.code != ERR_UNREACHABLE || !is_client_number(err.native);
}

static int try_step(const struct exec_step *step, struct visit *visit, struct exec_order *order,
		    struct exec_result *result, struct err *err)
{
	const struct db_patience patience = {
		.step_ms = PATIENCE_STEP_MS,
		.step = step->insists ? is_there : is_patient,
		.ctx = order,
	};
	int done;

	if (begin(step, visit, order, err) < 0) {
		return -1;
	}
	if (order->patience_ms == 0 && !step->insists) {
		return step->run(visit, result, err);
	}
	db_set_patience(visit->session, &patience);
	done = step->run(visit, result, err);
	db_set_patience(visit->session, NULL);
	return done;
}

static void run_step(const struct exec_step *step, struct exec_order *order,
		     struct exec_result *result)
{
	struct visit visit = { 0 };
	int64_t until_ms;
	struct err err;
	bool is_kept;
	int done;

	if (step->is_new) {
		db_session_free(g_steal_pointer(&order->session));
	}
	is_kept = order->session != NULL;
	done = try_step(step, &visit, order, result, &err);
	/* not one that was away before */
	until_ms = visit.session == NULL ? 0 : tick_ms() + INSIST_MS;

	while (done < 0 && is_again(step, &visit, is_kept, until_ms, &err)) {
		if (visit.session == NULL) {
			g_usleep(INSIST_PAUSE_US);
		}
		visit_end(&visit);
		result_clear(result);
		is_kept = false;
		done = try_step(step, &visit, order, result, &err);
	}
	visit_end(&visit);
	result->ok = done == 0;
	if (done < 0) {
		fail(order, result, &err);
	}
	if (done < 0 && order->scratch != NULL && is_broken(step, &err)) {
		result->left_over = g_new0(char *, 2);
		result->left_over[0] = g_strdup(order->scratch);
	}
}

static void run_hook(const struct exec_order *order, struct exec_result *result)
{
	result->hook = g_new0(struct hook_end, 1);
	result->ok = hook_run(order->hook, &order->live->stop, result->hook, &result->err) == 0;
}

/* What broke with a link says its number, also when it was that of a second session. */
static bool is_answered(const struct exec_result *result)
{
	const struct err *err = &result->err;
	bool is_lost = err->code == ERR_UNKNOWN_OUTCOME ||
		       (err->code == ERR_UNREACHABLE && err->native != 0);

	return result->session != NULL && !is_lost;
}

struct exec_result *exec_run(struct exec_order *order)
{
	SCOPED_PTR(exec_order) owned = order;
	struct exec_result *result = g_new0(struct exec_result, 1);

	result->kind = order->kind;
	result->id = order->id;
	result->server_id = order->server_id;
	result->addr_nr = order->addr.nr;
	if (order->kind == EXEC_TASK) {
		task_run(order, result);
	} else if (order->kind == EXEC_BASELINE) {
		baseline_run(order, result);
	} else if (order->kind == EXEC_HOOK) {
		run_hook(order, result);
	} else {
		run_step(&steps[order->kind], order, result);
	}
	result->session = g_steal_pointer(&owned->session);
	result->answers = is_answered(result);
	result->claim_lost = owned->claim_lost;
	result->entry = owned->entry;
	return result;
}

void exec_info_get(const struct exec_result *result, struct exec_info *info)
{
	const struct db_server_info *found = result->info;

	CHECK(found != NULL);
	*info = (struct exec_info){
		.flavor = db_flavor_names[found->flavor],
		.version = found->version,
		.time_zone = found->time_zone,
		.account = found->account,
		.connections = found->connections,
		.max_connections = found->max_connections,
		.read_only = found->read_only,
		.missing = found->missing,
		.closing = found->closing,
		.grant = found->grant,
		.left_over = result->left_over,
		.rival = result->rival,
	};
}

void exec_session_free(struct db_session *session)
{
	db_session_free(session);
}

int exec_init(struct err *err)
{
	return db_library_init(err);
}

void exec_thread_init(void)
{
	db_thread_init();
}

void exec_thread_end(void)
{
	db_thread_end();
}

void exec_end(void)
{
	db_library_end();
}
