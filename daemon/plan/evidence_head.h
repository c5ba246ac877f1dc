/*
 * evidence_head - the first words of a statement and what they are about.
 *
 * For evidence.c alone. Pure; any thread; nothing is allocated, the text is borrowed.
 */
#ifndef EVIDENCE_HEAD_H
#define EVIDENCE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "lex.h"

#define HEAD_WORDS 12

struct statement;

/* The first tokens of what really runs: SET STATEMENT … FOR is passed over. */
struct head {
	struct lex lex; /* behind them */
	struct lex_token tokens[HEAD_WORDS];
	size_t nr;
};

struct lex head_lex(const char *text, size_t len, unsigned modes);

void head_read(struct head *head, const struct statement *statement);

/* Words are in upper case; lists end in NULL. */
bool head_is(const struct head *head, size_t index, const char *word);
bool head_is_one_of(const struct head *head, size_t index, const char *const *words);
bool head_has(const struct head *head, const char *word); /* anywhere in the head */

/* Is one of the words, or first followed by second, anywhere in the statement? */
bool head_text_has(const struct statement *statement, const char *const *words);
bool head_text_has_pair(const struct statement *statement, const char *first, const char *second);

bool head_is_account(const struct head *head); /* GRANT, CREATE USER, … */
bool head_is_server(const struct head *head);  /* CREATE SERVER, ALTER INSTANCE, … */
bool head_is_event(const struct head *head);   /* CREATE EVENT, … */

#endif /* EVIDENCE_HEAD_H */
