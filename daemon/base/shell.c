#include "shell.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

static bool is_plain(const char *text, const char *signs)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool is_letter = g_ascii_isalnum(*at) || (unsigned char)*at >= 0x80;

		if (!is_letter && strchr(signs, *at) == NULL) {
			return false;
		}
	}
	return text[0] != '\0';
}

char *shell_word(const char *text)
{
	return is_plain(text, "_-./@%+=:,") ? g_strdup(text) : g_shell_quote(text);
}

char *shell_pick(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "\"", -1);
	g_autofree char *doubled = g_strjoinv("\"\"", parts);
	g_autofree char *quoted = g_strdup_printf("\"%s\"", doubled);

	return is_plain(name, "_-.") ? g_strdup(name) : g_shell_quote(quoted);
}
