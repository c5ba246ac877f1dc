/*
 * history - what a tenant itself says about its migrations.
 *
 * muster_history and muster_state live in the tenant (schema/tenant/). The caller
 * holds the tenant's lock and has made the tenant the session's default schema.
 * Nothing here decides: position.h does.
 *
 * Workers; blocks. Everything read belongs to struct history. A write that meets a
 * lock or a deadlock did nothing and is tried again within stall_ms.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct db_rows;
struct db_session;
struct migration;

enum history_state {
	HISTORY_APPLYING,
	HISTORY_APPLIED,
	HISTORY_FAILED,
	HISTORY_REVERTED,
	HISTORY_STATE_NR,
};

extern const char *const history_state_names[HISTORY_STATE_NR];

/* What may have run behind the statements that are known to be done; as in the table. */
enum history_flight {
	HISTORY_LANDED,  /* nothing */
	HISTORY_VISIBLE, /* some of those whose effect the schema shows, up to the next that
			  * commits together with its row */
	HISTORY_BLIND,   /* the next one, whose effect nothing shows */
};

struct history_row {
	char *version;     /* owned */
	char *checksum;    /* owned */
	char *digest;      /* owned; of the first done statements */
	char *fingerprint; /* owned; of the schema before the first statement, or "" */
	char *chain;       /* owned; what was foretold when it was taken up (foretold.h), or "" */
	char *error;       /* owned */
	enum history_state state;
	size_t done;
	size_t total;
	enum history_flight in_flight;
};

struct history {
	struct history_row *rows; /* owned; in the order they were written */
	size_t nr;
	uint64_t epoch; /* of the daemon that last worked here; 0: none yet */
	bool read_only; /* the server takes no writes from ordinary accounts */
};

void history_release(struct history *history);
SCOPED_RELEASE(history);

/*
 * Read everything in one round trip. The tables are created when they are missing, and get the
 * columns that an earlier musterd did not know.
 */
NODISCARD int history_read(struct db_session *session, struct history *history, struct err *err);

/* What history_read asks first. Owned. */
char *history_question(void);

/* The rest of history_read, when that was asked already: rows, or why there are none. */
NODISCARD int history_take(struct db_session *session, struct history *history,
			   const struct db_rows *rows, const struct err *why, struct err *err);

/* The row of this version, or NULL. */
struct history_row *history_find(const struct history *history, const char *version);

/* What is to be written about one migration. Everything is borrowed. */
struct history_mark {
	const struct migration *migration;
	enum history_state state;
	size_t done;
	enum history_flight in_flight;
	const char *fingerprint; /* NULL: not known */
	const char *chain;       /* NULL: stays as it is */
	const char *error;       /* NULL: none */
	const char *rollout;     /* NULL: none */
	uint64_t epoch;
	int64_t stall_ms;
	const char *unlock; /* the schema whose lock is given back with it; NULL: it is kept */
	bool *unlocked;     /* true when it was: never where the row is not by itself the end */
};

/*
 * Write the migration's row and, when it differs, the epoch: both or none. history is what was
 * read and is kept up to date. ERR_CONFLICT when a newer daemon works here: the row
 * itself is written only while the tenant's epoch is not above ours. Within an open
 * transaction the row becomes part of it, is never tried again, and stands in history
 * although a rollback may undo it.
 */
NODISCARD int history_put(struct db_session *session, struct history *history,
			  const struct history_mark *mark, struct err *err);

/* Several at once: all or none. The first one's epoch and stall_ms count. */
NODISCARD int history_put_all(struct db_session *session, struct history *history,
			      const struct history_mark *marks, size_t nr, struct err *err);

/*
 * How far the file has come: the row stands already. Goes into the open transaction when
 * there is one, and never tries again then. ERR_CONFLICT as in history_put.
 */
NODISCARD int history_progress(struct db_session *session, struct history *history,
			       const struct history_mark *mark, struct err *err);

/* Write only the epoch, when it differs. ERR_CONFLICT as in history_put. */
NODISCARD int history_claim(struct db_session *session, struct history *history, uint64_t epoch,
			    struct err *err);

/* Forget a migration of which no statement is done. ERR_CONFLICT as in history_put. */
NODISCARD int history_forget(struct db_session *session, struct history *history,
			     const char *version, uint64_t epoch, struct err *err);

#endif /* HISTORY_H */
