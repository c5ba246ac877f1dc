#include "shape.h"

#include <string.h>

#include "lex.h"

/* Everything that a transaction covers; any other engine writes at once. */
static const char *const transactional[] = { "innodb", "rocksdb", "tokudb", "ndbcluster", NULL };

static bool has_prefix(const char *text, const char *prefix, const char **rest)
{
	*rest = text + strlen(prefix);
	return g_str_has_prefix(text, prefix);
}

static char *fold(const char *name)
{
	return g_utf8_strdown(name, -1);
}

/* Does a text name something of the set? Quotes are read in every way. */
static bool mentions(GHashTable *plain, const char *text)
{
	struct lex lex = { .text = text, .len = strlen(text), .modes = LEX_ANSI_QUOTES };
	struct lex_token token;

	while (lex_next_code(&lex, &token) != LEX_END) {
		size_t quotes = token.kind == LEX_NAME ? 1 : 0;
		g_autofree char *name = NULL;
		g_autofree char *folded = NULL;

		if ((token.kind != LEX_WORD && token.kind != LEX_NAME) || token.len < 2 * quotes) {
			continue;
		}
		name = g_strndup(text + token.at + quotes, token.len - 2 * quotes);
		folded = fold(name);
		if (g_hash_table_contains(plain, folded)) {
			return true;
		}
	}
	return false;
}

/* The table of a trigger: the last word of "before insert on t". */
static const char *table_of(const struct shape *shape, const char *trigger)
{
	const char *event = shape_find(shape, trigger, "");
	const char *on = event == NULL ? NULL : strstr(event, " on ");

	return on == NULL ? NULL : on + strlen(" on ");
}

/* What writes to something plain if the text of this fact does; NULL: nothing. */
static const char *writer_of(const struct shape *shape, const struct shape_fact *fact)
{
	const char *name;

	if (strcmp(fact->part, "definition") == 0 && has_prefix(fact->object, "view ", &name)) {
		return name;
	}
	if (strcmp(fact->part, "body") != 0) {
		return NULL;
	}
	if (has_prefix(fact->object, "procedure ", &name) ||
	    has_prefix(fact->object, "function ", &name)) {
		return name;
	}
	return has_prefix(fact->object, "trigger ", &name) ? table_of(shape, fact->object) : NULL;
}

static bool spread(const struct shape *shape, GHashTable *plain)
{
	bool grown = false;

	for (size_t i = 0; i < shape->nr; i++) {
		const struct shape_fact *fact = &shape->facts[i];
		const char *writer = writer_of(shape, fact);
		g_autofree char *folded = writer == NULL ? NULL : fold(writer);

		if (folded != NULL && !g_hash_table_contains(plain, folded) &&
		    mentions(plain, fact->text)) {
			g_hash_table_add(plain, g_steal_pointer(&folded));
			grown = true;
		}
	}
	return grown;
}

static GHashTable *plain_tables(const struct shape *shape)
{
	GHashTable *plain = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < shape->nr; i++) {
		const struct shape_fact *fact = &shape->facts[i];
		g_autofree char *engine = fold(fact->text);
		const char *name;

		if (strcmp(fact->part, "engine") == 0 &&
		    has_prefix(fact->object, "table ", &name) &&
		    !g_strv_contains(transactional, engine)) {
			g_hash_table_add(plain, fold(name));
		}
	}
	return plain;
}

char **shape_plain_names(const struct shape *shape)
{
	g_autoptr(GHashTable) plain = plain_tables(shape);
	g_autofree gpointer *names = NULL;
	bool grown = g_hash_table_size(plain) > 0;

	while (grown) {
		grown = spread(shape, plain);
	}
	names = g_hash_table_get_keys_as_array(plain, NULL);
	return g_strdupv((char **)names);
}

GHashTable *shape_routines(const struct shape *shape)
{
	GHashTable *routines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (size_t i = 0; i < shape->nr; i++) {
		const struct shape_fact *fact = &shape->facts[i];
		const char *name;

		if (strcmp(fact->part, "body") == 0 &&
		    (has_prefix(fact->object, "procedure ", &name) ||
		     has_prefix(fact->object, "function ", &name))) {
			g_autofree char *folded = fold(name);
			const char *other = g_hash_table_lookup(routines, folded);
			char *body = other == NULL ? g_strdup(fact->text)
						   : g_strconcat(other, " ; ", fact->text, NULL);

			g_hash_table_replace(routines, g_steal_pointer(&folded), body);
		}
	}
	return routines;
}
