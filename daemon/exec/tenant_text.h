/*
 * tenant_text - the statements of schema/tenant/ with their parameters filled in.
 *
 * A parameter is ":name" in the text. Every name in the text must be among the
 * parameters (CHECK); one that is not used is fine. The comment at the top of the
 * file stays at home. Workers; pure but for the session's rules of quoting.
 */
#ifndef TENANT_TEXT_H
#define TENANT_TEXT_H

#include <stdint.h>

#include "tenant_sql.h"

struct db_session;

struct tenant_param {
	const char *name; /* NULL ends the list */
	const char *text; /* NULL: number counts */
	uint64_t number;
};

/* Owned. params may be NULL when the text has no parameter. */
char *tenant_text(const struct db_session *session, enum tenant_sql id,
		  const struct tenant_param *params);

/* The bytes of text as "c3a9", for what is told apart byte by byte. Owned. */
char *tenant_hex(const char *text);

#endif /* TENANT_TEXT_H */
