/*
 * app - the daemon: every part built in order, wired together, run and taken down.
 *
 * Main thread only. app_run returns when a signal has asked it to stop and all that
 * ran has ended or parked, or when something could not be started.
 */
#ifndef APP_H
#define APP_H

#include <stdbool.h>

#include "err.h"

/*
 * Run with the configuration file until SIGTERM or SIGINT. On failure *help is the command that
 * helps (owned), or as it was.
 */
NODISCARD int app_run(const char *conf_path, char **help, struct err *err);

/* Whether the same start may go well a little later, after an error of app_run. */
bool app_may_restart(const struct err *err);

/* Only read the configuration file. */
NODISCARD int app_check(const char *conf_path, struct err *err);

/* Write a consistent copy of the inventory to path; the daemon may be running. */
NODISCARD int app_backup(const char *conf_path, const char *path, struct err *err);

#ifdef MUSTER_CRASH_POINTS
void app_crash_points(void); /* every name to stdout, one per line */
#endif

#endif /* APP_H */
