#include "rewrite.h"

#include <stdbool.h>
#include <string.h>

#include "alter.h"
#include "clause.h"
#include "lex.h"

const char *const rewrite_split_names[REWRITE_SPLIT_NR] = {
	[REWRITE_BY_KIND] = "kind",
	[REWRITE_BY_CLAUSE] = "clause",
};

enum kind {
	KIND_COLUMN,
	KIND_KEY,
	KIND_PRIMARY,
	KIND_RULE, /* foreign keys and checks */
	KIND_NR,
	KIND_OTHER, /* not to be touched */
};

struct item {
	const char *text; /* borrowed from the statement */
	size_t len;
	enum kind kind;
};

struct parts {
	struct clause clause;
	const char *sql; /* borrowed */
	GArray *items;   /* struct item */
};

static void parts_release(struct parts *parts)
{
	clause_release(&parts->clause);
	if (parts->items != NULL) {
		g_array_unref(parts->items);
	}
}

SCOPED_RELEASE(parts);

/* ---- clauses ---------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum kind kind;
} second_words[] = {
	{ "INDEX", KIND_KEY },       { "KEY", KIND_KEY },      { "UNIQUE", KIND_KEY },
	{ "FULLTEXT", KIND_KEY },    { "SPATIAL", KIND_KEY },  { "VECTOR", KIND_KEY },
	{ "PRIMARY", KIND_PRIMARY }, { "FOREIGN", KIND_RULE }, { "CHECK", KIND_RULE },
	{ "PARTITION", KIND_OTHER }, { "PERIOD", KIND_OTHER }, { "SYSTEM", KIND_OTHER },
	{ "TO", KIND_OTHER },        { "AS", KIND_OTHER },
};

static enum kind kind_of_word(const struct lex *lex, const struct lex_token *token,
			      enum kind otherwise)
{
	for (size_t i = 0; i < G_N_ELEMENTS(second_words); i++) {
		if (lex_is_word(lex, token, second_words[i].word)) {
			return second_words[i].kind;
		}
	}
	return otherwise;
}

/* Behind CONSTRAINT: its name, or what it is. */
static enum kind kind_of_constraint(struct lex *lex)
{
	struct lex_token token;
	enum kind kind;

	(void)lex_next_code(lex, &token);
	kind = kind_of_word(lex, &token, KIND_NR);
	if (kind == KIND_NR) {
		(void)lex_next_code(lex, &token);
		kind = kind_of_word(lex, &token, KIND_OTHER);
	}
	return kind;
}

static enum kind kind_of(const char *text, size_t len, unsigned modes)
{
	static const char *const verbs[] = { "ADD",    "DROP",   "ALTER", "MODIFY",
					     "CHANGE", "RENAME", NULL };
	struct lex lex = { .text = text, .len = len, .modes = modes };
	struct lex_token verb;
	struct lex_token token;

	(void)lex_next_code(&lex, &verb);
	if (!lex_is_one_of(&lex, &verb, verbs)) {
		return KIND_OTHER;
	}
	(void)lex_next_code(&lex, &token);
	if (lex_is_word(&lex, &token, "CONSTRAINT")) {
		return lex_is_word(&lex, &verb, "ADD") ? kind_of_constraint(&lex) : KIND_RULE;
	}
	if (lex_is_word(&lex, &verb, "RENAME")) { /* without COLUMN it is the table */
		return kind_of_word(&lex, &token,
				    lex_is_word(&lex, &token, "COLUMN") ? KIND_COLUMN : KIND_OTHER);
	}
	return kind_of_word(&lex, &token, KIND_COLUMN);
}

static void add_item(struct parts *parts, size_t at, size_t end, unsigned modes)
{
	struct item item = { .text = parts->sql + at, .len = end - at };

	item.kind = kind_of(item.text, item.len, modes);
	g_array_append_val(parts->items, item);
}

/* False: there is something in it that is not to be touched. */
static bool cut(struct parts *parts, unsigned modes)
{
	struct lex lex = { .text = parts->sql, .len = strlen(parts->sql), .modes = modes };
	struct lex_token token;
	size_t begin = parts->clause.at;
	size_t end = begin;
	int depth = 0;

	lex.at = begin;
	while (lex_next(&lex, &token) != LEX_END && !lex_is_punct(&lex, &token, ';')) {
		if (token.kind == LEX_VERSION_OPEN || token.kind == LEX_VERSION_CLOSE ||
		    lex_is_word(&lex, &token, "PARTITION")) {
			return false;
		}
		if (token.kind == LEX_SPACE || token.kind == LEX_COMMENT ||
		    token.kind == LEX_LINE_COMMENT) {
			continue;
		}
		depth += lex_is_punct(&lex, &token, '(');
		depth -= lex_is_punct(&lex, &token, ')');
		if (depth == 0 && lex_is_punct(&lex, &token, ',')) {
			add_item(parts, begin, end, modes);
			begin = token.at + 1;
		}
		end = token.at + token.len;
	}
	add_item(parts, begin, end, modes);
	for (guint i = 0; i < parts->items->len; i++) {
		if (g_array_index(parts->items, struct item, i).kind == KIND_OTHER) {
			return false;
		}
	}
	return true;
}

/* Not ALTER IGNORE, nor in a comment of some version, nor SET STATEMENT. */
static bool is_plain(const char *sql, unsigned modes)
{
	struct lex lex = { .text = sql, .len = strlen(sql), .modes = modes };
	struct lex_token first;
	struct lex_token second;

	(void)lex_next_code(&lex, &first);
	(void)lex_next_code(&lex, &second);
	return lex_is_word(&lex, &first, "ALTER") && lex_is_word(&lex, &second, "TABLE") &&
	       lex.version_depth == 0;
}

static bool parts_read(struct parts *parts, const char *sql, unsigned modes)
{
	const struct clause *clause = &parts->clause;

	parts->sql = sql;
	parts->items = g_array_new(FALSE, TRUE, sizeof(struct item));
	if (!clause_read(&parts->clause, sql, modes) || !is_plain(sql, modes) ||
	    clause->form != CLAUSE_ALTER_TABLE || clause->algorithm_value.len > 0 ||
	    clause->lock_value.len > 0 || clause->lock != NULL || strcmp(clause->glue, ", ") != 0 ||
	    memchr(sql + clause->where.at, '.', clause->where.len) != NULL) {
		return false;
	}
	return cut(parts, modes);
}

static void append(GString *text, const struct parts *parts, const struct item *item, bool first)
{
	const char *start = item->text;
	size_t len = item->len;

	while (len > 0 && g_ascii_isspace(*start)) {
		start++;
		len--;
	}
	if (first) {
		g_string_append_len(text, parts->sql, (gssize)parts->clause.at);
	}
	g_string_append_printf(text, "%s%.*s", first ? "" : ", ", (int)len, start);
}

/* ---- one into many ---------------------------------------------------------------------- */

/* Rows get a value that may depend on when, or behind what, the column is made. */
static bool has_computed(const char *sql, unsigned modes)
{
	struct lex lex = { .text = sql, .len = strlen(sql), .modes = modes };
	g_autoptr(GArray) changes = alter_changes_new();

	alter_read(&lex, changes);
	for (guint i = 0; i < changes->len; i++) {
		if (g_array_index(changes, struct alter_change, i).column.now_default) {
			return true;
		}
	}
	return false;
}

static void add_statement(GPtrArray *statements, GString *text)
{
	g_ptr_array_add(statements, g_string_free(text, FALSE));
}

/* The kinds in the order in which they are first met. */
static void by_kind(const struct parts *parts, GPtrArray *statements)
{
	bool done[KIND_NR] = { false };

	for (guint i = 0; i < parts->items->len; i++) {
		enum kind kind = g_array_index(parts->items, struct item, i).kind;
		GString *text;

		if (done[kind]) {
			continue;
		}
		done[kind] = true;
		text = g_string_new(NULL);
		for (guint k = i; k < parts->items->len; k++) {
			const struct item *item = &g_array_index(parts->items, struct item, k);

			if (item->kind == kind) {
				append(text, parts, item, k == i);
			}
		}
		add_statement(statements, text);
	}
}

static void by_clause(const struct parts *parts, GPtrArray *statements)
{
	for (guint i = 0; i < parts->items->len; i++) {
		GString *text = g_string_new(NULL);

		append(text, parts, &g_array_index(parts->items, struct item, i), true);
		add_statement(statements, text);
	}
}

static guint kinds(const struct parts *parts)
{
	bool met[KIND_NR] = { false };
	guint nr = 0;

	for (guint i = 0; i < parts->items->len; i++) {
		enum kind kind = g_array_index(parts->items, struct item, i).kind;

		nr += !met[kind];
		met[kind] = true;
	}
	return nr;
}

char **rewrite_split(const char *sql, unsigned modes, enum rewrite_split how)
{
	SCOPED(parts) parts = { 0 };
	GPtrArray *statements;

	if (!parts_read(&parts, sql, modes) || parts.items->len < 2 ||
	    (how == REWRITE_BY_KIND && kinds(&parts) < 2)) {
		return NULL;
	}
	if (how == REWRITE_BY_CLAUSE &&
	    (kinds(&parts) == parts.items->len || has_computed(sql, modes))) {
		return NULL;
	}
	statements = g_ptr_array_new();
	if (how == REWRITE_BY_KIND) {
		by_kind(&parts, statements);
	} else {
		by_clause(&parts, statements);
	}
	g_ptr_array_add(statements, NULL);
	return (char **)g_ptr_array_free(statements, FALSE);
}

/* ---- many into one ---------------------------------------------------------------------- */

static bool is_of_key(enum alter_kind kind)
{
	return kind == ALTER_ADD_KEY || kind == ALTER_ADD_UNIQUE || kind == ALTER_ADD_FOREIGN ||
	       kind == ALTER_ADD_CHECK || kind == ALTER_DROP_KEY || kind == ALTER_DROP_FOREIGN;
}

static void touch(GHashTable *touched, const char *kind, const char *name)
{
	if (name != NULL) {
		char *key = g_strconcat(kind, name, NULL);

		g_hash_table_add(touched, g_utf8_strdown(key, -1));
		g_free(key);
	}
}

/* What a statement makes, changes or removes. Owned. */
static GHashTable *touched_by(const char *sql, unsigned modes)
{
	GHashTable *touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct lex lex = { .text = sql, .len = strlen(sql), .modes = modes };
	g_autoptr(GArray) changes = alter_changes_new();

	alter_read(&lex, changes);
	for (guint i = 0; i < changes->len; i++) {
		const struct alter_change *change = &g_array_index(changes, struct alter_change, i);
		const char *kind = is_of_key(change->kind) ? "key " : "column ";

		touch(touched, kind, change->name);
		touch(touched, kind, change->other);
		touch(touched, kind, change->column.name);
		if (change->kind == ALTER_ADD_PRIMARY || change->kind == ALTER_DROP_PRIMARY ||
		    change->column.primary) {
			touch(touched, "key ", "PRIMARY");
		}
	}
	return touched;
}

static bool is_disjoint(GHashTable *touched, GHashTable *more)
{
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, more);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		if (g_hash_table_contains(touched, name)) {
			return false;
		}
	}
	g_hash_table_iter_init(&iter, more);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		g_hash_table_add(touched, g_strdup(name));
	}
	return true;
}

/* The same table, and the same WAIT. */
static bool is_same_table(const struct parts *first, const struct parts *parts)
{
	const struct clause_span *a = &first->clause.where;
	const struct clause_span *b = &parts->clause.where;

	return a->len == b->len && strncmp(first->sql + a->at, parts->sql + b->at, a->len) == 0;
}

char *rewrite_merge(const char *const *sqls, size_t nr, unsigned modes)
{
	g_autoptr(GHashTable) touched =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	SCOPED(parts) first = { 0 };

	if (nr < 2 || !parts_read(&first, sqls[0], modes)) {
		return NULL;
	}
	for (size_t i = 0; i < nr; i++) {
		g_autoptr(GHashTable) more = touched_by(sqls[i], modes);
		SCOPED(parts) parts = { 0 };

		if (!parts_read(&parts, sqls[i], modes) || !is_same_table(&first, &parts) ||
		    has_computed(sqls[i], modes) || !is_disjoint(touched, more)) {
			return NULL;
		}
		for (guint k = 0; k < parts.items->len; k++) {
			append(text, &parts, &g_array_index(parts.items, struct item, k),
			       i == 0 && k == 0);
		}
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

void rewrite_digest(const char *const *texts, size_t nr, char digest[REWRITE_DIGEST_LEN + 1])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (size_t i = 0; i < nr; i++) {
		g_checksum_update(sum, (const guchar *)texts[i], (gssize)strlen(texts[i]) + 1);
	}
	g_strlcpy(digest, g_checksum_get_string(sum), REWRITE_DIGEST_LEN + 1);
}
