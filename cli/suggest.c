#include "suggest.h"

#include <string.h>

#include <glib.h>

#define WORD_MAX 63

static size_t least(size_t a, size_t b, size_t c)
{
	return MIN(MIN(a, b), c);
}

size_t suggest_distance(const char *a, const char *b)
{
	size_t len_a = MIN(strlen(a), WORD_MAX);
	size_t len_b = MIN(strlen(b), WORD_MAX);
	size_t rows[3][WORD_MAX + 1]; /* the row before last, the last, this one */

	for (size_t j = 0; j <= len_b; j++) {
		rows[1][j] = j;
		rows[0][j] = j;
	}
	for (size_t i = 1; i <= len_a; i++) {
		rows[2][0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;

			rows[2][j] =
				least(rows[1][j] + 1, rows[2][j - 1] + 1, rows[1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				rows[2][j] = MIN(rows[2][j], rows[0][j - 2] + 1);
			}
		}
		memcpy(rows[0], rows[1], sizeof(rows[0]));
		memcpy(rows[1], rows[2], sizeof(rows[1]));
	}
	return rows[1][len_b];
}

void suggest_offer(struct suggest *suggest, const char *word)
{
	size_t len = strlen(suggest->wanted);
	size_t distance = suggest_distance(suggest->wanted, word);
	size_t most = MAX(strlen(word) / 3, 1);

	if (len >= 2 && strncmp(suggest->wanted, word, len) == 0) {
		distance = 0;
	}
	if (distance > most || (suggest->best != NULL && distance >= suggest->distance)) {
		return;
	}
	g_free(suggest->best);
	suggest->best = g_strdup(word);
	suggest->distance = distance;
}

void suggest_release(struct suggest *suggest)
{
	g_free(suggest->best);
	*suggest = (struct suggest){ 0 };
}
