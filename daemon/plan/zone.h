/*
 * zone - local times of a time zone as moments.
 *
 * Seconds since 1970 throughout: UTC for moments, and for a local time the number that it
 * would be if the zone were UTC. What a clock on the wall in the zone shows decides: an hour
 * that is skipped in spring is no time at all, one that comes twice in autumn is there twice.
 *
 * Pure; any thread. Zones are GLib's, from the machine's own database (TZDIR).
 */
#ifndef ZONE_H
#define ZONE_H

#include <stdint.h>

#include <glib.h>

#include "err.h"

/* One reference. ERR_INVALID when this machine knows no zone of that name. */
GTimeZone *zone_open(const char *name, struct err *err);

struct zone_piece {
	int64_t begin_s;
	int64_t end_s; /* the first second behind it */
};

/* Append to pieces (struct zone_piece) when the wall shows begin_s until before end_s. */
void zone_cut(GTimeZone *zone, int64_t begin_s, int64_t end_s, GArray *pieces);

/* The first moment when the wall shows this or later; the last one behind what is earlier. */
int64_t zone_first(GTimeZone *zone, int64_t local_s);
int64_t zone_last(GTimeZone *zone, int64_t local_s);

#endif /* ZONE_H */
