/*
 * lex - SQL text as tokens, cut the way the stock client and the server cut it.
 *
 * Knows quotes, comments, version comments and the delimiter; knows no grammar.
 * Three readers stand on it: split.c, lint.c and release_expand. A walk over a whole
 * text is linear in its length.
 *
 * Pure; any thread. Nothing is allocated, the text is borrowed.
 */
#ifndef LEX_H
#define LEX_H

#include <stdbool.h>
#include <stddef.h>

/* How quotes are read; set by a script's own sql_mode. */
enum lex_mode {
	LEX_ANSI_QUOTES = 1,         /* "…" is a name, without backslash escapes */
	LEX_NO_BACKSLASH_ESCAPES = 2 /* a backslash in a string is a backslash */
};

enum lex_kind {
	LEX_END,
	LEX_SPACE,
	LEX_WORD,          /* keyword, name or number */
	LEX_NAME,          /* `…`, and "…" under LEX_ANSI_QUOTES */
	LEX_STRING,        /* '…' or "…", doubled quotes included */
	LEX_VARIABLE,      /* @x, @@x, @`x`, @ alone; the dotted rest of @@global.x is not part */
	LEX_PUNCT,         /* one byte; := is one token */
	LEX_SCHEMA,        /* {SCHEMA} */
	LEX_LINE_COMMENT,  /* from -- or # up to the end of the line, without it */
	LEX_COMMENT,       /* a block comment or an optimizer hint */
	LEX_VERSION_OPEN,  /* the opening of an executable comment with its number */
	LEX_VERSION_CLOSE, /* its end */
	LEX_BACKSLASH,     /* a client command like \g, two bytes; \N is a word */
	LEX_DELIMITER,
	LEX_CUT_WORD,     /* a delimiter of letters inside a longer word */
	LEX_OPEN_QUOTE,   /* a quote that is never closed; the rest of the text */
	LEX_OPEN_COMMENT, /* the same of a comment */
};

struct lex {
	const char *text;
	size_t len;
	size_t at;              /* where the next token begins */
	unsigned modes;         /* of enum lex_mode */
	unsigned version_depth; /* executable comments that are open here */
	const char *delimiter;  /* NULL: none is looked for */
	size_t delimiter_len;
};

struct lex_token {
	enum lex_kind kind;
	size_t at;
	size_t len;
};

/* The next token; LEX_END, again and again, behind the last. */
enum lex_kind lex_next(struct lex *lex, struct lex_token *token);

/* As lex_next, but spaces and comments are passed over. */
enum lex_kind lex_next_code(struct lex *lex, struct lex_token *token);

/* Are the token's len bytes those of word, whatever their case? */
bool lex_is_same(const struct lex *lex, const struct lex_token *token, const char *word);

/*
 * Is the token this word, whatever its case? word is in upper case. Inline, because nearly
 * every word of a long text differs from what is asked for in its first letter.
 */
static inline bool lex_is_word(const struct lex *lex, const struct lex_token *token,
			       const char *word)
{
	return token->kind == LEX_WORD && ((lex->text[token->at] ^ word[0]) & ~0x20) == 0 &&
	       lex_is_same(lex, token, word);
}

/* Is it one of the words of a list that ends in NULL? */
bool lex_is_one_of(const struct lex *lex, const struct lex_token *token, const char *const *words);

/* Is the token this one byte of punctuation? */
bool lex_is_punct(const struct lex *lex, const struct lex_token *token, char punct);

/* Letters, digits, "_", "$" and everything beyond ASCII. */
bool lex_is_word_byte(char byte);

/* Whether -- begins a comment here, as the server sees it. */
bool lex_is_dashes(const char *text, size_t len);

#endif /* LEX_H */
