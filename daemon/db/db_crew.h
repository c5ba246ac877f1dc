/*
 * db_crew - questions to one server that two sessions share.
 *
 * Who leads offers pieces of its work, works on them itself and goes on when all are done; who
 * helps takes pieces as well, on its own thread with its own session. A piece that fails with
 * the helper is done again by the leader, so that a helper is never needed and never harms.
 * Pieces only read, and write nothing but what is theirs.
 *
 * Workers; blocks. A leader waits for no more than the piece that a helper has in hand, a helper
 * a moment for a leader that has not begun, and then until the work has ended.
 */
#ifndef DB_CREW_H
#define DB_CREW_H

#include <stddef.h>

#include "err.h"

struct db_crew;
struct db_session;

struct db_crew_work {
	/* may be called again for an item that failed */
	int (*run)(struct db_session *session, void *item, struct err *err);
	void *items;
	size_t size; /* of one */
	size_t nr;
};

struct db_crew *db_crew_new(void);
struct db_crew *db_crew_ref(struct db_crew *crew); /* NULL gives NULL */
void db_crew_unref(struct db_crew *crew);          /* NULL is fine */

/* The leader is there, and will offer something. NULL is fine. */
void db_crew_begin(struct db_crew *crew);

/* All items, about in their order. crew NULL: alone. A failure leaves some undone. */
NODISCARD int db_crew_run(struct db_crew *crew, struct db_session *session,
			  const struct db_crew_work *work, struct err *err);

/* Nothing will be offered any more; whoever frees a leader says so. NULL is fine. */
void db_crew_end(struct db_crew *crew);

/* Take part until the end, or until the session is lost. */
void db_crew_help(struct db_crew *crew, struct db_session *session);

#endif /* DB_CREW_H */
