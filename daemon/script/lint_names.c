#include "lint_walk.h"

#include <string.h>

#define SCOPE_MAX ((size_t)64 * 1024) /* how far a restriction to the schema is looked for */

static const char *const schemas_of_server[] = { "INFORMATION_SCHEMA", "PERFORMANCE_SCHEMA", NULL };

/* Tables of the catalogue that have no schema column and tell nothing of other tenants. */
static const char *const without_schema[] = {
	"APPLICABLE_ROLES", "CHARACTER_SETS",
	"COLLATIONS",       "COLLATION_CHARACTER_SET_APPLICABILITY",
	"ENABLED_ROLES",    "ENGINES",
	"GLOBAL_STATUS",    "GLOBAL_VARIABLES",
	"KEYWORDS",         "PLUGINS",
	"SESSION_STATUS",   "SESSION_VARIABLES",
	"SYSTEM_VARIABLES", NULL
};

/* Words between a keyword and the name it announces. */
static const char *const fillers[] = {
	"IF",      "NOT",  "EXISTS",  "IGNORE", "QUICK",  "LOW_PRIORITY", "HIGH_PRIORITY",
	"DELAYED", "INTO", "FROM",    "TABLE",  "TABLES", "LOCAL",        "NO_WRITE_TO_BINLOG",
	"TO",      "AS",   "LATERAL", NULL
};

/* Words behind which a comma is no longer followed by a table. */
static const char *const list_ends[] = { "WHERE",  "SET",   "SELECT",    "GROUP",     "ORDER",
					 "HAVING", "LIMIT", "VALUES",    "VALUE",     "WINDOW",
					 "BY",     "OVER",  "DUPLICATE", "RETURNING", "PARTITION",
					 "BEGIN",  NULL };

static const char *const from_functions[] = { "EXTRACT", "TRIM",    "SUBSTRING", "SUBSTR",
					      "MID",     "OVERLAY", NULL };

static bool one_of(const struct lint_walk *walk, const struct lex_token *token,
		   const char *const *words)
{
	return lex_is_one_of(&walk->lex, token, words);
}

/* The name without its quotes. */
static char *plain_name(const struct lint_walk *walk, const struct lex_token *token)
{
	const char *text = walk->lex.text + token->at;

	return token->kind == LEX_NAME && token->len >= 2 ? g_strndup(text + 1, token->len - 2)
							  : g_strndup(text, token->len);
}

static bool name_in(const char *name, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (g_ascii_strcasecmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* ---- information_schema ----------------------------------------------------------- */

static bool names_own_schema(const struct lint_walk *walk, const struct lex *lex,
			     const struct lex_token *token)
{
	struct lex ahead = *lex;
	struct lex_token next;
	g_autofree char *name = NULL;

	if (lint_is_own_name(walk, token)) {
		return true;
	}
	if (lex_is_word(lex, token, "DATABASE") || lex_is_word(lex, token, "SCHEMA")) {
		lex_next_code(&ahead, &next);
		return lex_is_punct(&ahead, &next, '(');
	}
	if (token->kind != LEX_VARIABLE && token->kind != LEX_WORD) {
		return false;
	}
	name = g_ascii_strdown(lex->text + token->at, (gssize)token->len);
	return g_hash_table_contains(walk->own, name);
}

/* From here to the end of the query: is the schema told? */
static bool is_restricted(const struct lint_walk *walk)
{
	struct lex lex = walk->lex;
	struct lex_token token;
	size_t level = 0;

	while (lex_next_code(&lex, &token) != LEX_END && token.at - walk->lex.at < SCOPE_MAX) {
		if (lex_is_punct(&lex, &token, ';') || lex_is_word(&lex, &token, "UNION") ||
		    (lex_is_punct(&lex, &token, ')') && level == 0)) {
			return false;
		}
		if (names_own_schema(walk, &lex, &token)) {
			return true;
		}
		level += lex_is_punct(&lex, &token, '(');
		level -= level > 0 && lex_is_punct(&lex, &token, ')');
	}
	return false;
}

/* ---- qualified names -------------------------------------------------------------- */

static void judge(struct lint_walk *walk, const struct lex_token *schema,
		  const struct lex_token *object)
{
	g_autofree char *name = plain_name(walk, schema);
	g_autofree char *table = plain_name(walk, object);

	if (lint_is_own_name(walk, schema)) {
		return;
	}
	if (!name_in(name, schemas_of_server)) {
		lint_note(walk, LINT_OTHER_SCHEMA, schema->at,
			  "\"%.64s.%.64s\" names a schema; a migration stays inside its tenant, "
			  "leave the schema out or write {SCHEMA}.%.64s",
			  name, table, table);
	} else if (!name_in(table, without_schema) && !is_restricted(walk)) {
		lint_note(walk, LINT_CATALOGUE, schema->at,
			  "%s.%.64s is read without the schema; add a condition like "
			  "TABLE_SCHEMA = DATABASE()",
			  name, table);
	}
}

/* The present token is a name where a table's name is expected. */
static void table_name(struct lint_walk *walk)
{
	struct lex_token dot = lint_peek(walk, 0);
	struct lex_token object;

	walk->expect = false;
	walk->list[walk->level] = true;
	if (!lint_punct(walk, &dot, '.')) {
		return;
	}
	object = lint_peek(walk, 1);
	if (object.kind == LEX_WORD || object.kind == LEX_NAME) {
		walk->judged = walk->token.at;
		judge(walk, &walk->token, &object);
	}
}

/* other.fn(…): where no table can stand only a stored function looks like this. */
static void function_name(struct lint_walk *walk)
{
	const struct lex_token *back = walk->back;
	bool names = (back[0].kind == LEX_WORD || back[0].kind == LEX_NAME) &&
		     (back[2].kind == LEX_WORD || back[2].kind == LEX_NAME);

	if (!names || !lint_punct(walk, &back[1], '.') || lint_punct(walk, &back[3], '.') ||
	    back[2].at == walk->judged || g_ascii_isdigit(walk->lex.text[back[2].at])) {
		return;
	}
	judge(walk, &back[2], &back[0]);
}

/* ---- where names stand ------------------------------------------------------------ */

static bool head_is(const struct lint_walk *walk, const char *word)
{
	return lint_word(walk, &walk->head, word);
}

static bool is_object_word(const struct lint_walk *walk)
{
	static const char *const objects[] = { "TABLE",     "TABLES",   "VIEW",
					       "PROCEDURE", "FUNCTION", "TRIGGER",
					       "EVENT",     "SEQUENCE", NULL };

	if (!one_of(walk, &walk->token, objects)) {
		return false;
	}
	return head_is(walk, "CREATE") || head_is(walk, "ALTER") || head_is(walk, "DROP") ||
	       head_is(walk, "RENAME") || head_is(walk, "TRUNCATE") || head_is(walk, "ANALYZE") ||
	       head_is(walk, "OPTIMIZE") || head_is(walk, "REPAIR") || head_is(walk, "CHECK") ||
	       head_is(walk, "LOCK");
}

static bool announces_at_start(const struct lint_walk *walk)
{
	static const char *const verbs[] = { "UPDATE",   "INSERT", "REPLACE", "DELETE",
					     "TRUNCATE", "CALL",   NULL };
	struct lex_token next;

	if (!walk->start || !one_of(walk, &walk->token, verbs)) {
		return false;
	}
	next = lint_peek(walk, 0);
	return !lint_punct(walk, &next, '('); /* REPLACE(…) and INSERT(…) are functions too */
}

/* Is a table's name next, or the next but fillers? */
static bool announces(struct lint_walk *walk)
{
	static const char *const always[] = { "JOIN", "STRAIGHT_JOIN", "REFERENCES", NULL };
	static const char *const writers[] = { "INSERT",        "REPLACE", "IGNORE", "LOW_PRIORITY",
					       "HIGH_PRIORITY", "DELAYED", NULL };
	const struct lex_token *token = &walk->token;

	if (one_of(walk, token, always) || is_object_word(walk) || announces_at_start(walk)) {
		return true;
	}
	if (lint_word(walk, token, "FROM")) {
		return !walk->function[walk->level];
	}
	if (lint_word(walk, token, "INTO")) {
		return one_of(walk, &walk->back[0], writers);
	}
	if (lint_word(walk, token, "ON") && walk->trigger_or_index) {
		walk->trigger_or_index = false;
		return true;
	}
	if (lint_word(walk, token, "TO")) {
		return head_is(walk, "ALTER") || head_is(walk, "RENAME");
	}
	if (lint_word(walk, token, "RENAME")) {
		return head_is(walk, "ALTER");
	}
	if (lint_word(walk, token, "LIKE")) {
		return head_is(walk, "CREATE") && !walk->select;
	}
	return lint_word(walk, token, "USING") && head_is(walk, "DELETE");
}

static void name_word(struct lint_walk *walk)
{
	static const char *const queries[] = { "SELECT", "WITH", "VALUES", NULL };

	if (one_of(walk, &walk->token, queries)) {
		walk->expect = false;
		walk->select = true;
	}
	if (one_of(walk, &walk->token, list_ends)) {
		walk->list[walk->level] = false;
	}
	if ((lint_word(walk, &walk->token, "TRIGGER") || lint_word(walk, &walk->token, "INDEX")) &&
	    (head_is(walk, "CREATE") || head_is(walk, "DROP"))) {
		walk->trigger_or_index = true;
	}
	if (announces(walk)) {
		walk->expect = true;
	} else if (walk->expect && !one_of(walk, &walk->token, fillers)) {
		table_name(walk);
	}
}

static void name_punct(struct lint_walk *walk)
{
	size_t last = LINT_LEVELS - 1;

	if (lint_punct(walk, &walk->token, '(')) {
		function_name(walk);
		walk->level += walk->level < last;
		walk->list[walk->level] = false;
		walk->function[walk->level] = one_of(walk, &walk->back[0], from_functions);
	} else if (lint_punct(walk, &walk->token, ')')) {
		walk->level -= walk->level > 0;
		walk->expect = false;
	} else if (lint_punct(walk, &walk->token, ',')) {
		walk->expect = walk->list[walk->level];
	} else if (lint_punct(walk, &walk->token, ';')) {
		walk->level = 0;
		walk->list[0] = false;
		walk->expect = false;
	} else if (!lint_punct(walk, &walk->token, '=') && !lint_punct(walk, &walk->token, '.')) {
		walk->expect = false;
	}
}

void lint_names(struct lint_walk *walk)
{
	if (walk->token.kind == LEX_WORD) {
		name_word(walk);
	} else if (walk->token.kind == LEX_PUNCT) {
		name_punct(walk);
	} else if (walk->expect &&
		   (walk->token.kind == LEX_NAME || walk->token.kind == LEX_SCHEMA)) {
		table_name(walk);
	} else {
		walk->expect = false;
	}
}
