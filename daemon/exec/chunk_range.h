/*
 * chunk_range - the ranges of a key: their bounds, and the words for them.
 *
 * A range is half open, (low, high]: it has what is above low, up to high. Bounds are values of
 * chunk_key.h, one of each column. They are found by walking the index from the last bound, never
 * from the beginning of the table. Workers; those that ask the server block.
 */
#ifndef CHUNK_RANGE_H
#define CHUNK_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "chunk_key.h"
#include "err.h"

struct db_session;

struct chunk_walk {
	struct db_session *session;
	const struct chunk_key *key;
	const char *table;
};

/*
 * "(`u`.`id` > 5 and `u`.`id` <= 9)"; low NULL: from the beginning. alias as the statement calls
 * the table, NULL: nothing is put in front. NULL: a value is none of its column. Owned.
 */
char *chunk_range_words(const struct chunk_key *key, const char *alias, char *const *low,
			char *const *high);

/* The highest key there is; *high becomes NULL when the table is empty. Owned. */
NODISCARD int chunk_range_last(const struct chunk_walk *walk, char ***high, struct err *err);

/*
 * Where a range of so many rows ends that begins behind low and does not go beyond last.
 * *rows: what it has; fewer in the last one, whose end is last.
 */
NODISCARD int chunk_range_next(const struct chunk_walk *walk, char *const *low, char *const *last,
			       int64_t *rows, char ***high, struct err *err);

/* How many rows the table has, as the server guesses; at least 0. */
NODISCARD int chunk_range_guess(const struct chunk_walk *walk, int64_t *rows, struct err *err);

#endif /* CHUNK_RANGE_H */
