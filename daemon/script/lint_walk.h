/*
 * lint_walk - the state of lint's walk over one statement; private to lint*.c.
 *
 * lint.c drives and knows the rules about words; lint_names.c knows where a name of a
 * table can stand and which names belong to another schema.
 */
#ifndef LINT_WALK_H
#define LINT_WALK_H

#include <stdarg.h>

#include "lex.h"
#include "lint.h"

#define LINT_BACK   6  /* tokens remembered */
#define LINT_LEVELS 64 /* parentheses followed; deeper ones count as one */

struct lint_walk {
	GArray *findings; /* borrowed */
	GHashTable *own;  /* borrowed; variables that hold the tenant's schema name */
	const struct statement *statement;
	size_t index;
	size_t nr_findings;
	struct lex lex;
	size_t first; /* offset of the first word: where statement->line and column are */
	struct lex_token token;
	struct lex_token back[LINT_BACK]; /* the tokens before it, newest first */
	struct lex_token head;            /* first word of this statement of the body */
	struct lex_token declared;
	bool start;            /* a statement may begin at this token */
	bool in_set;           /* inside SET … */
	bool expect;           /* a table's name is next */
	bool select;           /* SELECT was seen since the head */
	bool trigger_or_index; /* the next ON is followed by a table */
	bool header;           /* between CREATE PROCEDURE and its body */
	size_t judged;         /* offset of the last schema that was looked at */
	size_t level;
	bool list[LINT_LEVELS];     /* a comma is followed by another table */
	bool function[LINT_LEVELS]; /* parentheses in which FROM is no clause */
};

/* Note a finding at offset at of the statement. */
void lint_note(struct lint_walk *walk, enum lint_rule_id rule, size_t at, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static inline bool lint_word(const struct lint_walk *walk, const struct lex_token *token,
			     const char *word)
{
	return lex_is_word(&walk->lex, token, word);
}

bool lint_punct(const struct lint_walk *walk, const struct lex_token *token, char punct);

/* The nth code token behind the present one, from 0. */
struct lex_token lint_peek(const struct lint_walk *walk, size_t nth);

/* Is the token {SCHEMA}, bare or in quotes? */
bool lint_is_own_name(const struct lint_walk *walk, const struct lex_token *token);

/* A sentence, owned and UTF-8 whatever was cut. */
char *lint_text(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

/* The offset of a statement's first word: where its line and column are. */
size_t lint_first_word(const struct statement *statement);

/* Look at the present token as a place where names of tables stand. */
void lint_names(struct lint_walk *walk);

#endif /* LINT_WALK_H */
