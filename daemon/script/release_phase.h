/*
 * release_phase - in which phase each migration of a folder is.
 *
 * A file says "-- muster: phase=…", or belongs to the phase of the file before it; the first
 * are expand. A folder holds the whole history, so the phases come again and again:
 * phase=expand may always stand and begins a new round; within a round they go forward, so
 * backfill behind contract is refused. Files in a row that are of one phase are a part,
 * and a rollout stops between two parts (sched_phase.c).
 *
 * Private to release*.c. Pure; any thread.
 */
#ifndef RELEASE_PHASE_H
#define RELEASE_PHASE_H

#include <glib.h>

#include "release.h"

/*
 * Set phase and part of the migration with this index; those before it have theirs.
 * directives: of its file, or NULL when it has none that could be read. Refused with
 * "file:line:column: …".
 */
NODISCARD int release_phase_set(struct release *release, size_t index, const GArray *directives,
				struct err *err);

#endif /* RELEASE_PHASE_H */
