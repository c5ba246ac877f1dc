#include "precheck_text.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

char *precheck_text_quote(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "`", -1);
	g_autofree char *doubled = g_strjoinv("``", parts);

	return g_strdup_printf("`%s`", doubled);
}

char **precheck_text_items(const char *list)
{
	const char *end = list;
	g_autofree char *inner = NULL;

	for (int depth = 0; *end != '\0'; end++) {
		depth += *end == '(' ? 1 : 0;
		depth -= *end == ')' ? 1 : 0;
		if (depth == 0) {
			break;
		}
	}
	if (*list != '(' || *end != ')') {
		return NULL;
	}
	inner = g_strndup(list + 1, (gsize)(end - list - 1));
	return strpbrk(inner, "`'\"") != NULL ? NULL : g_strsplit(inner, ", ", -1);
}

bool precheck_text_item(const char *item, char **column, unsigned long *prefix)
{
	size_t len = strcspn(item, "( ");

	*prefix = item[len] == '(' ? strtoul(item + len + 1, NULL, 10) : 0;
	if (len == 0 || (item[len] == '(' && *prefix == 0)) {
		return false;
	}
	*column = g_strndup(item, len);
	return true;
}

bool precheck_text_has(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

unsigned long precheck_text_letters(const char *type)
{
	static const char *const types[] = { "varchar(", "char(" };

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_has_prefix(type, types[i])) {
			return strtoul(type + strlen(types[i]), NULL, 10);
		}
	}
	return 0;
}

bool precheck_text_is_letters(const char *type)
{
	return precheck_text_letters(type) > 0 || g_str_has_prefix(type, "text") ||
	       g_str_has_prefix(type, "tinytext") || g_str_has_prefix(type, "mediumtext") ||
	       g_str_has_prefix(type, "longtext");
}

char *precheck_text_collation(const char *text)
{
	const char *at = text == NULL ? NULL : strstr(text, " collate ");
	size_t len = at == NULL ? 0 : strcspn(at + strlen(" collate "), " ");

	return at == NULL ? NULL : g_strndup(at + strlen(" collate "), len);
}

char *precheck_text_charset(const char *collation)
{
	char *charset = g_strndup(collation, strcspn(collation, "_"));

	if (strcmp(charset, "utf8") == 0) {
		g_free(charset);
		return g_strdup("utf8mb3");
	}
	return charset;
}

bool precheck_text_holds(const char *charset, const char *other)
{
	static const char *const whole[] = { "utf8mb4", "utf16", "utf16le", "utf32", NULL };

	return strcmp(charset, other) == 0 || strcmp(other, "ascii") == 0 ||
	       g_strv_contains(whole, charset);
}

bool precheck_text_is_type(const char *text, const char *type)
{
	size_t len = strlen(type);

	return strncmp(text, type, len) == 0 && !g_ascii_isalnum(text[len]);
}

bool precheck_text_is_date(const char *text)
{
	return precheck_text_is_type(text, "date") || precheck_text_is_type(text, "datetime") ||
	       precheck_text_is_type(text, "timestamp");
}

/* The quote that opens the first string, outside of names; NULL: there is none. */
static const char *first_string(const char *clause)
{
	bool in_name = false;

	for (const char *at = clause; *at != '\0'; at++) {
		in_name = in_name != (*at == '`');
		if (*at == '\'' && !in_name) {
			return at;
		}
	}
	return NULL;
}

static char unescaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'Z':
		return '\032';
	default:
		return c;
	}
}

char *precheck_text_clause(const char *clause)
{
	const char *opening = first_string(clause);
	GString *text;

	if (opening == NULL || opening == clause || opening[-1] != '\\') {
		return g_strdup(clause);
	}
	text = g_string_new(NULL);
	for (const char *at = clause; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0') {
			at++;
			g_string_append_c(text, unescaped(*at));
		} else {
			g_string_append_c(text, *at);
		}
	}
	return g_string_free(text, FALSE);
}
