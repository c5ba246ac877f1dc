/*
 * evidence - what will tell, after a crash, whether a statement took effect.
 *
 * Decided before the statement runs, from its text and from what the scratch run has
 * learnt. Where the text alone cannot say that repeating is harmless, the answer is
 * EVIDENCE_NONE: such a statement is named before the start, and its tenant is in doubt
 * when its outcome is unknown.
 *
 * Pure; any thread. Never fails.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdbool.h>

#include <glib.h>

#include "scope.h"

struct statement;

enum evidence {
	EVIDENCE_SHAPE,       /* the schema looks different afterwards */
	EVIDENCE_TRANSACTION, /* runs in one transaction with the row that says so */
	EVIDENCE_RERUN,       /* running it again changes nothing */
	EVIDENCE_NONE,        /* nothing tells: run it once, and ask when in doubt */
	EVIDENCE_NR,
};

extern const char *const evidence_names[EVIDENCE_NR]; /* "shape", "transaction", … */

/* What is known of the schema in front of the statement. */
struct evidence_facts {
	bool shape_known;   /* the chain has a step for this statement */
	bool shape_changed; /* that step's fingerprint differs from the one before */
	/*
	 * Borrowed, NULL-terminated: the tables that are not transactional, and the views,
	 * tables and routines through which one of them is written (shape_plain_names).
	 * NULL: there are none.
	 */
	char *const *plain_tables;
	/*
	 * Borrowed: name of a procedure or function in lower case (g_utf8_strdown) -> its
	 * body (shape_routines). NULL: not known, no call is trusted then.
	 */
	GHashTable *routines;
};

/*
 * *why becomes a constant text for EVIDENCE_NONE that continues "this statement …": "calls a
 * procedure that may commit"; NULL for the others. A COMMIT is EVIDENCE_TRANSACTION: the row
 * belongs right in front of it.
 */
NODISCARD enum evidence evidence_of(const struct statement *statement,
				    const struct evidence_facts *facts, const char **why);

/*
 * Does the statement reach outside of its schema: accounts, server, files, events that
 * run by themselves? It must not run on a scratch copy.
 */
bool evidence_is_outside(const struct statement *statement);

#endif /* EVIDENCE_H */
