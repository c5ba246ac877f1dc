#include "clause.h"

#include <string.h>

#include <glib.h>

#include "lex.h"

/* ---- reading ---------------------------------------------------------------------------- */

struct walk {
	struct lex lex;
	struct lex_token now;
	size_t end; /* of the code token before it */
	struct clause *clause;
};

static void step(struct walk *walk)
{
	walk->end = walk->now.at + walk->now.len;
	(void)lex_next_code(&walk->lex, &walk->now);
}

static bool is(const struct walk *walk, const char *word)
{
	return lex_is_word(&walk->lex, &walk->now, word);
}

static bool take(struct walk *walk, const char *word)
{
	if (!is(walk, word)) {
		return false;
	}
	step(walk);
	return true;
}

static bool is_end(const struct walk *walk)
{
	return walk->now.kind == LEX_END || lex_is_punct(&walk->lex, &walk->now, ';');
}

static char *text_of(const struct walk *walk, const struct lex_token *token)
{
	return g_strndup(walk->lex.text + token->at, token->len);
}

/* Without its quotes. */
static char *name_of(const struct walk *walk)
{
	g_autofree char *text = text_of(walk, &walk->now);
	char doubled[3] = { text[0], text[0], '\0' };
	char single[2] = { text[0], '\0' };
	g_auto(GStrv) parts = NULL;

	if (walk->now.kind != LEX_NAME || walk->now.len < 2) {
		return g_steal_pointer(&text);
	}
	text[walk->now.len - 1] = '\0';
	parts = g_strsplit(text + 1, doubled, -1);
	return g_strjoinv(single, parts);
}

/* [schema .] table [WAIT n|NOWAIT] */
static void read_table(struct walk *walk)
{
	struct clause *clause = walk->clause;
	bool more = !is_end(walk);

	clause->where.at = walk->now.at;
	while (more) {
		g_free(clause->table);
		clause->table = name_of(walk);
		step(walk);
		more = lex_is_punct(&walk->lex, &walk->now, '.');
		if (more) {
			step(walk);
		}
	}
	if (take(walk, "WAIT")) {
		step(walk);
	} else {
		(void)take(walk, "NOWAIT");
	}
	clause->where.len = walk->end - clause->where.at;
}

/* Behind the word ALGORITHM or LOCK: [=] value. */
static void read_value(struct walk *walk, struct clause_span *span, char **value)
{
	if (lex_is_punct(&walk->lex, &walk->now, '=')) {
		step(walk);
	}
	if (is_end(walk)) {
		return;
	}
	*span = (struct clause_span){ walk->now.at, walk->now.len };
	g_free(*value);
	*value = is(walk, "DEFAULT") ? NULL : text_of(walk, &walk->now);
	step(walk);
}

static bool read_clause(struct walk *walk)
{
	struct clause *clause = walk->clause;

	if (take(walk, "ALGORITHM")) {
		read_value(walk, &clause->algorithm_value, &clause->algorithm);
		return true;
	}
	if (take(walk, "LOCK")) {
		read_value(walk, &clause->lock_value, &clause->lock);
		return true;
	}
	return false;
}

/* To the end. Clauses begin an item of a list, or stand anywhere when there is no list. */
static void read_clauses(struct walk *walk, bool list)
{
	bool begins = true;
	int depth = 0;

	while (!is_end(walk)) {
		if (depth == 0 && (begins || !list) && read_clause(walk)) {
			begins = false;
			continue;
		}
		depth += lex_is_punct(&walk->lex, &walk->now, '(');
		depth -= lex_is_punct(&walk->lex, &walk->now, ')');
		begins = depth == 0 && lex_is_punct(&walk->lex, &walk->now, ',');
		step(walk);
	}
}

/* ONLINE and the like in front of TABLE or INDEX. */
static void read_online(struct walk *walk)
{
	bool more = true;

	while (more) {
		more = true;
		if (take(walk, "ONLINE")) {
			g_free(walk->clause->lock);
			walk->clause->lock = g_strdup("NONE");
		} else {
			more = take(walk, "OFFLINE") || take(walk, "IGNORE");
		}
	}
}

static void read_alter(struct walk *walk)
{
	struct clause *clause = walk->clause;

	read_online(walk);
	if (!take(walk, "TABLE")) {
		return;
	}
	clause->form = CLAUSE_ALTER_TABLE;
	if (take(walk, "IF")) {
		(void)take(walk, "EXISTS");
	}
	read_table(walk);
	clause->glue = ", ";
	clause->at = walk->now.at;
	if (is_end(walk)) {
		clause->glue = "";
		clause->at = walk->end;
	} else if (is(walk, "PARTITION") || is(walk, "REMOVE")) {
		clause->glue = " ";
	}
	read_clauses(walk, true);
}

static void to_on(struct walk *walk)
{
	while (!is_end(walk) && !is(walk, "ON")) {
		step(walk);
	}
}

static void read_create(struct walk *walk)
{
	static const char *const kinds[] = { "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", NULL };

	if (take(walk, "OR")) {
		(void)take(walk, "REPLACE");
	}
	read_online(walk);
	if (lex_is_one_of(&walk->lex, &walk->now, kinds)) {
		step(walk);
	}
	if (!take(walk, "INDEX")) {
		return;
	}
	walk->clause->form = CLAUSE_CREATE_INDEX;
	to_on(walk);
	(void)take(walk, "ON");
	read_table(walk);
	read_clauses(walk, false);
	walk->clause->at = walk->end;
	walk->clause->glue = "";
}

static void read_drop(struct walk *walk, size_t begin)
{
	struct clause *clause = walk->clause;

	read_online(walk);
	if (!take(walk, "INDEX")) {
		return;
	}
	clause->form = CLAUSE_DROP_INDEX;
	clause->drop = (struct clause_span){ begin, walk->end - begin };
	clause->index.at = walk->now.at;
	to_on(walk);
	clause->index.len = walk->end - clause->index.at;
	(void)take(walk, "ON");
	read_table(walk);
	read_clauses(walk, false);
	clause->at = walk->end;
	clause->glue = "";
}

/* MariaDB's SET STATEMENT x = 1 FOR … */
static void pass_settings(struct walk *walk)
{
	if (take(walk, "SET") && take(walk, "STATEMENT")) {
		while (!is_end(walk) && !take(walk, "FOR")) {
			step(walk);
		}
	}
}

bool clause_read(struct clause *clause, const char *sql, unsigned modes)
{
	struct walk walk = {
		.lex = { .text = sql, .len = strlen(sql), .modes = modes },
		.clause = clause,
	};
	size_t begin;

	*clause = (struct clause){ 0 };
	step(&walk);
	pass_settings(&walk);
	begin = walk.now.at;
	if (take(&walk, "ALTER")) {
		read_alter(&walk);
	} else if (take(&walk, "CREATE")) {
		read_create(&walk);
	} else if (take(&walk, "DROP")) {
		read_drop(&walk, begin);
	}
	return clause->form != CLAUSE_NOTHING;
}

void clause_release(struct clause *clause)
{
	g_free(clause->table);
	g_free(clause->algorithm);
	g_free(clause->lock);
	*clause = (struct clause){ 0 };
}

/* ---- writing ---------------------------------------------------------------------------- */

static bool is_default(const char *said, const struct clause_span *value)
{
	return said == NULL && value->len > 0;
}

/* What was said already, and a DEFAULT, get no clause of their own. */
static char *added(const struct clause *clause, const char *algorithm, const char *lock)
{
	const char *between = clause->form == CLAUSE_CREATE_INDEX ? " " : ", ";
	GString *text = g_string_new(NULL);

	if (algorithm != NULL && clause->algorithm == NULL && clause->algorithm_value.len == 0) {
		g_string_append_printf(text, "ALGORITHM=%s", algorithm);
	}
	if (lock != NULL && clause->lock == NULL && clause->lock_value.len == 0) {
		g_string_append_printf(text, "%sLOCK=%s", text->len > 0 ? between : "", lock);
	}
	return g_string_free(text, FALSE);
}

struct edit {
	struct clause_span span;
	const char *text; /* NULL: no change */
};

static int by_place(const void *a, const void *b)
{
	const struct edit *left = a;
	const struct edit *right = b;

	return (left->span.at > right->span.at) - (left->span.at < right->span.at);
}

static char *edited(const char *sql, struct edit *edits, size_t nr)
{
	GString *text = g_string_new(NULL);
	size_t at = 0;

	qsort(edits, nr, sizeof(*edits), by_place);
	for (size_t i = 0; i < nr; i++) {
		if (edits[i].text != NULL && edits[i].span.at >= at) {
			g_string_append_len(text, sql + at, (gssize)(edits[i].span.at - at));
			g_string_append(text, edits[i].text);
			at = edits[i].span.at + edits[i].span.len;
		}
	}
	g_string_append(text, sql + at);
	return g_string_free(text, FALSE);
}

/* What ONLINE said is said by LOCK. */
static char *as_alter(const struct clause *clause, const char *sql, const char *algorithm,
		      const char *lock)
{
	GString *text = g_string_new_len(sql, (gssize)clause->drop.at);

	g_string_append_printf(text, "ALTER TABLE %.*s ", (int)clause->where.len,
			       sql + clause->where.at);
	if (algorithm != NULL) {
		g_string_append_printf(text, "ALGORITHM=%s, ", algorithm);
	}
	if (lock != NULL || clause->lock != NULL) {
		g_string_append_printf(text, "LOCK=%s, ",
				       clause->lock == NULL ? lock : clause->lock);
	}
	g_string_append_printf(text, "DROP INDEX %.*s%s", (int)clause->index.len,
			       sql + clause->index.at, sql + clause->at);
	return g_string_free(text, FALSE);
}

char *clause_write(const struct clause *clause, const char *sql, const char *algorithm,
		   const char *lock)
{
	bool is_said = clause->algorithm_value.len > 0 || clause->lock_value.len > 0;
	g_autofree char *clauses = added(clause, algorithm, lock);
	g_autofree char *inserted = NULL;
	struct edit edits[] = {
		{ { clause->at, 0 }, NULL },
		{ clause->algorithm_value,
		  is_default(clause->algorithm, &clause->algorithm_value) ? algorithm : NULL },
		{ clause->lock_value, is_default(clause->lock, &clause->lock_value) ? lock : NULL },
	};

	if (clause->form == CLAUSE_NOTHING || clause->table == NULL) {
		return g_strdup(sql);
	}
	if (clause->form == CLAUSE_DROP_INDEX && clauses[0] != '\0' && !is_said) {
		return as_alter(clause, sql, algorithm, lock);
	}
	if (clauses[0] != '\0') {
		inserted = g_strconcat(clause->glue[0] == '\0' ? " " : "", clauses, clause->glue,
				       NULL);
		edits[0].text = inserted;
	}
	return edited(sql, edits, G_N_ELEMENTS(edits));
}
