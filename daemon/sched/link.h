/*
 * link - what the scheduler remembers of one server: sessions, slots, health.
 *
 * Sessions are kept open and move from tenant to tenant; there are never more than
 * max_running for tasks and LINK_JOBS_MAX beside them for questions. A server that does
 * not answer is asked again after a back-off that doubles up to a minute; meanwhile
 * its tasks wait with the reason, and those of other servers go on.
 *
 * Loop thread only. Pure memory; the row in the store is sched_server.c's.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "exec.h"
#include "states.h"
#include "store_rows.h"

#define LINK_JOBS_MAX 2

struct link {
	int64_t id;
	struct store_server row; /* owned; as last read */
	GQueue idle;             /* struct db_session *, owned */
	int64_t tasks;           /* running now */
	int64_t jobs;            /* running now */
	GQueue waiting_jobs;     /* struct sched_job_run *, owned by sched_job.c */
	enum server_state state;
	char *reason; /* owned; why it is not up */
	int64_t backoff_ms;
	int64_t retry_at; /* tick_ms when a server that is not up is asked again */
	bool probing;
	int64_t idle_since; /* tick_ms of the last use */
	bool stale;         /* the row changed: sessions to the old address must go */
};

struct link *link_new(int64_t id);
void link_free(struct link *link); /* closes idle sessions */

/* Take over a row read from the store. Another address closes the idle sessions. */
void link_set_row(struct link *link, const struct store_server *row);

/* May one more task start? limit 0: only the server's own. */
bool link_has_slot(const struct link *link, int64_t limit);

/* A session to put in an order: an idle one or NULL (the worker opens one). */
struct db_session *link_take_session(struct link *link);

/* The session a result gave back; NULL is fine. */
void link_give_session(struct link *link, struct db_session *session, int64_t now_ms);

/* Close sessions that were idle for this long; returns how many stay. */
void link_trim(struct link *link, int64_t now_ms, int64_t idle_ms);

/* Facts from a result. True when the state changed. */
bool link_saw_up(struct link *link);
bool link_saw_down(struct link *link, enum server_state state, const char *reason, int64_t now_ms,
		   int64_t retry_ms);

/* Fill an order's address. */
void link_address(const struct link *link, struct exec_addr *addr);

#endif /* LINK_H */
