/*
 * width - how many bytes of disk the keys that a change adds take for each row.
 *
 * From the declared types: an entry of a key has its columns, those of the primary key, and what
 * the server keeps for each. Nobody knows how long texts are: of a column of variable length half
 * of what it may hold is taken, 32 bytes at most. An estimate; within a factor of a few.
 * Pure; any thread.
 */
#ifndef WIDTH_H
#define WIDTH_H

#include <stdint.h>

struct shape;

/* Of a value of one column, as shapes write types: "varchar(80) not null". */
int64_t width_of_column(const char *text);

/* Of an entry in each key of the table that is not there before, or is another one. */
int64_t width_of_new_keys(const struct shape *before, const struct shape *after, const char *table);

#endif /* WIDTH_H */
