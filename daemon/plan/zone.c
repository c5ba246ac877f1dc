#include "zone.h"

#include <stdbool.h>
#include <string.h>

#define REACH_S      ((int64_t)26 * 3600) /* no zone is further from UTC */
#define STEP_S       ((int64_t)12 * 3600) /* no two changes are closer */
#define NAME_MAX_LEN 64

/* GLib reads a file of this name: it must not lead out of the database. */
static bool is_name(const char *name)
{
	static const char others[] = "_+-/";
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || !g_ascii_isalpha(name[0]) || name[len - 1] == '/' ||
	    strstr(name, "//") != NULL) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (!g_ascii_isalnum(name[i]) && strchr(others, name[i]) == NULL) {
			return false;
		}
	}
	return true;
}

GTimeZone *zone_open(const char *name, struct err *err)
{
	GTimeZone *zone = is_name(name) ? g_time_zone_new_identifier(name) : NULL;

	if (zone == NULL) {
		err_set(err, ERR_INVALID, "\"%.64s\" is no time zone that this machine knows",
			name);
	}
	return zone;
}

static int64_t offset_of(GTimeZone *zone, int interval)
{
	return g_time_zone_get_offset(zone, interval);
}

static int interval_at(GTimeZone *zone, int64_t moment_s)
{
	return g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, moment_s);
}

/* The first second at which another interval holds than at from, or until. */
static int64_t interval_end(GTimeZone *zone, int64_t from, int64_t until)
{
	int interval = interval_at(zone, from);
	int64_t same = from;
	int64_t other = MIN(from + STEP_S, until);

	while (other < until && interval_at(zone, other) == interval) {
		same = other;
		other = MIN(other + STEP_S, until);
	}
	if (interval_at(zone, other) == interval) {
		return until;
	}
	while (other - same > 1) {
		int64_t middle = same + (other - same) / 2;

		if (interval_at(zone, middle) == interval) {
			same = middle;
		} else {
			other = middle;
		}
	}
	return other;
}

void zone_cut(GTimeZone *zone, int64_t begin_s, int64_t end_s, GArray *pieces)
{
	int64_t last = end_s + REACH_S;

	for (int64_t at = begin_s - REACH_S; at < last;) {
		int64_t offset = offset_of(zone, interval_at(zone, at));
		int64_t until = interval_end(zone, at, last);
		const struct zone_piece piece = { MAX(begin_s - offset, at),
						  MIN(end_s - offset, until) };

		if (piece.begin_s < piece.end_s) {
			g_array_append_val(pieces, piece);
		}
		at = until;
	}
}

int64_t zone_first(GTimeZone *zone, int64_t local_s)
{
	int64_t last = local_s + REACH_S;

	for (int64_t at = local_s - REACH_S; at < last;) {
		int64_t offset = offset_of(zone, interval_at(zone, at));
		int64_t until = interval_end(zone, at, last);

		if (local_s - offset < until) {
			return MAX(local_s - offset, at);
		}
		at = until;
	}
	return last;
}

int64_t zone_last(GTimeZone *zone, int64_t local_s)
{
	int64_t last = local_s + REACH_S;
	int64_t found = local_s - REACH_S;

	for (int64_t at = local_s - REACH_S; at < last;) {
		int64_t offset = offset_of(zone, interval_at(zone, at));
		int64_t until = interval_end(zone, at, last);

		if (local_s - offset > at) {
			found = MIN(local_s - offset, until);
		}
		at = until;
	}
	return found;
}
