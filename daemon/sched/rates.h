/*
 * rates - how long a statement will take, learnt from those that ran in this fleet.
 *
 * Each way to change a table has a curve of time over size, made of the means of similar sizes,
 * one for each server and one for all of them. Between two sizes that were seen the time lies on
 * the line between theirs; a table that is larger than all grows on the line that leads there, up
 * to REACH times as large. Beyond that, and of what was never measured, nothing is known. Pure.
 */
#ifndef RATES_H
#define RATES_H

#include <stdint.h>

#include "scope.h"

struct rates;
struct store_rate;

struct rates *rates_new(void);
void rates_free(struct rates *rates); /* NULL is fine */
SCOPED_FREE(rates);

/* Sums of statements of one size, as stored. */
void rates_add(struct rates *rates, const struct store_rate *rate);

/* Of a table of so many bytes on the server, else anywhere. -1: nobody knows. */
int64_t rates_ms(const struct rates *rates, int64_t server_id, const char *algorithm,
		 int64_t bytes);

/* The size that a measure of so many bytes belongs to: binary digits. */
int64_t rates_size(int64_t bytes);

#endif /* RATES_H */
