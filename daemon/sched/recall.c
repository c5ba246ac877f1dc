#include "recall.h"

#include "replica_named.h"
#include "replicas.h"
#include "sampler.h"
#include "sched_guard.h"
#include "store_server.h"
#include "tick.h"

#define LOOK_MS  1000
#define AGAIN_MS 600000

static char *source_of(const struct link *link)
{
	const struct db_addr addr = sched_sampler_address(&link->row);

	return db_addr_format(&addr);
}

static void recalled_clear(void *recalled)
{
	db_addr_release(&((struct recalled *)recalled)->addr);
}

struct reading_of {
	const struct link *link;
	GArray *list;
};

static int add(const char *address, int64_t seen_at, int64_t number, void *ctx, struct err *err)
{
	const struct reading_of *of = ctx;
	struct db_addr *addrs = replica_named_parse(address, err);
	struct recalled one = { .seen_at = seen_at, .number = number };

	if (addrs == NULL) {
		return -1;
	}
	addrs->defaults_file = g_strdup(of->link->row.defaults_file);
	db_addr_copy(&one.addr, addrs);
	replica_named_free(addrs);
	g_array_append_val(of->list, one);
	return 0;
}

GArray *recall_read(struct sched *sched, const struct link *link, struct err *err)
{
	g_autofree char *source = source_of(link);
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct recalled));
	struct reading_of of = { link, list };

	g_array_set_clear_func(list, recalled_clear);
	if (link->row.replicas == NULL &&
	    store_replica_each(sched->store, link->id, source, tick_wall_ms() - RECALL_MS, add, &of,
			       err) < 0) {
		return NULL;
	}
	return g_steal_pointer(&list);
}

int recall_keep(struct sched *sched, struct guard *guard, int64_t now_ms, struct err *err)
{
	const struct link *link = g_hash_table_lookup(sched->links, &guard->server_id);
	g_autoptr(GArray) found = NULL;
	g_autofree char *source = NULL;

	if (guard->sampler == NULL || link == NULL || now_ms - guard->found_ms < LOOK_MS) {
		return 0;
	}
	guard->found_ms = now_ms;
	found = sampler_found(guard->sampler);
	if (found->len == guard->found_nr && now_ms - guard->found_kept_ms < AGAIN_MS) {
		return 0;
	}
	source = source_of(link);
	for (guint i = 0; i < found->len; i++) {
		const struct replica_found *one = &g_array_index(found, struct replica_found, i);

		if (store_replica_put(sched->store, guard->server_id, one->where, source,
				      one->seen_at, one->server_id, err) < 0) {
			return -1;
		}
	}
	guard->found_keeping = found->len;
	guard->found_keeping_ms = now_ms;
	return 0;
}

void recall_begin(struct guard *guard)
{
	guard->found_nr = 0;
	guard->found_keeping = 0;
}

void recall_kept(struct guard *guard)
{
	guard->found_nr = guard->found_keeping;
	guard->found_kept_ms = guard->found_keeping_ms;
}
