/*
 * scratch_rewrite - are some statements of a file cheaper when they are written otherwise?
 *
 * Looks, while a file is tried out, from the next statement on for one that could be split, or
 * for some that could be merged, and has both ways run on copies of the scratch copy
 * (rewrite_proof.h). The scratch copy itself stays as it is.
 *
 * Workers; blocks.
 */
#ifndef SCRATCH_REWRITE_H
#define SCRATCH_REWRITE_H

#include <stddef.h>

#include "err.h"

struct migration;
struct rewrite;
struct rewrite_ground;

/*
 * Statements from index on, of which nr are meant when there is a cheaper way; rewrite is empty
 * when there is none. -1: no answer came.
 */
NODISCARD int scratch_rewrite(const struct rewrite_ground *ground,
			      const struct migration *migration, size_t index, size_t *nr,
			      struct rewrite *rewrite, struct err *err);

#endif /* SCRATCH_REWRITE_H */
