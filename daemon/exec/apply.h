/*
 * apply - one migration in one tenant, from its first row to its last.
 *
 *   checks before -> row "applying" -> statements -> checks after -> row "applied"
 *
 * journal.h writes the rows, so that a crash at any point leaves a tenant that can be
 * read. A failure that the server has told us leaves the row with the number of
 * statements that lasted: what a file did inside its own open transaction is rolled
 * back and does not count.
 *
 * A file stops for a request to park only where it can go on later: not inside a transaction of
 * its own, not while something is in the session that only the statements themselves could bring
 * back (temporary tables, variables filled by a query). Statements that the trial of the tenant's
 * class has shown to be cheaper when they are split or merged run so (steps.h) when the order lets
 * them; between two parts the file stops as between two statements, and goes on there. SET and
 * PREPARE of the statements that are done are run again on resume.
 *
 * Workers; blocks.
 */
#ifndef APPLY_H
#define APPLY_H

#include <stdint.h>

#include <glib.h>

#include "outcome.h"

struct journal;

struct apply {
	struct journal *journal; /* its done says what lasted */
	const char *task;        /* "r12/acme" as a shell takes it, for the command that helps */
	int64_t base;            /* statements of the task before this migration */
	GArray *measures;        /* of measure.h, borrowed; NULL: nobody wants to know */
	GString *rewritten;      /* borrowed; what runs otherwise than written is added; or NULL */
};

/*
 * outcome->event is TASK_APPLIED when the migration is recorded as applied (also
 * when there was nothing to run), TASK_PARK when it stopped on request, else what
 * went wrong.
 */
void apply_migration(struct apply *apply, struct outcome *outcome);

#endif /* APPLY_H */
