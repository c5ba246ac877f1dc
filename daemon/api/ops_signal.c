/*
 * Limits of signals, and signals of one's own: a SELECT is tried on the servers that it is for
 * before anything is stored, so a wrong one is refused to who wrote it.
 */
#include <math.h>
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "custom.h"
#include "exec.h"
#include "name.h"
#include "ops.h"
#include "ops_throttle.h"
#include "sched_throttle.h"
#include "signal.h"
#include "store_server.h"
#include "store_throttle.h"

enum { SOFT, HARD, CRITICAL, LEVEL_LIMITS };

static const char *const limit_names[LEVEL_LIMITS] = { "soft", "hard", "critical" };

/* Which key gives the text of which kind of signal. */
static const struct {
	const char *key;
	enum signal_source source;
} texts[] = {
	{ "query", SIGNAL_SQL },
	{ "url", SIGNAL_HTTP },
	{ "path", SIGNAL_FILE },
};

/* What is asked: NULL leaves it, "" is the usual one, "-" takes it away. Owned. */
struct wish {
	enum signal_source source;
	char *limits[LEVEL_LIMITS];
	char *text;
};

static void wish_release(struct wish *wish)
{
	for (int i = 0; i < LEVEL_LIMITS; i++) {
		g_free(wish->limits[i]);
	}
	g_free(wish->text);
	*wish = (struct wish){ 0 };
}

SCOPED_RELEASE(wish);

/* ---- reading it ---------------------------------------------------------------------- */

static int text_take(struct wish *wish, const char *key, char **value, struct err *err)
{
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (strcmp(texts[i].key, key) != 0) {
			continue;
		}
		if (wish->source != texts[i].source) {
			return err_set(err, ERR_INVALID,
				       "%s= is for a signal of one's own that is named %s:NAME",
				       key, signal_source_names[texts[i].source]);
		}
		g_free(wish->text);
		wish->text = g_steal_pointer(value);
		return 0;
	}
	return err_set(err, ERR_INVALID,
		       "a signal has no \"%.64s\"; known: soft hard critical query url path", key);
}

static int word_take(struct wish *wish, const char *word, struct err *err)
{
	g_autofree char *key = NULL;
	g_autofree char *value = NULL;

	if (name_cut(word, &key, &value, err) < 0) {
		return -1;
	}
	for (int i = 0; i < LEVEL_LIMITS; i++) {
		if (strcmp(limit_names[i], key) == 0) {
			g_free(wish->limits[i]);
			wish->limits[i] = g_steal_pointer(&value);
			return 0;
		}
	}
	return text_take(wish, key, &value, err);
}

static bool has_new_text(const struct wish *wish)
{
	return wish->text != NULL && wish->text[0] != '\0' && strcmp(wish->text, "-") != 0;
}

static int wish_read(struct wish *wish, const struct wire_throttle_set *asked, struct err *err)
{
	if (signal_name_check(asked->signal, &wish->source, err) < 0) {
		return -1;
	}
	if (asked->set.nr == 0) {
		return err_set(err, ERR_INVALID, "there is nothing to set");
	}
	for (size_t i = 0; i < asked->set.nr; i++) {
		if (word_take(wish, asked->set.texts[i], err) < 0) {
			return -1;
		}
	}
	return has_new_text(wish) ? custom_check(wish->source, wish->text, err) : 0;
}

/* ---- do the limits fit together? ------------------------------------------------------- */

struct limits {
	const char *signal;
	int64_t server_id;
	const struct wish *wish;
	double values[LEVEL_LIMITS]; /* NAN: none, or not known */
};

/* The usual limits of some kinds grow with the server; they are not known here. */
static void usual_limits(struct limits *limits)
{
	int id = signal_find(limits->signal);
	const struct signal_kind *kind = id < 0 ? NULL : &signal_kinds[id];
	bool known = kind != NULL && !kind->per_core;

	limits->values[SOFT] = known ? kind->soft : SIGNAL_NO_LIMIT;
	limits->values[HARD] = known ? kind->hard : SIGNAL_NO_LIMIT;
	limits->values[CRITICAL] = known ? kind->critical : SIGNAL_NO_LIMIT;
}

static int limit_override(struct limits *limits, int level, const char *text, struct err *err)
{
	if (text == NULL || text[0] == '\0') {
		return 0;
	}
	if (signal_value_parse(text, &limits->values[level], err) < 0) {
		return err_prefix(err, "%s", limit_names[level]);
	}
	return 0;
}

/* Rows for all servers come before those of one. */
static int rule_override(const struct store_rule *rule, void *ctx, struct err *err)
{
	struct limits *limits = ctx;
	const char *const stored[LEVEL_LIMITS] = { rule->soft, rule->hard, rule->critical };
	bool is_own = rule->server_id == limits->server_id;

	if (rule->kind != STORE_RULE_LIMIT || strcmp(rule->name, limits->signal) != 0 ||
	    (rule->server_id != 0 && !is_own)) {
		return 0;
	}
	for (int i = 0; i < LEVEL_LIMITS; i++) {
		bool is_replaced = is_own && limits->wish->limits[i] != NULL;

		if (!is_replaced && limit_override(limits, i, stored[i], err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int order_refuse(const struct limits *limits, int lower, int upper, bool falls,
			struct err *err)
{
	char low[SIGNAL_VALUE_MAX];
	char high[SIGNAL_VALUE_MAX];

	return err_set(err, ERR_INVALID, "%s: %s=%s would be %s %s=%s; set both", limits->signal,
		       limit_names[lower], signal_value_format(low, limits->values[lower]),
		       falls ? "below" : "above", limit_names[upper],
		       signal_value_format(high, limits->values[upper]));
}

static int order_check(struct call *call, const char *signal, const struct wish *wish,
		       int64_t server_id, struct err *err)
{
	struct limits limits = { .signal = signal, .server_id = server_id, .wish = wish };
	int id = signal_find(signal);
	bool falls = id >= 0 && signal_kinds[id].lower_is_worse;

	usual_limits(&limits);
	if (store_rule_each(call->api->store, rule_override, &limits, err) < 0) {
		return -1;
	}
	for (int i = 0; i < LEVEL_LIMITS; i++) {
		if (limit_override(&limits, i, wish->limits[i], err) < 0) {
			return -1;
		}
	}
	for (int i = 0; i < LEVEL_LIMITS; i++) {
		for (int k = i + 1; k < LEVEL_LIMITS; k++) {
			if (signal_is_past(limits.values[i], limits.values[k], falls)) {
				return order_refuse(&limits, i, k, falls, err);
			}
		}
	}
	return 0;
}

/* ---- storing it ---------------------------------------------------------------------- */

static int wish_store(struct call *call, const struct wish *wish, struct err *err)
{
	const struct wire_throttle_set *asked = call->request;
	const struct sched_limit limit = {
		.signal = asked->signal,
		.soft = wish->limits[SOFT],
		.hard = wish->limits[HARD],
		.critical = wish->limits[CRITICAL],
		.text = wish->text,
	};

	if (sched_throttle_set(call->api->sched, call->args[0], &limit, &call->actor, err) < 0) {
		return -1;
	}
	return throttle_show(call, err);
}

/* ---- trying it first ------------------------------------------------------------------- */

struct trial {
	struct call *call;
	struct wish wish; /* owned */
	size_t waiting;   /* servers that have not answered */
	size_t answered;
	struct err refused; /* by a server; code ERR_NONE: by none */
	struct err away;    /* the last server that could not be asked */
};

struct trial_job {
	struct trial *trial;
	char *server; /* owned */
	bool is_away;
	struct err err;
};

/* Worker. */
static int ask_once(struct db_session *session, const char *text, struct err *err)
{
	double value;

	return custom_sql_begin(session, err) < 0 ? -1 : custom_sql(session, text, &value, err);
}

static int trial_store(void *ctx, struct err *err)
{
	struct trial *trial = ctx;

	return wish_store(trial->call, &trial->wish, err);
}

/* Takes trial. */
static void trial_end(struct trial *trial)
{
	struct err *err = &trial->refused;

	if (err->code == ERR_NONE && trial->answered == 0) {
		*err = trial->away;
	}
	if (err->code == ERR_NONE && trial->call->api != NULL) {
		/* the transaction of the call has ended long ago */
		(void)!call_transact(trial->call->api, trial_store, trial, err);
	}
	call_finish(trial->call, err->code == ERR_NONE ? NULL : err);
	wish_release(&trial->wish);
	g_free(trial);
}

/* May be called again when the turn was undone: it only notes. */
static int job_ended(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct trial_job *job = ctx;

	(void)sched;
	(void)err;
	job->is_away = result->server_down || result->server_denied;
	job->err = result->ok ? (struct err){ 0 } : result->err;
	return 0;
}

static void job_done(void *ctx, const struct err *err)
{
	struct trial_job *job = ctx;
	struct trial *trial = job->trial;

	if (err != NULL) {
		trial->refused = *err;
	} else if (job->err.code == ERR_NONE) {
		trial->answered++;
	} else {
		(void)err_prefix(&job->err, "server %s", job->server);
		if (job->is_away) {
			trial->away = job->err;
		} else {
			trial->refused = job->err;
			trial->refused.code = ERR_INVALID; /* what was asked is wrong */
		}
	}
	g_free(job->server);
	g_free(job);
	if (--trial->waiting == 0) {
		trial_end(trial);
	}
}

static int trial_send(const struct store_server *server, void *ctx, struct err *err)
{
	struct trial *trial = ctx;
	struct trial_job *own = g_new0(struct trial_job, 1);
	struct exec_order *order = exec_order_new(EXEC_TRY);
	const struct sched_job job = { job_ended, job_done, own };

	(void)err;
	own->trial = trial;
	own->server = g_strdup(server->name);
	order->word = g_strdup(trial->wish.text);
	order->trial = ask_once;
	trial->waiting++;
	sched_job_start(trial->call->api->sched, server, order, &job);
	return 0;
}

/* On the server that is named, or on all that can be reached. Empties wish. */
static int trial_begin(struct call *call, const struct store_server *server, struct wish *wish,
		       struct err *err)
{
	struct trial *trial = g_new0(struct trial, 1);

	trial->call = call;
	trial->wish = *wish;
	*wish = (struct wish){ 0 };
	err_set(&trial->away, ERR_INVALID, "there is no server yet to try the query on");
	call_defer(call);
	trial->waiting = 1; /* this function */
	if (server->id != 0) {
		(void)trial_send(server, trial, err);
	} else if (store_server_each(call->api->store, trial_send, trial, err) < 0) {
		trial->refused = *err;
	}
	if (--trial->waiting == 0) {
		trial_end(trial);
	}
	return OP_LATER;
}

int op_throttle_set(struct call *call, struct err *err)
{
	const struct wire_throttle_set *asked = call->request;
	SCOPED(wish) wish = { 0 };
	SCOPED(store_server) server = { 0 };

	call->actor.reason = asked->reason;
	if (wish_read(&wish, asked, err) < 0 ||
	    (call->args[0] != NULL &&
	     store_server_get(call->api->store, call->args[0], &server, err) < 0) ||
	    order_check(call, asked->signal, &wish, server.id, err) < 0) {
		return OP_FAILED;
	}
	if (wish.source == SIGNAL_SQL && has_new_text(&wish)) {
		return trial_begin(call, &server, &wish, err);
	}
	return wish_store(call, &wish, err);
}
