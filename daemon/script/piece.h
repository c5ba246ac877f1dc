/*
 * piece - the simple statements inside of a statement.
 *
 * A statement is one piece, unless it makes a stored program (or is BEGIN NOT ATOMIC): then
 * its header is a piece, and each statement of its body that begins with the word of a
 * command. A piece ends where the next begins, or at its ;.
 *
 * Pure; any thread. Nothing is allocated; the statement is borrowed. Linear in its length.
 */
#ifndef PIECE_H
#define PIECE_H

#include <stdbool.h>
#include <stddef.h>

#include "lex.h"
#include "script.h"

struct piece {
	struct lex lex; /* the first token is next; ends with the piece */
	bool body;      /* of a stored program */
};

struct piece_walk {
	const struct statement *statement;
	struct lex lex;
	struct lex_token token;
	bool program;
	bool started; /* the piece that is under way was seen */
};

void piece_begin(struct piece_walk *walk, const struct statement *statement);

/* The next piece; false: there are no more. */
bool piece_next(struct piece_walk *walk, struct piece *piece);

#endif /* PIECE_H */
