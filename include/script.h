/*
 * script - one SQL text cut into statements.
 *
 * The statements are the ones the stock mariadb/mysql client would send (comments
 * are kept), but a text is read whole or refused whole: whatever the client would
 * mis-cut, run locally or send half is an error here with line and column. See
 * split.c for the list. Placeholders and {SCHEMA} are not replaced here.
 *
 * Pure; any thread. Knows nothing of versions and folders: release.h.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* What the first words of a statement say; enough to decide how to run it. */
enum statement_kind {
	STATEMENT_DDL,         /* commits implicitly: CREATE, ALTER, DROP, RENAME, TRUNCATE, … */
	STATEMENT_DML,         /* INSERT, UPDATE, DELETE, REPLACE, LOAD, WITH … */
	STATEMENT_QUERY,       /* SELECT, SHOW, VALUES, EXPLAIN, … */
	STATEMENT_SESSION,     /* SET, PREPARE, DEALLOCATE, … */
	STATEMENT_TRANSACTION, /* START TRANSACTION, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, … */
	STATEMENT_CALL,        /* CALL, EXECUTE, DO, BEGIN NOT ATOMIC: could do anything */
	STATEMENT_KIND_NR,
};

extern const char *const statement_kind_names[STATEMENT_KIND_NR];

/* The statement runs key range by key range (chunk_text.h). Texts are owned. */
struct statement_chunk {
	char *table;
	char *key;       /* an index, or columns with commas; NULL: the primary key */
	char *alias;     /* what the statement calls the table */
	char **assigned; /* NULL-terminated, lower case: the columns that an UPDATE sets */
	int64_t rows;    /* of the first chunk, and at most; 0: nobody said */
	size_t at;       /* what the range takes the place of: offset in the text */
	size_t len;
};

struct statement {
	char *text; /* owned; NUL-terminated, without the delimiter */
	size_t len;
	unsigned line; /* of its first word, from 1 */
	unsigned column;
	enum statement_kind kind;
	bool leaves_session; /* may leave something in the session: variables, temporary tables… */
	bool names_schema;   /* holds {SCHEMA}, to be replaced by the tenant's own name */
	bool as_written;     /* a directive names its strategy: nobody writes it otherwise */
	unsigned modes;      /* how its quotes were read: enum lex_mode of lex.h */
	struct statement_chunk *chunk; /* owned; NULL: it runs in one piece */
};

struct script {
	struct statement *statements; /* owned */
	size_t nr;
};

/*
 * Cut text[0..len). name is only for messages: "name:line:column: …". Refused with
 * ERR_INVALID: NUL, text that is not UTF-8, an open quote or comment at the end, a
 * client command, a statement over 1 GiB.
 */
NODISCARD int script_parse(struct script *script, const char *name, const char *text, size_t len,
			   struct err *err);

void script_release(struct script *script);
SCOPED_RELEASE(script);

#endif /* SCRIPT_H */
