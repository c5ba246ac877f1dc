/*
 * ground - what a statement stands on in one tenant: which tables no transaction covers,
 * which routines a CALL runs.
 *
 * Read when the first statement needs it, and again after a statement that may have
 * changed it. A migration of DDL alone never asks. Workers; blocks.
 */
#ifndef GROUND_H
#define GROUND_H

#include "err.h"
#include "evidence.h"
#include "scope.h"

struct db_session;
struct statement;

struct ground;

struct ground *ground_new(void);
void ground_free(struct ground *ground); /* NULL is fine */

/* What is known is old. */
void ground_forget(struct ground *ground);

/* Fingerprints of the schema around a statement; NULL: not known. Borrowed. */
struct ground_step {
	const char *before;
	const char *after;
};

/*
 * How the effect of this statement will be proven in the session's default schema. -1:
 * the server could not be asked.
 */
NODISCARD int ground_judge(struct ground *ground, struct db_session *session,
			   const struct statement *statement, const struct ground_step *step,
			   enum evidence *evidence, struct err *err);

#endif /* GROUND_H */
