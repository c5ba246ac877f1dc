#include <string.h>

#include "alter_column.h"
#include "lint_deep.h"

static char *lower_of(const struct lex *lex, const struct lex_token *token)
{
	return g_ascii_strdown(lex->text + token->at, (gssize)token->len);
}

static struct lex lex_of(const struct statement *statement)
{
	return (struct lex){ .text = statement->text,
			     .len = statement->len,
			     .modes = statement->modes };
}

/* ---- a tail that cannot be run again ---------------------------------------------- */

static bool changes_something(const struct statement *statement)
{
	return statement->kind == STATEMENT_DDL || statement->kind == STATEMENT_DML ||
	       statement->kind == STATEMENT_CALL;
}

static bool has_more(const struct lint_deep *deep)
{
	for (size_t i = deep->index + 1; i < deep->script->nr; i++) {
		if (changes_something(&deep->script->statements[i])) {
			return true;
		}
	}
	return false;
}

/* Does the same statement fail when it has run already? Only where that is certain. */
static bool fails_twice(const struct alter_change *change)
{
	static const enum alter_kind kinds[] = {
		ALTER_CREATE_TABLE, ALTER_DROP_TABLE,  ALTER_RENAME_TABLE,  ALTER_DROP_VIEW,
		ALTER_ADD_COLUMN,   ALTER_DROP_COLUMN, ALTER_RENAME_COLUMN, ALTER_DROP_KEY,
		ALTER_DROP_PRIMARY, ALTER_ADD_PRIMARY,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds) && !change->created; i++) {
		if (kinds[i] == change->kind) {
			return !change->if_exists;
		}
	}
	return false;
}

void lint_shape_change(struct lint_deep *deep, const struct alter_change *change)
{
	if (!deep->program && fails_twice(change) && has_more(deep)) {
		lint_say_once(
			deep, LINT_TAIL, change->at,
			"statement %zu of %zu cannot be run twice: when a later one fails, "
			"only muster knows where to go on; write one such statement in a file, "
			"or IF EXISTS and IF NOT EXISTS",
			deep->index + 1, deep->script->nr);
	}
	if (change->kind == ALTER_TRUNCATE && !lint_is_new_table(deep, change->table) &&
	    !g_hash_table_contains(deep->temporary, change->table)) {
		lint_say(
			deep, LINT_TRUNCATE, change->at,
			"all rows of %.64s are removed, and nothing brings them back; delete those "
			"that are meant, in ranges of the key",
			change->table);
	}
	if (change->kind == ALTER_LOSE_PARTITION && !lint_is_new_table(deep, change->table)) {
		lint_say(
			deep, LINT_TRUNCATE, change->at,
			"all rows in partition %.64s of %.64s are removed, and nothing brings them "
			"back; allow it where they are worth nothing",
			change->name, change->table);
	}
}

/* ---- rows ------------------------------------------------------------------------- */

static bool is_foreign_to_clients(const struct lint_deep *deep, const char *table)
{
	return table == NULL || lint_is_new_table(deep, table) ||
	       g_hash_table_contains(deep->made, table) ||
	       g_hash_table_contains(deep->temporary, table);
}

static void check_rows(struct lint_deep *deep, const struct dml *dml)
{
	bool writes = dml->kind == DML_UPDATE || dml->kind == DML_DELETE;

	if (dml->kind == DML_NONE || is_foreign_to_clients(deep, dml->table)) {
		return;
	}
	if (deep->changes_tables) {
		lint_say_once(
			deep, LINT_MIXED, dml->at,
			"rows of %.64s are written in a file that changes tables, too; write a "
			"file for each of the two",
			dml->table);
	}
	if (writes && !dml->bounded && deep->statement->chunk == NULL) {
		lint_say(deep, LINT_UNBOUNDED, dml->at,
			 dml->join
				 ? "%s of %.64s without WHERE: every row that the join finds is "
				   "locked until it ends; write ranges of the key"
				 : "%s of %.64s without WHERE: every row is locked until it ends; "
				   "write ranges of the key",
			 dml->kind == DML_UPDATE ? "UPDATE" : "DELETE", dml->table);
	}
}

/* ---- what the session keeps ------------------------------------------------------- */

static struct lint_setting *find_setting(struct lint_deep *deep, const char *name)
{
	for (guint i = 0; i < deep->settings->len; i++) {
		struct lint_setting *setting =
			&g_array_index(deep->settings, struct lint_setting, i);

		if (strcmp(setting->name, name) == 0) {
			return setting;
		}
	}
	return NULL;
}

/* name = value: the present token is the first of value. Takes name. */
static void take_setting(struct lint_deep *deep, struct alter_cursor *at, char *name, size_t offset)
{
	struct lint_setting *known = find_setting(deep, name);
	bool back = at->now.kind == LEX_VARIABLE || alter_is(at, "DEFAULT");
	g_autofree char *value = lower_of(&at->lex, &at->now);

	if (known != NULL) {
		known->back = back || strcmp(value, known->first) != 0;
		g_free(name);
		return;
	}
	g_array_append_val(deep->settings, ((struct lint_setting){
						   .name = name,
						   .first = g_steal_pointer(&value),
						   .back = back,
						   .statement = deep->index,
						   .at = offset,
					   }));
}

static bool is_for_all(const struct alter_cursor *at)
{
	static const char *const scopes[] = { "@@global", "@@persist", "@@persist_only" };

	for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++) {
		if (at->now.len == strlen(scopes[i]) &&
		    g_ascii_strncasecmp(at->lex.text + at->now.at, scopes[i], at->now.len) == 0) {
			return true;
		}
	}
	return false;
}

/* The name of a variable of the session; NULL: it is something else that is set. */
static char *setting_name(struct alter_cursor *at)
{
	static const char *const scopes[] = { "SESSION", "LOCAL", NULL };
	char *name;

	if (at->now.kind == LEX_VARIABLE && at->now.len > 2 &&
	    at->lex.text[at->now.at + 1] == '@' && !is_for_all(at)) {
		name = g_ascii_strdown(at->lex.text + at->now.at + 2, (gssize)at->now.len - 2);
		alter_step(at);
		if (alter_take_punct(at, '.')) { /* @@session.x */
			g_free(name);
			name = lower_of(&at->lex, &at->now);
			alter_step(at);
		}
		return name;
	}
	if (lex_is_one_of(&at->lex, &at->now, scopes)) {
		alter_step(at);
	}
	if (at->now.kind != LEX_WORD) {
		return NULL;
	}
	name = lower_of(&at->lex, &at->now);
	alter_step(at);
	return name;
}

static bool is_assignment(const struct alter_cursor *at)
{
	return alter_is_punct(at, '=') || (at->now.kind == LEX_PUNCT && at->now.len == 2);
}

static void check_set(struct lint_deep *deep, const struct piece *piece)
{
	static const char *const others[] = { "STATEMENT", "TRANSACTION", "NAMES",
					      "CHARACTER", "CHARSET",     "GLOBAL",
					      "ROLE",      "PASSWORD",    NULL };
	struct alter_cursor at = { .lex = piece->lex };

	alter_step(&at);
	if (!alter_take(&at, "SET") || lex_is_one_of(&at.lex, &at.now, others)) {
		return;
	}
	while (at.now.kind != LEX_END) {
		size_t offset = at.now.at;
		char *name = setting_name(&at);

		if (name != NULL && is_assignment(&at)) {
			alter_step(&at);
			take_setting(deep, &at, name, offset);
		} else {
			g_free(name);
		}
		while (at.now.kind != LEX_END && !alter_is_punct(&at, ',')) {
			alter_skip(&at);
		}
		(void)alter_take_punct(&at, ',');
	}
}

/* ---- user variables --------------------------------------------------------------- */

static bool is_user_variable(const struct lex *lex, const struct lex_token *token)
{
	return token->kind == LEX_VARIABLE && token->len > 1 && lex->text[token->at + 1] != '@';
}

/* root@localhost: an account, no variable. */
static bool is_host(const struct lex_token *back, const struct lex_token *token)
{
	return back->len > 0 && back->at + back->len == token->at && back->kind != LEX_PUNCT;
}

/* @a := x, SET @a = x, INTO @a, @b, CALL p(@a) */
static void gather_assigned(struct lint_deep *deep, const struct statement *statement)
{
	struct lex lex = lex_of(statement);
	struct lex_token token;
	struct lex_token next;
	bool set = false;
	bool into = false;

	while (lex_next_code(&lex, &token) != LEX_END) {
		struct lex ahead = lex;

		set |= lex_is_word(&lex, &token, "SET") || lex_is_word(&lex, &token, "CALL");
		into = lex_is_word(&lex, &token, "INTO") ||
		       (into && (token.kind == LEX_VARIABLE || lex_is_punct(&lex, &token, ',')));
		if (is_user_variable(&lex, &token)) {
			lex_next_code(&ahead, &next);
			if (into || (next.kind == LEX_PUNCT && next.len == 2) ||
			    (set && (lex_is_punct(&ahead, &next, '=') ||
				     lex_is_punct(&ahead, &next, ')') ||
				     lex_is_punct(&ahead, &next, ',')))) {
				g_hash_table_add(deep->assigned, lower_of(&lex, &token));
			}
		}
	}
}

static void check_variables(struct lint_deep *deep, const struct piece *piece)
{
	struct lex lex = piece->lex;
	struct lex_token token;
	struct lex_token back = { 0 };

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (is_user_variable(&lex, &token) && !is_host(&back, &token)) {
			char *name = lower_of(&lex, &token);

			if (g_hash_table_contains(deep->assigned, name) ||
			    !g_hash_table_add(deep->unset, g_strdup(name))) {
				g_free(name);
				back = token;
				continue;
			}
			lint_say(deep, LINT_UNSET, token.at,
				 "%.64s is read and nothing in this file sets it, so it is NULL: "
				 "each file has a session of its own; set it here",
				 name);
			g_free(name);
		}
		back = token;
	}
}

/* ---- comments that are code ------------------------------------------------------- */

static void check_comment(struct lint_deep *deep, const struct lex *lex,
			  const struct lex_token *token)
{
	g_autofree char *open = g_strndup(lex->text + token->at, token->len);
	bool maria = open[2] == 'M';
	gint64 version = g_ascii_strtoll(open + (maria ? 4 : 3), NULL, 10);

	if (maria || version >= 100000) {
		lint_say(deep, LINT_SOME_SERVERS, token->at,
			 "what stands behind %.16s runs on MariaDB and not on MySQL; write what "
			 "every server understands",
			 open);
	} else if (version >= 50700) {
		lint_say(deep, LINT_SOME_SERVERS, token->at,
			 "what stands behind %.16s runs on MySQL and not on MariaDB; write what "
			 "every server understands",
			 open);
	} else {
		lint_say_once(deep, LINT_HIDDEN, token->at,
			      "what stands behind %.16s is no comment, it runs; write it without",
			      open);
	}
}

static void check_comments(struct lint_deep *deep)
{
	struct lex lex = lex_of(deep->statement);
	struct lex_token token;

	while (lex_next(&lex, &token) != LEX_END) {
		if (token.kind == LEX_VERSION_OPEN) {
			check_comment(deep, &lex, &token);
		}
	}
}

/* ---- transactions, procedures ----------------------------------------------------- */

static void check_transaction(struct lint_deep *deep, const struct piece *piece)
{
	struct alter_cursor at = { .lex = piece->lex };

	alter_step(&at);
	if (deep->statement->kind == STATEMENT_TRANSACTION) {
		if (alter_is(&at, "BEGIN") || alter_is(&at, "START")) {
			deep->in_transaction = true;
		} else if (alter_is(&at, "COMMIT") ||
			   (alter_is(&at, "ROLLBACK") && !alter_next_is(&at, "TO"))) {
			deep->in_transaction = false;
		}
	} else if (deep->statement->kind == STATEMENT_DDL && deep->in_transaction) {
		lint_say(
			deep, LINT_COMMITS, deep->first,
			"this statement commits the transaction that is open, and what follows is on "
			"its own; take it out of the transaction");
		deep->in_transaction = false;
	}
}

static void check_call(struct lint_deep *deep, struct alter_cursor *at)
{
	g_autofree char *name = alter_name(at);
	g_autofree char *lower = name == NULL ? NULL : g_ascii_strdown(name, -1);

	lint_say_once(
		deep, LINT_IN_DOUBT, deep->first,
		"when the link breaks while %.64s runs, nobody can tell how far it came; write "
		"its steps as statements of the file",
		name != NULL ? name : "this");
	if (lower == NULL || !g_hash_table_contains(deep->programs, lower)) {
		lint_tables_forget(deep->tables);
	}
}

/* PREPARE, EXECUTE, CALL, CREATE PROCEDURE, CREATE TEMPORARY TABLE */
static void check_words(struct lint_deep *deep, const struct piece *piece)
{
	struct alter_cursor at = { .lex = piece->lex };

	alter_step(&at);
	if (alter_is(&at, "EXECUTE")) {
		lint_say_once(
			deep, LINT_DYNAMIC, at.now.at,
			"a text that is put together at run time is executed: what it does is "
			"not to be seen here; write the statement itself");
		lint_tables_forget(deep->tables);
	} else if (alter_is(&at, "CALL") && !piece->body) {
		alter_step(&at);
		check_call(deep, &at);
	} else if (alter_is(&at, "BEGIN") && deep->statement->kind == STATEMENT_CALL) {
		lint_say_once(
			deep, LINT_IN_DOUBT, at.now.at,
			"when the link breaks in this block, nobody can tell how far it came; "
			"write its steps as statements of the file");
	}
}

void lint_shape_piece(struct lint_deep *deep, const struct piece *piece, const struct dml *dml)
{
	check_rows(deep, dml);
	check_words(deep, piece);
	if (!piece->body) {
		check_transaction(deep, piece);
		check_set(deep, piece);
	}
}

void lint_shape_statement(struct lint_deep *deep)
{
	struct piece_walk walk;
	struct piece piece;

	check_comments(deep);
	piece_begin(&walk, deep->statement);
	if (!walk.program && piece_next(&walk, &piece)) {
		check_variables(deep, &piece);
	}
}

void lint_shape_begin(struct lint_deep *deep)
{
	for (size_t i = 0; i < deep->script->nr; i++) {
		gather_assigned(deep, &deep->script->statements[i]);
	}
}

void lint_shape_end(struct lint_deep *deep)
{
	for (guint i = 0; i < deep->settings->len; i++) {
		const struct lint_setting *setting =
			&g_array_index(deep->settings, struct lint_setting, i);

		if (!setting->back) {
			lint_at(deep, setting->statement);
			lint_say(
				deep, LINT_LEAK, setting->at,
				"%.64s is set for the session and not put back; put it back at the end of the file",
				setting->name);
		}
	}
}
