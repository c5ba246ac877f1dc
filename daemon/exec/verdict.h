/*
 * verdict - which statements of a file took effect, from what is left of them.
 *
 * After a crash the row says how many are known to be done and what may have run behind
 * them (journal.h); the schema looks as it does after one or several of the statements.
 *
 * Pure; any thread.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "evidence.h"
#include "history.h"

/* Everything borrowed. */
struct verdict_facts {
	size_t nr;                     /* statements of the file */
	const enum evidence *evidence; /* nr; knowing what each does to the schema */
	const bool *was_blind;     /* nr; the journal knew, when it ran, that nothing shows it */
	const bool *counted;       /* nr; while it ran the row said that those before it are done */
	const char *const *shapes; /* nr + 1; fingerprint in front of each and behind the
					 * last; NULL: not known */
	size_t done;
	enum history_flight flight;
	const char *now; /* fingerprint that the schema has; NULL: not known */
};

enum verdict {
	VERDICT_CLEAR,   /* exactly the first *done took effect, or repeating more is harmless */
	VERDICT_BLIND,   /* statement *done + 1 may have run, and nothing shows it */
	VERDICT_FOREIGN, /* the schema is at none of the steps; *done is the nearest known one */
	VERDICT_ALIKE,   /* it looks the same before and after statement *done + 1 */
	VERDICT_UNKNOWN, /* what the statements do to the schema is not known */
};

enum verdict verdict_find(const struct verdict_facts *facts, size_t *done);

#endif /* VERDICT_H */
