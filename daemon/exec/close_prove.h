/*
 * close_prove - a write as an account, without its password: what it may do is tried.
 *
 * A view in the tenant (muster_proof_…) belongs to the account and is used with its rights, as
 * a new session of it would have them. Writes to no row are tried through it, before the
 * rights are taken and afterwards; what was done before and is refused then is proven. Where
 * it cannot be done (a role of MariaDB, an account without SELECT there, ours lacks the right
 * to make things for others) nothing is proven for that account, and that is said.
 *
 * Workers; blocks.
 */
#ifndef CLOSE_PROVE_H
#define CLOSE_PROVE_H

#include <glib.h>

#include "err.h"

struct close_plan;
struct db_session;

/* The zero value is the empty one. */
struct close_prove {
	GPtrArray *probes;   /* owned */
	char *table;         /* owned; one of the application's, or NULL */
	char *column;        /* owned; of that, or NULL */
	GPtrArray *unproven; /* owned; of owned text: accounts that nothing is tried as */
};

void close_prove_release(struct close_prove *prove);
SCOPED_RELEASE(close_prove);

/* Make the views for the accounts of the plan, and see what they can do now. */
NODISCARD int close_prove_begin(struct db_session *session, const struct close_plan *plan,
				struct close_prove *prove, struct err *err);

/* ERR_CONFLICT when one of them can still write. */
NODISCARD int close_prove_refused(struct db_session *session, const struct close_prove *prove,
				  struct err *err);

/* Also those that a death has left. */
NODISCARD int close_prove_end(struct db_session *session, struct err *err);

/* What was tried, for people. Owned. */
char *close_prove_text(const struct close_prove *prove);

/* What would be, before anything is made. Owned. */
char *close_prove_outlook(const struct db_session *session, const struct close_plan *plan);

#endif /* CLOSE_PROVE_H */
