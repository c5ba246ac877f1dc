/*
 * clause - ALGORITHM and LOCK in the text of a statement.
 *
 * Finds what an ALTER TABLE, CREATE INDEX or DROP INDEX says of them already, and writes what
 * it does not say where its grammar takes it. What is written stays as it is, DEFAULT aside;
 * comments, quotes and WAIT stay too. A DROP INDEX that says nothing becomes ALTER TABLE:
 * MariaDB's takes neither.
 *
 * Pure; any thread. Tolerant: of a text that the server would refuse anything may come.
 */
#ifndef CLAUSE_H
#define CLAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "scope.h"

enum clause_form {
	CLAUSE_NOTHING, /* another statement: it has no such clause */
	CLAUSE_ALTER_TABLE,
	CLAUSE_CREATE_INDEX,
	CLAUSE_DROP_INDEX,
};

/* A part of the statement's text. */
struct clause_span {
	size_t at;
	size_t len; /* 0: it is not there */
};

struct clause {
	enum clause_form form;
	char *table;                        /* owned; its name without quotes and schema; or NULL */
	char *algorithm;                    /* owned; as written; NULL: nothing, or DEFAULT */
	char *lock;                         /* the same; ALTER ONLINE says NONE */
	struct clause_span algorithm_value; /* the value's word, DEFAULT too */
	struct clause_span lock_value;
	size_t at;                /* where clauses are put in */
	const char *glue;         /* what follows them there; borrowed, static */
	struct clause_span drop;  /* of DROP INDEX: the word DROP up to the index, … */
	struct clause_span index; /* [IF EXISTS] and its name, … */
	struct clause_span where; /* the table with its schema and WAIT */
};

/* modes: of enum lex_mode. False: CLAUSE_NOTHING. */
bool clause_read(struct clause *clause, const char *sql, unsigned modes);

void clause_release(struct clause *clause);
SCOPED_RELEASE(clause);

/* The statement that says these where it says nothing; NULL: nothing is added. Owned. */
char *clause_write(const struct clause *clause, const char *sql, const char *algorithm,
		   const char *lock);

#endif /* CLAUSE_H */
