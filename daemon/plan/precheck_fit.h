/*
 * precheck_fit - which values of a column does its new type not take?
 *
 * Both as a condition on the rows: what MariaDB and MySQL are known to refuse alike, and what
 * one of them may refuse or turn into something else. What both take is in neither; so is a
 * lost scale of a number, which is rounded. Pure; any thread.
 */
#ifndef PRECHECK_FIT_H
#define PRECHECK_FIT_H

#include <stdbool.h>

#include "precheck.h"
#include "scope.h"

struct precheck_fit {
	enum precheck_kind kind;
	char *type;    /* owned; what it must fit into, as people read it */
	char *refused; /* owned; condition; NULL: nothing is for certain */
	char *doubted; /* owned; condition; NULL: nothing is in doubt */
	bool always;   /* refused in every sql_mode; else only in a strict one */
};

void precheck_fit_release(struct precheck_fit *fit);
SCOPED_RELEASE(precheck_fit);

struct precheck_fit_column {
	const char *now;  /* borrowed, as all of these; the column as shapes write it */
	const char *then; /* and as it will be */
	const char *name; /* in quotes */
	const char *text; /* its letters in the collation that they will have */
};

/* Empties fit first. */
void precheck_fit(struct precheck_fit *fit, const struct precheck_fit_column *column);

#endif /* PRECHECK_FIT_H */
