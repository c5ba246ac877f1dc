/*
 * precheck_text - what the texts of a shape's columns and keys say, for precheck.c.
 *
 * Pure; any thread. Results of type char * are owned.
 */
#ifndef PRECHECK_TEXT_H
#define PRECHECK_TEXT_H

#include <stdbool.h>

/* In backticks. */
char *precheck_text_quote(const char *name);

/* The items of "(a, b(10), c desc)" at the beginning of list; NULL: one is an expression. */
char **precheck_text_items(const char *list);

/* "b(10) desc" -> column b (owned), prefix 10. False: it is something else. */
bool precheck_text_item(const char *item, char **column, unsigned long *prefix);

bool precheck_text_has(const char *text, const char *word);

/* "varchar(80)" -> 80; 0: it counts no characters. */
unsigned long precheck_text_letters(const char *type);

/* CHAR, VARCHAR, TEXT and the like. */
bool precheck_text_is_letters(const char *type);

bool precheck_text_is_type(const char *text, const char *type);

/* DATE, DATETIME or TIMESTAMP. */
bool precheck_text_is_date(const char *text);

/* "… collate x" -> x; NULL: it says nothing of it. */
char *precheck_text_collation(const char *text);

/* The character set of a collation; what some servers call utf8 is utf8mb3. */
char *precheck_text_charset(const char *collation);

/* Can the character set hold whatever the other one can? */
bool precheck_text_holds(const char *charset, const char *other);

/*
 * The expression of a check as a statement needs it: MySQL lists it as the inside of a string,
 * with a backslash in front of each quote. Owned.
 */
char *precheck_text_clause(const char *clause);

#endif /* PRECHECK_TEXT_H */
