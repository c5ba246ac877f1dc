#include "rates.h"

#include <stdbool.h>

#include <glib.h>

#include "store_rate.h"

#define SIZES    64
#define REACH    64            /* times the largest that was measured */
#define SMALL    (1024 * 1024) /* bytes; up to here a table is like the smallest */
#define ANYWHERE 0             /* no server has this id */

struct point {
	double nr;
	double bytes; /* of all together */
	double ms;
};

struct curve {
	struct point points[SIZES]; /* by size; nr 0: never measured */
};

struct rates {
	GHashTable *curves; /* "server/algorithm" -> struct curve *, owned */
};

struct rates *rates_new(void)
{
	struct rates *rates = g_new0(struct rates, 1);

	rates->curves = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return rates;
}

void rates_free(struct rates *rates)
{
	if (rates != NULL) {
		g_hash_table_unref(rates->curves);
		g_free(rates);
	}
}

int64_t rates_size(int64_t bytes)
{
	int64_t size = 0;

	for (; bytes > 0 && size + 1 < SIZES; bytes >>= 1) {
		size++;
	}
	return size;
}

static char *key_of(int64_t server_id, const char *algorithm)
{
	return g_strdup_printf("%lld/%s", (long long)server_id, algorithm);
}

static void put(struct rates *rates, int64_t server_id, const struct store_rate *rate)
{
	g_autofree char *key = key_of(server_id, rate->algorithm);
	struct curve *curve = g_hash_table_lookup(rates->curves, key);
	struct point *point;

	if (curve == NULL) {
		curve = g_new0(struct curve, 1);
		g_hash_table_insert(rates->curves, g_steal_pointer(&key), curve);
	}
	point = &curve->points[rate->size];
	point->nr += (double)rate->nr;
	point->bytes += (double)rate->bytes;
	point->ms += (double)rate->ms;
}

void rates_add(struct rates *rates, const struct store_rate *rate)
{
	if (rate->nr > 0 && rate->size >= 0 && rate->size < SIZES) {
		put(rates, rate->server_id, rate);
		put(rates, ANYWHERE, rate);
	}
}

/* ---- reading a curve --------------------------------------------------------------------- */

struct place {
	double bytes;
	double ms;
};

static struct place mean(const struct point *point)
{
	return (struct place){ point->bytes / point->nr, point->ms / point->nr };
}

static double on_line(const struct place *from, const struct place *to, double bytes)
{
	if (to->bytes <= from->bytes) {
		return to->ms;
	}
	return from->ms + (to->ms - from->ms) * (bytes - from->bytes) / (to->bytes - from->bytes);
}

/* Larger than all that were seen. What a small one takes is not the rows'. */
static double beyond(const struct place *first, const struct place *last, double bytes)
{
	const struct place nothing = { 0 };

	if (bytes <= SMALL) {
		return last->ms;
	}
	if (bytes > MAX(last->bytes * REACH, (double)SMALL)) {
		return -1;
	}
	if (last->bytes > first->bytes && last->ms > first->ms) {
		return on_line(first, last, bytes);
	}
	return on_line(&nothing, last, bytes);
}

static double at(const struct curve *curve, double bytes)
{
	struct place first = { 0 };
	struct place below = { 0 };
	bool has_below = false;

	for (int size = 0; size < SIZES; size++) {
		struct place place;

		if (curve->points[size].nr <= 0) {
			continue;
		}
		place = mean(&curve->points[size]);
		if (place.bytes > bytes) {
			return has_below ? on_line(&below, &place, bytes) : place.ms;
		}
		first = has_below ? first : place;
		below = place;
		has_below = true;
	}
	return has_below ? beyond(&first, &below, bytes) : -1;
}

static double look(const struct rates *rates, int64_t server_id, const char *algorithm,
		   int64_t bytes)
{
	g_autofree char *key = key_of(server_id, algorithm);
	const struct curve *curve = g_hash_table_lookup(rates->curves, key);

	return curve == NULL ? -1 : at(curve, (double)bytes);
}

int64_t rates_ms(const struct rates *rates, int64_t server_id, const char *algorithm, int64_t bytes)
{
	double ms = look(rates, server_id, algorithm, bytes);

	ms = ms < 0 ? look(rates, ANYWHERE, algorithm, bytes) : ms;
	return ms < 0 ? -1 : (int64_t)(ms + 0.5);
}
