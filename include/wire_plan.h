/*
 * wire_plan - the messages about what a release would do. A part of wire.h, which includes it.
 *
 * POST   /v1/plan                    plan_ask       -> plan          changes nothing in a tenant
 * GET    /v1/rollouts/R/plan                        -> plan          as it was when R began
 * GET    /v1/tenants/T/diff/U                       -> tenant_diff   from T to U; asks their servers
 * POST   /v1/tenants/verify          verify_ask     -> verify        changes nothing in a tenant
 */
#ifndef WIRE_PLAN_H
#define WIRE_PLAN_H

#include "wire.h"

/* ---- answers: names are fixed by DESIGN section 12 --------------------------------- */

/* What lint says of a statement's text; see `muster lint --explain CODE`. */
struct wire_plan_finding {
	char *code;
	char *level; /* "note", "warning", "error" */
	char *message;
};

struct wire_plan_statement {
	char *migration; /* version */
	int64_t index;   /* in its file, from 1 */
	char *file;
	int64_t line;
	char *sql;
	char *outcome;   /* "ok", "not tried", "would fail", "not reached" */
	char *message;   /* the server's words, why it was not tried, or null */
	char *algorithm; /* null: it changes no table, or it is not known */
	bool blocks_writes;
	char *why;      /* it is not cheaper, or null */
	char *strategy; /* "direct", "cold"; what would go round: "needs shadow", "needs window", … */
	char *refused; /* why it would not be run so, or null */
	/* in the tenant that it takes longest in; ms and blocks_ms -1: not known yet */
	char *table;
	char *largest; /* that tenant; null: its size does not matter */
	int64_t table_bytes;
	int64_t table_rows;
	int64_t expected_ms;
	int64_t blocks_ms; /* writes wait so long */
	int64_t disk_bytes;
	char *phase; /* of its file: "expand", "backfill", "contract" */
	struct wire_texts
		rebuilt; /* tenants where it rebuilds the table, whatever algorithm says */
	struct wire_texts changes;  /* of the schema */
	struct wire_texts cheaper;  /* what ends the same and is cheaper; empty: nothing is known */
	char *cheaper_why;          /* "inplace becomes instant, nocopy", or null */
	int64_t cheaper_statements; /* for which that stands: this one and those behind it */
	struct wire_list findings;  /* wire_plan_finding */
};

/*
 * How long statements take that were measured before. Disk is what is needed at once: by tables
 * that are written anew, new keys and the files that these are sorted in.
 */
struct wire_plan_estimate {
	int64_t expected_ms; /* of a class or a tenant: one after the other */
	int64_t unmeasured;  /* statements of a tenant that are not part of it */
	int64_t blocks_ms;   /* the longest that writes wait for one of them */
	char *blocked;       /* the tenant where they do, or null */
	int64_t blocks_unmeasured;
	int64_t disk_bytes;
	char *longest; /* the tenant that takes longest, or null */
	int64_t longest_ms;
};

struct wire_plan_tenant {
	char *tenant;
	int64_t bytes; /* of the tables that are changed by more than a word */
	int64_t rows;
	int64_t expected_ms;
	int64_t unmeasured;
	int64_t blocks_ms;
	int64_t disk_bytes;
};

struct wire_plan_server {
	char *server;
	int64_t tenants;
	int64_t running;     /* tasks at once */
	int64_t expected_ms; /* until the last has ended */
	int64_t disk_bytes;  /* new keys of all tenants, and what is needed beside them at once */
	int64_t disk_free;   /* -1: not known, it is on another host */
};

/* Tenants that look alike, lack the same and are on the same kind of server. */
struct wire_plan_class {
	char *id;
	char *flavor;  /* "mariadb 10.11.19" */
	char *version; /* of its tenants; null: nothing is applied */
	int64_t tenants;
	char *example;               /* the one whose empty copy was tried; null: none */
	struct wire_texts examples;  /* the first names */
	struct wire_texts pending;   /* versions */
	struct wire_list statements; /* wire_plan_statement */
	int64_t bytes;               /* of all its tenants */
	char *largest;
	int64_t largest_bytes;
	char *problem; /* why it could not be tried, or null */
	struct wire_texts warnings;
	struct wire_plan_estimate estimate; /* of nothing when it could not be tried */
};

/* A tenant that a rollout would fail on. */
struct wire_plan_failing {
	char *tenant;
	char *check; /* "statement", "database"; of rows "duplicates", "nulls", "orphans", … */
	char *message;
};

/* A tenant that looks otherwise than most of those at its version. */
struct wire_plan_outlier {
	char *tenant;
	char *version;
	char *usual;        /* one that looks as most of them do */
	int64_t like_usual; /* how many do */
	struct wire_texts diff;
};

struct wire_plan {
	char *release;
	char *version; /* where it leads */
	int64_t tenants;
	int64_t pending; /* tenants with something to do */
	int64_t up_to_date;
	int64_t statements;         /* of all tenants together */
	struct wire_list classes;   /* wire_plan_class, most tenants first */
	struct wire_list failing;   /* wire_plan_failing */
	struct wire_list unchecked; /* wire_plan_failing: what could not be found out */
	struct wire_list closing; /* wire_plan_failing: how writes get through while it is closed */
	struct wire_list outliers; /* wire_plan_outlier */
	struct wire_texts ahead;   /* names of those that are left out */
	struct wire_texts missing;
	struct wire_texts held;
	struct wire_texts regressed;
	struct wire_texts drifted;
	struct wire_texts unfinished; /* what a migration has done there is not settled */
	struct wire_texts unknown;    /* their server does not answer */
	int64_t expected_ms;          /* until the last tenant has ended */
	struct wire_plan_estimate estimate;
	struct wire_list by_server; /* wire_plan_server */
	struct wire_list by_tenant; /* wire_plan_tenant */
};

/* --dry-run: what would happen; nothing was written. */
struct wire_preview {
	char *release;
	char *version;
	int64_t tenants;
	int64_t pending; /* tenants with something to do */
	int64_t up_to_date;
	int64_t statements;        /* all tenants together */
	int64_t waiting;           /* of those pending: their windows are closed now */
	char *next_window;         /* when the first of these opens, or null */
	char *last_window;         /* when the last one does; null: none waits, or one for ever */
	struct wire_list waves;    /* wire_wave */
	struct wire_list phases;   /* wire_phase */
	struct wire_texts ahead;   /* names */
	struct wire_texts missing; /* names whose database is not there */
	struct wire_texts held;
	struct wire_texts regressed;
	struct wire_texts drifted;
	struct wire_texts warnings; /* what a crash could not be judged by, what would fail */
	struct wire_plan plan;
};

/* Why a rollout was not started: wire_error, and who would fail. */
struct wire_refusal {
	char *code;
	int64_t native;
	char *message;
	char *hint;
	struct wire_list failing; /* wire_plan_failing */
};

/* What leads from the schema of one tenant to that of another. */
struct wire_tenant_diff {
	char *tenant;
	char *other;
	struct wire_texts diff;
	struct wire_texts minor; /* the order of columns, who defined a view, … */
};

/* One tenant held against a release. */
struct wire_verify_tenant {
	char *tenant;
	char *server;
	char *version;              /* the newest that is applied, or null */
	char *verdict;              /* "ok", "drifted", … : see wire_verify */
	struct wire_texts problems; /* one sentence each */
	char *help;                 /* the command that helps, or null */
	struct wire_texts diff;     /* from what it should be to what it is */
	struct wire_texts minor;    /* what differs and does not count: the order of columns, … */
};

/* Tenants that have applied the same and are on the same kind of server. */
struct wire_verify_position {
	char *version;
	char *flavor; /* "mariadb 10.11.19" */
	int64_t tenants;
	bool built;     /* the release builds it from nothing, at least in part */
	int64_t others; /* it is compared with so many that look alike; 0: with what is built */
	char *note;     /* one sentence, or null: the release builds all of it */
};

/* Every tenant stands in one of these lists, wire_verify_tenant each. */
struct wire_verify {
	char *release;
	char *version; /* its newest */
	int64_t tenants;
	struct wire_list verified;   /* as they should be: "ok" */
	struct wire_list drifted;    /* their schema is not what it should be */
	struct wire_list altered;    /* a file was applied from another text than the release's */
	struct wire_list incomplete; /* a migration in the middle is missing */
	struct wire_list ahead;      /* the history holds what the release does not */
	struct wire_list unfinished; /* in the middle of a migration */
	struct wire_list unrecorded; /* without a history */
	struct wire_list missing;    /* the database is not there */
	struct wire_list unproven;   /* nothing to compare them with */
	struct wire_list unknown;    /* their server did not answer */
	struct wire_list positions;  /* wire_verify_position */
};

/* How far a call has come that looks at many tenants; a step that has begun. */
struct wire_headway {
	char *step; /* "read" tenants, "try" classes, "build" positions, "check" rows of tenants */
	int64_t done;
	int64_t total; /* may grow */
};

/* ---- requests --------------------------------------------------------------------- */

struct wire_plan_ask {
	char *release;
	char *selector;   /* null: all tenants */
	char *to;         /* null: the newest version */
	int64_t stall_ms; /* writes may wait so long for one statement; 0: the daemon's default */
	bool no_rewrite;  /* statements run as they are written */
	bool readonly;    /* every tenant would be closed for writes while it is worked on */
	char *method;     /* how; null: what fits */
};

struct wire_verify_ask {
	char *release;
	char *selector; /* null: all tenants */
};

extern const struct wire_type wire_plan_finding_type, wire_plan_statement_type,
	wire_plan_estimate_type, wire_plan_tenant_type, wire_plan_server_type, wire_plan_class_type,
	wire_plan_failing_type, wire_plan_outlier_type, wire_plan_type, wire_preview_type,
	wire_refusal_type, wire_tenant_diff_type, wire_plan_ask_type, wire_verify_tenant_type,
	wire_verify_position_type, wire_verify_type, wire_verify_ask_type, wire_headway_type;

#endif /* WIRE_PLAN_H */
