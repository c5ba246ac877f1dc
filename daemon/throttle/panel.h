/*
 * panel - the latest reading of every signal of one server.
 *
 * Several threads write what they have read, each at its own pace; the one that samples
 * copies what still stands. A reading stands for hold_ms from when it was read; what is
 * older is left out of a sample, so that whoever decides sees it grow old. A signal that
 * was never put is in no sample: this server does not have it.
 *
 * Places are signal ids, and SIGNAL_NR + i for the i-th signal of an operator. Any thread;
 * locks inside, for moments only.
 */
#ifndef PANEL_H
#define PANEL_H

#include <stddef.h>
#include <stdint.h>

#include "signal.h"

struct panel;
struct sample;

/* names: of the operator's signals; copied. */
struct panel *panel_new(const char *const *names, size_t nr);
void panel_free(struct panel *panel); /* NULL is fine */

void panel_put(struct panel *panel, size_t place, double value, int64_t now_ms, int64_t hold_ms);

/* There should be a value, and this is why there is none. */
void panel_put_problem(struct panel *panel, size_t place, const char *problem, int64_t now_ms,
		       int64_t hold_ms);

/* This account may not see it, and this is why. Stands until something else is put. */
void panel_put_refused(struct panel *panel, size_t place, const char *problem);
bool panel_has(struct panel *panel, size_t place); /* and it may be seen */

void panel_set_where(struct panel *panel, const char *where); /* NULL: nowhere */
void panel_set_cores(struct panel *panel, int64_t cores);

/* What stands at this time. Owned. */
struct sample *panel_sample(struct panel *panel, int64_t server_id, int64_t now_ms);

#endif /* PANEL_H */
