#include "line.h"

#include <glib.h>

#define CONNECT_S      2
#define STEP_MS        1000
#define PAUSE_FIRST_MS 250
#define PAUSE_MOST_MS  2000
#define PAUSE_WRONG_MS 10000

static bool step(void *ctx, int64_t waited_ms)
{
	struct line *line = ctx;

	if (line->waiting != NULL) {
		line->waiting(line->ctx, waited_ms);
	}
	return waited_ms < line->give_up_ms;
}

void line_init(struct line *line, const struct db_addr *addr, int stop_fd)
{
	*line = (struct line){ .give_up_ms = LINE_GIVE_UP_MS };
	db_addr_copy(&line->addr, addr);
	line->patience = (struct db_patience){
		.connect_s = CONNECT_S,
		.step_ms = STEP_MS,
		.stop_fd = stop_fd,
		.step = step,
		.ctx = line,
	};
}

void line_release(struct line *line)
{
	db_session_free(line->session);
	db_addr_release(&line->addr);
	*line = (struct line){ 0 };
}

void line_set_step(struct line *line, int64_t step_ms)
{
	line->patience.step_ms = (unsigned)step_ms;
}

static void pause_grow(struct line *line, int64_t now_ms, const struct err *err)
{
	if (err->code == ERR_DENIED || err->code == ERR_INVALID) {
		line->pause_ms = PAUSE_WRONG_MS;
	} else if (line->pause_ms == 0) {
		line->pause_ms = PAUSE_FIRST_MS;
	} else {
		line->pause_ms = MIN(line->pause_ms * 2, PAUSE_MOST_MS);
	}
	line->next_try_ms = now_ms + line->pause_ms;
	line->last = *err;
}

/* Short waits for locks: what is read is not worth a place in a queue. */
static int settings(struct line *line, struct db_session *session, struct err *err)
{
	g_autofree char *zone = line->time_zone == NULL
					? g_strdup("")
					: g_strdup_printf(", time_zone = '%s'", line->time_zone);

	return db_execf(session, err,
			"set session autocommit = 1, lock_wait_timeout = 1, "
			"innodb_lock_wait_timeout = 1%s",
			zone);
}

struct db_session *line_session(struct line *line, int64_t now_ms, bool *fresh, struct err *err)
{
	SCOPED_PTR(db_session) session = NULL;

	*fresh = false;
	if (line->session != NULL) {
		return line->session;
	}
	if (now_ms < line->next_try_ms) {
		*err = line->last;
		return NULL;
	}
	session = db_open_patient(&line->addr, &line->patience, err);
	if (session == NULL || settings(line, session, err) < 0) {
		pause_grow(line, now_ms, err);
		return NULL;
	}
	line->session = g_steal_pointer(&session);
	*fresh = true;
	return line->session;
}

void line_drop(struct line *line, int64_t now_ms, const struct err *err)
{
	if (line->session != NULL) {
		g_clear_pointer(&line->session, db_session_free);
		pause_grow(line, now_ms, err);
	}
}

void line_settle(struct line *line, int64_t now_ms, const struct err *err)
{
	if (line->session != NULL && db_is_lost(line->session)) {
		line_drop(line, now_ms, err);
	} else if (line->session != NULL) {
		line->pause_ms = 0;
	}
}
