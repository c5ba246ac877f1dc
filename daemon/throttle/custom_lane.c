#include "custom_lane.h"

#include <poll.h>

#include <glib.h>

#include "custom.h"
#include "line.h"
#include "panel.h"
#include "tick.h"

#define HOLD_MS     INT64_C(3000)
#define HOLD_ONE_MS INT64_C(2000) /* for each: they wait for one another */

struct own {
	enum signal_source source;
	char *text; /* owned */
};

struct custom_lane {
	struct panel *panel; /* borrowed */
	struct line line;
	struct own *owns; /* owned */
	size_t nr;
	int stop_fd;
};

struct custom_lane *custom_lane_new(const struct db_addr *addr, const struct custom_signal *customs,
				    size_t nr, struct panel *panel, int stop_fd, struct err *err)
{
	struct custom_lane *lane = g_new0(struct custom_lane, 1);

	lane->panel = panel;
	lane->stop_fd = stop_fd;
	lane->owns = g_new0(struct own, nr);
	lane->nr = nr;
	line_init(&lane->line, addr, stop_fd);
	for (size_t i = 0; i < nr; i++) {
		struct own *own = &lane->owns[i];

		if (signal_name_check(customs[i].name, &own->source, err) < 0 ||
		    custom_check(own->source, customs[i].text, err) < 0) {
			(void)err_prefix(err, "signal %s", customs[i].name);
			custom_lane_free(lane);
			return NULL;
		}
		own->text = g_strdup(customs[i].text);
	}
	return lane;
}

void custom_lane_free(struct custom_lane *lane)
{
	if (lane == NULL) {
		return;
	}
	for (size_t i = 0; i < lane->nr; i++) {
		g_free(lane->owns[i].text);
	}
	line_release(&lane->line);
	g_free(lane->owns);
	g_free(lane);
}

static bool is_stopped(const struct custom_lane *lane)
{
	struct pollfd fd = { .fd = lane->stop_fd, .events = POLLIN };

	return lane->stop_fd > 0 && poll(&fd, 1, 0) > 0;
}

static int read_sql(struct custom_lane *lane, const char *sql, double *value, struct err *err)
{
	bool fresh;
	struct db_session *session = line_session(&lane->line, tick_ms(), &fresh, err);
	int failed;

	if (session == NULL) {
		return -1;
	}
	failed = (fresh && custom_sql_begin(session, err) < 0) ||
				 custom_sql(session, sql, value, err) < 0
			 ? -1
			 : 0;
	line_settle(&lane->line, tick_ms(), err);
	return failed;
}

static int read_one(struct custom_lane *lane, const struct own *own, double *value, struct err *err)
{
	switch (own->source) {
	case SIGNAL_SQL:
		return read_sql(lane, own->text, value, err);
	case SIGNAL_HTTP:
		return custom_http(own->text, lane->stop_fd, value, err);
	case SIGNAL_FILE:
		return custom_file(own->text, value, err);
	case SIGNAL_BUILT_IN:
	case SIGNAL_SOURCE_NR:
		break;
	}
	return err_set(err, ERR_INVALID, "no signal of an operator");
}

void custom_lane_turn(struct custom_lane *lane)
{
	int64_t hold_ms = HOLD_MS + HOLD_ONE_MS * (int64_t)lane->nr;

	for (size_t i = 0; i < lane->nr && !is_stopped(lane); i++) {
		struct err err = { 0 };
		double value = 0;

		if (read_one(lane, &lane->owns[i], &value, &err) < 0) {
			panel_put_problem(lane->panel, SIGNAL_NR + i, err.msg, tick_ms(), hold_ms);
		} else {
			panel_put(lane->panel, SIGNAL_NR + i, value, tick_ms(), hold_ms);
		}
	}
}
