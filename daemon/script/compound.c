#include "compound.h"

#include <string.h>

#include <glib.h>

static const char *const block_words[COMPOUND_NR + 1] = {
	[COMPOUND_BEGIN] = "BEGIN", [COMPOUND_CASE] = "CASE",     [COMPOUND_IF] = "IF",
	[COMPOUND_LOOP] = "LOOP",   [COMPOUND_REPEAT] = "REPEAT", [COMPOUND_WHILE] = "WHILE",
	[COMPOUND_FOR] = "FOR",
};

/* What CREATE makes: with a body, and without one. */
static const char *const programs[] = {
	"PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE", NULL
};
static const char *const plain_objects[] = { "TABLE",    "VIEW",       "INDEX",   "DATABASE",
					     "SCHEMA",   "USER",       "ROLE",    "SERVER",
					     "SEQUENCE", "TABLESPACE", "LOGFILE", NULL };

/* Behind these words a statement begins; the second list holds in the header of a body only. */
static const char *const starters[] = {
	"BEGIN", "THEN", "ELSE", "DO", "LOOP", "ROW", "REPEAT", NULL
};
static const char *const header_starters[] = { "DETERMINISTIC", "SQL",    "DATA", "DEFINER",
					       "INVOKER",       "ATOMIC", NULL };

void compound_clear(struct compound *compound)
{
	/* the blocks themselves are valid only below depth */
	compound->depth = 0;
	compound->begin = 0;
	compound->parens = 0;
	compound->program = false;
	compound->decided = false;
	compound->create = false;
	compound->begin_first = false;
	compound->start = true;
	compound->ended = false;
	compound->dotted = false;
	compound->too_deep = false;
	compound->words = 0;
}

static void push(struct compound *compound, enum compound_kind kind, size_t at)
{
	if (compound->depth == COMPOUND_DEPTH_MAX) {
		compound->too_deep = true;
		return;
	}
	if (compound->depth == 0) {
		compound->begin = at;
	}
	compound->blocks[compound->depth++] = (struct compound_block){
		.kind = kind,
		.parens = compound->parens,
	};
}

/* The byte behind the token, blanks passed over; NUL at the end. */
static char byte_after(const struct lex *lex, const struct lex_token *token)
{
	size_t at = token->at + token->len;

	while (at < lex->len && g_ascii_isspace(lex->text[at])) {
		at++;
	}
	if (at == lex->len) {
		return '\0';
	}
	return lex->text[at];
}

/* END IF closes the nearest IF and whatever was wrongly taken for a block inside it. */
static void pop(struct compound *compound, enum compound_kind kind, bool named)
{
	for (size_t i = compound->depth; i-- > 0;) {
		enum compound_kind top = compound->blocks[i].kind;

		if (top == kind || (!named && (top == COMPOUND_BEGIN || top == COMPOUND_CASE))) {
			compound->depth = i;
			compound->parens = compound->blocks[i].parens;
			return;
		}
	}
}

static enum compound_kind block_word(const struct lex *lex, const struct lex_token *token)
{
	int kind = 0;

	while (kind < COMPOUND_NR && !lex_is_word(lex, token, block_words[kind])) {
		kind++;
	}
	return (enum compound_kind)kind;
}

/* The word after END decides what END closes. */
static bool end_resolved(struct compound *compound, enum compound_kind kind)
{
	compound->ended = false;
	if (kind != COMPOUND_NR && kind != COMPOUND_BEGIN) {
		pop(compound, kind, true);
		return true;
	}
	pop(compound, COMPOUND_BEGIN, false);
	return false;
}

static bool opens(const struct compound *compound, const struct lex *lex,
		  const struct lex_token *token, enum compound_kind kind)
{
	size_t outer = compound->depth == 0 ? 0 : compound->blocks[compound->depth - 1].parens;
	char after = byte_after(lex, token);

	switch (kind) {
	case COMPOUND_BEGIN: /* not reserved: a column may have this name */
		return !compound->dotted && compound->parens == outer &&
		       (after == '\0' || strchr(",)=<>.", after) == NULL);
	case COMPOUND_CASE:
		return !compound->dotted;
	case COMPOUND_LOOP:
	case COMPOUND_WHILE:
	case COMPOUND_IF:
		return compound->start;
	case COMPOUND_FOR: /* FOR EACH ROW stands in a header */
		return compound->start && (compound->depth > 0 || compound->words == 1);
	case COMPOUND_REPEAT:
		return compound->start && after != '('; /* REPEAT(x, 3) is a function */
	case COMPOUND_NR:
		return false;
	}
	g_assert_not_reached();
}

static void head_word(struct compound *compound, const struct lex *lex,
		      const struct lex_token *token)
{
	enum compound_kind kind = block_word(lex, token);

	if (compound->words == 1) {
		compound->create =
			lex_is_word(lex, token, "CREATE") || lex_is_word(lex, token, "ALTER");
		compound->begin_first = kind == COMPOUND_BEGIN;
		if (kind != COMPOUND_NR && kind != COMPOUND_BEGIN) {
			compound->program = true; /* IF … END IF outside of a program: MariaDB */
		}
		compound->decided = !compound->create && !compound->begin_first;
		return;
	}
	if (compound->begin_first) {
		compound->program = lex_is_word(lex, token, "NOT");
		compound->decided = true;
		if (compound->program) {
			push(compound, COMPOUND_BEGIN, token->at);
		}
		return;
	}
	if (lex_is_one_of(lex, token, programs)) {
		compound->program = true;
		compound->decided = true;
		compound->start = false;
	} else if (lex_is_one_of(lex, token, plain_objects)) {
		compound->decided = true;
	}
}

static void next_word(struct compound *compound, const struct lex *lex,
		      const struct lex_token *token)
{
	enum compound_kind kind;

	compound->words++;
	if (!compound->decided) {
		head_word(compound, lex, token);
	}
	if (!compound->program) {
		return;
	}
	kind = block_word(lex, token);
	if (compound->ended && end_resolved(compound, kind)) {
		compound->start = false;
		return;
	}
	if (lex_is_word(lex, token, "END") && !compound->dotted && compound->depth > 0) {
		compound->ended = true;
		compound->start = false;
		return;
	}
	if (opens(compound, lex, token, kind)) {
		push(compound, kind, token->at);
		compound->blocks[compound->depth - 1].undecided =
			kind == COMPOUND_IF && byte_after(lex, token) == '(';
	}
	compound->start = lex_is_one_of(lex, token, starters) ||
			  (compound->depth == 0 && lex_is_one_of(lex, token, header_starters));
	compound->dotted = false;
}

static void close_paren(struct compound *compound)
{
	struct compound_block *top =
		compound->depth == 0 ? NULL : &compound->blocks[compound->depth - 1];

	if (compound->parens > 0) {
		compound->parens--;
	}
	if (top != NULL && top->undecided && compound->parens == top->parens) {
		top->undecided = false;
		if (top->commas >= 2) {
			compound->depth--; /* IF(a, b, c) was the function */
		}
	}
}

static void next_punct(struct compound *compound, const struct lex *lex,
		       const struct lex_token *token)
{
	struct compound_block *top =
		compound->depth == 0 ? NULL : &compound->blocks[compound->depth - 1];
	char punct = lex->text[token->at];

	if (punct == '(') {
		compound->parens++;
	} else if (punct == ')') {
		close_paren(compound);
	} else if (punct == ',' && top != NULL && top->undecided &&
		   compound->parens == top->parens + 1) {
		top->commas++;
	}
	compound->start = punct == ';' || (punct == ':' && token->len == 1) ||
			  (punct == ')' && compound->depth == 0);
	compound->dotted = punct == '.';
}

void compound_next(struct compound *compound, const struct lex *lex, const struct lex_token *token)
{
	if (token->kind == LEX_WORD) {
		next_word(compound, lex, token);
		return;
	}
	if (!compound->program) {
		return;
	}
	if (compound->ended) {
		end_resolved(compound, COMPOUND_NR);
	}
	if (token->kind == LEX_PUNCT || token->kind == LEX_DELIMITER) {
		next_punct(compound, lex, token);
		return;
	}
	/* COMMENT '…' in a header may stand right before the body */
	compound->start = token->kind == LEX_STRING && compound->depth == 0;
	compound->dotted = false;
}

bool compound_may_end(struct compound *compound)
{
	if (compound->ended) {
		end_resolved(compound, COMPOUND_NR);
	}
	return compound->depth == 0;
}
