#include "headway.h"

#include <stddef.h>

const char *const headway_names[HEADWAY_NR] = {
	[HEADWAY_READ] = "read",
	[HEADWAY_TRY] = "try",
	[HEADWAY_BUILD] = "build",
	[HEADWAY_CHECK] = "check",
};

void headway_expect(struct headway *headway, enum headway_step step, int64_t nr)
{
	if (headway != NULL) {
		headway->total[step] += nr;
	}
}

void headway_take(struct headway *headway, enum headway_step step, int64_t nr)
{
	if (headway != NULL) {
		headway->done[step] += nr;
	}
}
