#include "db_meter.h"

#include <pthread.h>

#include <glib.h>

#include "db.h"

/*
 * Of the whole process, because sessions on one server are opened by layers that do not
 * know of each other.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *meters; /* address -> struct db_meter *, both owned */

struct db_meter *db_meter_of(const struct db_addr *addr)
{
	char *where = db_addr_format(addr);
	struct db_meter *meter;

	(void)pthread_mutex_lock(&lock);
	if (meters == NULL) {
		meters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	}
	meter = g_hash_table_lookup(meters, where);
	if (meter == NULL) {
		meter = g_new0(struct db_meter, 1);
		g_hash_table_insert(meters, g_steal_pointer(&where), meter);
	}
	(void)pthread_mutex_unlock(&lock);
	g_free(where);
	return meter;
}

void db_meters_end(void)
{
	(void)pthread_mutex_lock(&lock);
	g_clear_pointer(&meters, g_hash_table_unref);
	(void)pthread_mutex_unlock(&lock);
}
