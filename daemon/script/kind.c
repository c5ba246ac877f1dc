#include "kind.h"

#include <glib.h>

const char *const statement_kind_names[STATEMENT_KIND_NR] = {
	[STATEMENT_DDL] = "ddl",     [STATEMENT_DML] = "dml",
	[STATEMENT_QUERY] = "query", [STATEMENT_SESSION] = "session",
	[STATEMENT_CALL] = "call",   [STATEMENT_TRANSACTION] = "transaction",
};

/* clang-format off */
static const struct {
	const char *first;
	const char *second; /* NULL: whatever follows */
	enum statement_kind kind;
	bool leaves;
} kinds[] = {
	/* first       second             kind                   leaves something in the session */
	{ "CREATE",     "TEMPORARY",       STATEMENT_SESSION,     true  },
	{ "DROP",       "TEMPORARY",       STATEMENT_SESSION,     true  },
	{ "DROP",       "PREPARE",         STATEMENT_SESSION,     true  },
	{ "CREATE",     NULL,              STATEMENT_DDL,         false },
	{ "ALTER",      NULL,              STATEMENT_DDL,         false },
	{ "DROP",       NULL,              STATEMENT_DDL,         false },
	{ "RENAME",     NULL,              STATEMENT_DDL,         false },
	{ "TRUNCATE",   NULL,              STATEMENT_DDL,         false },
	{ "ANALYZE",    "TABLE",           STATEMENT_DDL,         false },
	{ "ANALYZE",    "LOCAL",           STATEMENT_DDL,         false },
	{ "ANALYZE",    "NO_WRITE_TO_BINLOG", STATEMENT_DDL,      false },
	{ "ANALYZE",    NULL,              STATEMENT_CALL,        true  }, /* runs what follows */
	{ "OPTIMIZE",   NULL,              STATEMENT_DDL,         false },
	{ "REPAIR",     NULL,              STATEMENT_DDL,         false },
	{ "CHECK",      NULL,              STATEMENT_DDL,         false },
	{ "CACHE",      NULL,              STATEMENT_DDL,         false },
	{ "GRANT",      NULL,              STATEMENT_DDL,         false },
	{ "REVOKE",     NULL,              STATEMENT_DDL,         false },
	{ "FLUSH",      NULL,              STATEMENT_DDL,         true  },
	{ "COMMENT",    NULL,              STATEMENT_DDL,         false },
	{ "INSERT",     NULL,              STATEMENT_DML,         false },
	{ "UPDATE",     NULL,              STATEMENT_DML,         false },
	{ "DELETE",     NULL,              STATEMENT_DML,         false },
	{ "REPLACE",    NULL,              STATEMENT_DML,         false },
	{ "LOAD",       "INDEX",           STATEMENT_DDL,         false },
	{ "LOAD",       NULL,              STATEMENT_DML,         false },
	{ "WITH",       NULL,              STATEMENT_DML,         false },
	{ "SELECT",     NULL,              STATEMENT_QUERY,       false },
	{ "SHOW",       NULL,              STATEMENT_QUERY,       false },
	{ "VALUES",     NULL,              STATEMENT_QUERY,       false },
	{ "TABLE",      NULL,              STATEMENT_QUERY,       false },
	{ "EXPLAIN",    "ANALYZE",         STATEMENT_CALL,        true  },
	{ "EXPLAIN",    NULL,              STATEMENT_QUERY,       false },
	{ "DESCRIBE",   NULL,              STATEMENT_QUERY,       false },
	{ "DESC",       NULL,              STATEMENT_QUERY,       false },
	{ "CHECKSUM",   NULL,              STATEMENT_QUERY,       false },
	{ "SET",        NULL,              STATEMENT_SESSION,     true  },
	{ "PREPARE",    NULL,              STATEMENT_SESSION,     true  },
	{ "DEALLOCATE", NULL,              STATEMENT_SESSION,     true  },
	{ "LOCK",       NULL,              STATEMENT_SESSION,     true  },
	{ "UNLOCK",     NULL,              STATEMENT_SESSION,     true  },
	{ "HANDLER",    NULL,              STATEMENT_SESSION,     true  },
	{ "USE",        NULL,              STATEMENT_SESSION,     true  },
	{ "BEGIN",      "NOT",             STATEMENT_CALL,        true  },
	{ "BEGIN",      NULL,              STATEMENT_TRANSACTION, true  },
	{ "START",      "TRANSACTION",     STATEMENT_TRANSACTION, true  },
	{ "COMMIT",     NULL,              STATEMENT_TRANSACTION, true  },
	{ "ROLLBACK",   NULL,              STATEMENT_TRANSACTION, true  },
	{ "SAVEPOINT",  NULL,              STATEMENT_TRANSACTION, true  },
	{ "RELEASE",    NULL,              STATEMENT_TRANSACTION, true  },
	{ "XA",         NULL,              STATEMENT_TRANSACTION, true  },
};

/* clang-format on */

static bool is_variable(const struct lex *lex, const struct lex_token *token)
{
	return token->kind == LEX_VARIABLE && token->len > 1 && lex->text[token->at + 1] != '@';
}

static void watch(struct kind *kind, const struct lex *lex, const struct lex_token *token)
{
	static const char *const locks[] = { "GET_LOCK", "RELEASE_LOCK", "RELEASE_ALL_LOCKS",
					     NULL };
	static const char *const programs[] = { "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT",
						"VIEW",      "PACKAGE",  NULL };

	if (token->kind == LEX_PUNCT && token->len == 2 && is_variable(lex, &kind->last)) {
		kind->leaves = true;
	}
	if (is_variable(lex, token) && lex_is_word(lex, &kind->last, "INTO")) {
		kind->leaves = true;
	}
	if (token->kind != LEX_WORD) {
		return;
	}
	if (lex_is_one_of(lex, token, locks)) {
		kind->leaves = true;
	}
	if (kind->nr_words < KIND_WORDS && lex_is_one_of(lex, token, programs)) {
		kind->program = true;
	}
}

static bool mentions_schema(const struct lex *lex, const struct lex_token *token)
{
	return token->kind == LEX_SCHEMA ||
	       ((token->kind == LEX_STRING || token->kind == LEX_NAME) &&
		memmem(lex->text + token->at, token->len, "{SCHEMA}", 8) != NULL);
}

void kind_next(struct kind *kind, const struct lex *lex, const struct lex_token *token)
{
	if (kind->last.len == 0 && lex_is_punct(lex, token, '(')) {
		kind->paren = true;
	}
	watch(kind, lex, token);
	if (mentions_schema(lex, token)) {
		kind->names_schema = true;
	}
	if (token->kind == LEX_WORD && kind->nr_words < KIND_WORDS) {
		kind->words[kind->nr_words++] = *token;
	}
	/* SET STATEMENT x=1 FOR UPDATE …: what runs is what stands behind FOR */
	if (kind->nr_words >= 2 && lex_is_word(lex, &kind->words[0], "SET") &&
	    lex_is_word(lex, &kind->words[1], "STATEMENT") && lex_is_word(lex, token, "FOR")) {
		*kind = (struct kind){ .leaves = kind->leaves, .names_schema = kind->names_schema };
	}
	kind->last = *token;
}

void kind_apply(const struct kind *kind, const struct lex *lex, struct statement *statement)
{
	static const char *const creators[] = { "CREATE", "ALTER", "DROP", NULL };
	bool first_or_replace = kind->nr_words > 3 && lex_is_word(lex, &kind->words[1], "OR");
	size_t second = first_or_replace ? 3 : 1;

	statement->names_schema = kind->names_schema;
	statement->kind = kind->paren ? STATEMENT_QUERY : STATEMENT_CALL;
	statement->leaves_session = !kind->paren || kind->leaves;
	if (kind->nr_words == 0 || kind->paren) {
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (lex_is_word(lex, &kind->words[0], kinds[i].first) &&
		    (kinds[i].second == NULL ||
		     (kind->nr_words > second &&
		      lex_is_word(lex, &kind->words[second], kinds[i].second)))) {
			bool later = kind->program && lex_is_one_of(lex, &kind->words[0], creators);

			statement->kind = kinds[i].kind;
			statement->leaves_session = kinds[i].leaves || (kind->leaves && !later);
			return;
		}
	}
}
