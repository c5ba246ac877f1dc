#include "piece.h"

#include <glib.h>

static bool one_of(const struct lex *lex, const struct lex_token *token, const char *const *words)
{
	return lex_is_one_of(lex, token, words);
}

/* CREATE … PROCEDURE and the like, BEGIN NOT ATOMIC. */
static bool is_program(const struct statement *statement)
{
	static const char *const programs[] = { "PROCEDURE", "FUNCTION", "TRIGGER",
						"EVENT",     "PACKAGE",  NULL };
	static const char *const others[] = { "TABLE", "VIEW",     "INDEX",  "DATABASE", "SCHEMA",
					      "USER",  "SEQUENCE", "SERVER", NULL };
	struct lex lex = { .text = statement->text,
			   .len = statement->len,
			   .modes = statement->modes };
	struct lex_token token;

	lex_next_code(&lex, &token);
	if (lex_is_word(&lex, &token, "BEGIN")) {
		lex_next_code(&lex, &token);
		return lex_is_word(&lex, &token, "NOT");
	}
	if (!lex_is_word(&lex, &token, "CREATE")) {
		return false;
	}
	while (lex_next_code(&lex, &token) != LEX_END) {
		if (one_of(&lex, &token, programs)) {
			return true;
		}
		if (one_of(&lex, &token, others) || lex_is_punct(&lex, &token, '(')) {
			return false;
		}
	}
	return false;
}

void piece_begin(struct piece_walk *walk, const struct statement *statement)
{
	*walk = (struct piece_walk){
		.statement = statement,
		.lex = { .text = statement->text,
			 .len = statement->len,
			 .modes = statement->modes },
		.program = is_program(statement),
	};
}

/* Does a statement of a body begin with this word? REPLACE(…) and INSERT(…) are functions. */
static bool is_command(const struct lex *behind, const struct lex_token *token)
{
	static const char *const commands[] = {
		"ALTER",    "ANALYZE", "CALL",   "COMMIT",   "CREATE",  "DELETE",  "DO",
		"DROP",     "EXECUTE", "INSERT", "LOAD",     "PREPARE", "RENAME",  "REPLACE",
		"ROLLBACK", "SELECT",  "SET",    "TRUNCATE", "UPDATE",  "DECLARE", NULL
	};
	struct lex ahead = *behind;
	struct lex_token next;

	if (!one_of(behind, token, commands)) {
		return false;
	}
	lex_next_code(&ahead, &next);
	return !lex_is_punct(&ahead, &next, '(') || lex_is_word(behind, token, "SELECT");
}

/* May a statement of the body begin behind this token? In the header, behind parameters too. */
static bool opens(const struct lex *lex, const struct lex_token *token, bool header)
{
	static const char *const starters[] = { "BEGIN",  "THEN",          "ELSE", "DO",
						"LOOP",   "ROW",           "SQL",  "REPEAT",
						"ATOMIC", "DETERMINISTIC", "DATA", NULL };

	return one_of(lex, token, starters) || lex_is_punct(lex, token, ':') ||
	       (header && lex_is_punct(lex, token, ')'));
}

/* Where the piece ends: at its ;, or at the first word of the next. walk->token is that. */
static size_t find_end(struct piece_walk *walk, bool header)
{
	bool may_start = false;
	size_t parens = 0;

	for (;;) {
		if (lex_next_code(&walk->lex, &walk->token) == LEX_END) {
			return walk->lex.len;
		}
		if (lex_is_punct(&walk->lex, &walk->token, ';')) {
			return walk->token.at;
		}
		if (may_start && parens == 0 && is_command(&walk->lex, &walk->token)) {
			return walk->token.at;
		}
		parens += lex_is_punct(&walk->lex, &walk->token, '(');
		parens -= parens > 0 && lex_is_punct(&walk->lex, &walk->token, ')');
		may_start = opens(&walk->lex, &walk->token, header);
	}
}

bool piece_next(struct piece_walk *walk, struct piece *piece)
{
	bool body = walk->started;
	struct lex from = walk->lex;

	if (walk->started && walk->token.kind == LEX_END) {
		return false;
	}
	if (walk->started && !lex_is_punct(&walk->lex, &walk->token, ';')) {
		from.at = walk->token.at; /* the word that ended the last piece begins this one */
	}
	walk->started = true;
	*piece = (struct piece){ .lex = from, .body = body };
	if (!walk->program) {
		walk->token.kind = LEX_END;
		return true;
	}
	piece->lex.len = find_end(walk, !body);
	return true;
}
