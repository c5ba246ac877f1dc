/*
 * tick - the only source of time.
 *
 * Monotonic milliseconds for "how long" and wall milliseconds since 1970 (UTC) for
 * "when". A test replaces both with tick_fake. Any thread; tick_fake only before
 * threads exist.
 */
#ifndef TICK_H
#define TICK_H

#include <stddef.h>
#include <stdint.h>

#define TICK_TEXT_MAX 32

int64_t tick_ms(void);      /* monotonic */
int64_t tick_us(void);      /* the same in microseconds, to measure what is short */
int64_t tick_wall_ms(void); /* since 1970-01-01T00:00:00Z */

/* RFC 3339 UTC with milliseconds, "2026-11-21T03:04:05.678Z", into text. */
const char *tick_format(char text[TICK_TEXT_MAX], int64_t wall_ms);

/*
 * "90s", "15m", "2h", "1d", "500ms" or a bare number of seconds, in milliseconds; -1
 * when it is none of these or is over ten years.
 */
int64_t tick_duration_parse(const char *text);

/* Freeze both clocks at these values until the next call; -1, -1 thaws them. */
void tick_fake(int64_t ms, int64_t wall_ms);

#endif /* TICK_H */
