/*
 * log - one line per event on stderr.
 *
 * "task done rollout=41 tenant=acme ms=5310": the message is a constant string,
 * data are key=value. With $JOURNAL_STREAM set each line begins with the
 * sd-daemon level ("<4>"). A line is written by one write(2), so lines of two
 * threads never mix. Credentials never reach a format string.
 *
 * Only the top layers (sched, api, app, CLI) log; below them errors are returned.
 * Any thread.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

#include "scope.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVEL_NR };

extern const char *const log_level_names[LOG_LEVEL_NR];

/* Lines above this level are dropped. The start value is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * What this thread logs from here on is kept back until it is known whether it came to be; then it
 * is written, or dropped. Without log_keep before it log_kept does nothing.
 */
void log_keep(void);
void log_kept(bool came_to_be);

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__) /* a human must act */
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__) /* a change of state */
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif /* LOG_H */
