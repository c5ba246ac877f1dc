#include "halfway.h"

#include <string.h>

#include "script.h"
#include "states.h"

#define WORD "halfway "

void halfway_set(struct halfway *halfway, enum rewrite_split how, const char *const *parts,
		 size_t nr)
{
	halfway->parts = nr;
	halfway->how = how;
	rewrite_digest(parts, nr, halfway->digest);
}

size_t halfway_before(const char *text)
{
	const char *line = strstr(text, "\n" WORD);

	return line == NULL ? strlen(text) : (size_t)(line - text);
}

void halfway_read(struct halfway *halfway, const char *text, size_t done)
{
	size_t before = text == NULL ? 0 : halfway_before(text);
	g_auto(GStrv) words = NULL;
	guint64 number = 0;
	guint64 parts = 0;
	int how;

	*halfway = (struct halfway){ 0 };
	if (text == NULL || text[before] == '\0') {
		return;
	}
	words = g_strsplit(text + before + strlen("\n" WORD), " ", -1);
	if (g_strv_length(words) != 4 || strlen(words[3]) != REWRITE_DIGEST_LEN) {
		return;
	}
	how = states_find(rewrite_split_names, REWRITE_SPLIT_NR, words[2]);
	if (how < 0 || !g_ascii_string_to_unsigned(words[0], 10, 1, G_MAXUINT32, &number, NULL) ||
	    !g_ascii_string_to_unsigned(words[1], 10, 1, G_MAXUINT32, &parts, NULL) ||
	    number != done + 1) {
		return;
	}
	halfway->parts = parts;
	halfway->how = (enum rewrite_split)how;
	g_strlcpy(halfway->digest, words[3], sizeof(halfway->digest));
}

char *halfway_write(const char *text, size_t done, const struct halfway *halfway)
{
	GString *out = g_string_new(NULL);

	if (text != NULL) {
		g_string_append_len(out, text, (gssize)halfway_before(text));
	}
	if (halfway->parts > 0) {
		g_string_append_printf(
			out, "\n" WORD "%" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT " %s %s", done + 1,
			halfway->parts, rewrite_split_names[halfway->how], halfway->digest);
	}
	return g_string_free(out, FALSE);
}

char **halfway_parts(const struct halfway *halfway, const struct statement *statement)
{
	g_auto(GStrv) parts = rewrite_split(statement->text, statement->modes, halfway->how);
	char digest[REWRITE_DIGEST_LEN + 1];

	if (parts == NULL) { /* what followed is gone, perhaps */
		parts = g_new0(char *, 2);
		parts[0] = g_strdup(statement->text);
	}
	if (g_strv_length(parts) < halfway->parts) {
		return NULL;
	}
	rewrite_digest((const char *const *)parts, halfway->parts, digest);
	return strcmp(digest, halfway->digest) == 0 ? g_steal_pointer(&parts) : NULL;
}
