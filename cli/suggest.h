/*
 * suggest - the word that was meant.
 *
 * Offer every known word; best is the one that is nearest to the wanted one, or NULL
 * when none is near: one that begins with it, else the least number of typing errors
 * (a letter too much, too few, wrong or swapped), at most a third of its letters.
 * Any thread; one suggest is used by one thread.
 */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

#include "scope.h"

struct suggest {
	const char *wanted; /* borrowed */
	char *best;         /* owned; NULL: none */
	size_t distance;    /* of best */
};

void suggest_offer(struct suggest *suggest, const char *word);
void suggest_release(struct suggest *suggest);
SCOPED_RELEASE(suggest);

/* Typing errors between two words. Words over 63 letters are compared in part. */
size_t suggest_distance(const char *a, const char *b);

#endif /* SUGGEST_H */
