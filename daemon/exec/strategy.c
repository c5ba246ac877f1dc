#include "strategy.h"

#include <string.h>

#include <glib.h>

static const struct strategy *const strategies[] = {
	&strategy_direct,
	&strategy_chunk,
};

const struct strategy *strategy_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(strategies); i++) {
		if (strcmp(strategies[i]->name, name) == 0) {
			return strategies[i];
		}
	}
	return NULL;
}
