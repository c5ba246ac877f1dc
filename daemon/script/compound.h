/*
 * compound - is this ; inside the body of a stored program?
 *
 * The stock client cuts a body at its first ; unless DELIMITER was changed. We follow
 * BEGIN, CASE, IF, LOOP, REPEAT, WHILE and FOR to their END instead, for CREATE … PROCEDURE,
 * FUNCTION, TRIGGER, EVENT and PACKAGE and for BEGIN NOT ATOMIC. A body that is one
 * simple statement ends at its ; as in the client.
 *
 * Fed with the code tokens of one statement after the other; pure; any thread.
 */
#ifndef COMPOUND_H
#define COMPOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "lex.h"

#define COMPOUND_DEPTH_MAX 64 /* deeper nesting is refused, not guessed */

enum compound_kind {
	COMPOUND_BEGIN,
	COMPOUND_CASE,
	COMPOUND_IF,
	COMPOUND_LOOP,
	COMPOUND_REPEAT,
	COMPOUND_WHILE,
	COMPOUND_FOR,
	COMPOUND_NR,
};

struct compound_block {
	enum compound_kind kind;
	bool undecided;  /* an IF( that may turn out to be the function */
	size_t parens;   /* how deep in parentheses it began */
	unsigned commas; /* seen directly inside its parentheses */
};

struct compound {
	struct compound_block blocks[COMPOUND_DEPTH_MAX];
	size_t depth;
	size_t begin;  /* offset of the outermost block's word */
	size_t parens; /* open parentheses */
	bool program;  /* the statement has a body */
	bool decided;  /* what CREATE makes is known */
	bool create;
	bool begin_first; /* BEGIN is the first word: NOT ATOMIC may follow */
	bool start;       /* a statement may begin here */
	bool ended;       /* the last word was END */
	bool dotted;      /* the last token cannot stand before a block word */
	bool too_deep;
	size_t words; /* seen in this statement */
};

/* Forget everything: the next token is the first of a statement. */
void compound_clear(struct compound *compound);

/* Take one code token (no space, no comment). The delimiter is told as a PUNCT ";". */
void compound_next(struct compound *compound, const struct lex *lex, const struct lex_token *token);

/* May the statement end at a ; here? Call before the ; is passed to compound_next. */
bool compound_may_end(struct compound *compound);

#endif /* COMPOUND_H */
