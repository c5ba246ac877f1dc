/*
 * custom - the signals that an operator adds.
 *
 *   sql:   a SELECT that gives one row of one column, a number; it may take a second
 *   http:  200 is 0 (go), any other answer is 1 (stop); it may take two seconds, body
 *          included, redirections are not followed and no proxy is asked
 *   file:  1 (stop) while something has this path, as the daemon sees it: a unit with a
 *          /tmp of its own sees another /tmp
 *
 * What gives no answer at all (no such host, a SELECT that fails, a folder that may not be
 * looked into) has no value but a problem, which is no permission either.
 *
 * Any thread; blocks as said.
 */
#ifndef CUSTOM_H
#define CUSTOM_H

#include "err.h"
#include "signal.h"

struct db_session;

/* Can it ever work? ERR_INVALID with what is wrong: no SELECT, no URL, no absolute path. */
NODISCARD int custom_check(enum signal_source source, const char *text, struct err *err);

/*
 * Run it once. ERR_INVALID when it gives anything but one number; else the server's
 * error. Nothing can be changed by it: it runs in a transaction that only reads.
 * custom_sql_begin comes first, once for a session, and leaves settings in it: db_reset before
 * it is used for anything else.
 */
NODISCARD int custom_sql_begin(struct db_session *session, struct err *err);
NODISCARD int custom_sql(struct db_session *session, const char *sql, double *value,
			 struct err *err);

/* stop_fd: readable ends it; 0: nothing does. */
NODISCARD int custom_http(const char *url, int stop_fd, double *value, struct err *err);

NODISCARD int custom_file(const char *path, double *value, struct err *err);

#endif /* CUSTOM_H */
