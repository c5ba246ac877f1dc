/*
 * directive - "-- muster: …" comments, read.
 *
 * A directive stands on a line of its own in front of the statement it speaks of. One that
 * this version does not know, or cannot carry out, is refused: passed over it would be a
 * promise that nobody keeps. The lines by which goose, dbmate and sql-migrate part a file
 * ("-- +goose Down", "-- migrate:down") count as "-- muster: down".
 *
 * Pure; any thread.
 */
#ifndef DIRECTIVE_H
#define DIRECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"
#include "split.h"

enum directive_kind {
	DIRECTIVE_CHECK,    /* text: the question; value: the one answer, NULL for no row */
	DIRECTIVE_ALLOW,    /* text: the code of lint; value: the reason */
	DIRECTIVE_STRATEGY, /* text: auto, direct or cold */
	DIRECTIVE_CHUNK,    /* text: the table; value: the key, NULL: the primary one; rows */
	DIRECTIVE_READONLY, /* the tenant is to be closed for writes while the file runs */
	DIRECTIVE_PHASE,    /* of the file; text: expand, backfill or contract */
	DIRECTIVE_UP,       /* of another tool: the part that is applied begins */
	DIRECTIVE_DOWN,     /* what follows undoes what stands before */
};

struct directive {
	enum directive_kind kind;
	char *text;   /* owned */
	char *value;  /* owned */
	int64_t rows; /* 0: not said */
	size_t statement;
	unsigned line;
	unsigned column;
};

/* Read one mark of text. Refused with "name:line:column: …". */
NODISCARD int directive_parse(struct directive *directive, const char *name, const char *text,
			      const struct split_mark *mark, struct err *err);

/* Is this comment one by which another tool parts a file? */
bool directive_is_foreign(const char *comment, size_t len);

/* Is the tenant to be closed for writes while the file runs? */
bool directive_is_closing(const struct directive *directive);

/* May it stand in the part that undoes a migration? */
bool directive_is_for_down(const struct directive *directive);

void directive_release(struct directive *directive);
SCOPED_RELEASE(directive);

/* All marks, in their order; an owned array of struct directive that frees its members. */
GArray *directive_parse_all(const char *name, const char *text, const GArray *marks,
			    struct err *err);

#endif /* DIRECTIVE_H */
