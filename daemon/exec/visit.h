/*
 * visit - one session in one tenant, pinned and under the tenant's lock.
 *
 * Every order that writes into a tenant does so within a visit: the session is the
 * order's own or a new one, the tenant is its default schema, GET_LOCK of the tenant is
 * held until visit_end. A session that the server has closed while it was idle is
 * replaced, once, before anything was sent for this tenant.
 *
 * Workers; blocks.
 */
#ifndef VISIT_H
#define VISIT_H

#include <stdbool.h>

#include "db_guard.h"
#include "err.h"

struct db_session;
struct exec_order;

struct visit {
	struct exec_order *order;   /* borrowed */
	struct db_session *session; /* owned; NULL when none could be opened */
	const char *schema;         /* borrowed */
	bool locked;
	bool dirty;            /* a file left something in the session; set by who ran it */
	bool asked;            /* entry has the answer to what visit_begin was given to ask */
	struct db_entry entry; /* owned rows */
};

/* One more session on the order's server, the caller's own. NULL on failure. */
NODISCARD struct db_session *visit_connect(const struct exec_order *order, struct err *err);

/* The order's session, opened when there is none, without a tenant. */
NODISCARD int visit_open(struct visit *visit, struct exec_order *order, struct err *err);

/*
 * Go to a tenant. ERR_DB 1049: there is no such database. ERR_BUSY: somebody holds the
 * tenant's lock longer than the order's stall_ms. ERR_CANCELLED: asked to stop while
 * waiting. Whatever it returns, visit_end must follow.
 */
NODISCARD int visit_begin(struct visit *visit, struct exec_order *order, const char *schema,
			  struct err *err);

/*
 * The same; on a kept session with the lock at hand it is one round trip, and ask, a query, goes
 * with it: visit->asked says so, and the caller asks itself otherwise.
 */
NODISCARD int visit_begin_asking(struct visit *visit, struct exec_order *order, const char *schema,
				 const char *ask, struct err *err);

/* A fresh session for the next file, when the last one left something. */
NODISCARD int visit_renew(struct visit *visit, struct err *err);

/* Unlock, clean up, give the session back to the order; a lost one is freed. */
void visit_end(struct visit *visit);

/*
 * Where the order's live record gives a share of the time only: rests as long as it takes
 * for what was done since the last rest to be no more than that, but no longer than two
 * seconds. Holds up nobody: not inside a transaction.
 */
void visit_rest(const struct exec_order *order);

/*
 * Between two statements: rests, and waits as long as the order's live record says that nothing may
 * start on the server. False: it has to park, because it was asked to stop or the wait is
 * long; never where it may not park. Not inside a transaction, whose locks others wait for.
 */
bool visit_go(const struct exec_order *order, bool may_park);

/*
 * The same where what was done so far is kept in the tenant, as between two ranges of a statement:
 * it parks at once instead of waiting, and its worker is free for others.
 */
bool visit_go_or_park(const struct exec_order *order, bool may_park);

/* True when the order's live record asks to stop. */
bool visit_stops(const struct exec_order *order);

#endif /* VISIT_H */
