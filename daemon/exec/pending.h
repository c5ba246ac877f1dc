/*
 * pending - which migrations of a release a schema lacks.
 *
 * Whoever asks knows what is applied there in a way of its own: a history that was read whole,
 * or the versions that a survey has found. Pure; any thread.
 */
#ifndef PENDING_H
#define PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scope.h"

struct release;

struct pending {
	size_t *indices; /* owned; in the release, in order; also those that are skipped */
	size_t nr;
	int64_t statements; /* that are to be run */
};

void pending_release(struct pending *pending);
SCOPED_RELEASE(pending);

/*
 * Of the migrations up to to_version (NULL: the newest) those that are not applied; is_applied
 * has one for each migration of the release. None when the release has no such version.
 */
void pending_find(struct pending *pending, const struct release *release, const char *to_version,
		  const bool *is_applied);

#endif /* PENDING_H */
