/*
 * crash - named points where a test kills the daemon.
 *
 * Only in a build with MUSTER_CRASH_POINTS (never a release); elsewhere the macros
 * are nothing, yet a point that is placed and not in the list does not compile. The
 * environment decides, once, at the first point that is passed:
 *   MUSTERD_CRASH_AT=name[:n]    SIGKILL to ourselves at the n-th pass (default 1)
 *   MUSTERD_CRASH_TRACE=FILE     one line per pass is appended: its name
 * Each edge of a state machine has two points without being listed, before and after the
 * commit that makes it true: "task/running/applied/before", "task/running/applied/after".
 * "musterd --crash-points" prints all names.
 *
 * CRASH_POINT: any thread. Edges, commits and undoing: loop thread only.
 */
#ifndef CRASH_H
#define CRASH_H

/* clang-format off */
#define CRASH_POINTS(X) \
	/* the loop: one turn */ \
	X(TURN_DECIDED,       "turn/decided")		/* all is in the transaction */ \
	X(TURN_COMMITTED,     "turn/committed") \
	X(TURN_SETTLED,       "turn/settled")		/* safe from a power cut; nothing has left yet */ \
	X(TURN_ACTED,         "turn/acted") \
	X(STORE_COMMIT,       "store/commit/before") \
	X(STORE_COMMITTED,    "store/commit/after") \
	X(ORDER_SEND,         "order/send/before")	/* a task that is running on disk only */ \
	X(ORDER_SENT,         "order/send/after") \
	X(JOB_SENT,           "job/sent") \
	X(JOB_ENDED,          "job/ended") \
	X(HOOK_SEND,          "hook/send/before")	/* a hook that has begun on disk only */ \
	X(HOOK_SENT,          "hook/send/after") \
	X(HOOK_ENDED,         "hook/ended") \
	X(CLAIM_SENT,         "claim/sent") \
	X(CLAIM_TAKEN,        "claim/taken")		/* the server is ours, and nothing has begun */ \
	X(RECOVER_BEGUN,      "recover/begun") \
	X(RECOVER_DECIDED,    "recover/decided") \
	X(RECOVER_COMMITTED,  "recover/committed") \
	/* a worker */ \
	X(WORKER_BEGUN,       "worker/begun") \
	X(WORKER_ENDED,       "worker/ended")		/* the work is done, nobody knows */ \
	/* a migration in a tenant */ \
	X(JOURNAL_OPENED,     "journal/opened")		/* the row says applying */ \
	X(JOURNAL_RUN,        "journal/statement/before") \
	X(JOURNAL_RAN,        "journal/statement/after") \
	X(JOURNAL_PART,       "journal/part")		/* of a statement that is run in parts */ \
	X(JOURNAL_COVERED,    "journal/covered")	/* done, its row is not yet committed */ \
	X(JOURNAL_BLIND,      "journal/blind/before")	/* announced, nothing shows it */ \
	X(JOURNAL_BLINDED,    "journal/blind/after")	/* done, not yet confirmed */ \
	X(JOURNAL_CLOSE,      "journal/close/before") \
	X(JOURNAL_CLOSED,     "journal/close/after") \
	X(CHUNK_RAN,          "chunk/ran")		/* a range is done, its position not written */ \
	X(CHUNK_KEPT,         "chunk/kept")		/* nothing is committed yet */ \
	X(CHUNK_COMMITTED,    "chunk/committed") \
	X(CHUNK_ENDED,        "chunk/ended")		/* all ranges are, the statement is not */ \
	X(RECOVERY_BEGUN,     "recovery/begun") \
	X(RECOVERY_DECIDED,   "recovery/decided")	/* the row does not say so yet */ \
	X(RECOVERY_SETTLED,   "recovery/settled") \
	X(CHAIN_COPIED,       "chain/copied")		/* a scratch schema is there */ \
	X(CHAIN_RUN,          "chain/run") \
	X(CHAIN_DROPPED,      "chain/dropped") \
	/* a tenant that is closed or opened for writes */ \
	X(MODE_KEEP,          "mode/keep/before")	/* what gives all back is in the inventory alone */ \
	X(MODE_KEPT,          "mode/keep/after")	/* and in the tenant; nothing is changed yet */ \
	X(MODE_CHANGE,        "mode/change/before")	/* one statement that takes or gives */ \
	X(MODE_CHANGED,       "mode/change/after") \
	X(MODE_TAKEN,         "mode/taken")		/* sessions may still have what they had */ \
	X(MODE_DRAINED,       "mode/drained")		/* no session with old rights, no open write */ \
	X(MODE_PROVEN,        "mode/proven")		/* closed, and nobody knows */ \
	X(MODE_GIVEN,         "mode/given")		/* all is given back, the tenant still says closed */ \
	X(MODE_FORGOTTEN,     "mode/forgotten")		/* open, and nobody knows */ \
	X(CLOSE_TAKEN,        "close/taken")		/* a task is running on disk, its tenant open */ \
	X(CLOSE_ASKED,        "close/asked") \
	X(CLOSE_DECIDED,      "close/decided")		/* closed; its order is in the transaction */ \
	/* a session on a server */ \
	X(DB_CONNECT,         "db/connect/before") \
	X(DB_CONNECTED,       "db/connect/after") \
	X(DB_SEND,            "db/statement/before") \
	X(DB_SENT,            "db/statement/sent")	/* the server has it, or will */ \
	X(DB_ANSWERED,        "db/statement/answered") \
	X(DB_USE,             "db/use") \
	X(DB_RESET,           "db/reset") \
	X(DB_PINNED,          "db/pinned") \
	X(DB_LOCKED,          "db/locked") \
	X(DB_UNLOCKED,        "db/unlocked")

#define CRASH_ENUM(constant, name) CRASH_##constant,
enum crash_point { CRASH_POINTS(CRASH_ENUM) CRASH_POINT_NR };

/* clang-format on */

#ifdef MUSTER_CRASH_POINTS
#	define CRASH_POINT(constant)            crash_pass(CRASH_##constant)
#	define CRASH_EDGE(machine, from, event) crash_edge(machine, from, event)
#	define CRASH_COMMITTED()                crash_committed()
#	define CRASH_UNDONE()                   crash_undone()

extern const char *const crash_point_names[CRASH_POINT_NR];

void crash_pass(enum crash_point point);

/* "task/running/applied/before"; a blank in a name becomes a hyphen. Owned. */
char *crash_edge_name(const char *machine, const char *from, const char *event, const char *when);

/* An edge was taken within a transaction: "before" is passed, "after" waits for its end. */
void crash_edge(const char *machine, const char *from, const char *event);
void crash_committed(void); /* the transaction is committed */
void crash_undone(void);    /* or rolled back */
#else
#	define CRASH_POINT(constant)            ((void)CRASH_##constant)
#	define CRASH_EDGE(machine, from, event) ((void)(machine), (void)(from), (void)(event))
#	define CRASH_COMMITTED()                ((void)0)
#	define CRASH_UNDONE()                   ((void)0)
#endif

#endif /* CRASH_H */
