/*
 * rewrite_proof - is another way to write statements cheaper, and does it end the same?
 *
 * Both ways are run on copies of a scratch copy (scratch.h), each statement as trial.h does. A
 * way is better when no statement of it is on a dearer rung than the dearest as written and
 * what it costs in all is less: a table that is rebuilt less often, or no longer under a lock.
 * It is taken only when the shapes behind both are the same, to the last letter.
 *
 * Nothing is changed in the scratch copy itself; the copies of it are gone when this returns.
 *
 * Workers; blocks.
 */
#ifndef REWRITE_PROOF_H
#define REWRITE_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"
#include "rewrite.h"

struct db_session;
struct trial;
struct trial_facts;

struct rewrite_ground {
	struct db_session *copier; /* makes the copies; its settings and default schema change */
	struct db_session *runner; /* in the middle of the file; its default schema is schema */
	const char *schema;        /* the scratch copy as it is before the statements */
	int64_t epoch;             /* of scratch_begin */
	struct trial_facts *facts; /* may be NULL */
	unsigned modes;            /* of enum lex_mode */
};

struct rewrite {
	char **statements;    /* owned; NULL: they stay as they are written */
	struct trial *trials; /* owned; one for each of them */
	size_t nr;
	enum rewrite_split how; /* it was split; REWRITE_SPLIT_NR: some were merged */
	GPtrArray *deltas;      /* owned; char *: what the schema differs in behind each of them
				 * from what stood in front of the first (shape_delta) */
	char *why; /* owned; what is better: "copy becomes instant, nocopy"; NULL as above */
};

void rewrite_release(struct rewrite *rewrite);
SCOPED_RELEASE(rewrite);

/*
 * A cheaper way for nr statements that follow each other: to split the one, or to merge them.
 * -1: no answer came, or no copy could be made; the runner is back in its schema unless its
 * link is lost.
 */
NODISCARD int rewrite_find(const struct rewrite_ground *ground, const char *const *sqls, size_t nr,
			   struct rewrite *rewrite, struct err *err);

#endif /* REWRITE_PROOF_H */
