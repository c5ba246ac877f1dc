/*
 * link - what the scheduler remembers of one server: sessions, slots, health.
 *
 * Sessions are kept open and move from tenant to tenant; there are never more than
 * max_running for tasks and LINK_JOBS_MAX beside them: one for questions and one that
 * holds the claim of the server, or two for questions while nothing is claimed or no task
 * runs; and one more, for a moment, for what cannot wait for those (sched_job.c). A server
 * that does not answer is asked again after a back-off that doubles up to a minute; meanwhile
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

/* What shows that a server that is down is up again. Of two the later one counts. */
enum link_proof {
	LINK_PROOF_ANY,   /* an order came through */
	LINK_PROOF_ENTRY, /* on a session that it opened: nobody new was let in */
	LINK_PROOF_CHECK, /* a check that finds it writable: it answered, and refused the work */
};

struct link {
	int64_t id;
	struct store_server row; /* owned; as last read */
	int64_t addr_nr;         /* counts its addresses: a session of an earlier one is not kept */
	GPtrArray *replicas;     /* owned struct store_server *: who is enrolled as its replica */
	GQueue idle;             /* struct db_session *, owned */
	int64_t tasks;           /* running now */
	int64_t jobs;            /* running now */
	GQueue waiting_jobs;     /* struct sched_job_run *, owned by sched_job.c */
	enum server_state state;
	char *reason; /* owned; why it is not up */
	enum link_proof proof;
	int64_t backoff_ms;
	int64_t retry_at; /* tick_ms when a server that is not up is asked again */
	bool probing;
	int64_t idle_since; /* tick_ms of the last use */
	double pass;        /* of the last turn that a rollout got here: sched_share.c */
	int64_t measured;   /* tasks whose statements were measured */
	bool stale;         /* the row changed: sessions to the old address must go */

	/* the claim: only with it anything is written on the server (claim.h) */
	struct db_session *claim; /* owned; NULL: there is none, or an order has it */
	uint64_t claim_id;        /* connection that holds it; 0: not claimed */
	bool claiming;            /* an order is out that takes it or looks after it */
	bool swept;               /* left-overs of earlier daemons were looked for */
	GPtrArray *copies;        /* owned; those that trials have left with their link: char * */
	guint sweeping;           /* so many of them, the first ones, are being dropped */
	bool owes_look;           /* whether there are any was asked, and it did not answer */
	bool claim_wanted;        /* something waits for it */
	bool claim_failed;        /* the last order did not get it: claim_err says why */
	struct err claim_err;
	int64_t claim_due; /* tick_ms of the next look */
	char *rival;       /* owned; the sentence about the daemon that has it; NULL: none has */
};

struct link *link_new(int64_t id);
void link_free(struct link *link); /* closes idle sessions */

/*
 * Take over a row read from the store. Another address closes the idle sessions. Its replicas
 * are to be added again.
 */
void link_set_row(struct link *link, const struct store_server *row);
void link_add_replica(struct link *link, const struct store_server *row);

/* May one more task start? limit 0: only the server's own. */
bool link_has_slot(const struct link *link, int64_t limit);

/* It does not answer, or lets nobody in: its tasks wait. */
bool link_is_away(const struct link *link);

/* It is away, and asked again at retry_at by the scheduler itself. */
bool link_awaits_probe(const struct link *link);

/* A session to put in an order: an idle one or NULL (the worker opens one). */
struct db_session *link_take_session(struct link *link);

/*
 * The session a result gave back; NULL is fine. It is not kept where nobody new is let in: the
 * account may have too many.
 */
void link_give_session(struct link *link, struct db_session *session, int64_t now_ms);

/* Close sessions that were idle for this long; returns how many stay. */
void link_trim(struct link *link, int64_t now_ms, int64_t idle_ms);

/* How many orders that are no tasks may run now. */
int64_t link_jobs_max(const struct link *link);

/* May the order of a claim leave now, and with which session? Not when there is no room. */
bool link_take_claim(struct link *link, struct db_session **session);

/* It came back. Takes session, which may be NULL. */
void link_give_claim(struct link *link, struct db_session *session);
void link_drop_claim(struct link *link); /* give it up */

/* Facts from a result. True when the state changed. */
bool link_saw_up(struct link *link);
bool link_saw_down(struct link *link, enum server_state state, const char *reason, int64_t now_ms,
		   int64_t retry_ms);

/* It asks for more than link_saw_down alone: for this, until it is up. */
void link_must_prove(struct link *link, enum link_proof proof);

/* Fill an order's address. */
void link_address(const struct link *link, struct exec_addr *addr);

#endif /* LINK_H */
