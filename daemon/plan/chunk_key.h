/*
 * chunk_key - the key along which a statement runs range by range.
 *
 * The index that the directive names, else the primary key, else a unique one. It orders all
 * rows and no two of them alike: unique, without NULL, whole columns, ascending, of types whose
 * values come back from the server as they are compared there. Values travel as texts: digits,
 * or the bytes of a text in hex, which no setting of a session can change.
 *
 * Workers; chunk_key_find blocks, the others are pure.
 */
#ifndef CHUNK_KEY_H
#define CHUNK_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "scope.h"

struct db_session;
struct statement_chunk;

#define CHUNK_COLUMNS_MAX 16 /* the servers' own limit */

enum chunk_form {
	CHUNK_NUMBER, /* -12.5 */
	CHUNK_MOMENT, /* 2026-01-01 00:00:00, or a UUID */
	CHUNK_TEXT,   /* hex, in the column's character set */
	CHUNK_BYTES,  /* hex */
};

struct chunk_column {
	char *name; /* owned; in backquotes */
	enum chunk_form form;
	char *charset;   /* owned; CHUNK_TEXT */
	char *collation; /* owned; the same */
};

struct chunk_key {
	char *index; /* owned; its name in backquotes */
	struct chunk_column columns[CHUNK_COLUMNS_MAX];
	size_t nr;
};

/*
 * Of a table in the session's default schema. ERR_INVALID: there is no such key, and what to do
 * about it; also when the statement writes to a column of it.
 */
NODISCARD int chunk_key_find(struct chunk_key *key, struct db_session *session,
			     const struct statement_chunk *chunk, struct err *err);

void chunk_key_release(struct chunk_key *key);
SCOPED_RELEASE(chunk_key);

/* What gives a column's value as text in a SELECT. Owned. */
char *chunk_key_select(const struct chunk_column *column);

/* One value for each of nr columns; none is "". Owned, NULL-terminated. */
char **chunk_key_values(char *const *values, size_t nr);

/* A value as SQL; NULL: it is none of this column. Owned. */
char *chunk_key_literal(const struct chunk_column *column, const char *value);

#endif /* CHUNK_KEY_H */
