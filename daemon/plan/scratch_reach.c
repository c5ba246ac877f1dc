#include "scratch_reach.h"

#include <string.h>

#include "db.h"
#include "lex.h"

GHashTable *scratch_reach_read(struct db_session *session, struct err *err)
{
	g_autoptr(GHashTable) schemas =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows,
		     "select schema_name from information_schema.schemata where schema_name not in "
		     "('information_schema', 'performance_schema', 'sys')",
		     err) < 0) {
		return NULL;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_hash_table_add(schemas, g_utf8_strdown(rows.cells[i][0], -1));
	}
	return g_steal_pointer(&schemas);
}

/* Is text[0..len) the name of one of them? NEW and OLD are rows of a trigger. Owned. */
static char *other_of(GHashTable *schemas, const char *own, const char *text, size_t len)
{
	g_autofree char *name = g_utf8_strdown(text, (gssize)len);

	if (strcmp(name, "new") == 0 || strcmp(name, "old") == 0 || strcmp(name, own) == 0 ||
	    !g_hash_table_contains(schemas, name)) {
		return NULL;
	}
	return g_steal_pointer(&name);
}

/* How long the name is that begins here; 0: none does. *inner is where it is unquoted. */
static size_t name_at(const char *text, const char **inner, size_t *len)
{
	const char *close;

	*inner = text;
	*len = 0;
	if (*text == '`') {
		close = strchr(text + 1, '`');
		*inner = text + 1;
		*len = close == NULL ? 0 : (size_t)(close - text) - 1;
		return close == NULL ? 1 : *len + 2;
	}
	while (text[*len] != '\0' && lex_is_word_byte(text[*len])) {
		(*len)++;
	}
	return *len;
}

char *scratch_reach_find(GHashTable *schemas, const char *own, const char *text)
{
	g_autofree char *folded = g_utf8_strdown(own, -1);

	while (*text != '\0') {
		const char *inner;
		size_t len;
		size_t step = name_at(text, &inner, &len);
		const char *behind = text + step;
		char *other;

		behind += *behind == '"' && step > 0; /* "name".x */
		behind += strspn(behind, " \t\r\n");
		if (len > 0 && *behind == '.') {
			other = other_of(schemas, folded, inner, len);
			if (other != NULL) {
				return other;
			}
		}
		text += MAX(step, (size_t)1);
	}
	return NULL;
}
