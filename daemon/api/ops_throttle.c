/*
 * Operations on throttles: what the load of the servers allows, and what humans say to that.
 */
#include "ops_throttle.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "labels.h"
#include "ops.h"
#include "sched_throttle.h"
#include "store_rollout.h"
#include "store_task.h"
#include "tick.h"

#define FOR_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

/* ---- how it is ----------------------------------------------------------------------- */

/* clang-format off */
/* What a signal at a level does, in the words of throttle show. */
static const struct {
	const char *level;
	const char *consequence;
} consequences[] = {
	{ "soft",     "fewer slots" },
	{ "hard",     "nothing starts" },
	{ "critical", "nothing starts, and what can be stopped is" },
	{ "silent",   "nothing starts" },
};

/* clang-format on */

/* NULL: none, as of what is exempt or has no limit. */
static const char *consequence_of(const struct sched_signal_view *view)
{
	if (view->exempt_until > 0 ||
	    (isnan(view->soft) && isnan(view->hard) && isnan(view->critical))) {
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(consequences); i++) {
		if (strcmp(consequences[i].level, view->level) == 0) {
			return consequences[i].consequence;
		}
	}
	return NULL;
}

static char *time_text(int64_t wall_ms)
{
	char text[TICK_TEXT_MAX];

	return wall_ms <= 0 ? NULL : g_strdup(tick_format(text, wall_ms));
}

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

static void signal_view(const struct sched_signal_view *view, struct wire_signal *out)
{
	bool exempt = view->exempt_until > 0;

	out->name = g_strdup(view->name);
	out->value = view->value;
	out->infinite = isinf(view->value) != 0;
	out->soft = view->soft;
	out->hard = view->hard;
	out->critical = view->critical;
	out->age_s = view->age_ms < 0 ? (double)NAN : seconds(view->age_ms);
	out->unit = g_strdup(view->unit);
	out->state = g_strdup(view->level);
	out->consequence = g_strdup(consequence_of(view));
	out->problem = g_strdup(view->problem);
	out->source = g_strdup(view->text);
	out->exempt_until = time_text(view->exempt_until);
	out->exempt_reason = g_strdup(exempt ? view->exempt_reason : NULL);
}

static void paused_view(const struct sched_throttle_view *view, struct wire_throttle *out)
{
	out->paused_s = seconds(view->paused_ms);
	for (size_t i = 0; i < view->nr_paused; i++) {
		struct wire_paused *paused = wire_list_add(&wire_paused_type, &out->paused);

		paused->reason = g_strdup(view->paused[i].reason);
		paused->paused_s = seconds(view->paused[i].ms);
	}
}

static void tokens_copy(struct wire_tokens *out, const struct sched_tokens *tokens)
{
	out->now = tokens->now;
	out->max = tokens->max;
	out->running = tokens->running;
}

static int throttle_add(const struct sched_throttle_view *view, void *ctx, struct err *err)
{
	struct call *call = ctx;
	struct wire_throttle *out = wire_list_add(&wire_throttle_type, &call->list);

	(void)err;
	out->server = g_strdup(view->server);
	out->state = g_strdup(view->state);
	out->reason = g_strdup(view->reason);
	out->since = time_text(view->since);
	out->slots.now = view->slots;
	out->slots.max = view->slots_max;
	tokens_copy(&out->rebuilds, &view->rebuilds);
	tokens_copy(&out->chunks, &view->chunks);
	out->running = view->running;
	out->sampled = view->sampled;
	out->period_ms = view->period_ms;
	out->ratio = view->ratio;
	out->ratio_until = view->ratio < 1 ? time_text(view->ratio_until) : NULL;
	if (view->hold != NULL) {
		out->hold.by = g_strdup(view->hold_by == NULL ? "" : view->hold_by);
		out->hold.reason = g_strdup(view->hold);
		out->hold.until = time_text(view->hold_until);
	}
	for (size_t i = 0; i < view->nr_signals; i++) {
		signal_view(&view->signals[i], wire_list_add(&wire_signal_type, &out->signals));
	}
	paused_view(view, out);
	return 0;
}

static int name_add(const char *server, void *ctx, struct err *err)
{
	(void)err;
	g_ptr_array_add(ctx, g_strdup(server));
	return 0;
}

/* Only the servers that the rollout still needs. */
static int show_rollout(struct call *call, const char *word, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	SCOPED(store_rollout) rollout = { 0 };

	if (store_rollout_get(call->api->store, word, &rollout, err) < 0) {
		call_set_hint(call, g_strdup("muster rollout list"));
		return OP_FAILED;
	}
	if (store_task_servers(call->api->store, rollout.id, name_add, names, err) < 0) {
		return OP_FAILED;
	}
	for (guint i = 0; i < names->len; i++) {
		if (sched_throttle_each(call->api->sched, g_ptr_array_index(names, i), throttle_add,
					call, err) < 0) {
			return OP_FAILED;
		}
	}
	return OP_DONE;
}

int throttle_show(struct call *call, struct err *err)
{
	return sched_throttle_each(call->api->sched, call->args[0], throttle_add, call, err);
}

int op_throttle_show(struct call *call, struct err *err)
{
	const char *rollout = call_param(call, "rollout");

	return rollout != NULL ? show_rollout(call, rollout, err) : throttle_show(call, err);
}

/* ---- what humans say ----------------------------------------------------------------- */

static int span_check(int64_t for_ms, struct err *err)
{
	if (for_ms > 0 && for_ms <= FOR_MAX_MS) {
		return 0;
	}
	return err_set(err, ERR_INVALID, "for_ms must be from 1 ms to a year");
}

static int reason_check(const char *reason, struct err *err)
{
	if (reason != NULL && reason[0] != '\0') {
		return 0;
	}
	return err_set(err, ERR_INVALID, "say why: reason is empty");
}

static int verb_check(const struct call *call, const struct wire_throttle_verb *asked,
		      struct err *err)
{
	switch ((enum throttle_verb)call->op->arg) {
	case THROTTLE_VERB_EXEMPT:
		if (asked->signal == NULL) {
			return err_set(err, ERR_INVALID, "say which signal");
		}
		return reason_check(asked->reason, err) < 0 ? -1 : span_check(asked->for_ms, err);
	case THROTTLE_VERB_HOLD:
		return reason_check(asked->reason, err) < 0 ? -1 : span_check(asked->for_ms, err);
	case THROTTLE_VERB_RATIO:
		if (!(asked->ratio > 0 && asked->ratio <= 1)) {
			return err_set(err, ERR_INVALID, "ratio must be above 0 and up to 1");
		}
		return asked->ratio < 1 ? span_check(asked->for_ms, err) : 0;
	case THROTTLE_VERB_RELEASE:
		return 0;
	case THROTTLE_VERB_NR:
		break;
	}
	CHECK(false);
}

static int verb_run(struct call *call, const struct wire_throttle_verb *asked, struct err *err)
{
	struct sched *sched = call->api->sched;
	const char *server = call->args[0];

	switch ((enum throttle_verb)call->op->arg) {
	case THROTTLE_VERB_HOLD:
		return sched_throttle_hold(sched, server, asked->for_ms, &call->actor, err);
	case THROTTLE_VERB_RELEASE:
		return sched_throttle_release(sched, server, &call->actor, err);
	case THROTTLE_VERB_EXEMPT:
		return sched_throttle_exempt(sched, server, asked->signal, asked->for_ms,
					     &call->actor, err);
	case THROTTLE_VERB_RATIO:
		return sched_throttle_ratio(sched, server, asked->ratio, asked->for_ms,
					    &call->actor, err);
	case THROTTLE_VERB_NR:
		break;
	}
	CHECK(false);
}

int op_throttle_verb(struct call *call, struct err *err)
{
	const struct wire_throttle_verb *asked = call->request;

	call->actor.reason = asked->reason;
	if (verb_check(call, asked, err) < 0 || verb_run(call, asked, err) < 0) {
		return OP_FAILED;
	}
	return throttle_show(call, err);
}

/* ---- limits of labels ---------------------------------------------------------------- */

static int label_add(const char *label, int64_t running, int64_t now, void *ctx, struct err *err)
{
	struct call *call = ctx;
	struct wire_label_limit *out = wire_list_add(&wire_label_limit_type, &call->list);

	(void)err;
	out->label = g_strdup(label);
	out->running = running;
	out->now = now;
	return 0;
}

int op_limit_list(struct call *call, struct err *err)
{
	return sched_throttle_labels(call->api->sched, label_add, call, err);
}

int op_limit_set(struct call *call, struct err *err)
{
	const struct wire_label_limit_set *asked = call->request;

	call->actor.reason = asked->reason;
	/* no tenant ever has another one, and the limit would hold for nobody */
	if (asked->running >= 0 && label_check(asked->label, err) < 0) {
		return OP_FAILED;
	}
	if (sched_throttle_set_label(call->api->sched, asked->label, asked->running, &call->actor,
				     err) < 0 ||
	    op_limit_list(call, err) < 0) {
		return OP_FAILED;
	}
	if (asked->running >= 0 && call->list.nr > SCHED_LABELS_MAX) {
		return err_set(err, ERR_INVALID,
			       "%d labels have a limit, and no more can: give one up with "
			       "`muster throttle label KEY=VALUE -`",
			       SCHED_LABELS_MAX);
	}
	return 0;
}

/* ---- others ask whether they may go on ----------------------------------------------- */

int op_check(struct call *call, struct err *err)
{
	struct wire_check *out = call->answer;
	const char *priority = call_param(call, "p");
	struct sched_answer answer = { 0 };

	if (sched_throttle_check(call->api->sched, call->args[0], call->args[1],
				 priority != NULL && strcmp(priority, "low") == 0, &answer,
				 err) < 0) {
		return OP_FAILED;
	}
	call->status = answer.status;
	out->status = answer.status;
	out->value = answer.value;
	out->threshold = answer.threshold;
	out->message = g_strdup(answer.message);
	return OP_DONE;
}
