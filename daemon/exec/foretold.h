/*
 * foretold - what the schema should look like around each statement of a migration.
 *
 * It comes from the chain of the tenant's class, or from the tenant's own row: there it is
 * written when the file is taken up, so that a crash can be judged where nothing but the tenant
 * is left. As text: the number of the statement behind which it begins, then a
 * fingerprint for there and for each statement that follows, "=" for the one before, "-" for
 * what is not known. A statement that is run in parts has "kind:DIGEST:" and a fingerprint for
 * each part, parted by commas. One that brings back a schema that was there before has "!" in
 * front: the row counts what stands before it while it runs, so which of the two it is is known.
 *
 * Pure; any thread.
 */
#ifndef FORETOLD_H
#define FORETOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "rewrite.h"
#include "scope.h"

struct chain;
struct history_row;
struct migration;

/* Statements that are run otherwise than they are written: see chain_rewrite of chain.h. */
struct foretold_way {
	size_t index; /* of the first, from 0 */
	size_t nr;
	enum rewrite_split how;
	char digest[REWRITE_DIGEST_LEN + 1];
	char **shapes; /* owned, NULL-terminated; behind each text that runs in their place */
	size_t nr_parts;
};

struct foretold {
	const char **shapes;       /* owned array, one more than there are statements: [k] behind
			      * statement k; NULL: not known. NULL: nothing is known at all */
	bool *counted;             /* owned, one for each statement; of what the row carries: those
				    * with "!". NULL: none */
	char **words;              /* owned; texts that are nobody else's, or NULL */
	struct foretold_way *ways; /* owned */
	size_t nr_ways;
};

void foretold_release(struct foretold *foretold);
SCOPED_RELEASE(foretold);

/*
 * What the chain (NULL: there is none) says of this migration in a tenant with this row (NULL:
 * none). It says nothing when the row tells that the file began from another schema, or when
 * the chain begins behind what is done. The texts stay the chain's.
 */
void foretold_by_chain(struct foretold *foretold, const struct chain *chain,
		       const struct migration *migration, const struct history_row *row);

/* What the row itself carries; nothing when it carries nothing that can be read. */
void foretold_by_row(struct foretold *foretold, const struct history_row *row, size_t nr);

/* The way that begins with this statement; NULL: it is run as it is written, as far as is known. */
const struct foretold_way *foretold_way_at(const struct foretold *foretold, size_t index);

/* The fingerprint behind one of its texts, from 0; NULL: not known. */
const char *foretold_part(const struct foretold_way *way, size_t part);

/*
 * Does statement index + 1 bring back what the schema looked like before an earlier one? Nothing
 * is said of files in which any is run otherwise than it is written.
 */
bool foretold_comes_back(const struct foretold *foretold, size_t index);

/*
 * For the row, from behind statement done of nr on. Owned; "" when nothing is known
 * there, or when it would be too long for a row: nothing may be run in parts then. Merged
 * statements need no word: what the schema looks like within them is never met.
 */
char *foretold_write(const struct foretold *foretold, size_t done, size_t nr);

#endif /* FORETOLD_H */
