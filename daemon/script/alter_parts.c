#include "alter_parts.h"

#include <string.h>

static void change_clear(gpointer data)
{
	struct alter_change *change = data;

	g_free(change->table);
	g_free(change->name);
	g_free(change->other);
	if (change->columns != NULL) {
		g_ptr_array_unref(change->columns);
	}
	alter_column_release(&change->column);
}

GArray *alter_changes_new(void)
{
	GArray *changes = g_array_new(FALSE, TRUE, sizeof(struct alter_change));

	g_array_set_clear_func(changes, change_clear);
	return changes;
}

struct alter_change *alter_add(struct alter_reader *r, enum alter_kind kind, size_t offset)
{
	struct alter_change change = {
		.kind = kind,
		.at = offset,
		.table = g_strdup(r->table),
		.created = r->created,
	};

	g_array_append_val(r->changes, change);
	return &g_array_index(r->changes, struct alter_change, r->changes->len - 1);
}

bool alter_is_one_of(const struct alter_reader *r, const char *const *words)
{
	return lex_is_one_of(&r->at.lex, &r->at.now, words);
}

bool alter_is_end(const struct alter_reader *r)
{
	return r->at.now.kind == LEX_END;
}

bool alter_take_if(struct alter_cursor *at)
{
	if (!alter_take(at, "IF")) {
		return false;
	}
	(void)alter_take(at, "NOT");
	(void)alter_take(at, "EXISTS");
	return true;
}

/* ---- keys ------------------------------------------------------------------------- */

GPtrArray *alter_read_key_columns(struct alter_cursor *at)
{
	GPtrArray *columns;

	if (!alter_take_punct(at, '(')) {
		return NULL;
	}
	columns = g_ptr_array_new_with_free_func(g_free);
	while (at->now.kind != LEX_END && !alter_is_punct(at, ')')) {
		char *name = alter_name(at); /* NULL: an expression */

		g_ptr_array_add(columns, name == NULL ? NULL : g_ascii_strdown(name, -1));
		g_free(name);
		alter_skip_item(at);
		(void)alter_take_punct(at, ',');
	}
	(void)alter_take_punct(at, ')');
	return columns;
}

/* [INDEX|KEY] [IF NOT EXISTS] [name] [USING x] (columns) … */
static void read_key_rest(struct alter_reader *r, enum alter_kind kind, size_t offset, char *name)
{
	struct alter_change *change;
	bool guarded;

	(void)(alter_take(&r->at, "INDEX") || alter_take(&r->at, "KEY"));
	guarded = alter_take_if(&r->at);
	if (!alter_is_punct(&r->at, '(') && !alter_is(&r->at, "USING")) {
		g_free(name);
		name = alter_name(&r->at);
	}
	if (alter_take(&r->at, "USING")) {
		alter_step(&r->at);
	}
	change = alter_add(r, kind, offset);
	change->name = name;
	change->if_exists = guarded;
	change->columns = alter_read_key_columns(&r->at);
	alter_skip_item(&r->at);
}

static const struct {
	const char *word;
	enum alter_kind kind;
} key_words[] = {
	{ "PRIMARY", ALTER_ADD_PRIMARY }, { "UNIQUE", ALTER_ADD_UNIQUE },
	{ "FOREIGN", ALTER_ADD_FOREIGN }, { "FULLTEXT", ALTER_ADD_KEY },
	{ "SPATIAL", ALTER_ADD_KEY },     { "INDEX", ALTER_ADD_KEY },
	{ "KEY", ALTER_ADD_KEY },
};

bool alter_read_key(struct alter_reader *r)
{
	size_t offset = r->at.now.at;
	char *name = NULL;

	if (alter_take(&r->at, "CONSTRAINT")) {
		(void)alter_take_if(&r->at);
		if (!alter_is(&r->at, "PRIMARY") && !alter_is(&r->at, "UNIQUE") &&
		    !alter_is(&r->at, "FOREIGN") && !alter_is(&r->at, "CHECK")) {
			name = alter_name(&r->at);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(key_words); i++) {
		if (alter_is(&r->at, key_words[i].word)) {
			alter_step(&r->at);
			read_key_rest(r, key_words[i].kind, offset, name);
			return true;
		}
	}
	if (alter_take(&r->at, "CHECK")) {
		alter_add(r, ALTER_ADD_CHECK, offset)->name = name;
		alter_skip_item(&r->at);
		return true;
	}
	g_free(name);
	return false;
}

/* ---- columns ---------------------------------------------------------------------- */

void alter_read_definition(struct alter_reader *r, enum alter_kind kind, char *old, bool guarded)
{
	size_t offset = r->at.now.at;
	struct alter_change *change = alter_add(r, kind, offset);

	change->name = old;
	change->if_exists = guarded;
	alter_read_column(&r->at, &change->column);
	if (change->column.name == NULL) {
		g_array_set_size(r->changes, r->changes->len - 1);
		alter_skip_item(&r->at);
	}
}

bool alter_is_period(const struct alter_reader *r)
{
	return (alter_is(&r->at, "PERIOD") && alter_next_is(&r->at, "FOR")) ||
	       (alter_is(&r->at, "SYSTEM") && alter_next_is(&r->at, "VERSIONING"));
}

void alter_read_definitions(struct alter_reader *r)
{
	alter_step(&r->at);
	while (!alter_is_end(r) && !alter_is_punct(&r->at, ')')) {
		if (!alter_is_period(r) && !alter_read_key(r)) {
			alter_read_definition(r, ALTER_ADD_COLUMN, NULL, false);
		}
		alter_skip_item(&r->at);
		(void)alter_take_punct(&r->at, ',');
	}
	(void)alter_take_punct(&r->at, ')');
}

/* ---- options of a table ----------------------------------------------------------- */

static const struct {
	const char *word;
	enum alter_kind kind;
} option_words[] = {
	{ "CHARSET", ALTER_CHARSET },       { "COLLATE", ALTER_COLLATION },
	{ "ENGINE", ALTER_ENGINE },         { "TYPE", ALTER_ENGINE },
	{ "ROW_FORMAT", ALTER_ROW_FORMAT }, { "KEY_BLOCK_SIZE", ALTER_ROW_FORMAT },
};

bool alter_read_option(struct alter_reader *r)
{
	size_t offset = r->at.now.at;
	bool block_size = alter_is(&r->at, "KEY_BLOCK_SIZE");
	char *value;

	(void)alter_take(&r->at, "DEFAULT");
	if ((alter_is(&r->at, "CHARACTER") || alter_is(&r->at, "CHAR")) &&
	    alter_next_is(&r->at, "SET")) {
		alter_step(&r->at);
		alter_step(&r->at);
		(void)alter_take_punct(&r->at, '=');
		value = alter_word(&r->at);
		alter_add(r, ALTER_CHARSET, offset)->other = value;
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(option_words); i++) {
		if (alter_take(&r->at, option_words[i].word)) {
			(void)alter_take_punct(&r->at, '=');
			value = alter_word(&r->at);
			if (block_size) {
				g_free(value);
				value = g_strdup("COMPRESSED");
			}
			alter_add(r, option_words[i].kind, offset)->other = value;
			return true;
		}
	}
	return false;
}
