#include "weight.h"

#include <string.h>

#include <glib.h>

#include "chain.h"
#include "lex.h"
#include "script.h"
#include "trial.h"

#define WORDS_MAX 4 /* CREATE OR REPLACE TABLE */

/* DDL that has no ladder, or whose grammar was not understood. */
static const struct {
	const char *first;
	const char *word; /* one of the next ones; NULL: whatever follows */
	enum task_kind kind;
} forms[] = {
	{ "OPTIMIZE", NULL, TASK_KIND_REBUILD }, { "REPAIR", NULL, TASK_KIND_REBUILD },
	{ "ALTER", "TABLE", TASK_KIND_REBUILD }, { "CREATE", "INDEX", TASK_KIND_REBUILD },
	{ "ANALYZE", NULL, TASK_KIND_DATA },     { "CHECK", NULL, TASK_KIND_DATA },
	{ "LOAD", NULL, TASK_KIND_DATA },
};

static bool has_word(struct lex lex, const char *word, size_t most)
{
	struct lex_token token;

	while (most-- > 0 && lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_word(&lex, &token, word)) {
			return true;
		}
	}
	return false;
}

static enum task_kind of_words(const struct statement *statement)
{
	struct lex lex = { .text = statement->text,
			   .len = statement->len,
			   .modes = statement->modes };
	struct lex_token first;

	(void)lex_next_code(&lex, &first);
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (lex_is_word(&lex, &first, forms[i].first) &&
		    (forms[i].word == NULL || has_word(lex, forms[i].word, WORDS_MAX))) {
			return forms[i].kind;
		}
	}
	if (lex_is_word(&lex, &first, "CREATE") && has_word(lex, "TABLE", WORDS_MAX - 1) &&
	    has_word(lex, "SELECT", statement->len)) {
		return TASK_KIND_DATA;
	}
	return TASK_KIND_INSTANT;
}

static enum task_kind of_ddl(const struct statement *statement, const struct trial *trial)
{
	if (trial == NULL) {
		return TASK_KIND_UNKNOWN;
	}
	if (trial->applies) {
		return trial->rung == LADDER_INSTANT ? TASK_KIND_INSTANT : TASK_KIND_REBUILD;
	}
	return of_words(statement);
}

enum task_kind weight_of(const struct statement *statement, const struct trial *trial)
{
	switch (statement->kind) {
	case STATEMENT_DDL:
		return of_ddl(statement, trial);
	case STATEMENT_DML:
		return statement->chunk != NULL ? TASK_KIND_CHUNK : TASK_KIND_DATA;
	case STATEMENT_QUERY:
		return TASK_KIND_DATA;
	case STATEMENT_SESSION:
	case STATEMENT_TRANSACTION:
		return TASK_KIND_INSTANT;
	case STATEMENT_CALL:
	case STATEMENT_KIND_NR:
		break;
	}
	return TASK_KIND_UNKNOWN;
}

enum task_kind weight_of_chain(const struct chain *chain)
{
	enum task_kind most = TASK_KIND_INSTANT;

	if (chain->failure.version != NULL) {
		return TASK_KIND_UNKNOWN;
	}
	for (size_t i = 0; i < chain->nr; i++) {
		if (chain->steps[i].kind == TASK_KIND_UNKNOWN) {
			return TASK_KIND_UNKNOWN;
		}
		most = MAX(most, chain->steps[i].kind);
	}
	return most;
}
