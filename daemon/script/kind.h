/*
 * kind - what the first words of a statement say about it.
 *
 * Pure; any thread. Fed with the code tokens of one statement; never fails: what is
 * not known could do anything and is STATEMENT_CALL.
 */
#ifndef KIND_H
#define KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "lex.h"
#include "script.h"

#define KIND_WORDS 4

struct kind {
	struct lex_token words[KIND_WORDS]; /* the first */
	size_t nr_words;
	bool paren;   /* begins with "(": a query */
	bool program; /* CREATE of something that runs later */
	bool leaves;  /* assigns a user variable, takes a named lock */
	bool names_schema;
	struct lex_token last;
};

void kind_next(struct kind *kind, const struct lex *lex, const struct lex_token *token);

/* Fill kind and leaves_session and names_schema of the statement. */
void kind_apply(const struct kind *kind, const struct lex *lex, struct statement *statement);

#endif /* KIND_H */
