#include "expect.h"

#include <glib.h>

#define LONGEST_MS ((int64_t)30 * 24 * 3600 * 1000) /* more is a clock that was set */

static int size_of(int64_t bytes)
{
	int size = 0;

	for (; bytes > 0 && size + 1 < EXPECT_SIZES; bytes >>= 1) {
		size++;
	}
	return size;
}

void expect_add(struct expect *expect, int64_t bytes, int64_t ms)
{
	int size = size_of(bytes);

	if (ms >= 0 && ms <= LONGEST_MS) {
		expect->nr[size]++;
		expect->ms[size] += ms;
	}
}

static int64_t expected(const struct expect *expect, int size)
{
	return expect->ms[size] * 3 / 2 / expect->nr[size];
}

int64_t expect_ms(const struct expect *expect, int64_t bytes)
{
	int size = size_of(bytes);

	for (int bigger = size; bigger < EXPECT_SIZES; bigger++) {
		if (expect->nr[bigger] > 0) {
			return expected(expect, bigger);
		}
	}
	for (int smaller = size - 1; smaller >= 0; smaller--) {
		if (expect->nr[smaller] > 0) {
			int64_t ms = expected(expect, smaller);

			return MIN(ms << MIN(size - smaller, 20), LONGEST_MS);
		}
	}
	return -1;
}
