/*
 * steps - what of a migration is still to be run, in the order in which it is run.
 *
 * Mostly each statement is a step. Where the trial of the class has shown that statements are
 * cheaper written otherwise, one that is split is a step for each part, and some that are merged
 * are one step. A statement that was left between two parts goes on at the next one, whatever
 * the chain says by now.
 *
 * Pure; any thread.
 */
#ifndef STEPS_H
#define STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "halfway.h"
#include "scope.h"

struct foretold;
struct migration;

struct step {
	size_t index;        /* of the statement, from 0; of merged ones the first */
	size_t nr;           /* statements that are done with it; 0: more parts of the one follow */
	char *sql;           /* owned; NULL: the statement as it is written. Of what is neither a
			      * part nor merged it changes nothing */
	size_t part;         /* from 1; 0: it is no part */
	size_t parts;        /* of the statement, those that are done among them */
	const char *after;   /* borrowed; fingerprint of the schema behind it; NULL: not known */
	struct halfway then; /* where the statement stands behind it */
};

struct steps {
	struct step *steps; /* owned */
	size_t nr;
	const char *before; /* borrowed; fingerprint in front of the first; NULL: not known */
};

void steps_release(struct steps *steps);
SCOPED_RELEASE(steps);

/* Borrowed. */
struct steps_from {
	const struct migration *migration;
	const struct foretold *foretold; /* its shapes may be NULL */
	size_t done;                     /* statements */
	const struct halfway *halfway;   /* of the one behind those */
	bool splits;                     /* statements are split that the chain has shown */
	bool merges;
};

/* False: the statement that was left between two parts does not begin with those any more. */
bool steps_make(struct steps *steps, const struct steps_from *from);

/*
 * What a step that is not as written does, for people: "statement 2 of 0007_x.sql is rewritten as
 * 2 statements: …; …". NULL: it is as written, or no first part. Owned.
 */
char *steps_say(const struct steps *steps, size_t index, const struct migration *migration);

#endif /* STEPS_H */
