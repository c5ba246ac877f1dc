/*
 * states - the states and events of every machine, and their names.
 *
 * One list each: the enum, the text in SQLite, on the wire and on the command
 * line are made from the same row, so they cannot differ. Which event leads from where
 * to where: sched/fsm.c.
 */
#ifndef STATES_H
#define STATES_H

/* clang-format off */
#define ROLLOUT_STATES(X) \
	X(ROLLOUT_SCHEDULED, "scheduled")	/* accepted; tenants are being looked at */ \
	X(ROLLOUT_RUNNING,   "running") \
	X(ROLLOUT_PAUSING,   "pausing")		/* nothing new starts; tasks still end */ \
	X(ROLLOUT_PAUSED,    "paused") \
	X(ROLLOUT_GATED,     "gated")		/* a wave or a phase has ended; a human must promote */ \
	X(ROLLOUT_ABORTING,  "aborting") \
	X(ROLLOUT_ABORTED,   "aborted") \
	X(ROLLOUT_DONE,      "done") \
	X(ROLLOUT_FAILED,    "failed")		/* ended, and some tenant is not where it should be */

#define ROLLOUT_EVENTS(X) \
	X(ROLLOUT_SURVEYED,    "surveyed") \
	X(ROLLOUT_SURVEY_FAIL, "survey failed") \
	X(ROLLOUT_PAUSE,       "pause") \
	X(ROLLOUT_OVER_BUDGET, "over budget") \
	X(ROLLOUT_QUIET,       "quiet") \
	X(ROLLOUT_RESUME,      "resume") \
	X(ROLLOUT_GATE,        "gate") \
	X(ROLLOUT_PROMOTE,     "promote") \
	X(ROLLOUT_ABORT,       "abort") \
	X(ROLLOUT_END_GOOD,    "end good") \
	X(ROLLOUT_END_BAD,     "end bad") \
	X(ROLLOUT_RETRY,       "retry")

#define WAVE_STATES(X) \
	X(WAVE_PENDING, "pending") \
	X(WAVE_RUNNING, "running") \
	X(WAVE_BAKING,  "baking")		/* all its tasks have ended; watched for the bake time */ \
	X(WAVE_GATED,   "gated") \
	X(WAVE_DONE,    "done") \
	X(WAVE_CANCELLED, "cancelled")

#define WAVE_EVENTS(X) \
	X(WAVE_OPEN,    "open") \
	X(WAVE_BAKE,    "bake") \
	X(WAVE_GATE,    "gate") \
	X(WAVE_PROMOTE, "promote") \
	X(WAVE_CLOSE,   "close") \
	X(WAVE_AGAIN,   "again") \
	X(WAVE_CANCEL,  "cancel")

#define TASK_STATES(X) \
	X(TASK_PENDING,   "pending") \
	X(TASK_WAITING,   "waiting")		/* cannot run now; the reason says why */ \
	X(TASK_RUNNING,   "running") \
	X(TASK_VERIFYING, "verifying") \
	X(TASK_DONE,      "done") \
	X(TASK_FAILED,    "failed") \
	X(TASK_IN_DOUBT,  "in_doubt") \
	X(TASK_SKIPPED,   "skipped") \
	X(TASK_HELD,      "held") \
	X(TASK_CANCELLED, "cancelled")

#define TASK_EVENTS(X) \
	X(TASK_TAKE,      "take") \
	X(TASK_NOTHING,   "nothing") \
	X(TASK_VERIFY,    "verify") \
	X(TASK_APPLIED,   "applied") \
	X(TASK_REFUSED,   "refused") \
	X(TASK_TRANSIENT, "transient") \
	X(TASK_PARK,      "park") \
	X(TASK_LOST,      "lost") \
	X(TASK_DOUBT,     "doubt") \
	X(TASK_AHEAD,     "ahead") \
	X(TASK_DRIFT,     "drift") \
	X(TASK_WAKE,      "wake") \
	X(TASK_HOLD,      "hold") \
	X(TASK_UNHOLD,    "release") \
	X(TASK_SKIP,      "skip") \
	X(TASK_RETRY,     "retry") \
	X(TASK_RESOLVE,   "resolve") \
	X(TASK_PROMOTE,   "promote") \
	X(TASK_CANCEL,    "cancel")

/* What the dearest statement of a task does on its server. */
#define TASK_KINDS(X) \
	X(TASK_KIND_UNKNOWN, "unknown")		/* not tried out: counts as the dearest */ \
	X(TASK_KIND_INSTANT, "instant")		/* whatever the number of rows */ \
	X(TASK_KIND_DATA,    "data")		/* reads or writes rows */ \
	X(TASK_KIND_CHUNK,   "chunk")		/* changes rows, key range by key range */ \
	X(TASK_KIND_REBUILD, "rebuild")		/* builds an index, or a table again */

#define SERVER_STATES(X) \
	X(SERVER_UNKNOWN, "unknown")		/* not yet asked */ \
	X(SERVER_UP,      "up") \
	X(SERVER_DOWN,    "down")		/* does not answer */ \
	X(SERVER_DENIED,  "denied")		/* answers, and refuses us */

#define TENANT_MODES(X) \
	X(TENANT_RW,          "rw") \
	X(TENANT_CLOSING,     "closing") \
	X(TENANT_RO,          "ro") \
	X(TENANT_OPENING,     "opening") \
	X(TENANT_MAINTENANCE, "maintenance")	/* read-only, and the application shows its page */

#define TENANT_EVENTS(X) \
	X(TENANT_CLOSE,    "close") \
	X(TENANT_CLOSED,   "closed") \
	X(TENANT_FAIL,     "failed") \
	X(TENANT_MAINTAIN, "maintain") \
	X(TENANT_OPEN,     "open") \
	X(TENANT_EXPIRE,   "expired") \
	X(TENANT_RESTART,  "restarted") \
	X(TENANT_FOUND,    "found") \
	X(TENANT_OPENED,   "opened")

/* How the map of tenants is written for those who route requests. */
#define ROUTE_FORMATS(X) \
	X(ROUTE_JSON,        "json") \
	X(ROUTE_NGINX_MAP,   "nginx-map") \
	X(ROUTE_HAPROXY_MAP, "haproxy-map")

#define STATES_ENUM(constant, name) constant,

enum rollout_state { ROLLOUT_STATES(STATES_ENUM) ROLLOUT_STATE_NR };
enum rollout_event { ROLLOUT_EVENTS(STATES_ENUM) ROLLOUT_EVENT_NR };
enum wave_state    { WAVE_STATES(STATES_ENUM) WAVE_STATE_NR };
enum wave_event    { WAVE_EVENTS(STATES_ENUM) WAVE_EVENT_NR };
enum task_state    { TASK_STATES(STATES_ENUM) TASK_STATE_NR };
enum task_event    { TASK_EVENTS(STATES_ENUM) TASK_EVENT_NR };
enum task_kind     { TASK_KINDS(STATES_ENUM) TASK_KIND_NR };
enum server_state  { SERVER_STATES(STATES_ENUM) SERVER_STATE_NR };
enum tenant_mode   { TENANT_MODES(STATES_ENUM) TENANT_MODE_NR };
enum tenant_event  { TENANT_EVENTS(STATES_ENUM) TENANT_EVENT_NR };
enum route_format  { ROUTE_FORMATS(STATES_ENUM) ROUTE_FORMAT_NR };

/* clang-format on */

extern const char *const rollout_state_names[ROLLOUT_STATE_NR];
extern const char *const rollout_event_names[ROLLOUT_EVENT_NR];
extern const char *const wave_state_names[WAVE_STATE_NR];
extern const char *const wave_event_names[WAVE_EVENT_NR];
extern const char *const task_state_names[TASK_STATE_NR];
extern const char *const task_event_names[TASK_EVENT_NR];
extern const char *const task_kind_names[TASK_KIND_NR];
extern const char *const server_state_names[SERVER_STATE_NR];
extern const char *const tenant_mode_names[TENANT_MODE_NR];
extern const char *const tenant_event_names[TENANT_EVENT_NR];
extern const char *const route_format_names[ROUTE_FORMAT_NR];

/* Where PATH begins in "FORMAT:PATH", and the format; NULL: there is no such format. */
const char *states_route_file(const char *text, enum route_format *format);

/* The index of name in names[0..nr), or -1. */
int states_find(const char *const *names, int nr, const char *name);

#endif /* STATES_H */
