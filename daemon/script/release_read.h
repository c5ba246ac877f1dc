/*
 * release_read - a folder read as far as it can be, with everything that is wrong in it.
 *
 * release_parse refuses when there is a finding; lint goes on with what could be read.
 * Private to release*.c and lint*.c. Any thread.
 */
#ifndef RELEASE_READ_H
#define RELEASE_READ_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lint.h"
#include "release.h"
#include "release_cfg.h"

struct release_reading {
	struct release
		*release; /* owned; its list of migrations is empty when the folder is wrong */
	struct release_cfg cfg; /* owned */
	bool *readable;         /* owned; by migration */
	GPtrArray *directives;  /* owned; by migration, GArray of struct directive or NULL */
	GPtrArray *down;        /* owned; the same of the files that undo */
	GArray *findings;       /* owned; struct lint_finding: MU0xx and MU2xx */
	GHashTable *used;       /* owned; the directives that let a finding pass */
	size_t allowed;         /* findings that passed */
};

void release_read(struct release_reading *reading, const struct release_files *files,
		  const char *format);

/*
 * Does release.cfg or a directive of the migration let this rule pass at this statement?
 * Noted as used, then.
 */
bool release_allows(struct release_reading *reading, const GArray *directives,
		    enum lint_rule_id rule, size_t statement);

void release_reading_release(struct release_reading *reading);
SCOPED_RELEASE(release_reading);

#endif /* RELEASE_READ_H */
