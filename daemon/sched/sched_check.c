/*
 * Others who ask whether they may go on: gh-ost, a loop with curl. sched_throttle.h.
 */
#include <string.h>

#include "sched_guard.h"
#include "sched_throttle.h"
#include "signal.h"
#include "store_server.h"
#include "tick.h"

#define LOW_AFTER_MS 1000 /* as freno's */

enum { GO = 200, NO_SERVER = 404, FORBIDDEN = 417, LOADED = 429, UNREADABLE = 500 };

static int status_of(const struct verdict *verdict, bool low_priority)
{
	if (verdict->cause == NULL) {
		return GO;
	}
	if (strcmp(verdict->cause, "hold") == 0) {
		return FORBIDDEN;
	}
	if (verdict->level == LEVEL_SILENT) {
		return UNREADABLE;
	}
	if (verdict->state == THROTTLE_SLOW) {
		return low_priority && verdict->level == LEVEL_SOFT && !verdict->is_courtesy
			       ? LOADED
			       : GO;
	}
	return LOADED;
}

/* A share of the slots is for others a share of their questions. */
static bool is_passed_over(struct sched *sched, struct guard *guard)
{
	const struct rule *rule = sched_rule_find(sched, guard->server_id, STORE_RULE_RATIO, "");

	guard->share += rule != NULL ? g_ascii_strtod(rule->row.amount, NULL) : 1;
	if (guard->share < 1) {
		return true;
	}
	guard->share = MIN(guard->share - 1, 1);
	return false;
}

/* Who is less urgent stands back while somebody else has to wait. */
static bool stands_back(struct guard *guard, bool low_priority, int status, int64_t now_ms)
{
	if (!low_priority && status != GO) {
		guard->refused_ms = MAX(now_ms, 1);
	}
	return low_priority && status == GO && guard->refused_ms > 0 &&
	       now_ms - guard->refused_ms < LOW_AFTER_MS;
}

int sched_throttle_check(struct sched *sched, const char *app, const char *server,
			 bool low_priority, struct sched_answer *answer, struct err *err)
{
	SCOPED(store_server) row = { 0 };
	g_autofree char *reason = NULL;
	struct link *link = NULL;
	struct guard *guard;

	*answer = (struct sched_answer){
		.status = GO,
		.value = SIGNAL_NO_LIMIT,
		.threshold = SIGNAL_NO_LIMIT,
	};
	if (store_server_get(sched->store, server, &row, err) < 0) {
		answer->status = NO_SERVER;
		g_strlcpy(answer->message, err->msg, sizeof(answer->message));
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	if (sched_link_get(sched, row.id, &link, err) < 0) {
		return -1;
	}
	guard = sched_guard_need(sched, link);
	(void)sched_guard_decide(sched, guard, tick_ms());
	answer->status = status_of(&guard->verdict, low_priority);
	answer->value = guard->verdict.value;
	answer->threshold = guard->verdict.limit;
	reason = sched_guard_reason(guard, tick_ms());
	if (answer->status == GO && guard->sampler != NULL && !guard->verdict.is_known) {
		answer->status = UNREADABLE;
		g_strlcpy(answer->message, "no sample has come yet: ask again",
			  sizeof(answer->message));
	} else if (answer->status != GO && reason != NULL) {
		g_strlcpy(answer->message, reason, sizeof(answer->message));
	} else if (answer->status == GO && is_passed_over(sched, guard)) {
		answer->status = FORBIDDEN;
		(void)g_snprintf(answer->message, sizeof(answer->message),
				 "%s: %s gets a share of the slots only", reason, app);
	}
	if (stands_back(guard, low_priority, answer->status, tick_ms())) {
		answer->status = LOADED;
		(void)g_snprintf(
			answer->message, sizeof(answer->message),
			"%s has low priority, and others were refused within the last %d s", app,
			LOW_AFTER_MS / 1000);
	}
	return 0;
}
