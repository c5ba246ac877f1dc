#include "lint.h"

#include <stdarg.h>
#include <string.h>

#include "lint_walk.h"
#include "split.h"

#define FINDINGS_MAX 20 /* of one statement; more would not be read */

#define SAY_ACCOUNT \
	"accounts and grants belong to the whole server, not to one tenant; make them outside of the migration"
#define SAY_SERVER "this concerns the whole server, not one tenant; do it outside of the migration"
#define SAY_LOCK \
	"muster guards each tenant itself, and a lock on tables blocks its history and the client; take it out"
#define SAY_XA \
	"a transaction of XA outlives its session and holds its locks until somebody ends it; take it out"
#define SAY_FILE "files lie outside of the tenant; write the rows as INSERT"

/* clang-format off */
static const struct {
	const char *first;
	const char *second; /* NULL: whatever follows */
	enum lint_rule_id rule;
	const char *say;
} openings[] = {
	/* first        second          rule           what the operator reads */
	{ "GRANT",      NULL,           LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "REVOKE",     NULL,           LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "CREATE",     "USER",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "CREATE",     "ROLE",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "ALTER",      "USER",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "DROP",       "USER",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "DROP",       "ROLE",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "RENAME",     "USER",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "SET",        "PASSWORD",     LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "SET",        "ROLE",         LINT_ACCOUNT,  SAY_ACCOUNT },
	{ "LOCK",       "TABLES",       LINT_LOCK,     SAY_LOCK },
	{ "LOCK",       "TABLE",        LINT_LOCK,     SAY_LOCK },
	{ "LOCK",       "INSTANCE",     LINT_LOCK,     SAY_LOCK },
	{ "FLUSH",      "TABLES",       LINT_LOCK,     SAY_LOCK },
	{ "FLUSH",      "TABLE",        LINT_LOCK,     SAY_LOCK },
	{ "BACKUP",     "LOCK",         LINT_LOCK,     SAY_LOCK },
	{ "BACKUP",     "STAGE",        LINT_LOCK,     SAY_LOCK },
	{ "FLUSH",      NULL,           LINT_SERVER,   SAY_SERVER },
	{ "KILL",       NULL,           LINT_SERVER,   SAY_SERVER },
	{ "SHUTDOWN",   NULL,           LINT_SERVER,   SAY_SERVER },
	{ "RESTART",    NULL,           LINT_SERVER,   SAY_SERVER },
	{ "PURGE",      NULL,           LINT_SERVER,   SAY_SERVER },
	{ "RESET",      NULL,           LINT_SERVER,   SAY_SERVER },
	{ "CHANGE",     "MASTER",       LINT_SERVER,   SAY_SERVER },
	{ "CHANGE",     "REPLICATION",  LINT_SERVER,   SAY_SERVER },
	{ "START",      "SLAVE",        LINT_SERVER,   SAY_SERVER },
	{ "START",      "REPLICA",      LINT_SERVER,   SAY_SERVER },
	{ "START",      "ALL",          LINT_SERVER,   SAY_SERVER },
	{ "START",      "GROUP_REPLICATION", LINT_SERVER, SAY_SERVER },
	{ "STOP",       "SLAVE",        LINT_SERVER,   SAY_SERVER },
	{ "STOP",       "REPLICA",      LINT_SERVER,   SAY_SERVER },
	{ "STOP",       "ALL",          LINT_SERVER,   SAY_SERVER },
	{ "STOP",       "GROUP_REPLICATION", LINT_SERVER, SAY_SERVER },
	{ "INSTALL",    NULL,           LINT_SERVER,   SAY_SERVER },
	{ "UNINSTALL",  NULL,           LINT_SERVER,   SAY_SERVER },
	{ "BINLOG",     NULL,           LINT_SERVER,   SAY_SERVER },
	{ "CLONE",      NULL,           LINT_SERVER,   SAY_SERVER },
	{ "CREATE",     "SERVER",       LINT_SERVER,   SAY_SERVER },
	{ "ALTER",      "SERVER",       LINT_SERVER,   SAY_SERVER },
	{ "DROP",       "SERVER",       LINT_SERVER,   SAY_SERVER },
	{ "CREATE",     "TABLESPACE",   LINT_SERVER,   SAY_SERVER },
	{ "ALTER",      "TABLESPACE",   LINT_SERVER,   SAY_SERVER },
	{ "DROP",       "TABLESPACE",   LINT_SERVER,   SAY_SERVER },
	{ "ALTER",      "INSTANCE",     LINT_SERVER,   SAY_SERVER },
	{ "XA",         NULL,           LINT_SERVER,   SAY_XA },
	{ "LOAD",       "DATA",         LINT_FILE,     SAY_FILE },
	{ "LOAD",       "XML",          LINT_FILE,     SAY_FILE },
};

/* clang-format on */

static void finding_clear(gpointer data)
{
	struct lint_finding *finding = data;

	g_free(finding->file);
	g_free(finding->text);
}

GArray *lint_findings_new(void)
{
	GArray *findings = g_array_new(FALSE, FALSE, sizeof(struct lint_finding));

	g_array_set_clear_func(findings, finding_clear);
	return findings;
}

/* A name that was cut may end in half a letter. */
char *lint_text(const char *fmt, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(fmt, args);

	return g_utf8_make_valid(text, -1);
}

void lint_note(struct lint_walk *walk, enum lint_rule_id rule, size_t at, const char *fmt, ...)
{
	struct lint_finding finding = {
		.rule = rule,
		.statement = walk->index,
		.line = walk->statement->line,
		.column = walk->statement->column,
	};
	va_list args;

	if (walk->nr_findings++ >= FINDINGS_MAX) {
		return;
	}
	split_advance(&finding.line, &finding.column, walk->lex.text + walk->first,
		      at - walk->first);
	va_start(args, fmt);
	finding.text = lint_text(fmt, args);
	va_end(args);
	g_array_append_val(walk->findings, finding);
}

bool lint_punct(const struct lint_walk *walk, const struct lex_token *token, char punct)
{
	return lex_is_punct(&walk->lex, token, punct);
}

struct lex_token lint_peek(const struct lint_walk *walk, size_t nth)
{
	struct lex ahead = walk->lex;
	struct lex_token token;

	do {
		lex_next_code(&ahead, &token);
	} while (nth-- > 0);
	return token;
}

bool lint_is_own_name(const struct lint_walk *walk, const struct lex_token *token)
{
	static const char own[] = "{SCHEMA}";

	return token->kind == LEX_SCHEMA ||
	       ((token->kind == LEX_NAME || token->kind == LEX_STRING) &&
		token->len == strlen(own) + 2 &&
		memcmp(walk->lex.text + token->at + 1, own, strlen(own)) == 0);
}

/* ---- words that begin a statement ------------------------------------------------- */

/* CREATE [OR REPLACE] DATABASE …; ALTER DATABASE of the tenant itself stays inside. */
static void check_database(struct lint_walk *walk)
{
	static const char *const verbs[] = { "CREATE", "ALTER", "DROP", NULL };
	static const char *const options[] = { "CHARACTER", "CHARSET", "COLLATE", "DEFAULT",
					       "COMMENT",   "READ",    NULL };
	struct lex_token object;
	struct lex_token name;
	size_t nth = 1;

	if (!lex_is_one_of(&walk->lex, &walk->token, verbs)) {
		return;
	}
	object = lint_peek(walk, 0);
	if (lint_word(walk, &object, "OR")) {
		object = lint_peek(walk, 2);
		nth = 3;
	}
	if (!lint_word(walk, &object, "DATABASE") && !lint_word(walk, &object, "SCHEMA")) {
		return;
	}
	name = lint_peek(walk, nth);
	if (lint_word(walk, &walk->token, "ALTER") &&
	    (lint_is_own_name(walk, &name) || lex_is_one_of(&walk->lex, &name, options))) {
		return;
	}
	lint_note(walk, LINT_DATABASE, walk->token.at,
		  "a migration changes what is inside its tenant and neither makes nor drops "
		  "databases");
}

/* CASE … THEN reset ELSE clone END: columns may have the names of commands. */
static bool is_no_name(const struct lint_walk *walk, const struct lex_token *next)
{
	static const char *const behind_names[] = { "END", "ELSE", "WHEN", NULL };

	return !lex_is_one_of(&walk->lex, next, behind_names) &&
	       (next->kind != LEX_PUNCT || lint_punct(walk, next, ';'));
}

/* The word that decides together with the first one. */
static struct lex_token second_word(const struct lint_walk *walk)
{
	struct lex_token next = lint_peek(walk, 0);

	if (lint_word(walk, &next, "OR")) {
		return lint_peek(walk, 2); /* CREATE OR REPLACE ROLE */
	}
	return lint_word(walk, &next, "DEFAULT") ? lint_peek(walk, 1) : next; /* SET DEFAULT ROLE */
}

static void check_opening(struct lint_walk *walk)
{
	check_database(walk);
	for (size_t i = 0; i < G_N_ELEMENTS(openings); i++) {
		const char *second = openings[i].second;
		struct lex_token next;

		if (!lint_word(walk, &walk->token, openings[i].first)) {
			continue;
		}
		next = second_word(walk);
		if (second == NULL ? is_no_name(walk, &next) : lint_word(walk, &next, second)) {
			lint_note(walk, openings[i].rule, walk->token.at, "%s", openings[i].say);
			return;
		}
	}
}

/* ---- SET -------------------------------------------------------------------------- */

static bool is_assigned(const struct lint_walk *walk, size_t nth)
{
	struct lex_token next = lint_peek(walk, nth);

	return lint_punct(walk, &next, '=') || (next.kind == LEX_PUNCT && next.len == 2);
}

static void check_charset(struct lint_walk *walk, size_t nth)
{
	static const char *const allowed[] = { "utf8", "utf8mb3", "utf8mb4" };
	struct lex_token value = lint_peek(walk, nth);
	const char *text = walk->lex.text + value.at;
	size_t len = value.len;

	if (value.kind == LEX_VARIABLE || lint_punct(walk, &value, '=')) {
		return; /* put back what was saved; or a column of this name */
	}
	if (value.kind == LEX_STRING && len >= 2) {
		text++;
		len -= 2;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++) {
		if (len == strlen(allowed[i]) && g_ascii_strncasecmp(text, allowed[i], len) == 0) {
			return;
		}
	}
	lint_note(walk, LINT_CHARSET, walk->token.at,
		  "migrations are sent as UTF-8; convert the file and use utf8mb4 instead of "
		  "%.*s",
		  (int)MIN(len, 32), text);
}

static bool is_scope(const struct lint_walk *walk, const struct lex_token *token)
{
	static const char *const words[] = { "GLOBAL", "PERSIST", "PERSIST_ONLY", NULL };
	static const char *const variables[] = { "@@GLOBAL", "@@PERSIST", "@@PERSIST_ONLY" };

	if (lex_is_one_of(&walk->lex, token, words)) {
		return lint_peek(walk, 0).kind == LEX_WORD;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
		if (token->kind == LEX_VARIABLE && token->len == strlen(variables[i]) &&
		    g_ascii_strncasecmp(walk->lex.text + token->at, variables[i], token->len) ==
			    0) {
			return is_assigned(walk, 2);
		}
	}
	return false;
}

static void check_set(struct lint_walk *walk)
{
	const struct lex_token *token = &walk->token;
	bool bare = lint_word(walk, &walk->back[0], "SET") || lint_punct(walk, &walk->back[0], ',');
	bool variable = token->kind == LEX_VARIABLE && token->len > 2;
	struct lex_token name = *token;

	if (is_scope(walk, token)) {
		lint_note(walk, LINT_GLOBAL, token->at,
			  "a global setting reaches every tenant of the server; set it for the "
			  "session");
	}
	if (variable && walk->lex.text[token->at + 1] == '@') {
		name.kind = LEX_WORD; /* @@sql_log_bin */
		name.at += 2;
		name.len -= 2;
	}
	if (lint_word(walk, &name, "SQL_LOG_BIN") && is_assigned(walk, 0)) {
		lint_note(walk, LINT_BINLOG, token->at,
			  "without the binary log the replicas would miss this migration");
	}
	if (lint_word(walk, &name, "CHARACTER_SET_CLIENT") && is_assigned(walk, 0)) {
		check_charset(walk, 1);
	}
	if (bare && (lint_word(walk, token, "NAMES") || lint_word(walk, token, "CHARSET"))) {
		check_charset(walk, 0);
	}
	if (bare && lint_word(walk, token, "CHARACTER")) {
		check_charset(walk, 1);
	}
}

/* ---- the rest --------------------------------------------------------------------- */

static void check_files(struct lint_walk *walk)
{
	bool written = lint_word(walk, &walk->back[0], "INTO") &&
		       (lint_word(walk, &walk->token, "OUTFILE") ||
			lint_word(walk, &walk->token, "DUMPFILE"));

	if (written || lint_word(walk, &walk->token, "LOAD_FILE")) {
		lint_note(walk, LINT_FILE, walk->token.at, "%s", SAY_FILE);
	}
}

/* ---- what lies elsewhere ---------------------------------------------------------- */

/* SHOW TABLES FROM x, SHOW COLUMNS FROM t IN x: the name behind the present word is a schema. */
static void check_show(struct lint_walk *walk)
{
	static const char *const lists[] = { "TABLES", "STATUS", "TRIGGERS", "EVENTS", NULL };
	static const char *const words[] = { "FROM", "IN", NULL };
	struct lex_token name = lint_peek(walk, 0);
	bool second = lex_is_one_of(&walk->lex, &walk->back[1], words) ||
		      (lint_punct(walk, &walk->back[1], '.') &&
		       lex_is_one_of(&walk->lex, &walk->back[3], words));

	if (!lint_word(walk, &walk->head, "SHOW") ||
	    !lex_is_one_of(&walk->lex, &walk->token, words) ||
	    !(second || lex_is_one_of(&walk->lex, &walk->back[0], lists)) ||
	    (name.kind != LEX_WORD && name.kind != LEX_NAME) || lint_is_own_name(walk, &name)) {
		return;
	}
	lint_note(walk, LINT_OTHER_SCHEMA, name.at,
		  "\"%.*s\" names a schema; a migration stays inside its tenant, leave the schema "
		  "out or write {SCHEMA}",
		  (int)MIN(name.len, 64), walk->lex.text + name.at);
}

static bool is_table_option(const struct lint_walk *walk)
{
	return (lint_word(walk, &walk->head, "CREATE") || lint_word(walk, &walk->head, "ALTER")) &&
	       walk->level == 0 && !walk->select;
}

/* CONNECTION = 'x' of FEDERATED and CONNECT */
static bool is_connection(const struct lint_walk *walk)
{
	struct lex_token next = lint_peek(walk, 0);

	return lint_word(walk, &walk->token, "CONNECTION") &&
	       !lint_punct(walk, &walk->back[0], '.') &&
	       (lint_punct(walk, &next, '=') ? lint_peek(walk, 1) : next).kind == LEX_STRING;
}

static void check_reach(struct lint_walk *walk)
{
	check_show(walk);
	if (lint_word(walk, &walk->token, "SONAME") && lint_word(walk, &walk->head, "CREATE")) {
		lint_note(walk, LINT_SERVER, walk->head.at, "%s", SAY_SERVER);
	}
	if (lint_word(walk, &walk->token, "DIRECTORY") &&
	    (lint_word(walk, &walk->back[0], "DATA") || lint_word(walk, &walk->back[0], "INDEX")) &&
	    (lint_word(walk, &walk->head, "CREATE") || lint_word(walk, &walk->head, "ALTER"))) {
		lint_note(walk, LINT_FILE, walk->back[0].at,
			  "the table would lie outside of its schema's folder, on one host; "
			  "leave the directory out");
	}
	if (is_table_option(walk) && is_connection(walk)) {
		lint_note(walk, LINT_OTHER_SCHEMA, walk->token.at,
			  "CONNECTION reaches a table of another schema or server; a migration "
			  "stays inside its tenant");
	}
}

/* ${x}, {$x}, {{x}}, {X}: nothing in SQL looks like this. */
static void check_placeholder(struct lint_walk *walk)
{
	const char *text = walk->lex.text + walk->token.at;
	size_t left = walk->lex.len - walk->token.at;
	bool found = false;

	if (walk->token.kind == LEX_NAME) {
		found = memmem(text, walk->token.len, "${", 2) != NULL ||
			memmem(text, walk->token.len, "{$", 2) != NULL ||
			memmem(text, walk->token.len, "{{", 2) != NULL;
	} else if (lint_punct(walk, &walk->token, '{')) {
		size_t word = 1;

		while (word < left && (g_ascii_isalnum(text[word]) || text[word] == '_')) {
			word++;
		}
		found = (left > 1 && strchr("${%", text[1]) != NULL) ||
			(walk->token.at > 0 && text[-1] == '$') ||
			(word > 1 && word < left && text[word] == '}');
	}
	if (found) {
		lint_note(walk, LINT_PLACEHOLDER, walk->token.at,
			  "\"%.*s\" is a placeholder that nothing replaces; name it under "
			  "placeholders in release.cfg, or write {SCHEMA}",
			  (int)MIN(left, strcspn(text, "} \n") + 1), text);
	}
}

/* Remember the variables that were given DATABASE(). */
static void follow_own(struct lint_walk *walk)
{
	const struct lex_token *back = walk->back;
	const struct lex_token *target = NULL;

	if (lint_word(walk, &walk->token, "DATABASE") || lint_word(walk, &walk->token, "SCHEMA")) {
		if (lint_word(walk, &back[0], "DEFAULT")) {
			target = &walk->declared;
		} else if (back[0].kind == LEX_PUNCT &&
			   (back[0].len == 2 || lint_punct(walk, &back[0], '=')) &&
			   (back[1].kind == LEX_VARIABLE || walk->in_set)) {
			target = &back[1];
		}
	} else if (lint_word(walk, &back[0], "INTO") && lint_punct(walk, &back[1], ')') &&
		   lint_punct(walk, &back[2], '(') &&
		   (lint_word(walk, &back[3], "DATABASE") || lint_word(walk, &back[3], "SCHEMA"))) {
		target = &walk->token;
	}
	if (target != NULL && target->len > 0) {
		g_hash_table_add(walk->own,
				 g_ascii_strdown(walk->lex.text + target->at, (gssize)target->len));
	}
}

static void look(struct lint_walk *walk)
{
	if (walk->start && walk->token.kind == LEX_WORD) {
		walk->head = walk->token;
		walk->select = false;
		walk->trigger_or_index = false;
		walk->in_set = lint_word(walk, &walk->token, "SET");
		walk->header = false;
		check_opening(walk);
	}
	if (lint_word(walk, &walk->head, "CREATE") && (lint_word(walk, &walk->token, "PROCEDURE") ||
						       lint_word(walk, &walk->token, "FUNCTION"))) {
		walk->header = true;
	}
	if (walk->in_set) {
		check_set(walk);
	}
	if (walk->token.kind == LEX_NAME || walk->token.kind == LEX_PUNCT) {
		check_placeholder(walk);
	}
	if (walk->token.kind == LEX_WORD) {
		check_files(walk);
		check_reach(walk);
	}
	if (walk->token.kind == LEX_WORD || walk->token.kind == LEX_VARIABLE) {
		follow_own(walk);
	}
	lint_names(walk);
}

/* May a statement begin behind the present token? */
static bool may_start(const struct lint_walk *walk)
{
	static const char *const starters[] = { "BEGIN", "THEN", "ELSE",   "DO",
						"LOOP",  "ROW",  "REPEAT", NULL };

	return lex_is_one_of(&walk->lex, &walk->token, starters) ||
	       lint_punct(walk, &walk->token, ';') || lint_punct(walk, &walk->token, ':') ||
	       (walk->header && walk->level == 0 && lint_punct(walk, &walk->token, ')'));
}

/* A number or a text where no name is expected: most of any dump. */
static bool is_value(const struct lint_walk *walk)
{
	return !walk->expect && !walk->start &&
	       (walk->token.kind == LEX_STRING ||
		(walk->token.kind == LEX_WORD && g_ascii_isdigit(walk->lex.text[walk->token.at])));
}

static void step(struct lint_walk *walk)
{
	if (lint_word(walk, &walk->back[0], "DECLARE")) {
		walk->declared = walk->token;
	}
	if (is_value(walk)) {
		walk->start = false;
	} else {
		look(walk);
		walk->start = may_start(walk);
	}
	if (lint_punct(walk, &walk->token, ';')) {
		walk->in_set = false;
	}
	memmove(walk->back + 1, walk->back, sizeof(walk->back) - sizeof(walk->back[0]));
	walk->back[0] = walk->token;
}

size_t lint_first_word(const struct statement *statement)
{
	struct lex lex = { .text = statement->text,
			   .len = statement->len,
			   .modes = statement->modes };
	struct lex_token token;
	enum lex_kind kind;

	do {
		kind = lex_next(&lex, &token);
	} while (kind == LEX_SPACE || kind == LEX_LINE_COMMENT || kind == LEX_COMMENT);
	return token.at;
}

void lint_script(const struct script *script, GArray *findings)
{
	g_autoptr(GHashTable) own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < script->nr; i++) {
		const struct statement *statement = &script->statements[i];
		struct lint_walk walk = {
			.findings = findings,
			.own = own,
			.statement = statement,
			.index = i,
			.lex = { .text = statement->text,
				 .len = statement->len,
				 .modes = statement->modes },
			.first = lint_first_word(statement),
			.start = true,
			.judged = (size_t)-1,
		};

		while (lex_next_code(&walk.lex, &walk.token) != LEX_END) {
			step(&walk);
		}
	}
}
