/* What the tests of windows share: moments written as people do. */
#ifndef WINDOW_KIT_H
#define WINDOW_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "window.h"

/* "2026-10-04 02:30:00" in UTC. */
static inline int64_t at(const char *text)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) moment = g_date_time_new_from_iso8601(text, utc);

	assert_non_null(moment);
	return g_date_time_to_unix(moment) * 1000;
}

static inline struct window *parsed(const char *text)
{
	struct err err = { 0 };
	struct window *window = window_parse(text, &err);

	if (window == NULL) {
		fail_msg("%s: %s", text, err.msg);
	}
	return window;
}

#endif /* WINDOW_KIT_H */
