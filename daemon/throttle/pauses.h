/*
 * pauses - for how long nothing was let start, by what kept it.
 *
 * Pure memory; one thread at a time.
 */
#ifndef PAUSES_H
#define PAUSES_H

#include <stddef.h>
#include <stdint.h>

#include "scope.h"

struct pauses;

struct pause {
	const char *cause; /* interned */
	int64_t ms;
};

struct pauses *pauses_new(void);
void pauses_free(struct pauses *pauses); /* NULL is fine */
SCOPED_FREE(pauses);

void pauses_add(struct pauses *pauses, const char *cause, int64_t ms);

/* In the order in which they came; NULL behind the last. Until the next pauses_add. */
const struct pause *pauses_get(const struct pauses *pauses, size_t index);

/* Of all causes. */
int64_t pauses_ms(const struct pauses *pauses);

#endif /* PAUSES_H */
