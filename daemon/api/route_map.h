/*
 * route_map - where every tenant is, at which version and in which mode, in memory.
 *
 * Rows are put and taken as they change; the map says what is new, as events of a stream, and
 * has one tag for all it holds: the same tenants in the same places have the same tag,
 * also in another start of the program. Texts of a thousand tenants take less than a
 * millisecond. Knows neither store nor HTTP. One thread.
 */
#ifndef ROUTE_MAP_H
#define ROUTE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "states.h"
#include "wire.h"

#define ROUTE_TAG_MAX 40

struct route_map;

struct route_map *route_map_new(void);
void route_map_free(struct route_map *map); /* NULL is fine */

/* Takes what route owns. False: it was there, and the same. */
bool route_map_put(struct route_map *map, int64_t id, struct wire_route *route);
bool route_map_remove(struct route_map *map, int64_t id); /* false: it was not there */

/* Between these two every tenant is put; the end removes those that were not. */
void route_map_begin(struct route_map *map);
void route_map_end(struct route_map *map);

/* With its quotes: "\"0123…\"". Borrowed until the next change. */
const char *route_map_tag(const struct route_map *map);

/* All tenants by name. Owned. */
char *route_map_text(struct route_map *map, enum route_format format);
extern const char *const route_map_types[ROUTE_FORMAT_NR]; /* of their content */

/* What changed since the last call, as server-sent events; NULL: nothing. Owned. */
char *route_map_news(struct route_map *map);

/* The whole map as such an event. Owned. */
char *route_map_whole(struct route_map *map);

#endif /* ROUTE_MAP_H */
