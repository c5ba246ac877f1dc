/*
 * db_guard - what a session must be like before it touches a tenant.
 *
 * A pinned session has the same settings on every server and for every file:
 * character set, collation, sql_mode, time zone, isolation, short lock waits. The lock of a
 * tenant is a GET_LOCK on the very session that runs the statements, so an orphaned
 * statement keeps it. Workers; blocks.
 */
#ifndef DB_GUARD_H
#define DB_GUARD_H

#include "db.h"

struct db_pin {
	const char *sql_mode;  /* NULL: the server's own */
	const char *collation; /* NULL: utf8mb4 with the server's default for it */
	unsigned lock_wait_s;  /* lock_wait_timeout and innodb_lock_wait_timeout, at least 1 */
	bool small_tables;     /* MySQL: single-threaded DDL is faster on small tables */
};

/*
 * One round trip; none when the same pin is in force and no statement since could have
 * changed a setting (its first word says so). Survives until db_reset.
 */
NODISCARD int db_pin(struct db_session *session, const struct db_pin *pin, struct err *err);

/* Would db_pin have nothing to do? */
bool db_is_pinned(const struct db_session *session, const struct db_pin *pin);

/*
 * The tenant's lock: name is "muster:" and the start of the SHA-256 of the schema's
 * name in hex, at most 64 characters. Waits up to wait_s (whole seconds). ERR_BUSY
 * with who holds it when it is taken.
 */
NODISCARD int db_lock(struct db_session *session, const char *schema, unsigned wait_s,
		      struct err *err);

/*
 * As db_lock, and in the same round trip: does the connection claim_id (0: not asked) hold
 * the claim of the server? When it does not, the lock is given back, *lost is set and the
 * error is ERR_BUSY.
 */
NODISCARD int db_lock_claimed(struct db_session *session, const char *schema, unsigned wait_s,
			      uint64_t claim_id, bool *lost, struct err *err);

/* Going to a tenant: what is wanted there, and what came of it. */
struct db_entry {
	uint64_t claim_id;   /* as in db_lock_claimed */
	const char *ask;     /* a query that is made under the lock */
	struct db_rows rows; /* owned; its answer */
	struct err asked;    /* why there is none, else ERR_NONE */
	bool lost;           /* the claim; as in db_lock_claimed */
};

/*
 * db_use, db_lock_claimed without waiting and a query, in one round trip. Fine when the lock was
 * taken, whatever came of the query. ERR_BUSY without words: it is taken by somebody else.
 */
NODISCARD int db_enter(struct db_session *session, const char *schema, struct db_entry *entry,
		       struct err *err);

/* Who holds a tenant's lock. */
struct db_holder {
	uint64_t id; /* of its connection; 0: nobody */
	char *words; /* owned; for people: "connection 4711 (muster@10.0.0.8)" */
	bool idle;   /* it runs no statement, for so many seconds */
	int64_t seconds;
	bool marked; /* it runs a statement of a migration: its text begins with the mark */
};

void db_holder_release(struct db_holder *holder);
SCOPED_RELEASE(db_holder);

NODISCARD int db_lock_holder(struct db_session *session, const char *schema,
			     struct db_holder *holder, struct err *err);

/* ERR_CONFLICT when this session does not hold the lock any more. */
NODISCARD int db_lock_check(struct db_session *session, const char *schema, struct err *err);
NODISCARD int db_unlock(struct db_session *session, const char *schema, struct err *err);

/*
 * Run a statement that commits itself and, in the same round trip, give the lock back when it
 * has succeeded: *unlocked, which is written then. What it returns is of the statement;
 * db_affected, too.
 */
NODISCARD int db_unlock_behind(struct db_session *session, const char *sql, const char *schema,
			       bool *unlocked, struct err *err);

struct db_claim {
	const char *daemon; /* letters and digits, at most 32: the same for all sessions of one */
	unsigned wait_s;
	unsigned lost_s; /* the server ends the session when it was silent for so long */
};

/*
 * The claim of the server: one session of one daemon holds it. Fine when this session has it
 * already, or another one of the same daemon (which knows the server under two names).
 * *holder is the connection that has it. ERR_BUSY with who it is when it is somebody else's.
 */
NODISCARD int db_claim(struct db_session *session, const struct db_claim *claim, uint64_t *holder,
		       struct err *err);

/* Who has the claim when it is another daemon than this one, in words. Owned; NULL: nobody. */
char *db_claim_rival(struct db_session *session, const char *daemon);

/*
 * Who keeps others waiting in this schema, one line for the operator: "connection
 * 4711 app@10.0.0.8, in a transaction for 312 s". Falls back to the oldest
 * transaction of the schema where the server cannot tell. Owned; NULL: nobody found
 * or not permitted to see.
 */
char *db_blockers(struct db_session *session, const char *schema);

#endif /* DB_GUARD_H */
