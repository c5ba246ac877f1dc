/*
 * line - a connection that is kept: made when there is none, with growing pauses between
 * tries, and never waited on without end.
 *
 * One thread. A session that is there is kept, whatever the server's limit on
 * connections says by now; one that is not there is not fought for: from a quarter of a
 * second to two seconds between tries, ten where the account or the option file is wrong.
 * A server that does not answer has ten seconds before its session is given up; waiting is told
 * of meanwhile.
 */
#ifndef LINE_H
#define LINE_H

#include <stdint.h>

#include "db.h"

#define LINE_GIVE_UP_MS 10000

struct line {
	struct db_addr addr;   /* owned */
	const char *time_zone; /* static; of the session; NULL: the server's own */
	struct db_patience patience;
	struct db_session *session; /* owned; NULL: none now */
	int64_t give_up_ms;
	int64_t next_try_ms;
	int64_t pause_ms;
	struct err last;                               /* why there is none */
	void (*waiting)(void *ctx, int64_t waited_ms); /* NULL: nobody wants to know */
	void *ctx;
};

/* The place of line must stay. stop_fd: readable ends every wait; 0: none. */
void line_init(struct line *line, const struct db_addr *addr, int stop_fd);
void line_release(struct line *line); /* the empty value is fine */
SCOPED_RELEASE(line);

/* Told of waits that are this long, and every time as long again. */
void line_set_step(struct line *line, int64_t step_ms);

/*
 * The session, made if need be and if it is time to try again; then *fresh. NULL with the
 * reason: that of the last try while no other is due.
 */
NODISCARD struct db_session *line_session(struct line *line, int64_t now_ms, bool *fresh,
					  struct err *err);

/* After it was used: forget the session if it is lost, for the reason in err. */
void line_settle(struct line *line, int64_t now_ms, const struct err *err);

/* Forget it in any case: it is not what was looked for. */
void line_drop(struct line *line, int64_t now_ms, const struct err *err);

#endif /* LINE_H */
