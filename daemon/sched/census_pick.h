/*
 * census_pick - whom a census is about: the tenants that a selector means, from the store.
 *
 * For census.c, which asks their servers. Loop thread only.
 */
#ifndef CENSUS_PICK_H
#define CENSUS_PICK_H

#include <glib.h>

#include "err.h"

struct sched;

/*
 * struct census_tenant, by name; owned. NULL: ERR_INVALID when the selector is wrong, names a
 * tenant that does not exist, or selects nobody.
 */
NODISCARD GArray *census_select(struct sched *sched, const char *selector, struct err *err);

/* The same of these ids (int64_t). NULL: ERR_NOT_FOUND when none is there any more. */
NODISCARD GArray *census_select_ids(struct sched *sched, const GArray *ids, struct err *err);

/* For g_array_set_clear_func. */
void census_tenant_clear(void *item);

#endif /* CENSUS_PICK_H */
