/*
 * lint - a migration stays inside its tenant.
 *
 * Text only: what a statement says, bodies of stored programs included, against a list of
 * things that reach beyond the tenant's own database or change how everything is
 * recorded. Texts that a program puts together at run time are not seen. What a
 * statement does to the tenant's own schema is not lint's business: the plan's.
 *
 * Pure; any thread. Linear in the text.
 */
#ifndef LINT_H
#define LINT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lex.h"
#include "script.h"

enum lint_rule {
	LINT_DATABASE,     /* MU202: CREATE, ALTER, DROP of a database */
	LINT_OTHER_SCHEMA, /* MU203: a name of another schema */
	LINT_CATALOGUE,    /* MU204: information_schema without naming the schema */
	LINT_GLOBAL,       /* MU205: SET GLOBAL, SET PERSIST */
	LINT_BINLOG,       /* MU206: SET sql_log_bin */
	LINT_LOCK,         /* MU207: LOCK TABLES, FLUSH TABLES */
	LINT_CHARSET,      /* MU208: SET NAMES other than utf8 */
	LINT_ACCOUNT,      /* MU209: users, roles and grants */
	LINT_SERVER,       /* MU210: what concerns the whole server */
	LINT_PLACEHOLDER,  /* MU211: a placeholder that nothing has replaced */
	LINT_FILE,         /* MU212: files of the server or of the daemon's host */
	LINT_NR,
};

struct lint_finding {
	enum lint_rule rule;
	size_t statement; /* index in the script */
	unsigned line;
	unsigned column;
	char *text; /* owned; a sentence without place and code */
};

extern const char *const lint_codes[LINT_NR];

/* Is there a rule of this code? */
bool lint_is_code(const char *code);

/* Append what is found to findings, an array of struct lint_finding. */
void lint_script(const struct script *script, GArray *findings);

/* An array for lint_script that frees its members. */
GArray *lint_findings_new(void);

#endif /* LINT_H */
