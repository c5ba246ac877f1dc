#include "governor.h"

#include <glib.h>

const char *const throttle_state_names[THROTTLE_STATE_NR] = { "go", "slow", "paused", "stopped" };

char *verdict_reason(const struct verdict *verdict, int64_t now_ms, int64_t wall_ms)
{
	g_autoptr(GDateTime) since = NULL;
	g_autofree char *clock = NULL;

	if (verdict->what == NULL) {
		return NULL;
	}
	if (verdict->dated_ms == 0) {
		return g_strdup(verdict->what);
	}
	since = g_date_time_new_from_unix_utc((wall_ms - (now_ms - verdict->dated_ms)) / 1000);
	clock = g_date_time_format(since, "%H:%M:%S");
	return g_strdup_printf("%s since %s%s%s", verdict->what, clock,
			       verdict->detail != NULL ? ": " : "",
			       verdict->detail != NULL ? verdict->detail : "");
}
