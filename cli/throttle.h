/*
 * throttle - how loaded the servers are, for people.
 *
 * throttle_block is everything about one server, throttle_line one line of it for a
 * picture, throttle_changes one line for each change since the last look. The cells of
 * views.h are here, too, and the CSV, which has a line for each signal. Pure; one thread.
 */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <glib.h>

#include "render.h"
#include "wire.h"

/* The signal that says most about the server's state; NULL: it has none. Borrowed. */
const struct wire_signal *throttle_worst(const struct wire_throttle *throttle);

/* "61", "12%", "0.8/s", "3 ms", "infinite"; "-" when there is none. */
void throttle_value(GString *out, const struct wire_signal *signal);

/* "16/32/100": soft, hard, critical. */
void throttle_limits(GString *out, const struct wire_signal *signal);

/* A limit; "-" for NAN. */
void throttle_number(GString *out, double value);

/* "0.1s", "2m 10s"; "-" for NAN. */
void throttle_age(GString *out, double age_s);

void throttle_block(GString *out, const struct wire_throttle *throttle, const struct style *style);
void throttle_csv(GString *out, const struct wire_list *list);

/* "  db1 paused, 0/4 slots: threads_running 61 > 32 (hard)", cut to the style's width. */
void throttle_line(GString *out, const struct wire_throttle *throttle, const struct style *style);

/*
 * The lines of up to max servers, those that do not go first, then how many more there
 * are. Nothing without servers.
 */
void throttle_lines(GString *out, const struct wire_throttle *throttles, size_t nr, size_t max,
		    const struct style *style);

/* The states that were told: name of a server -> state, both owned. */
GHashTable *throttle_told_new(void);

/* "03:12:07 db1 throttle paused 0/4: why" for each that is not as it was told; go is at first. */
void throttle_changes(GString *out, GHashTable *told, const struct wire_list *list);

#endif /* THROTTLE_H */
