#include "tick.h"

#include <glib.h>

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

static int64_t fake_ms = -1;
static int64_t fake_wall_ms = -1;

int64_t tick_ms(void)
{
	return fake_ms >= 0 ? fake_ms : g_get_monotonic_time() / 1000;
}

int64_t tick_us(void)
{
	return fake_ms >= 0 ? fake_ms * 1000 : g_get_monotonic_time();
}

int64_t tick_wall_ms(void)
{
	return fake_wall_ms >= 0 ? fake_wall_ms : g_get_real_time() / 1000;
}

void tick_fake(int64_t ms, int64_t wall_ms)
{
	fake_ms = ms;
	fake_wall_ms = wall_ms;
}

const char *tick_format(char text[TICK_TEXT_MAX], int64_t wall_ms)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall_ms / 1000);
	g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");

	(void)g_snprintf(text, TICK_TEXT_MAX, "%s.%03dZ", seconds, (int)(wall_ms % 1000));
	return text;
}

int64_t tick_duration_parse(const char *text)
{
	static const struct {
		const char *suffix;
		int64_t ms;
	} units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "", 1000 },
		{ "m", INT64_C(60) * 1000 },
		{ "h", INT64_C(3600) * 1000 },
		{ "d", INT64_C(24) * 3600 * 1000 },
	};

	char *end = NULL;
	guint64 value;

	if (!g_ascii_isdigit(text[0])) {
		return -1;
	}
	value = g_ascii_strtoull(text, &end, 10);
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		if (g_str_equal(end, units[i].suffix)) {
			return value <= (guint64)(10 * YEAR_MS / units[i].ms)
				       ? (int64_t)value * units[i].ms
				       : -1;
		}
	}
	return -1;
}
