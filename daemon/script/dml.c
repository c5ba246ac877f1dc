#include "dml.h"

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

/* WHERE 1, WHERE TRUE, WHERE 1 = 1: the present token is behind WHERE. */
static bool is_always(const struct alter_cursor *where)
{
	struct alter_cursor at = *where;

	if (!alter_take(&at, "1") && !alter_take(&at, "TRUE")) {
		return false;
	}
	if (alter_take_punct(&at, '=') && !alter_take(&at, "1")) {
		return false;
	}
	return at.now.kind == LEX_END;
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
