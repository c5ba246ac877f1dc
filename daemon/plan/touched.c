#include "touched.h"

#include <stdbool.h>
#include <string.h>

#include "lex.h"
#include "release.h"

/* Every run of bytes that may be in a plain name, in lower case. */
static void take_words(GHashTable *words, const char *text)
{
	while (*text != '\0') {
		size_t len = 0;

		while (text[len] != '\0' && lex_is_word_byte(text[len])) {
			len++;
		}
		if (len > 0) {
			g_hash_table_add(words, g_utf8_strdown(text, (gssize)len));
		}
		text += len + (text[len] != '\0');
	}
}

/* It may build a statement out of pieces, or run one that stands elsewhere. */
static bool is_opaque(const struct statement *statement)
{
	return statement->kind == STATEMENT_CALL ||
	       (statement->kind == STATEMENT_SESSION &&
		strcasestr(statement->text, "prepare") != NULL);
}

GHashTable *touched_words(const struct release *release, const size_t *indices, size_t nr)
{
	g_autoptr(GHashTable) words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < nr; i++) {
		const struct script *up = &release->migrations[indices[i]].up;

		for (size_t k = 0; k < up->nr; k++) {
			if (is_opaque(&up->statements[k])) {
				return NULL;
			}
			take_words(words, up->statements[k].text);
		}
	}
	return g_steal_pointer(&words);
}
