/*
 * explain - the pages about what lint says, from its one table of rules.
 *
 * Pure; any thread.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <glib.h>

#include "lint.h"

/* The page of one rule. */
void explain_rule(GString *out, const struct lint_rule *rule);

/* A line for each rule. */
void explain_all(GString *out);

/* The code that was probably meant, NULL: none is near. */
const char *explain_suggest(const char *code);

#endif /* EXPLAIN_H */
