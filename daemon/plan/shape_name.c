#include "shape_name.h"

#include <string.h>

#include "db.h"
#include "lex.h"

struct walk {
	const struct shape_name *name;
	struct lex lex;
	struct lex_token last; /* the code token before */
	GString *out;
};

/* What a token names, unquoted; NULL: it is no name. Owned. */
static char *unquote(const struct lex *lex, const struct lex_token *token)
{
	const char *at = lex->text + token->at;
	GString *text;

	if (token->kind == LEX_WORD) {
		return g_strndup(at, token->len);
	}
	if (token->kind != LEX_NAME || token->len < 2 || *at == '@') {
		return NULL;
	}
	text = g_string_new(NULL);
	for (size_t i = 1; i + 1 < token->len; i++) {
		g_string_append_c(text, at[i]);
		if (at[i] == *at && i + 2 < token->len) {
			i++;
		}
	}
	return g_string_free(text, FALSE);
}

static bool is_schema(const struct walk *walk, const struct lex_token *token)
{
	g_autofree char *name = unquote(&walk->lex, token);

	if (name == NULL || lex_is_punct(&walk->lex, &walk->last, '.')) {
		return false;
	}
	if (walk->name->folds) {
		g_autofree char *a = g_utf8_strdown(name, -1);
		g_autofree char *b = g_utf8_strdown(walk->name->schema, -1);

		return strcmp(a, b) == 0;
	}
	return strcmp(name, walk->name->schema) == 0;
}

static bool is_object(const struct walk *walk, const struct lex_token *token)
{
	g_autofree char *name = unquote(&walk->lex, token);
	g_autofree char *folded = NULL;

	if (name == NULL || walk->name->objects == NULL) {
		return false;
	}
	folded = g_utf8_strdown(name, -1);
	return g_hash_table_contains(walk->name->objects, folded);
}

/* The token behind is a dot and a name: is it qualified by this one? lex is moved over the dot. */
static bool is_qualifier(const struct walk *walk, struct lex *lex)
{
	static const char *const before[] = { "FROM",      "JOIN",    "INTO",   "UPDATE",
					      "TABLE",     "CALL",    "VIEW",   "REFERENCES",
					      "PROCEDURE", "TO",      "IGNORE", "FUNCTION",
					      "EXISTS",    "TRIGGER", NULL };
	struct lex_token dot;
	struct lex_token object;
	struct lex_token next;
	struct lex ahead;

	if (lex_next_code(lex, &dot) == LEX_END || !lex_is_punct(lex, &dot, '.')) {
		return false;
	}
	ahead = *lex;
	if (lex_next_code(&ahead, &object) != LEX_WORD && object.kind != LEX_NAME) {
		return false;
	}
	(void)lex_next_code(&ahead, &next);
	return lex_is_punct(&ahead, &next, '.') || lex_is_punct(&ahead, &next, '(') ||
	       is_object(walk, &object) || lex_is_one_of(&walk->lex, &walk->last, before);
}

static void step(struct walk *walk, const struct lex_token *token)
{
	struct lex ahead = walk->lex;

	if (is_schema(walk, token) && is_qualifier(walk, &ahead)) {
		walk->lex.at = ahead.at;
		if (walk->name->to != NULL) {
			g_autofree char *quoted = db_quote_name(walk->name->to);

			g_string_append_printf(walk->out, "%s.", quoted);
		}
		walk->last = (struct lex_token){ 0 };
		return;
	}
	g_string_append_len(walk->out, walk->lex.text + token->at, (gssize)token->len);
	if (token->kind != LEX_SPACE && token->kind != LEX_COMMENT &&
	    token->kind != LEX_LINE_COMMENT) {
		walk->last = *token;
	}
}

char *shape_name_replace(const struct shape_name *name, const char *text, unsigned modes)
{
	struct walk walk = {
		.name = name,
		.lex = { .text = text, .len = strlen(text), .modes = modes },
		.out = g_string_new(NULL),
	};
	struct lex_token token;

	while (lex_next(&walk.lex, &token) != LEX_END) {
		step(&walk, &token);
	}
	return g_string_free(walk.out, FALSE);
}
