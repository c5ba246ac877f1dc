#include "chunk_text.h"

#include <string.h>

#include <glib.h>

#include "alter_column.h"
#include "script.h"

#define WORD "chunk"

struct reader {
	struct statement *statement;
	struct statement_chunk *chunk;
	struct alter_cursor at;
	struct lex_token last; /* the token before the present one, on the level of the statement */
	size_t wrong;          /* the offset that a refusal is about */
	bool writes_rows;      /* UPDATE or DELETE; else what is written comes from a SELECT */
	bool in_tables;
	bool in_set;
	bool in_where;
	bool between; /* its AND is not the one that joins conditions */
	size_t tables;
	size_t place; /* of the directive's table among them, from 1; 0: not met */
	bool met;     /* the word, where it may stand */
	struct err *err;
};

static int refuse(const struct reader *reader, const char *fmt, ...) PRINTF_LIKE(2, 3);

static int refuse(const struct reader *reader, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	return err_set(reader->err, ERR_INVALID, "%s", text);
}

/* ---- where the word is ------------------------------------------------------------------ */

struct spot {
	size_t at;
	size_t len;
	size_t nr;       /* how often it is there */
	bool unfinished; /* a comment without TRUE behind it */
};

static bool is_comment(const struct lex *lex, const struct lex_token *token)
{
	g_autofree char *inside = NULL;

	if (token->kind != LEX_COMMENT || token->len < strlen("/*:" WORD "*/")) {
		return false;
	}
	inside = g_strndup(lex->text + token->at + 2, token->len - 4);
	return strcmp(g_strstrip(inside), ":" WORD) == 0;
}

static bool is_bare(const struct lex *lex, const struct lex_token *token)
{
	return lex_is_punct(lex, token, ':') && token->at + 1 + strlen(WORD) <= lex->len &&
	       strncmp(lex->text + token->at + 1, WORD, strlen(WORD)) == 0 &&
	       (token->at + 1 + strlen(WORD) == lex->len ||
		!lex_is_word_byte(lex->text[token->at + 1 + strlen(WORD)]));
}

static void spot_take(struct spot *spot, struct lex *lex, const struct lex_token *token)
{
	struct lex ahead = *lex;
	struct lex_token next;

	spot->nr++;
	spot->at = token->at;
	if (token->kind == LEX_PUNCT) {
		spot->len = 1 + strlen(WORD);
		return;
	}
	(void)lex_next_code(&ahead, &next);
	spot->unfinished = !lex_is_word(lex, &next, "TRUE");
	spot->len = next.at + next.len - token->at;
}

static struct spot spot_find(const struct statement *statement)
{
	struct lex lex = { .text = statement->text,
			   .len = statement->len,
			   .modes = statement->modes };
	struct spot spot = { 0 };
	struct lex_token token;

	if (memmem(statement->text, statement->len, ":" WORD, strlen(":" WORD)) == NULL) {
		return spot;
	}
	while (lex_next(&lex, &token) != LEX_END) {
		if (is_comment(&lex, &token) || is_bare(&lex, &token)) {
			spot_take(&spot, &lex, &token);
		}
	}
	return spot;
}

bool chunk_text_has(const struct statement *statement, size_t *at)
{
	struct spot spot = spot_find(statement);

	*at = spot.at;
	return spot.nr > 0;
}

/* ---- tables ----------------------------------------------------------------------------- */

static bool is_alias(const struct alter_cursor *at)
{
	static const char *const others[] = { "SET",       "WHERE",  "ON",      "USING",
					      "JOIN",      "INNER",  "LEFT",    "RIGHT",
					      "CROSS",     "FULL",   "OUTER",   "FORCE",
					      "USE",       "IGNORE", "ORDER",   "LIMIT",
					      "GROUP",     "HAVING", "UNION",   "FOR",
					      "VALUES",    "SELECT", "NATURAL", "STRAIGHT_JOIN",
					      "RETURNING", NULL };

	return at->now.kind == LEX_NAME ||
	       (at->now.kind == LEX_WORD && !lex_is_one_of(&at->lex, &at->now, others));
}

/* The present token is where a table is named, or a query in parentheses. */
static void take_table(struct reader *reader)
{
	struct alter_cursor *at = &reader->at;
	g_autofree char *name = alter_name(at);
	g_autofree char *alias = NULL;

	reader->tables++;
	if (name == NULL) {
		return;
	}
	if (alter_take(at, "PARTITION")) {
		alter_skip(at);
	}
	if (alter_take(at, "AS") || is_alias(at)) {
		alias = alter_word(at);
	}
	if (strcmp(name, reader->chunk->table) == 0 && reader->place == 0) {
		reader->place = reader->tables;
		reader->chunk->alias = g_strdup(alias != NULL ? alias : name);
	}
}

/* ---- what stands on the level of the statement -------------------------------------------- */

/* What one piece does, and pieces together do not. */
static const char *const wholes[] = { "LIMIT",       "GROUP",     "HAVING", "UNION",
				      "EXCEPT",      "INTERSECT", "WINDOW", "DISTINCT",
				      "DISTINCTROW", "OVER",      NULL };

static bool is_aggregate(const struct alter_cursor *at)
{
	static const char *const names[] = {
		"COUNT",       "SUM",     "AVG",      "MIN",      "MAX",           "GROUP_CONCAT",
		"BIT_AND",     "BIT_OR",  "BIT_XOR",  "STD",      "STDDEV",        "STDDEV_POP",
		"STDDEV_SAMP", "VAR_POP", "VAR_SAMP", "VARIANCE", "JSON_ARRAYAGG", "JSON_OBJECTAGG",
		"ANY_VALUE",   NULL
	};
	struct alter_cursor ahead = *at;

	if (!lex_is_one_of(&at->lex, &at->now, names)) {
		return false;
	}
	alter_step(&ahead);
	return alter_is_punct(&ahead, '(');
}

/* (…): a query in it may do what it wants. */
static int pass_group(struct reader *reader)
{
	size_t depth = 0;
	size_t query = 0; /* the depth at which one began */

	do {
		depth += alter_is_punct(&reader->at, '(');
		depth -= depth > 0 && alter_is_punct(&reader->at, ')');
		if (query == 0 && alter_is(&reader->at, "SELECT")) {
			query = depth;
		}
		query = depth < query ? 0 : query;
		if (query == 0 && !reader->in_where && is_aggregate(&reader->at)) {
			reader->wrong = reader->at.now.at;
			return refuse(reader, "a statement with an aggregate gives something else "
					      "when it runs range by range");
		}
		alter_step(&reader->at);
	} while (depth > 0 && reader->at.now.kind != LEX_END);
	return 0;
}

static bool is_mark(const struct reader *reader)
{
	return reader->at.now.kind != LEX_END && reader->at.now.at >= reader->chunk->at &&
	       reader->at.now.at < reader->chunk->at + reader->chunk->len;
}

/* WHERE :chunk, or … AND :chunk; behind it AND, or the end of the conditions. */
static int take_mark(struct reader *reader)
{
	static const char *const behind[] = {
		"AND", "ORDER", "ON", "RETURNING", "FOR", "LOCK", NULL
	};
	bool joined = lex_is_word(&reader->at.lex, &reader->last, "WHERE") ||
		      (lex_is_word(&reader->at.lex, &reader->last, "AND") && !reader->between);

	reader->wrong = reader->chunk->at;
	if (!reader->in_where || !joined) {
		return refuse(reader,
			      ":chunk stands behind WHERE, or behind AND on the same level: "
			      "WHERE :chunk AND (…)");
	}
	while (is_mark(reader)) {
		reader->last = reader->at.now;
		alter_step(&reader->at);
	}
	if (reader->at.now.kind != LEX_END &&
	    !lex_is_one_of(&reader->at.lex, &reader->at.now, behind)) {
		return refuse(reader, "behind :chunk stands AND or the end of the conditions: "
				      "WHERE :chunk AND (…)");
	}
	reader->met = true;
	return 0;
}

static bool is_or(const struct reader *reader)
{
	static const char *const words[] = { "OR", "XOR", NULL };

	return lex_is_one_of(&reader->at.lex, &reader->at.now, words) ||
	       (alter_is_punct(&reader->at, '|') &&
		lex_is_punct(&reader->at.lex, &reader->last, '|') &&
		reader->last.at + 1 == reader->at.now.at);
}

static void take_assignment(struct reader *reader, GPtrArray *columns)
{
	char *name = alter_name(&reader->at);

	if (name != NULL) {
		g_ptr_array_add(columns, g_utf8_strdown(name, -1));
		g_free(name);
	}
}

/* Where in the statement the walk is. True: the token is passed. */
static bool take_clause(struct reader *reader, GPtrArray *columns)
{
	static const char *const joins[] = { "JOIN", "STRAIGHT_JOIN", "FROM", NULL };
	static const char *const ends[] = { "ORDER", "RETURNING", "ON", NULL };
	struct alter_cursor *at = &reader->at;
	bool joins_table = lex_is_one_of(&at->lex, &at->now, joins) ||
			   (reader->in_tables && alter_is_punct(at, ','));

	if (joins_table && !reader->in_where && !reader->in_set) {
		reader->in_tables = true;
		alter_step(at);
		take_table(reader);
		return true;
	}
	if (reader->writes_rows &&
	    (alter_is(at, "SET") || (reader->in_set && alter_is_punct(at, ',')))) {
		reader->in_tables = false;
		reader->in_set = true;
		alter_step(at);
		take_assignment(reader, columns);
		return true;
	}
	if (alter_is(at, "WHERE")) {
		reader->in_where = true;
		reader->in_tables = false;
		reader->in_set = false;
	} else if (reader->in_where && lex_is_one_of(&at->lex, &at->now, ends)) {
		reader->in_where = false;
	}
	return false;
}

static int check_word(struct reader *reader)
{
	struct alter_cursor *at = &reader->at;

	reader->wrong = at->now.at;
	if (lex_is_one_of(&at->lex, &at->now, wholes)) {
		return refuse(reader,
			      "%.*s gives something else when the statement runs range by range",
			      (int)at->now.len, at->lex.text + at->now.at);
	}
	if (!reader->in_where && is_aggregate(at)) {
		return refuse(reader, "a statement with an aggregate gives something else when it "
				      "runs range by range");
	}
	if (reader->in_where && is_or(reader)) {
		return refuse(reader, "beside :chunk there is no OR on the same level: put it in "
				      "parentheses, WHERE :chunk AND (a OR b)");
	}
	if (reader->in_tables && (alter_is(at, "RIGHT") || alter_is(at, "FULL"))) {
		return refuse(reader, "a row of the other table that finds none would be in no "
				      "range: turn the join round");
	}
	return 0;
}

static int pass_token(struct reader *reader, GPtrArray *columns)
{
	struct lex_token now = reader->at.now;

	if (is_mark(reader)) {
		return take_mark(reader);
	}
	if (check_word(reader) < 0) {
		return -1;
	}
	if (take_clause(reader, columns)) {
		reader->last = now;
		return 0;
	}
	if (alter_is(&reader->at, "BETWEEN")) {
		reader->between = true;
	} else if (lex_is_word(&reader->at.lex, &reader->last, "AND")) {
		reader->between = false;
	}
	reader->last = now;
	if (alter_is_punct(&reader->at, '(')) {
		return pass_group(reader);
	}
	alter_step(&reader->at);
	return 0;
}

static int walk(struct reader *reader)
{
	g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);

	while (reader->at.now.kind != LEX_END) {
		if (pass_token(reader, columns) < 0) {
			return -1;
		}
	}
	g_ptr_array_add(columns, NULL);
	reader->chunk->assigned = (char **)g_ptr_array_free(g_steal_pointer(&columns), FALSE);
	return 0;
}

/* ---- the statement ------------------------------------------------------------------------ */

static void take_modifiers(struct alter_cursor *at)
{
	static const char *const words[] = { "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK",
					     "IGNORE",       "INTO",          NULL };

	while (lex_is_one_of(&at->lex, &at->now, words)) {
		alter_step(at);
	}
}

/* What is written; the walk goes on behind it. */
static int take_verb(struct reader *reader)
{
	struct alter_cursor *at = &reader->at;
	bool updates = alter_is(at, "UPDATE");
	bool deletes = alter_is(at, "DELETE");
	g_autofree char *target = NULL;

	reader->wrong = at->now.at;
	if (!updates && !deletes && !alter_is(at, "INSERT") && !alter_is(at, "REPLACE")) {
		return refuse(reader,
			      "behind a chunk directive stands one UPDATE, DELETE, INSERT … "
			      "SELECT or REPLACE … SELECT");
	}
	reader->writes_rows = updates || deletes;
	alter_step(at);
	take_modifiers(at);
	if (updates) {
		reader->in_tables = true;
		take_table(reader);
		return 0;
	}
	if (deletes) {
		return alter_is(at, "FROM") ? 0
					    : refuse(reader, "a DELETE by ranges names one table: "
							     "DELETE FROM t WHERE :chunk");
	}
	target = alter_name(at);
	if (g_strcmp0(target, reader->chunk->table) == 0) {
		return refuse(reader,
			      "%s is read and filled at once: what a range adds may come "
			      "again in the next one",
			      target);
	}
	return 0;
}

static int check_tables(struct reader *reader)
{
	const char *table = reader->chunk->table;

	reader->wrong = reader->chunk->at;
	if (reader->writes_rows && reader->tables > 1) {
		return refuse(reader,
			      "a statement by ranges writes one table; put the other one in "
			      "a query: WHERE :chunk AND EXISTS (SELECT …), SET a = "
			      "(SELECT …)");
	}
	if (reader->place == 0) {
		return refuse(reader, "table=%s is not the table that the statement goes through",
			      table);
	}
	if (reader->place > 1) {
		return refuse(reader, "table=%s has to be the first table behind FROM", table);
	}
	return reader->met ? 0
			   : refuse(reader, ":chunk stands in the WHERE of the statement itself, "
					    "not in parentheses: WHERE :chunk AND (…)");
}

static int check_spot(struct reader *reader, const struct spot *spot)
{
	reader->wrong = spot->at;
	if (spot->nr == 0) {
		return refuse(reader, "the statement behind a chunk directive needs the word "
				      ":chunk in its WHERE: WHERE :chunk, or WHERE /* :chunk */ "
				      "TRUE, which runs under every client");
	}
	if (spot->nr > 1) {
		return refuse(reader, ":chunk stands %zu times in the statement: write it once",
			      spot->nr);
	}
	if (spot->unfinished) {
		return refuse(reader, "the comment :chunk stands in front of TRUE: /* :chunk */ "
				      "TRUE");
	}
	if (reader->statement->leaves_session) {
		return refuse(reader, "a statement that assigns variables gives something else "
				      "when it runs range by range");
	}
	return 0;
}

void chunk_text_free(struct statement_chunk *chunk)
{
	if (chunk == NULL) {
		return;
	}
	g_free(chunk->table);
	g_free(chunk->key);
	g_free(chunk->alias);
	g_strfreev(chunk->assigned);
	g_free(chunk);
}

int chunk_text_read(struct statement *statement, const struct chunk_order *order, size_t *at,
		    struct err *err)
{
	struct spot spot = spot_find(statement);
	struct statement_chunk *chunk = g_new0(struct statement_chunk, 1);
	struct reader reader = {
		.statement = statement,
		.chunk = chunk,
		.at = { .lex = { .text = statement->text,
				 .len = statement->len,
				 .modes = statement->modes } },
		.err = err,
	};

	*chunk = (struct statement_chunk){
		.table = g_strdup(order->table),
		.key = g_strdup(order->key),
		.rows = order->rows,
		.at = spot.at,
		.len = spot.len,
	};
	alter_step(&reader.at);
	if (take_verb(&reader) < 0 || check_spot(&reader, &spot) < 0 || walk(&reader) < 0 ||
	    check_tables(&reader) < 0) {
		*at = reader.wrong;
		chunk_text_free(chunk);
		return -1;
	}
	statement->chunk = chunk;
	return 0;
}
