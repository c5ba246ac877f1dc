#include "route_map.h"

#include <inttypes.h>
#include <string.h>

/* What stands in a map as it is; the rest is written as %XX. */
#define PLAIN "._~:@+-/"

struct entry {
	struct wire_route route; /* owned */
	char *json;              /* owned */
	uint64_t digest[2];
	bool seen;
};

struct route_map {
	GHashTable *entries; /* id -> struct entry *, owned */
	GPtrArray *sorted;   /* by name, borrowed; NULL: to be made */
	GString *news;
	uint64_t sum[2]; /* of all digests: the order of changes leaves no trace */
	char tag[ROUTE_TAG_MAX];
};

const char *const route_map_types[ROUTE_FORMAT_NR] = {
	[ROUTE_JSON] = "application/json",
	[ROUTE_NGINX_MAP] = "text/plain; charset=utf-8",
	[ROUTE_HAPROXY_MAP] = "text/plain; charset=utf-8",
};

static void entry_free(void *data)
{
	struct entry *entry = data;

	wire_release(&wire_route_type, &entry->route);
	g_free(entry->json);
	g_free(entry);
}

static void tag_write(struct route_map *map)
{
	g_snprintf(map->tag, sizeof(map->tag), "\"%016" PRIx64 "%016" PRIx64 "\"", map->sum[0],
		   map->sum[1]);
}

struct route_map *route_map_new(void)
{
	struct route_map *map = g_new0(struct route_map, 1);

	map->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, entry_free);
	map->news = g_string_new(NULL);
	tag_write(map);
	return map;
}

static void unsort(struct route_map *map)
{
	if (map->sorted != NULL) {
		g_ptr_array_unref(g_steal_pointer(&map->sorted));
	}
}

void route_map_free(struct route_map *map)
{
	if (map == NULL) {
		return;
	}
	unsort(map);
	g_hash_table_destroy(map->entries);
	g_string_free(map->news, TRUE);
	g_free(map);
}

/* ---- changes ---------------------------------------------------------------------------- */

static void digest_of(const char *json, uint64_t digest[2])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 bytes[32];
	gsize len = sizeof(bytes);

	g_checksum_update(sum, (const guchar *)json, -1);
	g_checksum_get_digest(sum, bytes, &len);
	memcpy(digest, bytes, 2 * sizeof(digest[0]));
}

static void count(struct route_map *map, const struct entry *entry, bool in)
{
	for (size_t i = 0; i < G_N_ELEMENTS(map->sum); i++) {
		map->sum[i] += in ? entry->digest[i] : -entry->digest[i];
	}
	tag_write(map);
}

static void tell(struct route_map *map, const char *event, const char *json)
{
	g_string_append_printf(map->news, "event: %s\ndata: %s\n\n", event, json);
}

bool route_map_put(struct route_map *map, int64_t id, struct wire_route *route)
{
	struct entry *old = g_hash_table_lookup(map->entries, &id);
	g_autofree char *json = wire_encode(&wire_route_type, route);
	struct entry *entry;

	if (old != NULL && strcmp(old->json, json) == 0) {
		old->seen = true;
		wire_release(&wire_route_type, route);
		return false;
	}
	if (old == NULL || strcmp(old->route.tenant, route->tenant) != 0) {
		unsort(map);
		if (old != NULL) {
			tell(map, "gone", old->json);
		}
	}
	entry = old != NULL ? old : g_new0(struct entry, 1);
	if (old == NULL) {
		g_hash_table_insert(map->entries, g_memdup2(&id, sizeof(id)), entry);
	} else {
		count(map, old, false);
		wire_release(&wire_route_type, &old->route);
		g_free(old->json);
	}
	entry->route = *route;
	entry->json = g_steal_pointer(&json);
	entry->seen = true;
	*route = (struct wire_route){ 0 };
	digest_of(entry->json, entry->digest);
	count(map, entry, true);
	tell(map, "route", entry->json);
	return true;
}

bool route_map_remove(struct route_map *map, int64_t id)
{
	struct entry *entry = g_hash_table_lookup(map->entries, &id);

	if (entry == NULL) {
		return false;
	}
	count(map, entry, false);
	tell(map, "gone", entry->json);
	unsort(map);
	g_hash_table_remove(map->entries, &id);
	return true;
}

void route_map_begin(struct route_map *map)
{
	GHashTableIter iter;
	void *entry;

	g_hash_table_iter_init(&iter, map->entries);
	while (g_hash_table_iter_next(&iter, NULL, &entry)) {
		((struct entry *)entry)->seen = false;
	}
}

void route_map_end(struct route_map *map)
{
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(int64_t));
	GHashTableIter iter;
	void *key;
	void *entry;

	g_hash_table_iter_init(&iter, map->entries);
	while (g_hash_table_iter_next(&iter, &key, &entry)) {
		if (!((struct entry *)entry)->seen) {
			g_array_append_val(gone, *(int64_t *)key);
		}
	}
	for (guint i = 0; i < gone->len; i++) {
		(void)route_map_remove(map, g_array_index(gone, int64_t, i));
	}
}

/* ---- texts ------------------------------------------------------------------------------ */

const char *route_map_tag(const struct route_map *map)
{
	return map->tag;
}

static int compare_names(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a;
	const struct entry *right = *(struct entry *const *)b;

	return strcmp(left->route.tenant, right->route.tenant);
}

/* Sorting is put off until somebody reads: then it is no change of the map. */
static const GPtrArray *sorted(struct route_map *map)
{
	GHashTableIter iter;
	void *entry;

	if (map->sorted == NULL) {
		map->sorted = g_ptr_array_new();
		g_hash_table_iter_init(&iter, map->entries);
		while (g_hash_table_iter_next(&iter, NULL, &entry)) {
			g_ptr_array_add(map->sorted, entry);
		}
		g_ptr_array_sort(map->sorted, compare_names);
	}
	return map->sorted;
}

static void put_json(struct route_map *map, GString *out)
{
	const GPtrArray *all = sorted(map);

	g_string_append_c(out, '[');
	for (guint i = 0; i < all->len; i++) {
		const struct entry *entry = g_ptr_array_index(all, i);

		g_string_append_printf(out, "%s%s", i == 0 ? "" : ",", entry->json);
	}
	g_string_append_c(out, ']');
}

static void put_word(GString *out, const char *text)
{
	g_string_append_uri_escaped(out, text == NULL ? "" : text, PLAIN, FALSE);
}

/* Words that mean something to nginx on the left, unless a backslash is in front. */
static bool is_special(const char *name)
{
	static const char *const words[] = { "default", "hostnames", "include", "volatile" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(name, words[i]) == 0) {
			return true;
		}
	}
	return name[0] == '~';
}

static const struct {
	const char *name;
	size_t offset;
} parts[] = {
	{ "mode", offsetof(struct wire_route, mode) },
	{ "version", offsetof(struct wire_route, version) },
	{ "server", offsetof(struct wire_route, server) },
	{ "schema", offsetof(struct wire_route, schema) },
	{ "class", offsetof(struct wire_route, class) },
};

static const char *part_of(const struct entry *entry, size_t part)
{
	return *(char *const *)(const void *)((const char *)&entry->route + parts[part].offset);
}

static void put_nginx(struct route_map *map, GString *out)
{
	const GPtrArray *all = sorted(map);

	g_string_append(out,
			"# written by musterd; include it in http {} and set $muster_tenant\n");
	for (size_t part = 0; part < G_N_ELEMENTS(parts); part++) {
		g_string_append_printf(out, "map $muster_tenant $muster_%s {\n\tdefault \"\";\n",
				       parts[part].name);
		for (guint i = 0; i < all->len; i++) {
			const struct entry *entry = g_ptr_array_index(all, i);
			const char *value = part_of(entry, part);

			if (value == NULL) {
				continue;
			}
			g_string_append_c(out, '\t');
			g_string_append(out, is_special(entry->route.tenant) ? "\\" : "");
			put_word(out, entry->route.tenant);
			g_string_append_c(out, ' ');
			put_word(out, value);
			g_string_append(out, ";\n");
		}
		g_string_append(out, "}\n");
	}
}

static void put_haproxy(struct route_map *map, GString *out)
{
	const GPtrArray *all = sorted(map);

	g_string_append(out, "# written by musterd; tenant mode|version|server|schema|class\n");
	for (guint i = 0; i < all->len; i++) {
		const struct entry *entry = g_ptr_array_index(all, i);

		put_word(out, entry->route.tenant);
		for (size_t part = 0; part < G_N_ELEMENTS(parts); part++) {
			g_string_append_c(out, part == 0 ? ' ' : '|');
			put_word(out, part_of(entry, part));
		}
		g_string_append_c(out, '\n');
	}
}

char *route_map_text(struct route_map *map, enum route_format format)
{
	static void (*const put[ROUTE_FORMAT_NR])(struct route_map * map, GString * out) = {
		[ROUTE_JSON] = put_json,
		[ROUTE_NGINX_MAP] = put_nginx,
		[ROUTE_HAPROXY_MAP] = put_haproxy,
	};
	GString *out = g_string_new(NULL);

	put[format](map, out);
	return g_string_free(out, FALSE);
}

/* ---- a stream --------------------------------------------------------------------------- */

/* The tag comes last: who has it has seen all before it. */
char *route_map_news(struct route_map *map)
{
	GString *news = map->news;

	if (news->len == 0) {
		return NULL;
	}
	map->news = g_string_new(NULL);
	g_string_append_printf(news, "id: %s\n\n", map->tag);
	return g_string_free(news, FALSE);
}

char *route_map_whole(struct route_map *map)
{
	GString *out = g_string_new("event: map\ndata: ");

	put_json(map, out);
	g_string_append_printf(out, "\nid: %s\n\n", map->tag);
	return g_string_free(out, FALSE);
}
