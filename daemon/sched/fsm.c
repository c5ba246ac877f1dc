#include "fsm.h"

#include <glib.h>

/* clang-format off */
static const struct fsm_edge rollout_edges[] = {
	/* from               event                 to                 why */
	{ ROLLOUT_SCHEDULED, ROLLOUT_SURVEYED,    ROLLOUT_RUNNING,   "every tenant was looked at" },
	{ ROLLOUT_SCHEDULED, ROLLOUT_SURVEY_FAIL, ROLLOUT_FAILED,    "the tenants could not be looked at" },
	{ ROLLOUT_SCHEDULED, ROLLOUT_PAUSE,       ROLLOUT_PAUSED,    "an operator paused it before it began" },
	{ ROLLOUT_SCHEDULED, ROLLOUT_ABORT,       ROLLOUT_ABORTING,  "an operator aborted it" },

	{ ROLLOUT_RUNNING,   ROLLOUT_PAUSE,       ROLLOUT_PAUSING,   "an operator paused it" },
	{ ROLLOUT_RUNNING,   ROLLOUT_SURVEY_FAIL, ROLLOUT_FAILED,    "the tenants could not be looked at" },
	{ ROLLOUT_RUNNING,   ROLLOUT_OVER_BUDGET, ROLLOUT_PAUSING,   "the failure budget is used up" },
	{ ROLLOUT_RUNNING,   ROLLOUT_GATE,        ROLLOUT_GATED,     "a wave or a phase has ended and waits for promote" },
	{ ROLLOUT_RUNNING,   ROLLOUT_ABORT,       ROLLOUT_ABORTING,  "an operator aborted it" },
	{ ROLLOUT_RUNNING,   ROLLOUT_END_GOOD,    ROLLOUT_DONE,      "every tenant is where it should be" },
	{ ROLLOUT_RUNNING,   ROLLOUT_END_BAD,     ROLLOUT_FAILED,    "it has ended, and some tenants failed" },

	{ ROLLOUT_PAUSING,   ROLLOUT_QUIET,       ROLLOUT_PAUSED,    "nothing runs any more" },
	{ ROLLOUT_PAUSING,   ROLLOUT_PAUSE,       ROLLOUT_PAUSING,   "paused again" },
	{ ROLLOUT_PAUSING,   ROLLOUT_RESUME,      ROLLOUT_RUNNING,   "an operator resumed it" },
	{ ROLLOUT_PAUSING,   ROLLOUT_ABORT,       ROLLOUT_ABORTING,  "an operator aborted it" },

	{ ROLLOUT_PAUSED,    ROLLOUT_RESUME,      ROLLOUT_RUNNING,   "an operator resumed it" },
	{ ROLLOUT_PAUSED,    ROLLOUT_ABORT,       ROLLOUT_ABORTING,  "an operator aborted it" },
	{ ROLLOUT_PAUSED,    ROLLOUT_RETRY,       ROLLOUT_PAUSED,    "failed tenants are pending again" },

	{ ROLLOUT_GATED,     ROLLOUT_PROMOTE,     ROLLOUT_RUNNING,   "an operator opened the gate" },
	{ ROLLOUT_GATED,     ROLLOUT_PAUSE,       ROLLOUT_PAUSED,    "an operator paused it at the gate" },
	{ ROLLOUT_GATED,     ROLLOUT_RETRY,       ROLLOUT_RUNNING,   "failed tenants are tried again" },
	{ ROLLOUT_GATED,     ROLLOUT_ABORT,       ROLLOUT_ABORTING,  "an operator aborted it" },

	{ ROLLOUT_ABORTING,  ROLLOUT_QUIET,       ROLLOUT_ABORTED,   "nothing runs any more" },

	{ ROLLOUT_RUNNING,   ROLLOUT_RETRY,       ROLLOUT_RUNNING,   "failed tenants are tried again" },
	{ ROLLOUT_PAUSING,   ROLLOUT_RETRY,       ROLLOUT_PAUSING,   "failed tenants are pending again" },
	{ ROLLOUT_FAILED,    ROLLOUT_RETRY,       ROLLOUT_RUNNING,   "failed tenants are tried again" },
	{ ROLLOUT_DONE,      ROLLOUT_RETRY,       ROLLOUT_RUNNING,   "tenants that were held are tried again" },
};

static const struct fsm_edge wave_edges[] = {
	/* from         event         to            why */
	{ WAVE_PENDING, WAVE_OPEN,    WAVE_RUNNING, "the wave before has ended well" },
	{ WAVE_PENDING, WAVE_CANCEL,  WAVE_CANCELLED, "the rollout was aborted before it began" },
	{ WAVE_RUNNING, WAVE_BAKE,    WAVE_BAKING,  "its tasks have ended; the bake time runs" },
	{ WAVE_RUNNING, WAVE_GATE,    WAVE_GATED,   "its tasks have ended; a human must promote" },
	{ WAVE_RUNNING, WAVE_CLOSE,   WAVE_DONE,    "its tasks have ended" },
	{ WAVE_RUNNING, WAVE_CANCEL,  WAVE_CANCELLED, "the rollout was aborted" },
	{ WAVE_BAKING,  WAVE_GATE,    WAVE_GATED,   "the bake time is over; a human must promote" },
	{ WAVE_BAKING,  WAVE_CLOSE,   WAVE_DONE,    "the bake time is over" },
	{ WAVE_BAKING,  WAVE_OPEN,    WAVE_RUNNING, "tasks of it are tried again" },
	{ WAVE_BAKING,  WAVE_CANCEL,  WAVE_CANCELLED, "the rollout was aborted" },
	{ WAVE_GATED,   WAVE_OPEN,    WAVE_RUNNING, "tasks of it are tried again" },
	{ WAVE_GATED,   WAVE_PROMOTE, WAVE_DONE,    "an operator opened the gate" },
	{ WAVE_GATED,   WAVE_CANCEL,  WAVE_CANCELLED, "the rollout was aborted" },
	{ WAVE_DONE,    WAVE_AGAIN,   WAVE_PENDING, "the next phase begins" },
};

static const struct fsm_edge task_edges[] = {
	/* from            event           to               why */
	{ TASK_PENDING,   TASK_TAKE,      TASK_RUNNING,    "a worker took the tenant" },
	{ TASK_PENDING,   TASK_NOTHING,   TASK_DONE,       "nothing to do" },
	{ TASK_PENDING,   TASK_AHEAD,     TASK_SKIPPED,    "its history knows a version that the release does not" },
	{ TASK_PENDING,   TASK_DRIFT,     TASK_HELD,       "its schema is not as planned any more" },
	{ TASK_PENDING,   TASK_TRANSIENT, TASK_WAITING,    "its server cannot be used now, or its window is closed" },
	{ TASK_PENDING,   TASK_HOLD,      TASK_HELD,       "the tenant is held" },
	{ TASK_PENDING,   TASK_SKIP,      TASK_SKIPPED,    "an operator skipped it" },
	{ TASK_PENDING,   TASK_CANCEL,    TASK_CANCELLED,  "the rollout was aborted before it began" },

	{ TASK_WAITING,   TASK_WAKE,      TASK_PENDING,    "what it waited for is over" },
	{ TASK_WAITING,   TASK_HOLD,      TASK_HELD,       "the tenant is held" },
	{ TASK_WAITING,   TASK_SKIP,      TASK_SKIPPED,    "an operator skipped it" },
	{ TASK_WAITING,   TASK_CANCEL,    TASK_CANCELLED,  "the rollout was aborted before it began" },

	{ TASK_RUNNING,   TASK_NOTHING,   TASK_DONE,       "nothing to do" },
	{ TASK_RUNNING,   TASK_VERIFY,    TASK_VERIFYING,  "every statement has ended" },
	{ TASK_RUNNING,   TASK_APPLIED,   TASK_DONE,       "applied" },
	{ TASK_RUNNING,   TASK_AHEAD,     TASK_SKIPPED,    "its history knows a version that the release does not" },
	{ TASK_RUNNING,   TASK_REFUSED,   TASK_FAILED,     "refused" },
	{ TASK_RUNNING,   TASK_TRANSIENT, TASK_WAITING,    "nothing was changed, to be tried again" },
	{ TASK_RUNNING,   TASK_PARK,      TASK_PENDING,    "parked between two statements" },
	{ TASK_RUNNING,   TASK_LOST,      TASK_WAITING,    "the link broke; what took effect is looked at" },
	{ TASK_RUNNING,   TASK_DOUBT,     TASK_IN_DOUBT,   "the outcome of a statement is unknown" },

	{ TASK_VERIFYING, TASK_APPLIED,   TASK_DONE,       "applied and verified" },
	{ TASK_VERIFYING, TASK_WAKE,      TASK_RUNNING,    "its checks hold; the next file begins" },
	{ TASK_VERIFYING, TASK_REFUSED,   TASK_FAILED,     "a check did not hold" },
	{ TASK_VERIFYING, TASK_TRANSIENT, TASK_WAITING,    "the check could not be made, to be tried again" },
	{ TASK_VERIFYING, TASK_PARK,      TASK_PENDING,    "parked before its checks" },
	{ TASK_VERIFYING, TASK_LOST,      TASK_WAITING,    "the link broke during the check, to be looked at" },

	{ TASK_HELD,      TASK_UNHOLD,    TASK_PENDING,    "the tenant was released" },
	{ TASK_HELD,      TASK_RETRY,     TASK_PENDING,    "an operator asked for another try" },
	{ TASK_HELD,      TASK_SKIP,      TASK_SKIPPED,    "an operator skipped it" },
	{ TASK_HELD,      TASK_CANCEL,    TASK_CANCELLED,  "the rollout was aborted" },

	{ TASK_DONE,      TASK_PROMOTE,   TASK_PENDING,    "the next phase begins" },
	{ TASK_DONE,      TASK_SKIP,      TASK_SKIPPED,    "an operator skipped it between two phases" },

	{ TASK_FAILED,    TASK_RETRY,     TASK_PENDING,    "an operator asked for another try" },
	{ TASK_FAILED,    TASK_RESOLVE,   TASK_PENDING,    "an operator settled it" },
	{ TASK_FAILED,    TASK_SKIP,      TASK_SKIPPED,    "an operator skipped it" },

	{ TASK_IN_DOUBT,  TASK_RESOLVE,   TASK_PENDING,    "an operator settled it" },
	{ TASK_IN_DOUBT,  TASK_SKIP,      TASK_SKIPPED,    "an operator skipped it" },
};

static const struct fsm_edge mode_edges[] = {
	/* from               event             to                  why */
	{ TENANT_RW,          TENANT_CLOSE,     TENANT_CLOSING,     "an operator closes it for writes" },
	{ TENANT_RW,          TENANT_FOUND,     TENANT_OPENING,     "found closed by a daemon whose inventory is lost" },

	{ TENANT_CLOSING,     TENANT_CLOSED,    TENANT_RO,          "no write gets through any more" },
	{ TENANT_CLOSING,     TENANT_FAIL,      TENANT_OPENING,     "it could not be closed" },
	{ TENANT_CLOSING,     TENANT_OPEN,      TENANT_OPENING,     "an operator opens it" },
	{ TENANT_CLOSING,     TENANT_EXPIRE,    TENANT_OPENING,     "the lease has ended" },
	{ TENANT_CLOSING,     TENANT_RESTART,   TENANT_OPENING,     "musterd was started anew" },

	{ TENANT_RO,          TENANT_CLOSE,     TENANT_RO,          "the lease is extended" },
	{ TENANT_RO,          TENANT_MAINTAIN,  TENANT_MAINTENANCE, "the application shows its page" },
	{ TENANT_RO,          TENANT_OPEN,      TENANT_OPENING,     "an operator opens it" },
	{ TENANT_RO,          TENANT_EXPIRE,    TENANT_OPENING,     "the lease has ended" },
	{ TENANT_RO,          TENANT_RESTART,   TENANT_OPENING,     "musterd was started anew" },

	{ TENANT_MAINTENANCE, TENANT_CLOSE,     TENANT_RO,          "read-only without a page" },
	{ TENANT_MAINTENANCE, TENANT_MAINTAIN,  TENANT_MAINTENANCE, "the lease is extended" },
	{ TENANT_MAINTENANCE, TENANT_OPEN,      TENANT_OPENING,     "an operator opens it" },
	{ TENANT_MAINTENANCE, TENANT_EXPIRE,    TENANT_OPENING,     "the lease has ended" },
	{ TENANT_MAINTENANCE, TENANT_RESTART,   TENANT_OPENING,     "musterd was started anew" },

	{ TENANT_OPENING,     TENANT_OPEN,      TENANT_OPENING,     "it is being opened already" },
	{ TENANT_OPENING,     TENANT_OPENED,    TENANT_RW,          "everything that was taken is given back" },
};
/* clang-format on */

static const int rollout_ends[] = { ROLLOUT_DONE, ROLLOUT_FAILED, ROLLOUT_ABORTED, -1 };
static const int wave_ends[] = { WAVE_DONE, -1 };
static const int task_ends[] = { TASK_DONE,    TASK_FAILED,    TASK_IN_DOUBT,
				 TASK_SKIPPED, TASK_CANCELLED, -1 };
static const int mode_ends[] = { -1 };

const struct fsm fsm_rollout = {
	.name = "rollout",
	.states = rollout_state_names,
	.nr_states = ROLLOUT_STATE_NR,
	.events = rollout_event_names,
	.nr_events = ROLLOUT_EVENT_NR,
	.edges = rollout_edges,
	.nr_edges = G_N_ELEMENTS(rollout_edges),
	.start = ROLLOUT_SCHEDULED,
	.ends = rollout_ends,
};

const struct fsm fsm_wave = {
	.name = "wave",
	.states = wave_state_names,
	.nr_states = WAVE_STATE_NR,
	.events = wave_event_names,
	.nr_events = WAVE_EVENT_NR,
	.edges = wave_edges,
	.nr_edges = G_N_ELEMENTS(wave_edges),
	.start = WAVE_PENDING,
	.ends = wave_ends,
};

const struct fsm fsm_task = {
	.name = "task",
	.states = task_state_names,
	.nr_states = TASK_STATE_NR,
	.events = task_event_names,
	.nr_events = TASK_EVENT_NR,
	.edges = task_edges,
	.nr_edges = G_N_ELEMENTS(task_edges),
	.start = TASK_PENDING,
	.ends = task_ends,
};

const struct fsm fsm_mode = {
	.name = "tenant",
	.states = tenant_mode_names,
	.nr_states = TENANT_MODE_NR,
	.events = tenant_event_names,
	.nr_events = TENANT_EVENT_NR,
	.edges = mode_edges,
	.nr_edges = G_N_ELEMENTS(mode_edges),
	.start = TENANT_RW,
	.ends = mode_ends,
};

static const struct fsm_edge *find(const struct fsm *fsm, int from, int event)
{
	for (size_t i = 0; i < fsm->nr_edges; i++) {
		if (fsm->edges[i].from == from && fsm->edges[i].event == event) {
			return &fsm->edges[i];
		}
	}
	return NULL;
}

const struct fsm_edge *fsm_next(const struct fsm *fsm, int from, int event, struct err *err)
{
	const struct fsm_edge *edge = find(fsm, from, event);

	if (edge == NULL) {
		err_set(err, ERR_CONFLICT, "the %s is %s and cannot take \"%s\"", fsm->name,
			fsm->states[from], fsm->events[event]);
	}
	return edge;
}

bool fsm_has(const struct fsm *fsm, int from, int event)
{
	return find(fsm, from, event) != NULL;
}

bool fsm_is_end(const struct fsm *fsm, int state)
{
	for (const int *end = fsm->ends; *end >= 0; end++) {
		if (*end == state) {
			return true;
		}
	}
	return false;
}

char *fsm_draw(const struct fsm *fsm)
{
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n",
			       fsm->states[fsm->start]);
	for (size_t i = 0; i < fsm->nr_edges; i++) {
		const struct fsm_edge *edge = &fsm->edges[i];

		g_string_append_printf(out, "    %s --> %s: %s\n", fsm->states[edge->from],
				       fsm->states[edge->to], fsm->events[edge->event]);
	}
	g_string_append(out, "```\n\n| from | event | to | why |\n|---|---|---|---|\n");
	for (size_t i = 0; i < fsm->nr_edges; i++) {
		const struct fsm_edge *edge = &fsm->edges[i];

		g_string_append_printf(out, "| %s | %s | %s | %s |\n", fsm->states[edge->from],
				       fsm->events[edge->event], fsm->states[edge->to], edge->why);
	}
	return g_string_free(out, FALSE);
}
