#include "dml.h"

#include <string.h>

#include "alter_column.h"

static void take_modifiers(struct alter_cursor *at)
{
	static const char *const words[] = { "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK",
					     "IGNORE",       "INTO",          "FROM",    NULL };

	while (lex_is_one_of(&at->lex, &at->now, words)) {
		alter_step(at);
	}
}

static void add_column(struct dml *dml, struct alter_cursor *at)
{
	char *name = alter_name(at);

	if (name != NULL) {
		g_ptr_array_add(dml->columns, g_ascii_strdown(name, -1));
		g_free(name);
	}
}

/* (a, b, c) behind the table, unless it is a query. */
static void read_columns(struct dml *dml, struct alter_cursor *at)
{
	if (alter_next_is(at, "SELECT") || alter_next_is(at, "WITH")) {
		return;
	}
	alter_step(at);
	dml->columns = g_ptr_array_new_with_free_func(g_free);
	while (at->now.kind != LEX_END && !alter_is_punct(at, ')')) {
		add_column(dml, at);
		alter_skip_item(at);
		(void)alter_take_punct(at, ',');
	}
}

/* SET a = 1, b = 2 */
static void read_assignments(struct dml *dml, struct alter_cursor *at)
{
	dml->columns = g_ptr_array_new_with_free_func(g_free);
	do {
		alter_step(at);
		add_column(dml, at);
		alter_skip_item(at);
	} while (alter_is_punct(at, ','));
}

static void read_insert(struct dml *dml, struct alter_cursor *at)
{
	dml->table = alter_name(at);
	if (alter_take(at, "PARTITION")) {
		alter_skip(at);
	}
	if (alter_is_punct(at, '(')) {
		read_columns(dml, at);
	} else if (alter_is(at, "SET")) {
		read_assignments(dml, at);
	}
}

static bool take_always(struct alter_cursor *at);

static bool is_constant(const struct alter_cursor *at)
{
	return at->now.kind == LEX_STRING ||
	       (at->now.kind == LEX_WORD && g_ascii_isdigit(at->lex.text[at->now.at]));
}

static bool is_same_token(const struct alter_cursor *a, const struct alter_cursor *b)
{
	return a->now.kind == b->now.kind && a->now.len == b->now.len &&
	       memcmp(a->lex.text + a->now.at, b->lex.text + b->now.at, a->now.len) == 0;
}

/* 1, TRUE, 1 = 1, 'a' = 'a', or such a condition in parentheses; it is passed. */
static bool take_true(struct alter_cursor *at)
{
	struct alter_cursor left = *at;

	if (alter_take_punct(at, '(')) {
		return take_always(at) && alter_take_punct(at, ')');
	}
	if (alter_take(at, "TRUE")) {
		return true;
	}
	if (!is_constant(at)) {
		return false;
	}
	alter_step(at);
	if (!alter_take_punct(at, '=')) {
		return left.now.len == 1 && left.lex.text[left.now.at] == '1';
	}
	if (!is_same_token(&left, at)) {
		return false;
	}
	alter_step(at);
	return true;
}

static bool is_condition_end(const struct alter_cursor *at)
{
	static const char *const words[] = { "OR", "ORDER", "LIMIT", "RETURNING", NULL };

	return at->now.kind == LEX_END || alter_is_punct(at, ')') ||
	       lex_is_one_of(&at->lex, &at->now, words);
}

/* What stands between two ORs: true AND true */
static bool take_branch(struct alter_cursor *at)
{
	bool always = take_true(at);

	while (always && alter_take(at, "AND")) {
		always = take_true(at);
	}
	return always && is_condition_end(at);
}

/* Is one of the branches true for every row? The condition is passed. */
static bool take_always(struct alter_cursor *at)
{
	bool always = false;

	do {
		always |= take_branch(at);
		while (!is_condition_end(at)) {
			alter_skip(at);
		}
	} while (alter_take(at, "OR"));
	return always;
}

/* The present token is behind WHERE. */
static bool is_always(const struct alter_cursor *where)
{
	struct alter_cursor at = *where;

	return take_always(&at);
}

/* The rest of UPDATE or DELETE: what stands in parentheses says nothing. */
static void read_bounds(struct dml *dml, struct alter_cursor *at)
{
	bool set = dml->kind == DML_DELETE;

	while (at->now.kind != LEX_END) {
		if (alter_take(at, "WHERE")) {
			dml->bounded |= !is_always(at);
			continue;
		}
		dml->bounded |= alter_is(at, "LIMIT");
		dml->join |= alter_is(at, "JOIN") || alter_is(at, "STRAIGHT_JOIN") ||
			     (dml->kind == DML_DELETE && alter_is(at, "USING")) ||
			     (!set && alter_is_punct(at, ','));
		set |= alter_is(at, "SET");
		alter_skip(at);
	}
}

static void read_writer(struct dml *dml, struct alter_cursor *at)
{
	bool several = dml->kind == DML_DELETE && !alter_is(at, "FROM");

	take_modifiers(at);
	dml->table = alter_name(at);
	/* DELETE a FROM a JOIN b */
	dml->join = several && (alter_is(at, "FROM") || alter_is_punct(at, ','));
	read_bounds(dml, at);
}

/* WITH x AS (…), y AS (…) in front of the verb */
static void pass_with(struct alter_cursor *at)
{
	static const char *const verbs[] = { "UPDATE", "DELETE", NULL };
	bool with = alter_is(at, "WITH");

	while (with && at->now.kind != LEX_END && !lex_is_one_of(&at->lex, &at->now, verbs)) {
		alter_skip(at);
	}
}

void dml_read(struct dml *dml, const struct lex *piece)
{
	static const struct {
		const char *word;
		enum dml_kind kind;
	} verbs[] = {
		{ "INSERT", DML_INSERT },
		{ "REPLACE", DML_REPLACE },
		{ "UPDATE", DML_UPDATE },
		{ "DELETE", DML_DELETE },
	};
	struct alter_cursor at = { .lex = *piece };

	*dml = (struct dml){ 0 };
	alter_step(&at);
	dml->at = at.now.at;
	pass_with(&at);
	for (size_t i = 0; i < G_N_ELEMENTS(verbs) && dml->kind == DML_NONE; i++) {
		dml->kind = alter_is(&at, verbs[i].word) ? verbs[i].kind : DML_NONE;
	}
	if (dml->kind == DML_NONE) {
		return;
	}
	alter_step(&at);
	if (dml->kind == DML_INSERT || dml->kind == DML_REPLACE) {
		take_modifiers(&at);
		read_insert(dml, &at);
	} else {
		read_writer(dml, &at);
	}
}

void dml_release(struct dml *dml)
{
	g_free(dml->table);
	if (dml->columns != NULL) {
		g_ptr_array_unref(dml->columns);
	}
	*dml = (struct dml){ 0 };
}
