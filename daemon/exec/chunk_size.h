/*
 * chunk_size - how many rows the next range has.
 *
 * A range holds its rows' locks until it is committed, so its time is what counts: the number
 * of rows follows the time that the last ones took. It falls at once and grows slowly, is
 * halved by a lock or a deadlock, and is half of itself on a server that is slowed down.
 *
 * Pure; the worker's own.
 */
#ifndef CHUNK_SIZE_H
#define CHUNK_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define CHUNK_FIRST   500   /* rows, where nobody says otherwise */
#define CHUNK_MOST    20000 /* the same */
#define CHUNK_TIME_US 50000 /* what a range should take */

struct chunk_size {
	double rows;
	int64_t most;
};

/* wanted: of the directive, 0: not said. last: rows that were right before; 0: not known. */
void chunk_size_init(struct chunk_size *size, int64_t wanted, int64_t last);

/* At least 1. */
int64_t chunk_size_next(const struct chunk_size *size, bool slow);

/* A range of so many rows took so long. */
void chunk_size_took(struct chunk_size *size, int64_t rows, int64_t us);

/* A range was rolled back. */
void chunk_size_failed(struct chunk_size *size);

#endif /* CHUNK_SIZE_H */
