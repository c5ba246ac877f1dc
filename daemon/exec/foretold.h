/*
 * foretold - what the schema should look like around each statement of a migration.
 *
 * It comes from the chain of the tenant's class, or from the tenant's own row: there it is
 * written when the file is taken up, so that a crash can be judged where nothing but the tenant
 * is left. As text: the number of the statement behind which it begins, then a
 * fingerprint for there and for each statement that follows, "=" for the one before, "-" for
 * what is not known.
 *
 * Pure; any thread.
 */
#ifndef FORETOLD_H
#define FORETOLD_H

#include <stddef.h>

#include "scope.h"

struct chain;
struct history_row;
struct migration;

struct foretold {
	const char **shapes; /* owned array, one more than there are statements: [k] behind
			      * statement k; NULL: not known. NULL: nothing is known at all */
	char **words;        /* owned; texts that are nobody else's, or NULL */
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

/*
 * For the row, from behind statement done of nr on. Owned; "" when nothing is known
 * there, or when it would be too long for a row.
 */
char *foretold_write(const char *const *shapes, size_t done, size_t nr);

#endif /* FORETOLD_H */
