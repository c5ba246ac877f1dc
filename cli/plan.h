/*
 * plan - what a release would do to a fleet, as people read it.
 *
 * Class by class: who is in it, each statement with file and line, what it changes, how, and
 * what speaks against it. Then who looks otherwise than most, who would fail and why, who is
 * left out. Any thread.
 */
#ifndef PLAN_H
#define PLAN_H

#include <glib.h>

#include "render.h"
#include "wire.h"

/* wide: also lint's notes, and every name. */
void plan_print(GString *out, const struct wire_plan *plan, const struct style *style);

/* Of it: classes, who looks otherwise, who would fail. */
void plan_print_parts(GString *out, const struct wire_plan *plan, const struct style *style);

/* Only who would fail (wire_plan_failing). */
void plan_print_failing(GString *out, const struct wire_list *failing, const struct style *style);

#endif /* PLAN_H */
