/*
 * expect - how long a task will take, learnt from those of tenants of similar size.
 *
 * Sizes are similar when they have the same number of binary digits. What is expected is half
 * as much again as the mean. Of a size that has not been seen it is that of the next bigger
 * one, or of the next smaller one grown with the size. Pure.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdint.h>

#define EXPECT_SIZES 64

struct expect {
	int64_t nr[EXPECT_SIZES];
	int64_t ms[EXPECT_SIZES]; /* their sum */
};

/* A task of a tenant of so many bytes has taken so long. */
void expect_add(struct expect *expect, int64_t bytes, int64_t ms);

/* -1: nothing is known. */
int64_t expect_ms(const struct expect *expect, int64_t bytes);

#endif /* EXPECT_H */
