#include "lex.h"

#include <string.h>

#include <glib.h>

#define SCHEMA_WORD "{SCHEMA}"

bool lex_is_word_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || byte == '$' || (unsigned char)byte >= 0x80;
}

static bool is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

bool lex_is_dashes(const char *text, size_t len)
{
	return len >= 2 && text[0] == '-' && text[1] == '-' && (len == 2 || is_space(text[2]));
}

static bool delimiter_at(const struct lex *lex, size_t at)
{
	return lex->delimiter != NULL && lex->len - at >= lex->delimiter_len &&
	       lex->text[at] == lex->delimiter[0] &&
	       memcmp(lex->text + at, lex->delimiter, lex->delimiter_len) == 0;
}

/* A delimiter made of letters counts only as a whole word; "$$" counts anywhere. */
static bool delimiter_whole(const struct lex *lex, size_t at)
{
	const char last = lex->delimiter[lex->delimiter_len - 1];
	size_t end = at + lex->delimiter_len;

	if (!lex_is_word_byte(last) || last == '$') {
		return true;
	}
	return end == lex->len || !lex_is_word_byte(lex->text[end]);
}

static enum lex_kind take(struct lex *lex, struct lex_token *token, enum lex_kind kind, size_t end)
{
	token->kind = kind;
	token->at = lex->at;
	token->len = end - lex->at;
	lex->at = end;
	return kind;
}

static enum lex_kind take_quoted(struct lex *lex, struct lex_token *token, size_t open,
				 enum lex_kind kind)
{
	const char quote = lex->text[open];
	bool escapes = kind == LEX_STRING && (lex->modes & LEX_NO_BACKSLASH_ESCAPES) == 0;

	for (size_t i = open + 1; i < lex->len; i++) {
		if (lex->text[i] == '\\' && escapes) {
			i++;
		} else if (lex->text[i] == quote) {
			if (i + 1 < lex->len && lex->text[i + 1] == quote) {
				i++;
				continue;
			}
			return take(lex, token, kind, i + 1);
		}
	}
	return take(lex, token, LEX_OPEN_QUOTE, lex->len);
}

static enum lex_kind take_line(struct lex *lex, struct lex_token *token)
{
	const char *end = memchr(lex->text + lex->at, '\n', lex->len - lex->at);

	return take(lex, token, LEX_LINE_COMMENT,
		    end == NULL ? lex->len : (size_t)(end - lex->text));
}

static enum lex_kind take_block(struct lex *lex, struct lex_token *token)
{
	const char *text = lex->text + lex->at;
	size_t left = lex->len - lex->at;
	size_t mark = left > 2 && text[2] == 'M' ? 3 : 2;
	const char *end;

	if (left > mark && text[mark] == '!') {
		mark++;
		while (mark < left && g_ascii_isdigit(text[mark])) {
			mark++;
		}
		lex->version_depth++;
		return take(lex, token, LEX_VERSION_OPEN, lex->at + mark);
	}
	end = memmem(text + 2, left - 2, "*/", 2);
	if (end == NULL) {
		return take(lex, token, LEX_OPEN_COMMENT, lex->len);
	}
	return take(lex, token, LEX_COMMENT, (size_t)(end - lex->text) + 2);
}

static enum lex_kind take_word(struct lex *lex, struct lex_token *token)
{
	bool letters = lex->delimiter != NULL && lex_is_word_byte(lex->delimiter[0]) &&
		       lex->delimiter[0] != '$';
	size_t end = lex->at;

	for (; end < lex->len && lex_is_word_byte(lex->text[end]); end++) {
		if (!delimiter_at(lex, end)) {
			continue;
		}
		if (letters) {
			return take(lex, token, LEX_CUT_WORD, end + lex->delimiter_len);
		}
		break;
	}
	return take(lex, token, LEX_WORD, end);
}

static enum lex_kind take_variable(struct lex *lex, struct lex_token *token)
{
	size_t end = lex->at + 1;

	if (end < lex->len && lex->text[end] == '@') {
		end++;
	}
	if (end < lex->len && strchr("`'\"", lex->text[end]) != NULL && lex->text[end] != '\0') {
		return take_quoted(lex, token, end, lex->text[end] == '`' ? LEX_NAME : LEX_STRING);
	}
	while (end < lex->len && lex_is_word_byte(lex->text[end]) && !delimiter_at(lex, end)) {
		end++;
	}
	return take(lex, token, LEX_VARIABLE, end);
}

static enum lex_kind take_space(struct lex *lex, struct lex_token *token)
{
	size_t end = lex->at + 1;

	while (end < lex->len && is_space(lex->text[end]) && !delimiter_at(lex, end)) {
		end++;
	}
	return take(lex, token, LEX_SPACE, end);
}

static enum lex_kind take_backslash(struct lex *lex, struct lex_token *token)
{
	bool pair = lex->at + 1 < lex->len;

	if (pair && lex->text[lex->at + 1] == 'N') {
		return take(lex, token, LEX_WORD, lex->at + 2); /* short for NULL */
	}
	return take(lex, token, LEX_BACKSLASH, lex->at + 1 + pair);
}

static enum lex_kind take_punct(struct lex *lex, struct lex_token *token)
{
	const char *text = lex->text + lex->at;
	size_t left = lex->len - lex->at;

	if (left >= strlen(SCHEMA_WORD) && memcmp(text, SCHEMA_WORD, strlen(SCHEMA_WORD)) == 0) {
		return take(lex, token, LEX_SCHEMA, lex->at + strlen(SCHEMA_WORD));
	}
	if (left >= 2 && text[0] == ':' && text[1] == '=') {
		return take(lex, token, LEX_PUNCT, lex->at + 2);
	}
	if (left >= 2 && text[0] == '*' && text[1] == '/' && lex->version_depth > 0) {
		lex->version_depth--;
		return take(lex, token, LEX_VERSION_CLOSE, lex->at + 2);
	}
	return take(lex, token, LEX_PUNCT, lex->at + 1);
}

enum lex_kind lex_next(struct lex *lex, struct lex_token *token)
{
	const char *text = lex->text + lex->at;
	size_t left = lex->len - lex->at;

	if (left == 0) {
		return take(lex, token, LEX_END, lex->at);
	}
	if (delimiter_at(lex, lex->at)) {
		return take(lex, token,
			    delimiter_whole(lex, lex->at) ? LEX_DELIMITER : LEX_CUT_WORD,
			    lex->at + lex->delimiter_len);
	}
	if (is_space(*text)) {
		return take_space(lex, token);
	}
	if (lex_is_word_byte(*text)) {
		return take_word(lex, token);
	}
	if (*text == '\'' || (*text == '"' && (lex->modes & LEX_ANSI_QUOTES) == 0)) {
		return take_quoted(lex, token, lex->at, LEX_STRING);
	}
	if (*text == '`' || *text == '"') {
		return take_quoted(lex, token, lex->at, LEX_NAME);
	}
	if (*text == '#' || lex_is_dashes(text, left)) {
		return take_line(lex, token);
	}
	if (left >= 2 && text[0] == '/' && text[1] == '*') {
		return take_block(lex, token);
	}
	if (*text == '@') {
		return take_variable(lex, token);
	}
	return *text == '\\' ? take_backslash(lex, token) : take_punct(lex, token);
}

enum lex_kind lex_next_code(struct lex *lex, struct lex_token *token)
{
	enum lex_kind kind;

	do {
		kind = lex_next(lex, token);
	} while (kind == LEX_SPACE || kind == LEX_LINE_COMMENT || kind == LEX_COMMENT ||
		 kind == LEX_VERSION_OPEN || kind == LEX_VERSION_CLOSE);
	return kind;
}

bool lex_is_same(const struct lex *lex, const struct lex_token *token, const char *word)
{
	return token->len == strlen(word) &&
	       g_ascii_strncasecmp(lex->text + token->at, word, token->len) == 0;
}

bool lex_is_one_of(const struct lex *lex, const struct lex_token *token, const char *const *words)
{
	if (token->kind != LEX_WORD || g_ascii_isdigit(lex->text[token->at])) {
		return false;
	}
	for (size_t i = 0; words[i] != NULL; i++) {
		if (lex_is_word(lex, token, words[i])) {
			return true;
		}
	}
	return false;
}

bool lex_is_punct(const struct lex *lex, const struct lex_token *token, char punct)
{
	return token->kind == LEX_PUNCT && token->len == 1 && lex->text[token->at] == punct;
}
