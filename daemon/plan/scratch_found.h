/*
 * scratch_found - ways to write some statements of a file cheaper, from when they are found until
 * the file was tried out to its end, and it is known whether they can be kept.
 *
 * A crash must leave a schema that says where it was: each schema between two texts of such a
 * way has to be another one than all that the file passes through as it is written.
 *
 * Pure; any thread.
 */
#ifndef SCRATCH_FOUND_H
#define SCRATCH_FOUND_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "rewrite_proof.h"

struct chain;
struct shape;

struct scratch_found {
	size_t index; /* of the first statement, in its file */
	size_t nr;    /* statements that it stands for */
	struct rewrite rewrite;
	char **shapes; /* owned, NULL-terminated; fingerprint behind each text */
};

/* Of struct scratch_found *, all owned. */
GPtrArray *scratch_found_new(void);

/*
 * Add to found what could run in place of nr statements from index on, in front of which the
 * tenant looks like before. Takes rewrite. False: it is empty, or where it leads to cannot be
 * said; it stays the caller's.
 */
bool scratch_found_add(GPtrArray *found, const struct shape *before, size_t index, size_t nr,
		       struct rewrite *rewrite);

/*
 * Into the chain, which has all steps of the migration by now, but for the first done of its
 * statements. False: a crash could not be told, or it does not end as the file does.
 */
bool scratch_found_keep(const struct scratch_found *found, struct chain *chain, const char *version,
			size_t done);

#endif /* SCRATCH_FOUND_H */
