#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "lex.h"
#include "release.h"

#define SCHEMA_WORD "{SCHEMA}"

static void append_doubled(GString *out, const char *schema, char quote)
{
	for (const char *at = schema; *at != '\0'; at++) {
		if (*at == quote || (*at == '\\' && quote != '`')) {
			g_string_append_c(out, *at);
		}
		g_string_append_c(out, *at);
	}
}

static void append_quoted(GString *out, const char *text, size_t len, const char *schema)
{
	char quote = text[len - 1]; /* the first may be the @ of a variable */
	size_t at = 0;

	while (at < len) {
		const char *found = memmem(text + at, len - at, SCHEMA_WORD, strlen(SCHEMA_WORD));
		size_t plain = found == NULL ? len : (size_t)(found - text);

		g_string_append_len(out, text + at, (gssize)(plain - at));
		if (found == NULL) {
			return;
		}
		append_doubled(out, schema, quote);
		at = plain + strlen(SCHEMA_WORD);
	}
}

static char *expand(const char *text, size_t len, unsigned modes, const char *schema)
{
	struct lex lex = { .text = text, .len = len, .modes = modes };
	struct lex_token token;
	GString *out;

	if (memmem(text, len, SCHEMA_WORD, strlen(SCHEMA_WORD)) == NULL) {
		return g_strndup(text, len);
	}
	out = g_string_sized_new(len + 64);
	while (lex_next(&lex, &token) != LEX_END) {
		if (token.kind == LEX_SCHEMA) {
			g_string_append_c(out, '`');
			append_doubled(out, schema, '`');
			g_string_append_c(out, '`');
		} else if (token.kind == LEX_NAME || token.kind == LEX_STRING) {
			append_quoted(out, text + token.at, token.len, schema);
		} else {
			g_string_append_len(out, text + token.at, (gssize)token.len);
		}
	}
	return g_string_free(out, FALSE);
}

static char *expand_part(const struct statement *statement, size_t from, size_t to,
			 const char *schema)
{
	return expand(statement->text + from, to - from, statement->modes, schema);
}

char *release_expand(const struct statement *statement, const char *schema)
{
	return statement->chunk != NULL
		       ? release_expand_chunk(statement, schema, "TRUE")
		       : expand(statement->text, statement->len, statement->modes, schema);
}

char *release_expand_chunk(const struct statement *statement, const char *schema, const char *range)
{
	const struct statement_chunk *chunk = statement->chunk;
	g_autofree char *head = expand_part(statement, 0, chunk->at, schema);
	g_autofree char *tail =
		expand_part(statement, chunk->at + chunk->len, statement->len, schema);

	return g_strconcat(head, range, tail, NULL);
}

char *release_expand_sql(const char *sql, const char *schema)
{
	return expand(sql, strlen(sql), 0, schema);
}
