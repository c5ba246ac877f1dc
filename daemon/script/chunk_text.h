/*
 * chunk_text - a statement that is to run key range by key range: is it one that may, and
 * where does the range go?
 *
 * ":chunk" stands in the WHERE of one UPDATE, DELETE, INSERT … SELECT or REPLACE … SELECT, bare
 * or as a comment in front of TRUE, which every client sends as a whole:
 *
 *   UPDATE users SET a = b WHERE :chunk
 *   UPDATE users SET a = b WHERE /+ :chunk +/ TRUE AND c = 1	(+ for an asterisk)
 *
 * All ranges together have to do what the statement does in one piece. So what would give
 * something else is refused: OR beside the word, a join that is written to, LIMIT, GROUP BY,
 * aggregates, a table that is read and filled at once.
 *
 * Pure; any thread.
 */
#ifndef CHUNK_TEXT_H
#define CHUNK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CHUNK_ROWS_MAX 1000000

struct statement;
struct statement_chunk;

/* What a directive says. Borrowed. */
struct chunk_order {
	const char *table;
	const char *key; /* NULL: not said */
	int64_t rows;    /* 0: not said */
};

/*
 * statement->chunk is filled. ERR_INVALID with a sentence, *at is the offset in the text that
 * it is about.
 */
NODISCARD int chunk_text_read(struct statement *statement, const struct chunk_order *order,
			      size_t *at, struct err *err);

/* Does the text hold :chunk, for which there is no directive? *at is where. */
bool chunk_text_has(const struct statement *statement, size_t *at);

void chunk_text_free(struct statement_chunk *chunk); /* NULL is fine */

#endif /* CHUNK_TEXT_H */
