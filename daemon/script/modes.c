#include "modes.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "lex.h"

static bool holds_word(const char *text, size_t len, const char *word)
{
	struct lex lex = { .text = text, .len = len };
	struct lex_token token;

	while (lex_next(&lex, &token) != LEX_END) {
		if (token.kind == LEX_STRING && token.len >= 2 && token.at == 0) {
			return holds_word(text + 1, len - 2, word);
		}
		if (lex_is_word(&lex, &token, word)) {
			return true;
		}
	}
	return false;
}

unsigned modes_of(const char *sql_mode, size_t len)
{
	static const char *const ansi[] = { "ANSI_QUOTES", "ANSI",  "ORACLE",    "MSSQL",
					    "DB2",         "MAXDB", "POSTGRESQL" };
	unsigned modes = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(ansi); i++) {
		if (holds_word(sql_mode, len, ansi[i])) {
			modes |= LEX_ANSI_QUOTES;
		}
	}
	if (holds_word(sql_mode, len, "NO_BACKSLASH_ESCAPES")) {
		modes |= LEX_NO_BACKSLASH_ESCAPES;
	}
	return modes;
}

/* Is the token sql_mode, @@sql_mode, or the end of @@session.sql_mode? */
static bool is_sql_mode(const struct lex *lex, const struct lex_token *token)
{
	static const char variable[] = "@@sql_mode";

	return lex_is_word(lex, token, "SQL_MODE") ||
	       (token->kind == LEX_VARIABLE && token->len == strlen(variable) &&
		g_ascii_strncasecmp(lex->text + token->at, variable, token->len) == 0);
}

/*
 * The value behind sql_mode=, up to a comma outside of parentheses. What it computes we do
 * not know; what it names in full we do.
 */
static unsigned follow_value(unsigned modes, unsigned first, struct lex *lex)
{
	struct lex_token token;
	unsigned named = 0;
	bool keeps = false;
	bool removes = false;
	size_t parens = 0;

	while (lex_next_code(lex, &token) != LEX_END) {
		if (lex_is_punct(lex, &token, ',') && parens == 0) {
			break;
		}
		parens += lex_is_punct(lex, &token, '(');
		parens -= parens > 0 && lex_is_punct(lex, &token, ')');
		if (token.kind == LEX_STRING || token.kind == LEX_WORD) {
			named |= modes_of(lex->text + token.at, token.len);
		}
		removes = removes || lex_is_word(lex, &token, "REPLACE");
		keeps = keeps || is_sql_mode(lex, &token);
		if (lex_is_word(lex, &token, "DEFAULT") ||
		    (token.kind == LEX_VARIABLE && !is_sql_mode(lex, &token))) {
			named |= first; /* put back what was saved */
		}
	}
	if (!keeps) {
		return named;
	}
	return removes ? modes & ~named : modes | named;
}

unsigned modes_follow(unsigned modes, unsigned first, const char *text, size_t len)
{
	struct lex lex = { .text = text, .len = len, .modes = modes };
	struct lex_token token;
	bool named = false;

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (named && (lex_is_punct(&lex, &token, '=') ||
			      (token.kind == LEX_PUNCT && token.len == 2))) {
			modes = follow_value(modes, first, &lex);
		}
		named = is_sql_mode(&lex, &token);
	}
	return modes;
}
