/*
 * store_rows - the rows of the inventory as structs.
 *
 * Plain values with owned strings; x_release frees what they own. NULL text is
 * SQL NULL. Times are wall milliseconds, 0 where not yet. Functions that read and
 * write them: store_server.h, store_tenant.h, store_release.h, store_rollout.h,
 * store_phase.h, store_task.h, store_event.h.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scope.h"
#include "states.h"

struct store_label {
	char *key;   /* owned */
	char *value; /* owned */
};

struct store_labels {
	struct store_label *labels; /* owned; sorted by key */
	size_t nr;
};

struct store_server {
	int64_t id;
	char *name;
	char *host;
	int64_t port;
	char *socket;
	char *defaults_file;
	int64_t max_running;  /* tasks at once */
	int64_t max_rebuilds; /* of those, such that rebuild; 0: nobody said */
	int64_t max_chunks;   /* and such that go through rows range by range */
	enum server_state state;
	char *reason; /* why it is in this state */
	char *flavor;
	char *version;
	char *window;        /* when it may be migrated (window.h), or NULL: any time */
	int64_t freeze_from; /* of a freeze; freeze_until 0: there is none */
	int64_t freeze_until;
	char *freeze_reason;
	char *replica_of; /* name of the server that it replicates from, or NULL */
	char *replicas;   /* addresses of more that replicate from it, with commas; or NULL */
	char *heartbeat;  /* "schema.table.column" that its replicas get from it, or NULL */
	int64_t revision;
	struct store_labels labels;
};

struct store_tenant {
	int64_t id;
	char *name;
	int64_t server_id;
	char *server; /* its name, read only */
	char *schema;
	char *version;   /* newest applied migration as last seen, or NULL */
	char *open;      /* a migration its history calls unfinished, or NULL */
	char *regressed; /* a version that was applied there and is gone, or NULL */
	char *shape;     /* fingerprint that it should have at shape_version, or NULL: not known */
	char *shape_version;
	char *drifted; /* lines: how it differs from that, as last seen; or NULL */
	enum tenant_mode mode;
	char *hold;          /* reason, or NULL */
	char *window;        /* when it may be migrated (window.h), or NULL: any time */
	int64_t freeze_from; /* of a freeze; freeze_until 0: there is none */
	int64_t freeze_until;
	char *freeze_reason;
	int64_t bytes;
	int64_t revision;
	struct store_labels labels;        /* its own */
	struct store_labels server_labels; /* read only; of its server */
};

struct store_release {
	int64_t id;
	char *name;
	char *format;
	char *checksum;
	int64_t migrations;
	char *last_version;
	int64_t created_at;
};

/* Which tenants of a rollout are closed for writes while it works on them. */
enum store_readonly {
	STORE_READONLY_NONE,
	STORE_READONLY_ALL,
	STORE_READONLY_ASKED, /* those with a file to come that asks for it */
};

struct store_rollout {
	int64_t id;
	char *name;
	int64_t release_id;
	char *release; /* its name, read only */
	enum rollout_state state;
	char *reason;
	int64_t revision; /* +1 with each put */
	char *selector;
	char *to_version; /* NULL: the newest */
	char *waves;      /* the steps as given */
	int64_t bake_ms;
	bool gate_human; /* each wave but the last waits for promote */
	int64_t budget_limit;
	int64_t running_limit;
	int64_t per_server_limit; /* 0: the server's own */
	char *strategy;
	int64_t stall_ms;
	bool no_rewrite;       /* statements run as they are written, whatever is cheaper */
	char *owner;           /* who started it */
	char *start_reason;    /* --reason, or NULL */
	bool ignore_window;    /* its tasks start whether or not a window is open */
	bool over_budget;      /* paused itself */
	bool surveyed;         /* tasks exist */
	int64_t priority;      /* -10 to 10, against others on the same server */
	bool throttled;        /* paused by the throttle, which resumes it */
	int64_t readonly;      /* enum store_readonly */
	int64_t max_closed_ms; /* a tenant may be closed for so long; 0: as it needs */
	int64_t drain_ms;      /* open transactions have so long before it is closed */
	bool accept_holes;
	char *close_method;  /* "privileges", "triggers", "hook"; NULL: what fits */
	char *hooks;         /* hook_set.h, or NULL: none */
	int64_t hooks_begun; /* bits of enum hook_event: how they ended is not known */
	int64_t phase;       /* the latest that has begun; 0: it has none */
	bool phase_open;     /* those to come begin by themselves */
	int64_t created_at;
	int64_t started_at;
	int64_t ended_at;
};

struct store_wave {
	int64_t rollout_id;
	int64_t seq; /* from 1 */
	enum wave_state state;
	int64_t size;
	int64_t bake_until;
	char *gate; /* "human", "time", or NULL */
};

struct store_task {
	int64_t id;
	int64_t rollout_id;
	int64_t tenant_id;
	int64_t server_id;
	char *tenant;       /* read only */
	char *server;       /* read only */
	char *schema;       /* read only */
	char *seen;         /* read only; a version that was applied to the tenant, or NULL */
	char *hold;         /* read only; why its tenant is held, or NULL */
	int64_t removed_at; /* read only; of its tenant, 0: it was not */
	int64_t wave;
	int64_t rank; /* order inside the wave, from 1 */
	enum task_state state;
	char *reason;
	char *migration;    /* where it stands, or NULL */
	int64_t statement;  /* statements done in this task */
	int64_t statements; /* statements of this task */
	int64_t attempt;
	char *err_code; /* name of enum err_code, or NULL */
	int64_t err_native;
	char *err_message;
	int64_t not_before; /* a waiting task is looked at again then */
	int64_t window_at;  /* the opening that it waits for; 0: for none; INT64_MAX: for one that
			       does not come within a year */
	int64_t started_at;
	int64_t finished_at;
	int64_t bytes;       /* size of the tenant, read only */
	char *class;         /* which chain is its own (store_chain.h), or NULL */
	enum task_kind kind; /* what its dearest statement does, read only */
	char *difference;    /* lines: what its schema has and should not, or lacks; or NULL */
	int64_t closed_ms;   /* how long the tenant was closed for it; store_task_closed */
	int64_t phase; /* the one to whose end it brings its tenant; 0: to that of the rollout */
};

/* Of a rollout with more than one; it waits for a human between two. */
struct store_phase {
	int64_t rollout_id;
	int64_t seq;      /* from 1 */
	char *name;       /* "expand", "backfill", "contract" */
	char *to_version; /* of its last file */
	int64_t files;    /* of it that some tenant lacked at the start */
	int64_t tenants;  /* that lacked any of them */
};

/* A window, a freeze or both, and for what. */
struct store_window {
	char *scope;         /* "server", "label", "tenant" */
	int64_t id;          /* of the server or tenant */
	char *name;          /* of a label "key=value" */
	char *window;        /* when it may be migrated (window.h), or NULL: any time */
	int64_t freeze_from; /* of a freeze; freeze_until 0: there is none */
	int64_t freeze_until;
	char *freeze_reason;
};

struct store_counts {
	int64_t total;
	int64_t by_state[TASK_STATE_NR];
};

/* A tenant that is not open for writes. */
struct store_mode {
	int64_t tenant_id;
	char *tenant;      /* read only */
	int64_t server_id; /* read only */
	char *schema;      /* read only */
	enum tenant_mode mode;
	char *method;
	char *restore; /* what gives everything back; opaque here */
	char *reason;
	char *owner;
	bool maintenance; /* closed, it is to show its page */
	int64_t drain_ms;
	bool ends; /* what still runs then is ended; else closing has failed */
	int64_t asked_at;
	int64_t since;       /* closed; 0: not yet */
	int64_t expires_at;  /* of the lease */
	char *failed;        /* why it could not be closed, or NULL */
	char *failed_code;   /* name of enum err_code, or NULL */
	int64_t rollout_id;  /* for which it is closed; 0: somebody asked for it */
	int64_t task_id;     /* the same */
	char *hooks;         /* hook_set.h, or NULL: none */
	int64_t hooks_begun; /* bits of enum hook_event: how they ended is not known */
};

struct store_event {
	int64_t id;
	int64_t at;
	int64_t uid;        /* who; -1: muster itself */
	char *actor;        /* name of the uid, or "muster" */
	char *kind;         /* "rollout.pause", "task.failed", "server.add" … */
	char *object;       /* "r12", "r12/acme", "server/db1", "tenant/acme" */
	char *state;        /* new state, or NULL */
	char *text;         /* why, for people */
	int64_t rollout_id; /* 0: none */
	char *output; /* read only; what a hook has printed, or NULL; of rollouts store_event_log alone */
	int64_t lost; /* read only; bytes in front of that */
};

enum store_rule_kind {
	STORE_RULE_LIMIT,
	STORE_RULE_HOLD,
	STORE_RULE_EXEMPT,
	STORE_RULE_RATIO,
	STORE_RULE_LABEL,
	STORE_RULE_KIND_NR,
};

extern const char *const store_rule_kind_names[STORE_RULE_KIND_NR];

/* What a human decided about the throttle of one server. */
struct store_rule {
	int64_t server_id; /* 0: every server */
	enum store_rule_kind kind;
	char *name;     /* of a signal, a label, or "" */
	char *soft;     /* a number, "-", or NULL: the usual one */
	char *hard;     /* the same */
	char *critical; /* the same */
	char *source;   /* SELECT, URL or path; or NULL */
	char *amount;   /* the share of the slots, or the tasks at once; or NULL */
	int64_t until_at;
	int64_t for_ms; /* how long it was meant to last */
	char *owner;    /* who */
	char *reason;
};

void store_labels_release(struct store_labels *labels);
void store_labels_put(struct store_labels *labels, const char *key, const char *value);
const char *store_labels_find(const struct store_labels *labels, const char *key);

void store_server_release(struct store_server *server);
void store_tenant_release(struct store_tenant *tenant);
void store_release_release(struct store_release *release);
void store_rollout_release(struct store_rollout *rollout);
void store_wave_release(struct store_wave *wave);
void store_task_release(struct store_task *task);
void store_phase_release(struct store_phase *phase);
void store_mode_release(struct store_mode *mode);
void store_event_release(struct store_event *event);
void store_rule_release(struct store_rule *rule);
void store_window_release(struct store_window *window);

SCOPED_RELEASE(store_labels);
SCOPED_RELEASE(store_server);
SCOPED_RELEASE(store_tenant);
SCOPED_RELEASE(store_release);
SCOPED_RELEASE(store_rollout);
SCOPED_RELEASE(store_wave);
SCOPED_RELEASE(store_task);
SCOPED_RELEASE(store_phase);
SCOPED_RELEASE(store_mode);
SCOPED_RELEASE(store_event);
SCOPED_RELEASE(store_rule);
SCOPED_RELEASE(store_window);

/* Replace an owned text: frees the old one, copies the new (NULL is fine). */
void store_text_set(char **text, const char *value);

#endif /* STORE_ROWS_H */
