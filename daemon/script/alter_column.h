/*
 * alter_column - the cursor of alter.h's reader, and the definition of one column.
 *
 * Private to alter*.c. Nothing fails: what is not understood is passed over.
 */
#ifndef ALTER_COLUMN_H
#define ALTER_COLUMN_H

#include "alter.h"

struct alter_cursor {
	struct lex lex;
	struct lex_token now; /* the present token */
};

/* Pass the present token. */
void alter_step(struct alter_cursor *at);

bool alter_is(const struct alter_cursor *at, const char *word);
bool alter_is_punct(const struct alter_cursor *at, char punct);

/* Is the token behind the present one this word? */
bool alter_next_is(const struct alter_cursor *at, const char *word);

/* Pass the present token if it is this. */
bool alter_take(struct alter_cursor *at, const char *word);
bool alter_take_punct(struct alter_cursor *at, char punct);

/* Pass a balanced (…), or one token. */
void alter_skip(struct alter_cursor *at);

/* To the , or ) or the end on this level. */
void alter_skip_item(struct alter_cursor *at);

/* The text of the present token without its quotes, owned; it is passed. */
char *alter_word(struct alter_cursor *at);

/* A name with or without a schema in front: the last part, owned. NULL: there is none. */
char *alter_name(struct alter_cursor *at);

/* name type attributes…, up to the , or ) or the end. */
void alter_read_column(struct alter_cursor *at, struct alter_column *column);

#endif /* ALTER_COLUMN_H */
