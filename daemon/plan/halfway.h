/*
 * halfway - where a statement stands that is run in parts (rewrite.h), between two of them.
 *
 * The tenant's own row carries it, as the last line of what was foretold there
 * ("halfway 3 1 kind 0123456789abcdef": of statement 3 one part is done, split by kind, and that
 * is the digest of its text). The parts themselves come from the text of the statement: one that
 * was mended since goes on when it begins with the same parts.
 *
 * Pure; any thread.
 */
#ifndef HALFWAY_H
#define HALFWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "rewrite.h"

struct statement;

struct halfway {
	size_t parts; /* done; 0: no statement was left between two parts */
	enum rewrite_split how;
	char digest[REWRITE_DIGEST_LEN + 1]; /* of those parts */
};

/* The first nr parts are done. */
void halfway_set(struct halfway *halfway, enum rewrite_split how, const char *const *parts,
		 size_t nr);

/* What a row says (NULL: nothing) of the statement behind the first done ones. */
void halfway_read(struct halfway *halfway, const char *text, size_t done);

/* What the row said, with this in place of what it said of parts. Owned. */
char *halfway_write(const char *text, size_t done, const struct halfway *halfway);

/* How long the text is without what it says of parts. */
size_t halfway_before(const char *text);

/*
 * All parts of the statement, those that are done among them; NULL-terminated, owned. NULL: it
 * does not begin with what is done.
 */
char **halfway_parts(const struct halfway *halfway, const struct statement *statement);

#endif /* HALFWAY_H */
