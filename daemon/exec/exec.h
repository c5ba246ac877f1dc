/*
 * exec - what a worker does: one owned order in, one owned result out.
 *
 * exec_run is called on a worker thread, blocks as long as the server does, and
 * reads nothing but its order. The session travels with the order: exec_run opens
 * one when there is none, and the result gives it back (NULL when it was lost). Orders,
 * results and what they own may be freed on any thread.
 *
 * A live record is the only thing that both threads see while a task runs: the
 * scheduler asks it to stop, the worker says how far it is. It outlives its order.
 *
 * Nothing here decides what happens next: sched.h does, from the event.
 */
#ifndef EXEC_H
#define EXEC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "states.h"

struct chain;
struct db_crew;
struct db_session;
struct db_positions;
struct db_server_info;
struct forecast;
struct hook_call;
struct hook_end;
struct release;

enum exec_kind {
	EXEC_TASK,     /* bring one tenant to a version */
	EXEC_SURVEY,   /* read the positions of many tenants of one server */
	EXEC_CHECK,    /* connect and say what the server is and what we may not do there */
	EXEC_DISCOVER, /* list schemas and their positions */
	EXEC_BASELINE, /* record versions as applied without running them; enrol */
	EXEC_RESOLVE,  /* settle a migration that is in doubt, by the word of a human */
	EXEC_KILL,     /* end the statement of one connection */
	EXEC_CLAIM,    /* this daemon alone works on the server; the session holds it */
	EXEC_CHAIN,    /* try the pending statements of a tenant out on an empty copy of it */
	EXEC_BUILD,    /* make what a release makes of nothing, in an empty schema */
	EXEC_PRECHECK, /* are the rows of tenants as a release needs them? */
	EXEC_TRY,      /* would what an operator wants asked give what it should? */
	EXEC_SWEEP,    /* drop copies: what earlier daemons have left there, and schemas */
	EXEC_LEFT,     /* find that; only a look */
	EXEC_WRITERS, /* who may write in a tenant; see close_run.h for this and those with CLOSE, OPEN */
	EXEC_HOLES,  /* what would keep many tenants from being closed; see close_survey.h */
	EXEC_CLOSE,  /* take that away */
	EXEC_OPEN,   /* and give it back */
	EXEC_CLOSED, /* which databases of the server are closed */
	EXEC_HOOK,   /* run an executable of the operator's; of no server */
	EXEC_KIND_NR,
};

extern const char *const exec_kind_names[EXEC_KIND_NR];

struct exec_live {
	atomic_int stop;     /* set by the loop: start no new statement, park */
	atomic_int wait;     /* set by the loop: start no new statement for now (throttle) */
	atomic_int waiting;  /* the worker does so */
	atomic_int share;    /* set by the loop: percent of its time it may use; 0: all of it */
	atomic_int slow;     /* set by the loop: its server is slowed down, take smaller pieces */
	atomic_int killable; /* the statement that runs may be ended without harm */
	atomic_int keeps;    /* it may not: its task would fail, or be in doubt */
	atomic_int verifying;
	atomic_llong statement;      /* statements done in this task */
	atomic_llong statements;     /* of this task; 0 until known */
	atomic_llong rows;           /* that the statement has gone through, range by range */
	atomic_llong rows_of;        /* of so many, as is guessed; 0: it does not run so */
	atomic_llong migration;      /* index in the release, -1 before the first */
	atomic_ullong connection_id; /* for EXEC_KILL; 0 when none */
	int64_t rested_us;           /* the worker's own: see visit_rest */
	int64_t took_us;             /* the same: the last try of the last statement */
};

/* Where the server is. Same meaning as struct db_addr, which sched does not see. */
struct exec_addr {
	char *host;
	int64_t port;
	char *socket;
	char *defaults_file;
	int64_t nr; /* tells it from earlier ones of the same server */
};

/* How a tenant is closed for writes. Texts are owned by the order. */
struct exec_close {
	char *method;   /* WRITERS, HOLES: NULL takes what fits */
	bool unaltered; /* WRITERS: nothing of muster's own is to be written there meanwhile */
	char *reason;
	char *owner;
	int64_t expires_at; /* wall ms */
	int64_t drain_ms;   /* how long open transactions and statements may go on */
	bool ends;          /* then they are ended; else closing has failed */
};

/* How an order came to its session. */
enum exec_entry {
	EXEC_KEPT,     /* it was given one that worked, or needed none */
	EXEC_ENTERED,  /* it opened one */
	EXEC_SHUT_OUT, /* it could not open one: nothing was tried */
};

struct exec_order {
	enum exec_kind kind;
	int64_t id; /* of the task, or the scheduler's own number */
	int64_t server_id;
	struct exec_addr addr;      /* owned */
	struct db_session *session; /* owned; NULL: open one */
	uint64_t epoch;             /* of this start of the daemon */
	uint64_t claim_id;          /* connection that holds the server's claim; 0: none needed */
	bool claim_lost;            /* set by the worker: it does not hold it any more */
	enum exec_entry entry;      /* set by the worker */

	/* TASK, BASELINE, RESOLVE, SURVEY */
	struct release *release; /* one reference; NULL: survey of versions only, baseline that
				  * only makes the tables (enrols) */
	char *to_version;        /* owned; NULL: the newest */
	char *schema;            /* owned; TASK, RESOLVE, WRITERS, CLOSE, OPEN */
	char *seen;              /* owned; TASK: a version that was applied here, or NULL;
				  * RESOLVE: the one that failed, NULL: the one in doubt */
	char *scratch;           /* owned; CHAIN, BUILD: name of the copy, made by the worker */
	char *label;             /* owned; "r12/acme", for the mark in the server's processlist */
	struct exec_live *live;  /* TASK, CLOSE, HOOK; CHAIN, BUILD; borrowed, outlives the order */
	struct chain *chain;     /* TASK; one reference; NULL: not known */
	int64_t stall_ms;        /* all lock waits of one statement together */
	int64_t lock_wait_ms;    /* one try */
	int64_t patience_ms;     /* an answer that is later does not come (ERR_TIMEOUT); 0: it does.
				  * Not for what runs in a tenant; of what a rollout must know before
				  * it begins (SURVEY, CHAIN, BUILD, PRECHECK, HOLES), it does where
				  * the server lets a new session in, 0: that is tried after 30 s */
	int64_t orphan_wait_ms;  /* of a statement that a lost connection left behind */
	int64_t bytes;           /* size of the tenant, as last seen */
	bool closed;             /* TASK: nobody else can write there */
	bool measures;           /* TASK: wanted also of what was quick (measure.h) */
	bool rewrites; /* CHAIN: look for statements that are cheaper written otherwise; TASK: run
			* them so */

	struct exec_close close; /* WRITERS, HOLES, CLOSE */
	struct hook_call *hook;  /* owned; HOOK */

	/* DISCOVER: the LIKE pattern; RESOLVE: "applied", "not-applied", "at=N"; CLAIM,
	 * CHECK: which daemon; CLOSE, OPEN: what a look (WRITERS) has made; TRY: the text for
	 * trial; BUILD: the collation of the database */
	char *word;             /* owned */
	char **schemas;         /* owned, NULL-terminated; SURVEY, BASELINE, HOLES, SWEEP */
	char **expected;        /* owned; SURVEY: of each of schemas, the version last seen or "" */
	char **expected_shapes; /* owned; SURVEY: of each of schemas, the fingerprint or "" */
	bool with_bytes;        /* SURVEY */
	bool with_shapes;       /* SURVEY, DISCOVER; see survey_shape.h */
	bool every_shape;       /* also of those that have nothing to do */
	bool verifies;          /* SURVEY: each is read by itself, twice; see survey_verify.h */
	struct db_crew *crew;   /* SURVEY; one reference; another order helps; NULL: none does */
	bool in_passing;        /* SURVEY: nobody waits for it */
	bool helps;             /* SURVEY: it is that one, and has no schemas of its own */
	size_t *indices;        /* owned; BUILD: which migrations of the release, in order */
	size_t nr_indices;
	bool with_forecast;        /* CHAIN; see forecast.h */
	struct forecast *forecast; /* PRECHECK; one reference */
	bool with_versions;        /* PRECHECK: that of its tables, and nothing else */
	uint64_t connection_id;    /* KILL */
	int (*trial)(struct db_session *session, const char *text, struct err *err); /* TRY */

	/* A worker's word while it works ("waits for a lock held by …"); may be NULL. */
	void (*say)(void *say_ctx, int64_t id, const char *text);
	void *say_ctx;
};

struct exec_order *exec_order_new(enum exec_kind kind);

/*
 * A survey that helps another one with its questions, on a session of its own; the rest of it is
 * the caller's to fill. Whether it is run, and when, does not matter to the leader.
 */
struct exec_order *exec_order_helper(struct exec_order *leader);
void exec_order_free(struct exec_order *order);
SCOPED_FREE(exec_order);

/* A chain that many orders share; chain_parse fills it. Any thread. */
struct chain *exec_chain_new(void);
struct chain *exec_chain_ref(struct chain *chain); /* NULL gives NULL */
void exec_chain_unref(struct chain *chain);        /* NULL is fine */

/* One tenant of a survey against the release of the order. */
struct exec_standing {
	char *schema;
	int64_t looked_ms; /* tick_ms before the look began; 0: not known */
	bool exists;
	bool has_history;
	char *version;      /* newest applied, in the release's order; else in its own */
	char *ahead;        /* a version that the release does not know, or NULL */
	char *open;         /* a migration left unfinished, or NULL */
	int64_t done;       /* statements of it that are known to be done */
	int64_t parts;      /* of the one behind those, when it is run in parts */
	bool in_flight;     /* one behind those may have run: what it left decides (recover.h) */
	bool foretold;      /* and the tenant itself knows what it should have left */
	char *problem;      /* why its history cannot be read, or NULL */
	char **applied;     /* every version, when the order has no release; else NULL */
	bool regressed;     /* the version that was expected is not applied any more */
	uint64_t epoch;     /* the latest in its history; 0: none */
	int64_t pending;    /* migrations */
	size_t next;        /* the first of those, in the release */
	size_t *places;     /* all of them, in the release; NULL: none was asked about */
	int64_t statements; /* of the pending ones */
	int64_t bytes;
	char *pending_digest; /* of the versions that are pending */
	char *fingerprint;    /* what it looks like, or NULL: not asked */
	char *class;          /* those with the same one are planned together, or NULL */
	char **altered;       /* versions that were applied from another text than the order's */
	/* when the order verifies */
	char *before; /* fingerprint in front of all that was ever done, or NULL */
	char *look;   /* digest of its shape with what is minor; of result->shapes, or NULL */
	bool moved;   /* its history was written to between the two looks */
};

/* What some tenants look like. */
struct exec_shape {
	char *fingerprint; /* owned; when the order verifies the look */
	char *text;        /* owned; as shape.h writes it */
};

/* A database that says of itself that it is closed. Texts are owned. */
struct exec_closed {
	char *schema;
	char *method;
	char *restore;
	char *reason;
	char *owner;
};

/* What is in the way of a change in the rows of a tenant. Texts are owned. */
struct exec_breach {
	char *schema;
	size_t check; /* index in the checks of the forecast */
	bool unasked; /* it could not be found out: text says why */
	char *text;   /* where: "id=7, id=9" */
};

/* What would keep a tenant from being closed for writes. Texts are owned. */
struct exec_hole {
	char *schema;
	bool unable; /* it cannot be closed; else closing it leaves this open */
	char *text;
};

/* How large a table of a tenant is. Texts are owned. */
struct exec_size {
	char *schema;
	char *table;
	int64_t bytes;
	int64_t rows;
};

/* A table whose columns have come and gone at once about as often as they may. Texts are owned. */
struct exec_versions {
	char *schema;
	char *table;
	int64_t row_versions;
	int64_t bytes; /* -1: not known */
	int64_t rows;
};

/* How long one statement took. */
struct exec_measure {
	const char *algorithm; /* static; see measure.h */
	int64_t bytes;         /* of its table, or of the tenant */
	int64_t ms;
};

struct exec_result {
	enum exec_kind kind;
	int64_t id;
	int64_t server_id;
	int64_t addr_nr;            /* where it was: the order's addr.nr */
	struct db_session *session; /* owned; NULL when lost or never there */
	bool ok;                    /* false: err says why */
	struct err err;
	bool server_down;   /* could not connect, or the link was lost: not the tenant's fault */
	bool server_denied; /* the account was refused */
	bool claim_lost;    /* the claim of the order did not hold: nothing was written */
	bool answers;       /* no link was lost: a server that is "down" refuses work */
	enum exec_entry entry;

	/* TASK: what it means for the machine, and the words for people */
	enum task_event event;
	char *reason;      /* owned */
	char *version;     /* owned; newest applied now, or NULL */
	char *migration;   /* owned; version where it ended, or NULL */
	char *fingerprint; /* owned; what it should look like at that version, or NULL; BUILD: of
			    * the schema while it was empty */
	char *difference;  /* owned; how the schema differs from what it should be, or NULL */
	uint64_t epoch;    /* of the daemon that was there before; 0: not learnt */
	bool regressed;    /* what was seen applied is not: nothing was done; event is AHEAD */
	bool wants_closed; /* a file that is pending needs the tenant closed, and it was not:
			    * nothing was done; event is PARK */
	int64_t statement; /* done in this run and before, of the pending ones */
	int64_t statements;
	int64_t run_ms;

	/* SURVEY, DISCOVER, BASELINE (those that failed have reason in ahead) */
	struct exec_standing *standings; /* owned */
	size_t nr;
	struct exec_shape *shapes; /* owned; SURVEY: each different one once; BUILD: of what was
				    * built, unless reason says why it could not be */
	size_t nr_shapes;

	/* CHAIN */
	char *chain_text;          /* owned; as chain.h writes it */
	struct forecast *forecast; /* one reference; NULL: not asked */
	char **warnings; /* owned, NULL-terminated; what to know before the start. OPEN: what
			   * is not as it was before. BUILD: what was not run */

	/* WRITERS, CLOSED */
	char *method;               /* owned; how it would be closed */
	char *why;                  /* owned; why so, for people */
	char *proof;                /* owned; WRITERS: what will show that it is closed; CLOSE:
				     * what has shown it */
	char *restore;              /* owned; for CLOSE and OPEN */
	char **holes;               /* owned, NULL-terminated; what would stay open */
	struct exec_closed *closed; /* owned; those that are closed now */
	size_t nr_closed;

	struct exec_hole *gaps; /* owned; HOLES */
	size_t nr_gaps;

	struct exec_breach *breaches; /* owned; PRECHECK */
	size_t nr_breaches;
	struct exec_size *sizes; /* owned; PRECHECK: of the forecast's tables */
	size_t nr_sizes;
	struct exec_versions *versions; /* owned; PRECHECK */
	size_t nr_versions;
	char *host;            /* owned; PRECHECK: what the server calls its host, or NULL */
	char *data_dir;        /* owned; and the folder of its data there, or NULL */
	int64_t versions_most; /* so many row versions are let pass */
	char *versions_unread; /* owned; why nothing is known of them; NULL: it is */
	struct exec_measure *measures; /* owned; TASK */
	size_t nr_measures;

	struct hook_end *hook; /* owned; HOOK */

	uint64_t claim_id; /* CLAIM: the connection that holds it. ERR_BUSY: another daemon does */

	/* CHECK */
	struct db_server_info *info; /* owned; see exec_info_* */
	/* owned; databases that earlier starts left; LEFT, too; of a lost CHAIN or BUILD its own */
	char **left_over;
	char *rival; /* owned; who else has the claim of the server, or NULL */
};

void exec_result_free(struct exec_result *result);
SCOPED_FREE(exec_result);

/* Run an order to its end. Takes order; the result is never NULL. Worker; blocks. */
struct exec_result *exec_run(struct exec_order *order);

/* What a CHECK found, in plain types for layers that do not see db. */
struct exec_info {
	const char *flavor;
	const char *version;
	const char *time_zone;
	const char *account;
	int64_t connections;
	int64_t max_connections;
	bool read_only;
	char *const *missing; /* NULL-terminated */
	const char *grant;
	char *const *closing;   /* NULL-terminated; what closing a tenant lacks besides */
	char *const *left_over; /* NULL-terminated */
	const char *rival;      /* another daemon that has claimed the server, or NULL */
};

void exec_info_get(const struct exec_result *result, struct exec_info *info); /* borrowed */

/* Close an idle session. Any thread. */
void exec_session_free(struct db_session *session);

/* Once, before any thread; first and last call of each worker thread. */
NODISCARD int exec_init(struct err *err);
void exec_thread_init(void);
void exec_thread_end(void);
void exec_end(void);

#endif /* EXEC_H */
