/*
 * dml - which rows a statement writes, as far as its text says it.
 *
 * INSERT, REPLACE, UPDATE and DELETE; a tolerant reader as alter.h's. Pure; any thread.
 */
#ifndef DML_H
#define DML_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lex.h"
#include "scope.h"

enum dml_kind {
	DML_NONE, /* it is something else */
	DML_INSERT,
	DML_REPLACE,
	DML_UPDATE,
	DML_DELETE,
};

struct dml {
	enum dml_kind kind;
	size_t at;          /* offset of its first word */
	char *table;        /* owned; the first that is named, without its schema */
	GPtrArray *columns; /* owned names in lower case that INSERT gives; NULL: it names none */
	bool join;          /* several tables */
	bool bounded;       /* a WHERE that says something, or LIMIT */
};

void dml_read(struct dml *dml, const struct lex *piece);

void dml_release(struct dml *dml);
SCOPED_RELEASE(dml);

#endif /* DML_H */
