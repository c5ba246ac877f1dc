/*
 * window - when something may be migrated: "Sun 02:00-05:00 Australia/Sydney".
 *
 * Several, separated by ";" or ",", open together what each of them opens:
 *
 *   windows = item { (";" | ",") item }
 *   item    = { days } { times } [ zone ]
 *   days    = "daily" | day | day "-" day          Mon Tue Wed Thu Fri Sat Sun; Fri-Mon is four
 *   times   = HH:MM[:SS] "-" HH:MM[:SS]            24:00 may end one
 *   zone    = a name of the time zone database, such as Europe/Berlin or UTC
 *
 * Times without a day are daily. Days alone go with the item behind them ("Mon, Wed
 * 22:00-23:00 UTC"), and an item without a zone takes the next one; the last must name one.
 * An end that is not behind its begin is on the next day ("Fri 22:00-04:00" ends on Saturday).
 *
 * It is open while a clock on the wall in that zone says so: what falls into the hour that
 * is skipped in spring does not happen, and in autumn the hour that comes twice counts twice.
 *
 * Wall milliseconds since 1970 (UTC). Pure; a window never changes, any thread may ask it.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"

#define WINDOW_FOREVER INT64_MAX /* an end that does not come, an opening that never is */

struct window;

/* ERR_INVALID in one sentence that names the wrong word. */
struct window *window_parse(const char *text, struct err *err);
void window_free(struct window *window);
SCOPED_FREE(window);

/* As it was written. Borrowed. */
const char *window_text(const struct window *window);

struct opening {
	int64_t begin_ms;
	int64_t end_ms; /* WINDOW_FOREVER: it does not close */
};

/*
 * Append to openings (struct opening) those that touch from_ms until before to_ms, whole, in
 * order; what has no time between is one opening.
 */
void window_openings(const struct window *window, int64_t from_ms, int64_t to_ms, GArray *openings);

/* Is it open at this moment? *left_ms, which may be NULL, is how long still; 0: it is not. */
bool window_is_open(const struct window *window, int64_t at_ms, int64_t *left_ms);

/* When it opens next; at_ms when it is open. */
int64_t window_next(const struct window *window, int64_t at_ms);

#endif /* WINDOW_H */
