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

#endif /* PLAN_H */
