/*
 * close_sessions - sessions that still have the rights they had when they chose the database.
 *
 * A server works out the rights on a database when a session makes it its default one; what
 * is taken away, or given back, later does not reach that session until it does so again. Those
 * sessions are ended: at once when they do nothing, else when they have come to an end of what
 * they do or the time is over. A session that names the database in each statement is reached
 * at once and is left alone.
 *
 * Workers; blocks.
 */
#ifndef CLOSE_SESSIONS_H
#define CLOSE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"

struct db_session;
struct exec_order;

struct close_drain {
	const struct exec_order *order; /* borrowed; its live record may ask to stop */
	const char *schema;
	const GPtrArray *users; /* whose sessions; NULL: all but ours */
	int64_t until_ms;       /* tick_ms; then: */
	bool ends;              /* end them; else give up with ERR_TIMEOUT and who is in the way */
};

/* Every such session that was there at the call is gone when it returns 0. */
NODISCARD int close_sessions_end(struct db_session *session, const struct close_drain *drain,
				 struct err *err);

/*
 * No transaction is open that has written to a table of the schema: found out by locking
 * all of them against writes, for a moment. Those that are in the way are ended, or not, as
 * above.
 */
NODISCARD int close_sessions_settle(struct db_session *session, const struct close_drain *drain,
				    struct err *err);

/*
 * Run a statement that the server lets wait for whoever has used a table of the schema, until
 * it was done. Those that are in the way are ended, or not, as above.
 */
NODISCARD int close_sessions_insist(struct db_session *session, const struct close_drain *drain,
				    const char *sql, struct err *err);

#endif /* CLOSE_SESSIONS_H */
