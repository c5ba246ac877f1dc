/*
 * verified - tenants held against a release, as people read it.
 *
 * A table of all of them, those that are not as they should be first; what it was compared with
 * where the release does not say it all; then each problem with what differs and the command that
 * helps. Any thread.
 */
#ifndef VERIFIED_H
#define VERIFIED_H

#include <glib.h>

#include "render.h"
#include "wire.h"

/* Of wire_verify_tenant. */
extern const struct view verified_view;

/*
 * Every tenant of the answer in one list (wire_verify_tenant), those that are as they should be
 * last, else by name. The texts stay the answer's: free list->items only.
 */
void verified_rows(const struct wire_verify *verify, struct wire_list *rows);

/* wide: every tenant and every line. */
void verified_print(GString *out, const struct wire_verify *verify, const struct style *style);

#endif /* VERIFIED_H */
