/*
 * chain - what a schema looks like after each statement of a release.
 *
 * Made once per class of tenants on an empty copy (scratch.h), compared with a tenant after
 * a crash. The chain begins with the shape in front of the first statement, which stands in
 * the middle of its file when that is how far the tenants have come; each step has the
 * fingerprint after it and what changed.
 *
 * Pure; any thread.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"
#include "rewrite.h"
#include "shape.h"
#include "states.h"

/* One statement of one migration. */
struct chain_step {
	char *version;                               /* owned */
	size_t number;                               /* of the statement in its file, from 1 */
	char fingerprint[SHAPE_FINGERPRINT_LEN + 1]; /* after it */
	char *delta; /* owned; of shape_delta, from the step before; empty: nothing changed */
	char *note;  /* owned; why it was not run, or did not succeed, on the copy; NULL: it did */
	/* of a change of a table whose way was looked for; way NULL: of nothing else */
	char *table;         /* owned; or NULL */
	const char *way;     /* static; of ladder_names */
	bool rebuilds;       /* the table is written anew */
	enum task_kind kind; /* what it does on the server: weight.h */
};

/*
 * Statements of one migration that are cheaper written otherwise, and end the same. Each schema
 * on the way can be told from those that the file as it is written passes through.
 */
struct chain_rewrite {
	char *version;          /* owned */
	size_t number;          /* the first of them */
	size_t nr;              /* how many */
	enum rewrite_split how; /* the one is split; REWRITE_SPLIT_NR: they are merged */
	char digest[REWRITE_DIGEST_LEN + 1]; /* of the texts that run in their place */
	char **shapes; /* owned, NULL-terminated; fingerprint behind each of those texts, "-": not
			* known, it was done before the chain was made */
	char **ways;   /* owned, NULL-terminated; of ladder_names, of each text; NULL: not known */
};

/* Where the run ended because the server refused a statement. */
struct chain_failure {
	char *version; /* owned; NULL: no statement was refused */
	size_t number;
	int native;    /* the server's number */
	bool apart;    /* from what the copy lacks: a tenant would refuse it, too; is not written */
	char *message; /* owned; "0007_x.sql:3 statement 2 of 5: …" */
};

struct chain {
	struct shape start; /* of the source */
	char *unlike;       /* owned; how the copy differs from it, in words; NULL: not at all */
	struct chain_step *steps; /* owned; in the order of the statements */
	size_t nr;
	struct chain_rewrite *rewrites; /* owned; in the order of the statements */
	size_t nr_rewrites;
	struct chain_failure failure;
};

void chain_release(struct chain *chain);
SCOPED_RELEASE(chain);

/* Add a step; copies the texts. note may be NULL. */
void chain_add(struct chain *chain, const struct chain_step *step);

/* The same of a rewrite. */
void chain_rewrite_add(struct chain *chain, const struct chain_rewrite *rewrite);

/* The ladder's name (static) for text part, from 0, of what runs in place of the statements from
 * number on; NULL: not known. */
const char *chain_rewrite_way(const struct chain *chain, const char *version, size_t number,
			      size_t part);

/* The step of a statement; NULL: the chain has none. */
const struct chain_step *chain_find(const struct chain *chain, const char *version, size_t number);

/*
 * Fingerprints around the statements of one migration of nr statements: [0] in front of the
 * first, [k] after statement k; NULL where the chain has no step, or in front of where it
 * begins. Borrowed from the chain; the array is the caller's (g_free). NULL: the chain does
 * not have the migration, or there is no chain (NULL).
 */
const char **chain_fingerprints(const struct chain *chain, const char *version, size_t nr);

/* The shape after the first nr steps; 0: the start. ERR_INVALID when a delta does not fit. */
NODISCARD int chain_shape(const struct chain *chain, size_t nr, struct shape *shape,
			  struct err *err);

/* Text for the store and back. Owned. */
char *chain_write(const struct chain *chain);
NODISCARD int chain_parse(struct chain *chain, const char *text, struct err *err);

#endif /* CHAIN_H */
