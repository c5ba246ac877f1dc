/*
 * wire - what musterd and muster say to each other, defined once.
 *
 * A message is a plain struct and a field table; one interpreter (wire/wire.c)
 * encodes it to JSON, decodes it, refuses what is unknown, missing or of the wrong kind,
 * and releases what it owns. The names of members are the names in JSON. Nothing else in
 * muster knows JSON.
 *
 * HTTP/1.1 on a Unix socket. Every answer carries the header "Muster-Protocol"; a
 * request with another number is refused in words. A problem is answered with an HTTP
 * status and a wire_error. Any thread.
 *
 * Times are RFC 3339 UTC text, durations end in _s or _ms, ids are text.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define WIRE_PROTOCOL       1
#define WIRE_SOCKET_DEFAULT "/run/muster/musterd.sock"
#define WIRE_BODY_MAX       (256u * 1024 * 1024) /* bytes of one request */
#define WIRE_PAGE_MAX       1000                 /* items of one page */

/* Exit codes of muster, DESIGN section 12. */
enum wire_exit {
	EXIT_OK = 0,
	EXIT_PENDING = 1,     /* pending or different; condition false */
	EXIT_PROBLEMS = 2,    /* finished with failed or skipped tenants */
	EXIT_HUMAN = 3,       /* paused or gated */
	EXIT_ABORTED = 4,     /* aborted or over budget */
	EXIT_TIMEOUT = 5,     /* still going */
	EXIT_UNREACHABLE = 6, /* no daemon */
	EXIT_REVISION = 7,    /* revision conflict */
	EXIT_USAGE = 64,
	EXIT_BAD_INPUT = 65,
	EXIT_SERVER = 69, /* a database server is unavailable */
	EXIT_PERMISSION = 77,
	EXIT_CONFIGURATION = 78,
};

enum wire_kind {
	WIRE_TEXT,   /* char *, owned; NULL is null */
	WIRE_INT,    /* int64_t */
	WIRE_REAL,   /* double */
	WIRE_MAYBE,  /* double; NAN is null */
	WIRE_BOOL,   /* bool */
	WIRE_TEXTS,  /* struct wire_texts */
	WIRE_LABELS, /* struct wire_labels: an object of texts */
	WIRE_OBJECT, /* a struct of its own table, inside */
	WIRE_LIST,   /* struct wire_list of structs of one table */
};

struct wire_field {
	const char *name; /* NULL ends a table */
	enum wire_kind kind;
	size_t offset;
	bool required;                /* in a request; answers always hold every field */
	const struct wire_type *type; /* of WIRE_OBJECT and WIRE_LIST */
};

struct wire_type {
	const char *name; /* "rollout", for messages and the protocol page */
	size_t size;
	const struct wire_field *fields;
};

struct wire_texts {
	char **texts; /* owned, each owned */
	size_t nr;
};

struct wire_label {
	char *key;
	char *value;
};

struct wire_labels {
	struct wire_label *labels; /* owned */
	size_t nr;
};

struct wire_list {
	void *items; /* owned; nr structs of the field's type, side by side */
	size_t nr;
};

/* Compact JSON, owned. object points to a struct of the type. */
char *wire_encode(const struct wire_type *type, const void *object);

/* A JSON array of nr structs. Owned. */
char *wire_encode_list(const struct wire_type *type, const struct wire_list *list);

/*
 * Fill an empty struct from text[0..len). strict: a field that the type does not
 * have is ERR_INVALID (requests); else it is passed over (answers of a newer daemon).
 * On failure object stays empty.
 */
NODISCARD int wire_decode(const struct wire_type *type, void *object, const char *text, size_t len,
			  bool strict, struct err *err);
NODISCARD int wire_decode_list(const struct wire_type *type, struct wire_list *list,
			       const char *text, size_t len, struct err *err);

/* Free what the struct owns and make it empty. */
void wire_release(const struct wire_type *type, void *object);
void wire_list_release(const struct wire_type *type, struct wire_list *list);

/* A new zeroed item at the end of the list. Valid until the next call. */
void *wire_list_add(const struct wire_type *type, struct wire_list *list);
void wire_texts_add(struct wire_texts *texts, const char *text);
void wire_labels_put(struct wire_labels *labels, const char *key, const char *value);

/* Every message with its fields, for the protocol page. Owned. */
char *wire_describe(void);

/* ---- answers: names are fixed by DESIGN section 12 --------------------------------- */

struct wire_error {
	char *code; /* err_code_names */
	int64_t native;
	char *message;
	char *hint; /* the command that helps, or NULL */
};

struct wire_server {
	char *name;
	char *address;
	char *flavor;
	char *version;
	char *state;
	char *reason;
	int64_t max_running;
	int64_t max_rebuilds; /* 0: half of them, of large tenants */
	int64_t max_chunks;   /* the same of tasks that change rows range by range */
	int64_t tenants;
	char *defaults_file;
	char *window;      /* when it may be migrated, or null: any time */
	char *next_window; /* when its window opens and no freeze lasts; null: now, or never */
	char *freeze;      /* "T until T: reason", or null */
	char *replica_of;  /* the server that it replicates from, or null */
	struct wire_texts replicas; /* who replicates from it: enrolled, listed, found */
	char *heartbeat;            /* "schema.table.column", or null */
	int64_t revision;
	struct wire_labels labels;
};

/* What is set for a server, a label or a tenant. */
struct wire_window {
	char *scope; /* "server", "label", "tenant" */
	char *name;  /* of a label "key=value" */
	char *window;
	char *next_window;
	char *freeze;
};

struct wire_server_check {
	char *name;
	char *address;
	char *flavor;
	char *version;
	char *time_zone;
	char *account;
	int64_t connections;
	int64_t max_connections;
	bool read_only;
	struct wire_texts missing; /* "PROCESS: to name who blocks a change" */
	char *grant;               /* what to run to give all of them, or null */
	struct wire_texts closing; /* what closing a tenant for writes lacks besides */
};

struct wire_tenant {
	char *name;
	char *server;
	char *schema;
	char *version;
	char *mode;
	char *hold;
	char *window;              /* its own, or null */
	char *next_window;         /* when all that applies to it allows it; null: now, or never */
	char *freeze;              /* its own, "T until T: reason", or null */
	char *waits;               /* why it may not be migrated now, or null */
	char *class;               /* null until planned */
	char *unfinished;          /* a migration that was begun and has not ended, or null */
	char *regressed;           /* a version that was applied and is gone, or null */
	struct wire_texts drifted; /* how it differs from what it should look like */
	int64_t bytes;
	int64_t revision;
	struct wire_labels labels;
};

struct wire_tenant_page {
	struct wire_list items; /* wire_tenant */
	char *next;             /* pass as after=, null at the end */
};

struct wire_problem {
	int64_t line;
	int64_t column;
	char *message;
	char *field; /* "name", "server" or "schema" of the row it is about, or null */
};

/* What changed several tenants at once: discover, import, hold, label, remove, baseline. */
struct wire_changed {
	int64_t changed;
	int64_t unchanged;
	struct wire_texts tenants; /* names of those changed */
	struct wire_list problems; /* wire_problem; then nothing was changed */
	struct wire_texts notes;   /* what was found that somebody should look at */
};

struct wire_migration {
	char *version;
	char *name;
	char *file;
	char *checksum;
	char *phase; /* "expand", "backfill", "contract" */
	int64_t statements;
	bool down;
};

struct wire_release_info {
	char *id;
	char *name;
	char *format;
	char *checksum;
	char *version; /* the newest */
	char *created_at;
	struct wire_list migrations; /* wire_migration; empty in a list of releases */
};

struct wire_counts {
	int64_t total;
	int64_t pending;
	int64_t waiting;
	int64_t running;
	int64_t verifying;
	int64_t done;
	int64_t failed;
	int64_t in_doubt;
	int64_t skipped;
	int64_t held;
	int64_t cancelled;
};

struct wire_wave {
	int64_t seq;
	int64_t size;
	char *state;
	char *gate; /* what it waits for: "promote", "bake until T", or null */
};

/* Of a rollout that has more than one: it stops between two until it is promoted. */
struct wire_phase {
	int64_t seq;
	char *phase; /* "expand", "backfill", "contract" */
	char *state; /* "pending", "running", "done" */
	char *to;    /* the version of its last file */
	int64_t files;
	int64_t tenants; /* that lacked any of these at the start */
};

struct wire_budget {
	int64_t failed;
	int64_t limit;
};

/* How long its tenants were closed for writes. */
struct wire_closed {
	int64_t tenants; /* 0: none was, and the rest says nothing */
	int64_t min_ms;
	int64_t median_ms;
	int64_t p95_ms;
	int64_t max_ms;
};

struct wire_rollout {
	char *id;
	char *name;
	char *release;
	char *version; /* where it goes */
	char *selector;
	char *state;
	char *reason;
	char *owner;
	int64_t revision;
	struct wire_counts counts;
	struct wire_list waves; /* wire_wave */
	char *phase;            /* the latest that has begun, or null: it never stops between two */
	struct wire_list phases; /* wire_phase */
	struct wire_budget budget;
	char *window;      /* "respect" or "ignore" */
	char *next_window; /* the first opening that one of its tasks waits for, or null */
	bool over_budget;
	bool throttled; /* paused by the load of a server: goes on by itself */
	char *readonly; /* which tenants are closed meanwhile: "none", "all", "asked" (by a file) */
	int64_t max_closed_ms; /* 0: as long as it needs */
	bool no_rewrite;       /* statements run as they are written */
	char *close_method;    /* "privileges", "triggers", "hook"; null: what fits */
	struct wire_closed closed;
	struct wire_texts hooks; /* "EVENT=NAME" */
	int64_t running_limit;
	int64_t stall_ms; /* writes, and its own statements for locks, may wait so long */
	int64_t priority;
	int64_t eta_s; /* -1: unknown */
	double rate;   /* tenants a second, over the last half minute */
	char *created_at;
	char *started_at;
	char *finished_at;
	struct wire_texts available_actions; /* "pause", "resume", … */
	char *hint; /* what helps its failed tasks when a retry cannot; null: a retry does */
};

struct wire_task {
	char *rollout;
	char *tenant;
	char *server;
	int64_t wave;
	char *state;
	char *reason;
	char *migration;
	char *kind;         /* what its dearest statement does; null: not known */
	int64_t statement;  /* done */
	int64_t statements; /* in all */
	int64_t attempt;
	struct wire_error error;
	struct wire_texts difference; /* how its schema differs from what it should be */
	double progress;              /* 0 to 1 */
	char *next_window;            /* the opening that it waits for, or null */
	int64_t closed_ms;            /* how long the tenant was closed for writes */
	char *started_at;
	char *finished_at;
};

struct wire_task_page {
	struct wire_list items; /* wire_task */
	char *next;
};

struct wire_event {
	int64_t id;
	char *at;
	int64_t uid;
	char *actor;
	char *kind;
	char *object;
	char *state;
	char *text;
	char *output; /* what a hook has printed that is in no log of a rollout, or null */
};

struct wire_event_page {
	struct wire_list items; /* wire_event */
	int64_t last;           /* pass as since= */
};

/* Something that does not fit together, and the command that settles it. */
struct wire_finding {
	char *object;  /* "tenant/acme", "server/db1" */
	char *problem; /* "in doubt", "regressed", "vanished", … */
	char *detail;
	char *help;
};

struct wire_health {
	char *status; /* "ok" */
	char *version;
	int64_t protocol;
	int64_t uptime_s;
	int64_t running; /* tasks */
};

/* ---- requests --------------------------------------------------------------------- */

struct wire_server_add {
	char *name;
	char *host;
	int64_t port;
	char *socket;
	char *defaults_file;
	int64_t max_running;
	char *replica_of;
	struct wire_labels labels;
};

/*
 * Texts "key=value": host port socket defaults_file max_running max_rebuilds max_chunks replica_of
 * replicas heartbeat label.K window freeze; an empty value removes a label, a window, a freeze and
 * the like.
 */
struct wire_set {
	struct wire_texts set;
	int64_t revision; /* 0: any; else ERR_CONFLICT when the object has another */
	char *reason;
};

struct wire_discover {
	char *like; /* LIKE pattern; \_ is a literal _ */
	char *name; /* how tenants are named: "{schema}" with a prefix or suffix; null: the schema */
	struct wire_labels labels;
	bool dry_run;
	bool accept; /* what a history says now is right, also where more was applied before */
};

struct wire_import_row {
	int64_t line;
	char *name;
	char *server;
	char *schema;
	struct wire_labels labels;
};

struct wire_import {
	struct wire_list rows; /* wire_import_row */
	bool dry_run;          /* only say what is wrong */
};

/* hold, release, remove, label of all tenants a selector names. */
struct wire_tenants_change {
	char *selector;
	char *reason;
	struct wire_labels labels; /* label: an empty value removes */
	struct wire_texts set;     /* set: "key=value", as of one tenant */
};

struct wire_baseline {
	char *selector;
	char *release;
	char *version;
	char *reason;
};

struct wire_release_file {
	char *name;
	char *text;
};

struct wire_release_create {
	char *name;
	char *format;
	struct wire_list files; /* wire_release_file */
};

struct wire_rollout_start {
	char *key; /* idempotency; the same key is the same rollout */
	char *release;
	char *selector;
	char *to;
	char *name;
	char *waves; /* default "rest" */
	int64_t bake_ms;
	char *gate;      /* "none" (default) or "human" */
	char *budget;    /* "3" or "1%"; default "1%" */
	int64_t running; /* 0: the daemon's default */
	int64_t per_server;
	int64_t priority;      /* -10 to 10, against others on the same server */
	char *strategy;        /* "auto", "direct" or "cold" */
	char *window;          /* "respect" (default) or "ignore" */
	int64_t stall_ms;      /* 0: the daemon's default */
	bool readonly;         /* close each tenant for writes while it is worked on */
	int64_t max_closed_ms; /* for no longer than this; 0: as it needs */
	int64_t drain_ms;      /* what open transactions have left; 0: ten seconds */
	bool accept_holes;
	char *method; /* how they are closed: "privileges", "triggers", "hook"; null: what fits */
	struct wire_texts hooks; /* "EVENT=NAME", over those of the settings; without a NAME none */
	char *reason;
	bool dry_run;
	bool no_plan;      /* start without looking first */
	bool no_rewrite;   /* statements run as they are written */
	bool skip_failing; /* leave out who would fail, instead of refusing */
};

/* pause, resume, promote, abort, retry, skip, kill. */
struct wire_verb {
	char *tenant; /* retry, skip */
	char *reason;
	bool now;  /* pause: also stop what can be stopped */
	bool full; /* promote: open every gate to come */
	int64_t revision;
};

struct wire_resolve {
	char *as; /* "applied", "not-applied", "at=N" */
	char *reason;
};

extern const struct wire_type wire_error_type, wire_server_type, wire_window_type,
	wire_server_check_type, wire_tenant_type, wire_tenant_page_type, wire_problem_type,
	wire_changed_type, wire_migration_type, wire_release_info_type, wire_counts_type,
	wire_wave_type, wire_phase_type, wire_budget_type, wire_closed_type, wire_rollout_type,
	wire_task_type, wire_task_page_type, wire_event_type, wire_event_page_type,
	wire_finding_type, wire_health_type, wire_server_add_type, wire_set_type,
	wire_discover_type, wire_import_row_type, wire_import_type, wire_tenants_change_type,
	wire_baseline_type, wire_release_file_type, wire_release_create_type,
	wire_rollout_start_type, wire_verb_type, wire_resolve_type;

/*
 * ---- operations (method, path, request -> answer); S server, T tenant, R rollout ------
 *
 * GET    /healthz (also HEAD)                       -> health
 * GET    /check/APP/mysql/S?p=low (also HEAD)       -> check         status as freno: 200 404 417 429 500
 * GET    /metrics                                   -> OpenMetrics text
 * GET    /v1/calls/KEY                              -> [headway]     of the same user's call that came with
 *        the header "Muster-Call: KEY" and is not yet answered
 * GET    /v1/doctor                                 -> [finding]     asks every server
 * POST   /v1/pause, /v1/resume       verb           -> [rollout]     every open rollout
 * GET    /v1/servers                                -> [server]
 * POST   /v1/servers                 server_add     -> server
 * GET    /v1/servers/S                              -> server
 * PATCH  /v1/servers/S               set            -> server
 * DELETE /v1/servers/S?reason=                      -> server        as it was
 * POST   /v1/servers/S/check                        -> server_check
 * POST   /v1/servers/S/discover      discover       -> changed
 * GET    /v1/tenants?selector=&after=&limit=        -> tenant_page   may hold fewer than limit
 * POST   /v1/tenants                 import_row     -> tenant
 * POST   /v1/tenants/import          import         -> changed
 * POST   /v1/tenants/hold            tenants_change -> changed
 * POST   /v1/tenants/release         tenants_change -> changed
 * POST   /v1/tenants/label           tenants_change -> changed
 * POST   /v1/tenants/remove          tenants_change -> changed
 * POST   /v1/tenants/baseline        baseline       -> changed
 * GET    /v1/tenants/T                              -> tenant
 * PATCH  /v1/tenants/T               set            -> tenant
 * POST   /v1/tenants/set             tenants_change -> changed
 * GET    /v1/tenants/T/mode                         -> tenant_mode
 * GET    /v1/routing?format=&wait=                  -> [route]       with an ETag; other formats: text.
 *        With If-None-Match 304 when it is still so, after wait seconds; with Accept:
 *        text/event-stream a stream of "event: map", "event: route" and "event: gone"
 * GET    /v1/windows                                -> [window]      every one that is set
 * GET    /v1/labels/K=V                             -> window
 * PATCH  /v1/labels/K=V              set            -> window        window freeze
 * GET    /v1/readonly                               -> [readonly]    those not open for writes
 * POST   /v1/readonly/on             readonly_on    -> [readonly_change]  when they are closed
 * POST   /v1/readonly/off            readonly_off   -> [readonly_change]  when they are open
 * GET    /v1/releases                               -> [release_info]
 * POST   /v1/releases                release_create -> release_info
 * GET    /v1/releases/NAME                          -> release_info
 * GET    /v1/rollouts?after=&limit=                 -> [rollout]     newest first; 100
 * POST   /v1/rollouts                rollout_start  -> rollout, or preview with dry_run;
 *        status 422 with refusal when tenants would fail: then there is no rollout
 * GET    /v1/rollouts/R                             -> rollout
 * PATCH  /v1/rollouts/R              set            -> rollout       budget running per_server priority …
 * POST   /v1/rollouts/R/VERB         verb           -> rollout       pause resume promote abort retry skip
 * GET    /v1/rollouts/R/tasks?state=&after=&limit=  -> task_page
 * GET    /v1/rollouts/R/tasks/T                     -> task
 * GET    /v1/rollouts/R/log                         -> [log]         of the rollout itself
 * GET    /v1/rollouts/R/tasks/T/log                 -> [log]         with what hooks printed
 * POST   /v1/rollouts/R/tasks/T/kill    verb        -> task
 * POST   /v1/rollouts/R/tasks/T/resolve resolve     -> task
 * GET    /v1/throttle?rollout=                      -> [throttle]    of all servers, or of those of R
 * GET    /v1/throttle/S                             -> [throttle]    of one
 * PATCH  /v1/throttle, /v1/throttle/S throttle_set  -> [throttle]    limits, signals of one's own
 * POST   /v1/throttle/VERB, /v1/throttle/S/VERB
 *                                    throttle_verb  -> [throttle]    hold release exempt ratio
 * GET    /v1/limits                                 -> [label_limit]
 * PATCH  /v1/limits            label_limit_set      -> [label_limit]
 * GET    /v1/events?since=&rollout=&limit=          -> event_page, or with
 *        Accept: text/event-stream a stream "id: N\ndata: {event}\n\n" that goes on; a
 *        since below 0 is counted back from the newest; a stream without one begins now
 */

#include "wire_log.h"
#include "wire_mode.h"
#include "wire_plan.h"
#include "wire_throttle.h"

#endif /* WIRE_H */
