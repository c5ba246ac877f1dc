#include "evidence.h"

#include <string.h>

#include "evidence_head.h"
#include "lex.h"
#include "script.h"

const char *const evidence_names[EVIDENCE_NR] = {
	[EVIDENCE_SHAPE] = "shape",
	[EVIDENCE_TRANSACTION] = "transaction",
	[EVIDENCE_RERUN] = "rerun",
	[EVIDENCE_NONE] = "none",
};

/* ---- names --------------------------------------------------------------------------- */

/* The name that a token is, in lower case; NULL: it is none. Owned. */
static char *name_of(const struct lex *lex, const struct lex_token *token)
{
	const char *at = lex->text + token->at;
	g_autoptr(GString) name = g_string_new(NULL);

	if (token->kind == LEX_WORD) {
		g_string_append_len(name, at, (gssize)token->len);
	} else if ((token->kind == LEX_NAME || (token->kind == LEX_STRING && *at == '"')) &&
		   token->len >= 2) {
		for (size_t i = 1; i + 1 < token->len; i++) {
			g_string_append_c(name, at[i]);
			if (at[i] == at[0] && i + 2 < token->len) {
				i++; /* the quote is doubled */
			}
		}
	} else {
		return NULL;
	}
	return g_utf8_strdown(name->str, (gssize)name->len);
}

static bool is_plain(const struct evidence_facts *facts, const struct lex *lex,
		     const struct lex_token *token)
{
	g_autofree char *name = facts->plain_tables == NULL ? NULL : name_of(lex, token);

	for (size_t i = 0; name != NULL && facts->plain_tables[i] != NULL; i++) {
		g_autofree char *plain = g_utf8_strdown(facts->plain_tables[i], -1);

		if (strcmp(plain, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Is a name of the text, up to a word of stops, that of a plain table? */
static bool names_plain(const struct evidence_facts *facts, struct lex lex,
			const char *const *stops)
{
	struct lex_token token;

	while (facts->plain_tables != NULL && lex_next_code(&lex, &token) != LEX_END) {
		if (stops != NULL && lex_is_one_of(&lex, &token, stops)) {
			return false;
		}
		if (is_plain(facts, &lex, &token)) {
			return true;
		}
	}
	return false;
}

static const char *routine_of(const struct evidence_facts *facts, const struct lex *lex,
			      const struct lex_token *token)
{
	g_autofree char *name = facts->routines == NULL ? NULL : name_of(lex, token);

	return name == NULL ? NULL : g_hash_table_lookup(facts->routines, name);
}

/* How a body's quotes are read was settled when it was made: read it in every way. */
static bool body_has(const char *body, bool (*is_it)(const struct lex *, const struct lex_token *))
{
	for (unsigned modes = 0; modes <= (LEX_ANSI_QUOTES | LEX_NO_BACKSLASH_ESCAPES); modes++) {
		struct lex lex = head_lex(body, strlen(body), modes);
		struct lex_token token;

		while (lex_next_code(&lex, &token) != LEX_END) {
			if (is_it(&lex, &token)) {
				return true;
			}
		}
	}
	return false;
}

static bool is_temporary(const struct lex *lex)
{
	struct lex ahead = *lex;
	struct lex_token token;

	return lex_next_code(&ahead, &token) != LEX_END && lex_is_word(&ahead, &token, "TEMPORARY");
}

/* A word behind which a procedure may commit, or do anything. */
static bool may_commit(const struct lex *lex, const struct lex_token *token)
{
	static const char *const words[] = {
		"COMMIT",   "ROLLBACK", "START",     "XA",      "AUTOCOMMIT", "ALTER",    "RENAME",
		"TRUNCATE", "GRANT",    "REVOKE",    "ANALYZE", "OPTIMIZE",   "REPAIR",   "CHECK",
		"CACHE",    "FLUSH",    "LOCK",      "UNLOCK",  "CALL",       "PREPARE",  "EXECUTE",
		"LOAD",     "INSTALL",  "UNINSTALL", "RESET",   "KILL",       "SHUTDOWN", NULL,
	};
	static const char *const makes[] = { "CREATE", "DROP", NULL };

	return lex_is_one_of(lex, token, words) ||
	       (lex_is_one_of(lex, token, makes) && !is_temporary(lex));
}

static bool is_write(const struct lex *lex, const struct lex_token *token)
{
	static const char *const words[] = {
		"INSERT", "UPDATE", "DELETE", "REPLACE", "CALL", NULL
	};

	return lex_is_one_of(lex, token, words);
}

/* What the functions that a text calls do. */
struct called {
	bool writes;
	bool writes_plain;
};

static struct called functions_of(const struct evidence_facts *facts, struct lex lex)
{
	struct called called = { 0 };
	struct lex_token last = { 0 };
	struct lex_token token;

	while (facts->routines != NULL && lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_punct(&lex, &token, '(') && last.len > 0) {
			const char *body = routine_of(facts, &lex, &last);

			called.writes = called.writes || (body != NULL && body_has(body, is_write));
			called.writes_plain = called.writes_plain ||
					      (body != NULL && is_plain(facts, &lex, &last));
		}
		last = token;
	}
	return called;
}

/* ---- by kind ------------------------------------------------------------------------- */

static const char *const plain_why = "writes to a table that is not transactional";
static const char *const commit_why = "calls a procedure that may commit";

static enum evidence none(const char **why, const char *text)
{
	*why = text;
	return EVIDENCE_NONE;
}

/* INSERT … SELECT only reads the tables behind the first. */
static bool target_is_plain(const struct evidence_facts *facts, const struct head *head)
{
	static const char *const noise[] = { "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY",
					     "IGNORE",       "INTO",    NULL };
	size_t at = 1;

	while (head_is_one_of(head, at, noise)) {
		at++;
	}
	if (at + 2 < head->nr && lex_is_punct(&head->lex, &head->tokens[at + 1], '.')) {
		at += 2;
	}
	return at < head->nr && is_plain(facts, &head->lex, &head->tokens[at]);
}

static bool writes_plain(const struct evidence_facts *facts, const struct head *head,
			 const struct statement *statement)
{
	static const char *const inserts[] = { "INSERT", "REPLACE", NULL };
	static const char *const set[] = { "SET", NULL };
	static const char *const where[] = { "WHERE", NULL };
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);

	if (head->nr > 0) {
		lex.at = head->tokens[0].at;
	}
	if (functions_of(facts, lex).writes_plain) {
		return true;
	}
	if (head_is_one_of(head, 0, inserts)) {
		return target_is_plain(facts, head);
	}
	if (head_is(head, 0, "UPDATE")) {
		return names_plain(facts, lex, set);
	}
	return names_plain(facts, lex, head_is(head, 0, "DELETE") ? where : NULL);
}

static enum evidence of_dml(const struct statement *statement, const struct head *head,
			    const struct evidence_facts *facts, const char **why)
{
	if (writes_plain(facts, head, statement)) {
		return none(why, plain_why);
	}
	return EVIDENCE_TRANSACTION;
}

static enum evidence of_query(const struct statement *statement, const struct evidence_facts *facts,
			      const char **why)
{
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);
	struct called called = functions_of(facts, lex);

	if (head_text_has_pair(statement, "INTO", "OUTFILE") ||
	    head_text_has_pair(statement, "INTO", "DUMPFILE")) {
		return none(why, "writes a file");
	}
	if (called.writes_plain) {
		return none(why, plain_why);
	}
	return called.writes ? EVIDENCE_TRANSACTION : EVIDENCE_RERUN;
}

static bool sets_global(const struct statement *statement)
{
	static const char *const words[] = { "GLOBAL", "PERSIST", "PERSIST_ONLY", NULL };
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);
	struct lex_token token;

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (token.kind == LEX_VARIABLE && token.len > 2 &&
		    strncmp(lex.text + token.at, "@@", 2) == 0) {
			token = (struct lex_token){ LEX_WORD, token.at + 2, token.len - 2 };
		}
		if (lex_is_one_of(&lex, &token, words)) {
			return true;
		}
	}
	return false;
}

static enum evidence of_session(const struct statement *statement, const struct head *head,
				const struct evidence_facts *facts, const char **why)
{
	static const char *const own[] = { "PASSWORD", "DEFAULT", NULL };

	if (head_is(head, 0, "SET") && head_is_one_of(head, 1, own)) {
		return none(why, "changes accounts, which no fingerprint shows");
	}
	if (head_is(head, 0, "SET") && sets_global(statement)) {
		return none(why, "changes a setting of the whole server");
	}
	return of_query(statement, facts, why);
}

static enum evidence of_transaction(const struct head *head, const char **why)
{
	if (head_is(head, 0, "XA")) {
		return none(why, "is part of a transaction that ends elsewhere");
	}
	return head_is(head, 0, "COMMIT") ? EVIDENCE_TRANSACTION : EVIDENCE_RERUN;
}

static enum evidence of_procedure(const struct statement *statement, const struct head *head,
				  const struct evidence_facts *facts, const char **why)
{
	size_t at = head->nr > 3 && lex_is_punct(&head->lex, &head->tokens[2], '.') ? 3 : 1;
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);
	const char *body = NULL;

	if (at < head->nr) {
		body = routine_of(facts, &head->lex, &head->tokens[at]);
	}
	if (body == NULL) {
		return none(why, "calls a procedure whose body is not known");
	}
	if (facts->shape_changed || body_has(body, may_commit)) {
		return none(why, commit_why);
	}
	if (names_plain(facts, lex, NULL) || functions_of(facts, lex).writes_plain ||
	    names_plain(facts, head_lex(body, strlen(body), 0), NULL)) {
		return none(why, plain_why);
	}
	return EVIDENCE_TRANSACTION;
}

static enum evidence of_block(const struct statement *statement, const struct evidence_facts *facts,
			      const char **why)
{
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);

	if (facts->shape_changed || body_has(statement->text, may_commit)) {
		return none(why, "is a block that may commit");
	}
	if (names_plain(facts, lex, NULL) || functions_of(facts, lex).writes_plain) {
		return none(why, plain_why);
	}
	return EVIDENCE_TRANSACTION;
}

static enum evidence of_call(const struct statement *statement, const struct head *head,
			     const struct evidence_facts *facts, const char **why)
{
	static const char *const explains[] = { "ANALYZE", "EXPLAIN", NULL };

	if (head_is(head, 0, "CALL")) {
		return of_procedure(statement, head, facts, why);
	}
	if (head_is(head, 0, "DO")) {
		return of_query(statement, facts, why);
	}
	if (head_is_one_of(head, 0, explains)) {
		return of_dml(statement, head, facts, why);
	}
	if (head_is(head, 0, "BEGIN")) {
		return of_block(statement, facts, why);
	}
	if (head_is(head, 0, "EXECUTE")) {
		return none(why, "runs a prepared text, which could do anything");
	}
	return none(why, "begins with a word that is not known");
}

/* ---- what commits by itself ------------------------------------------------------------ */

/* ANALYZE, OPTIMIZE, …: nothing that a client sees changes. */
static bool is_upkeep(const struct head *head)
{
	static const char *const words[] = { "ANALYZE", "OPTIMIZE", "REPAIR", "CHECK",
					     "CACHE",   "FLUSH",    "LOAD",   NULL };

	return head_is_one_of(head, 0, words);
}

static bool is_harmless_twice(const struct head *head)
{
	return head_is(head, 1, "OR") || head_has(head, "EXISTS");
}

/* Is a column dropped here: DROP, and not of something else that is named behind it? */
static bool drops_column(const struct statement *statement)
{
	static const char *const others[] = { "INDEX",      "KEY",    "PRIMARY", "FOREIGN",
					      "CONSTRAINT", "CHECK",  "DEFAULT", "PARTITION",
					      "PERIOD",     "SYSTEM", NULL };
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);
	struct lex_token token = { 0 };
	struct lex_token last = { 0 };

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_word(&lex, &last, "DROP") && !lex_is_one_of(&lex, &token, others)) {
			return true;
		}
		last = token;
	}
	return false;
}

/* An ALTER after which the schema looks as before. */
static enum evidence of_alter(const struct statement *statement, const struct head *head,
			      const char **why)
{
	static const char *const renames[] = { "RENAME", "CHANGE", NULL };
	static const char *const swaps[] = { "EXCHANGE", "DISCARD", "IMPORT", "CONVERT", NULL };
	static const char *const empties[] = { "TRUNCATE", NULL };
	static const char *const adds[] = { "ADD", NULL };
	static const char *const drops[] = { "DROP", "EXISTS", NULL };
	static const char *const restarts[] = { "RESTART", NULL };

	if (head_is(head, 1, "SEQUENCE") && head_text_has(statement, restarts)) {
		return none(why, "sets a sequence back");
	}
	if (head_text_has(statement, renames)) {
		return none(why, "renames, and the schema looks the same afterwards");
	}
	if (head_text_has(statement, empties)) {
		return none(why, "empties a table");
	}
	if (head_text_has(statement, swaps) && !head_text_has_pair(statement, "CONVERT", "TO")) {
		return none(why, "moves rows, and the schema looks the same afterwards");
	}
	if (drops_column(statement) && head_text_has(statement, adds)) {
		return none(why, "drops and adds, and the schema looks the same afterwards");
	}
	if (head_text_has(statement, adds) && !head_text_has(statement, drops)) {
		return none(why, "adds what the fingerprint of a schema leaves out");
	}
	return EVIDENCE_RERUN;
}

/* Something else than ALTER after which the schema looks as before. */
static enum evidence of_unchanged(const struct statement *statement, const struct head *head,
				  const char **why)
{
	static const char *const rows[] = { "TABLE", "SEQUENCE", NULL };

	if (head_is(head, 0, "ALTER")) {
		return of_alter(statement, head, why);
	}
	if (head_is(head, 0, "TRUNCATE")) {
		return none(why, "empties a table");
	}
	if (head_is(head, 0, "RENAME")) {
		return none(why, "renames, and the schema looks the same afterwards");
	}
	if (head_is(head, 1, "OR") && head_is_one_of(head, 3, rows)) {
		return none(why, "replaces a table, and the schema looks the same afterwards");
	}
	if (is_harmless_twice(head)) {
		return EVIDENCE_RERUN;
	}
	return none(why, "changes nothing that the fingerprint of a schema shows");
}

static enum evidence of_event(const struct head *head, const char **why)
{
	if (is_harmless_twice(head) || (head_is(head, 0, "ALTER") && !head_has(head, "RENAME"))) {
		return EVIDENCE_RERUN;
	}
	return none(why, "concerns an event, which no fingerprint shows");
}

static enum evidence of_ddl(const struct statement *statement, const struct head *head,
			    const struct evidence_facts *facts, const char **why)
{
	if (head_is_account(head)) {
		return none(why, "changes accounts, which no fingerprint shows");
	}
	if (head_is_server(head)) {
		return none(why, "changes something of the whole server");
	}
	if (is_upkeep(head)) {
		return EVIDENCE_RERUN;
	}
	if (head_is_event(head)) {
		return of_event(head, why);
	}
	if (head_is(head, 0, "TRUNCATE")) {
		return of_unchanged(statement, head, why);
	}
	if (!facts->shape_known) {
		return none(why, "could not be tried on a scratch copy");
	}
	return facts->shape_changed ? EVIDENCE_SHAPE : of_unchanged(statement, head, why);
}

enum evidence evidence_of(const struct statement *statement, const struct evidence_facts *facts,
			  const char **why)
{
	enum evidence evidence = EVIDENCE_NONE;
	struct head head;

	*why = NULL;
	head_read(&head, statement);
	switch (statement->kind) {
	case STATEMENT_DDL:
		return of_ddl(statement, &head, facts, why);
	case STATEMENT_DML:
		return of_dml(statement, &head, facts, why);
	case STATEMENT_QUERY:
		return of_query(statement, facts, why);
	case STATEMENT_SESSION:
		return of_session(statement, &head, facts, why);
	case STATEMENT_TRANSACTION:
		return of_transaction(&head, why);
	case STATEMENT_CALL:
		return of_call(statement, &head, facts, why);
	case STATEMENT_KIND_NR:
		break;
	}
	return evidence;
}

/* Locks of the whole server, and what only passes time: they mean nothing on a copy. */
static bool is_server_function(const struct lex *lex, const struct lex_token *token)
{
	static const char *const names[] = {
		"GET_LOCK",  "RELEASE_LOCK",    "RELEASE_ALL_LOCKS", "SLEEP",
		"BENCHMARK", "MASTER_POS_WAIT", "MASTER_GTID_WAIT",  "LOAD_FILE",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (lex_is_word(lex, token, names[i])) {
			return true;
		}
	}
	return false;
}

bool evidence_is_outside(const struct statement *statement)
{
	static const char *const unknown[] = { "CALL",    "DO",      "BEGIN", "ANALYZE",
					       "EXPLAIN", "EXECUTE", NULL };
	static const char *const server[] = { "FLUSH", "XA", "LOAD", "CACHE", NULL };
	const struct evidence_facts nothing = { 0 };
	struct head head;
	const char *why;

	head_read(&head, statement);
	if (head_is_account(&head) || head_is_server(&head) || head_is_event(&head) ||
	    head_is_one_of(&head, 0, server)) {
		return true;
	}
	if (statement->kind != STATEMENT_DDL && body_has(statement->text, is_server_function)) {
		return true;
	}
	if (statement->kind == STATEMENT_CALL) {
		return !head_is_one_of(&head, 0, unknown);
	}
	return (statement->kind == STATEMENT_SESSION || statement->kind == STATEMENT_QUERY) &&
	       evidence_of(statement, &nothing, &why) == EVIDENCE_NONE;
}
