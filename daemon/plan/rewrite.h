/*
 * rewrite - other ways to write the same ALTER TABLE.
 *
 * Clauses that are each cheap may rebuild the table when they stand in one statement (a column
 * and an index on it); statements that each rebuild it may do so once when they are one.
 * Here are the texts that could be better. Whether they are, and end at the same shape, is
 * shown by running them: rewrite_proof.h.
 *
 * What is never touched: a statement that says ALGORITHM or LOCK, holds a version comment, puts
 * a schema in front of its table, renames it, or has to do with partitions, options or the
 * order of rows. What would give rows other values when it is done in other steps is left
 * alone too.
 *
 * Pure; any thread.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include <stddef.h>

#include <glib.h>

enum rewrite_split {
	REWRITE_BY_KIND,   /* columns, indexes, primary key, rules: each kind in one statement */
	REWRITE_BY_CLAUSE, /* each clause in a statement of its own */
	REWRITE_SPLIT_NR,
};

extern const char *const rewrite_split_names[REWRITE_SPLIT_NR]; /* "kind", "clause" */

#define REWRITE_DIGEST_LEN 16

/* By which the first nr of some texts are known again: as many hex digits. */
void rewrite_digest(const char *const *texts, size_t nr, char digest[REWRITE_DIGEST_LEN + 1]);

/*
 * The statements that do the same one after the other. modes: of enum lex_mode.
 * NULL-terminated, owned (g_strfreev); NULL: it cannot be split so, or BY_CLAUSE is BY_KIND.
 */
char **rewrite_split(const char *sql, unsigned modes, enum rewrite_split how);

/*
 * One statement in place of nr (from 2) that follow each other; NULL: they alter different
 * tables, or the same column or key, or one of them is not to be touched. Owned.
 */
char *rewrite_merge(const char *const *sqls, size_t nr, unsigned modes);

#endif /* REWRITE_H */
