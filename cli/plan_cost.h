/*
 * plan_cost - how long a release will take, as people read it.
 *
 * Appends lines to a GString. Any thread.
 */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include <glib.h>

#include "render.h"
#include "wire.h"

/* Below a statement: what it takes in the largest tenant, and whether it is refused there. */
void plan_cost_statement(GString *out, const struct wire_plan_statement *statement,
			 const struct style *style);

/* The last line of a class. */
void plan_cost_class(GString *out, const struct wire_plan_class *class);

/* The last lines of a plan. */
void plan_cost_all(GString *out, const struct wire_plan *plan, const struct style *style);

#endif /* PLAN_COST_H */
