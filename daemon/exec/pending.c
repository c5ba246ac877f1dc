#include "pending.h"

#include <glib.h>

#include "release.h"

void pending_release(struct pending *pending)
{
	g_free(pending->indices);
	*pending = (struct pending){ 0 };
}

void pending_find(struct pending *pending, const struct release *release, const char *to_version,
		  const bool *is_applied)
{
	ptrdiff_t last = release_last(release, to_version);
	struct pending found = { .indices = g_new(size_t, release->nr) };

	for (size_t i = 0; (ptrdiff_t)i <= last; i++) {
		const struct migration *migration = &release->migrations[i];

		if (!is_applied[i]) {
			found.indices[found.nr++] = i;
			found.statements += migration->skipped ? 0 : (int64_t)migration->up.nr;
		}
	}
	*pending = found;
}
