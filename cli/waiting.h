/*
 * waiting - one line on a terminal about a question that takes the daemon long.
 *
 * Written over itself on stderr, and gone when the answer is there. One thread.
 */
#ifndef WAITING_H
#define WAITING_H

#include <stdbool.h>

struct waiting {
	bool is_shown;
};

/* "reading tenants: 1000 of 2000"; NULL: answer is no [headway], or no step has begun. Owned. */
char *waiting_text(const char *answer);

/* A client_wait_fn; ctx is a struct waiting. */
void waiting_show(const char *answer, void *ctx);

void waiting_end(struct waiting *waiting);

#endif /* WAITING_H */
