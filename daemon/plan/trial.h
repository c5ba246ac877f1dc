/*
 * trial - which rung of the ladder a statement needs, learnt by running it on a copy.
 *
 * ALTER TABLE, CREATE INDEX and DROP INDEX are sent with the clauses of one rung after the
 * other. The first that the server takes is the run: what it refuses changes nothing, so the
 * copy is afterwards as the plain statement would have left it. Rungs that contradict an
 * ALGORITHM or LOCK in the statement are passed over; what is written stays. A statement whose
 * grammar has no such clause runs as it is, and its words decide.
 *
 * The copy must have the foreign keys and the names of constraints that the real table has, as
 * scratch.h makes it, and the session the settings that the real run would have. What such a
 * copy still cannot show is put right from the facts of the real table (trial_facts.h); of what
 * its rows would refuse nothing is said here.
 *
 * Workers; blocks.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <stdbool.h>

#include "err.h"
#include "ladder.h"

struct db_session;
struct trial_facts;

struct trial {
	bool applies; /* false: another kind of statement; it ran, the rest here is 0 */
	enum ladder_rung rung;
	bool blocks_writes;
	bool rebuilds; /* the table is written anew, as far as can be found out; else true */
	bool versions; /* of MySQL: rows have one version more for it, of which there are not many */
	bool insists;  /* the statement itself says that it is to be done at once or not at all */
	char *table;   /* owned; without schema and quotes */
	char *sql;     /* owned; the statement that asks for this rung and nothing dearer; NULL:
			* its grammar has no words for that, it runs as it is written */
	char *why;     /* owned; why it is no cheaper: what facts changed, or the server's own
			* sentence; NULL: the first rung was taken */
};

void trial_release(struct trial *trial);
SCOPED_RELEASE(trial);

/*
 * Run the statement on the copy, the default schema of the session. modes: of enum lex_mode.
 * facts: of the schema that the copy was made of, may be NULL. -1 as db_exec: with ERR_DB the
 * server refuses the statement as it is written, the copy is unchanged and trial empty.
 */
NODISCARD int trial_run(struct db_session *session, struct trial_facts *facts, const char *sql,
			unsigned modes, struct trial *trial, struct err *err);

#endif /* TRIAL_H */
