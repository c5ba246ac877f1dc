#include "picks.h"

#include <stdbool.h>
#include <string.h>

#include "slurp.h"

#define FILE_MAX        ((size_t)4 * 1024 * 1024)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Bare when the grammar allows it (globs stay alive), else in quotes. */
static void append_word(GString *out, const char *word, bool literal)
{
	const char *special = literal ? " \t,=!()'\"*?@" : " \t,=!()'\"";

	if (word[0] != '\0' && strpbrk(word, special) == NULL && word[0] != '@') {
		g_string_append(out, word);
		return;
	}
	g_string_append_c(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'') {
			g_string_append_c(out, '\'');
		}
		g_string_append_c(out, *word);
	}
	g_string_append_c(out, '\'');
}

char *picks_of_words(char *const *words, size_t nr)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < nr; i++) {
		if (i > 0) {
			g_string_append_c(out, ',');
		}
		append_word(out, words[i], false);
	}
	return g_string_free(out, FALSE);
}

static int read_names(const char *path, char **text, struct err *err)
{
	g_autofree char *read = NULL;

	if (slurp_file(&read, path, FILE_MAX, err) < 0) {
		return -1;
	}
	if (!g_utf8_validate(read, -1, NULL)) {
		return err_set(err, ERR_INVALID, "%s: the text is not UTF-8", path);
	}
	*text = g_steal_pointer(&read);
	return 0;
}

/* A tenant may be called a#1: without it in the line, another one would be meant. */
static void cut_comment(char *line)
{
	char *at = line;

	while ((at = strchr(at, '#')) != NULL && at != line && !g_ascii_isspace(at[-1])) {
		at++;
	}
	if (at != NULL) {
		*at = '\0';
	}
}

static int append_file(GString *out, const char *path, struct err *err)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	size_t nr = 0;

	if (read_names(path, &text, err) < 0) {
		return -1;
	}
	lines = g_strsplit(text + (g_str_has_prefix(text, BYTE_ORDER_MARK) ? 3 : 0), "\n", -1);
	g_string_append(out, "name in (");
	for (size_t i = 0; lines[i] != NULL; i++) {
		char *name = lines[i];

		cut_comment(name);
		g_strstrip(name);
		if (name[0] == '\0') {
			continue;
		}
		if (nr++ > 0) {
			g_string_append_c(out, ',');
		}
		append_word(out, name, true);
	}
	g_string_append_c(out, ')');
	return nr > 0 ? 0 : err_set(err, ERR_INVALID, "%s: no name in it", path);
}

/* Length of the term at text: up to a comma that is in no quotes and no parentheses. */
static size_t term_length(const char *text)
{
	const char *at = text;
	char quote = '\0';
	int depth = 0;

	for (; *at != '\0' && (*at != ',' || quote != '\0' || depth > 0); at++) {
		if (quote != '\0') {
			if (*at == quote) {
				quote = '\0';
			}
		} else if (*at == '\'' || *at == '"') {
			quote = *at;
		} else if (*at == '(') {
			depth++;
		} else if (*at == ')') {
			depth--;
		}
	}
	return (size_t)(at - text);
}

int picks_expand(char **selector, const char *text, struct err *err)
{
	g_autoptr(GString) out = NULL;

	if (text == NULL) {
		*selector = NULL;
		return 0;
	}
	out = g_string_new(NULL);
	for (;;) {
		size_t len = term_length(text);
		g_autofree char *term = g_strndup(text, len);

		g_strstrip(term);
		if (term[0] == '@') {
			if (append_file(out, term + 1, err) < 0) {
				return -1;
			}
		} else {
			g_string_append_len(out, text, (gssize)len);
		}
		if (text[len] == '\0') {
			break;
		}
		g_string_append_c(out, ',');
		text += len + 1;
	}
	*selector = g_string_free(g_steal_pointer(&out), FALSE);
	return 0;
}
