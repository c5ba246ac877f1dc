#include "evidence_head.h"

#include "script.h"

struct lex head_lex(const char *text, size_t len, unsigned modes)
{
	return (struct lex){ .text = text, .len = len, .modes = modes };
}

/* SET STATEMENT x=1 FOR …: what runs is what stands behind FOR. */
static void skip_settings(struct head *head)
{
	struct lex lex = head->lex;
	struct lex_token token;

	if (lex_next_code(&lex, &token) == LEX_END || !lex_is_word(&lex, &token, "SET") ||
	    lex_next_code(&lex, &token) == LEX_END || !lex_is_word(&lex, &token, "STATEMENT")) {
		return;
	}
	while (lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_word(&lex, &token, "FOR")) {
			head->lex = lex;
			return;
		}
	}
}

void head_read(struct head *head, const struct statement *statement)
{
	*head = (struct head){ .lex = head_lex(statement->text, statement->len, statement->modes) };
	skip_settings(head);
	while (head->nr < HEAD_WORDS &&
	       lex_next_code(&head->lex, &head->tokens[head->nr]) != LEX_END) {
		head->nr++;
	}
}

bool head_is(const struct head *head, size_t index, const char *word)
{
	return index < head->nr && lex_is_word(&head->lex, &head->tokens[index], word);
}

bool head_is_one_of(const struct head *head, size_t index, const char *const *words)
{
	return index < head->nr && lex_is_one_of(&head->lex, &head->tokens[index], words);
}

/* Does any of the first tokens say so? */
bool head_has(const struct head *head, const char *word)
{
	for (size_t i = 0; i < head->nr; i++) {
		if (head_is(head, i, word)) {
			return true;
		}
	}
	return false;
}

bool head_text_has(const struct statement *statement, const char *const *words)
{
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);
	struct lex_token token;

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_one_of(&lex, &token, words)) {
			return true;
		}
	}
	return false;
}

bool head_text_has_pair(const struct statement *statement, const char *first, const char *second)
{
	struct lex lex = head_lex(statement->text, statement->len, statement->modes);
	struct lex_token token = { 0 };
	struct lex_token last = { 0 };

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_word(&lex, &last, first) && lex_is_word(&lex, &token, second)) {
			return true;
		}
		last = token;
	}
	return false;
}

bool head_is_account(const struct head *head)
{
	static const char *const grants[] = { "GRANT", "REVOKE", NULL };
	static const char *const makes[] = { "CREATE", "ALTER", "DROP", "RENAME", NULL };
	static const char *const accounts[] = { "USER", "ROLE", NULL };
	size_t second = head_is(head, 1, "OR") ? 3 : 1;

	return head_is_one_of(head, 0, grants) ||
	       (head_is_one_of(head, 0, makes) && head_is_one_of(head, second, accounts));
}

bool head_is_server(const struct head *head)
{
	static const char *const makes[] = { "CREATE", "ALTER", "DROP", NULL };
	static const char *const things[] = { "SERVER",   "TABLESPACE", "LOGFILE",
					      "RESOURCE", "SPATIAL",    "INSTANCE",
					      "UNDO",     "LIBRARY",    NULL };
	size_t second = head_is(head, 1, "OR") ? 3 : 1;

	/* CREATE SPATIAL INDEX is not about reference systems */
	return head_is_one_of(head, 0, makes) && head_is_one_of(head, second, things) &&
	       !head_is(head, second + 1, "INDEX");
}

bool head_is_event(const struct head *head)
{
	static const char *const makes[] = { "CREATE", "ALTER", "DROP", NULL };
	static const char *const others[] = { "TABLE",   "VIEW",    "PROCEDURE", "FUNCTION",
					      "TRIGGER", "INDEX",   "SEQUENCE",  "DATABASE",
					      "SCHEMA",  "PACKAGE", NULL };

	if (!head_is_one_of(head, 0, makes)) {
		return false;
	}
	for (size_t i = 1; i < head->nr && !head_is_one_of(head, i, others); i++) {
		if (head_is(head, i, "EVENT")) {
			return true;
		}
	}
	return false;
}
