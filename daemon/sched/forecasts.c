#include "forecasts.h"

#include <string.h>

#include "census.h"
#include "forecast.h"
#include "release.h"
#include "sched_state.h"
#include "shape.h"

#define DIFF_MAX 40 /* lines of one outlier */

static void tenant_free(void *data)
{
	struct forecast_tenant *tenant = data;

	g_free(tenant->name);
	g_free(tenant->schema);
	g_free(tenant->sizes);
	g_free(tenant->anew);
	g_free(tenant);
}

static void class_free(void *data)
{
	struct forecast_class *class = data;

	g_free(class->id);
	g_free(class->flavor);
	g_free(class->version);
	g_free(class->example);
	g_ptr_array_unref(class->tenants);
	g_free(class->largest);
	if (class->costs != NULL) {
		estimate_statements_free(class->costs, class->forecast->nr);
	}
	forecast_unref(class->forecast);
	g_free(class->why);
	g_strfreev(class->warnings);
	g_free(class);
}

static void failing_free(void *data)
{
	struct forecast_failing *failing = data;

	g_free(failing->tenant);
	g_free(failing->check);
	g_free(failing->message);
	g_free(failing);
}

static void outlier_free(void *data)
{
	struct forecast_outlier *outlier = data;

	g_free(outlier->tenant);
	g_free(outlier->version);
	g_free(outlier->usual);
	g_strfreev(outlier->diff);
	g_free(outlier);
}

static void lists_init(struct forecasts *made)
{
	made->classes = g_ptr_array_new_with_free_func(class_free);
	made->failing = g_ptr_array_new_with_free_func(failing_free);
	made->unchecked = g_ptr_array_new_with_free_func(failing_free);
	made->closing = g_ptr_array_new_with_free_func(failing_free);
	made->outliers = g_ptr_array_new_with_free_func(outlier_free);
	made->ahead = g_ptr_array_new_with_free_func(g_free);
	made->missing = g_ptr_array_new_with_free_func(g_free);
	made->held = g_ptr_array_new_with_free_func(g_free);
	made->regressed = g_ptr_array_new_with_free_func(g_free);
	made->drifted = g_ptr_array_new_with_free_func(g_free);
	made->unfinished = g_ptr_array_new_with_free_func(g_free);
	made->unknown = g_ptr_array_new_with_free_func(g_free);
}

void forecasts_release(struct forecasts *forecasts)
{
	GPtrArray *const lists[] = {
		forecasts->classes, forecasts->failing,    forecasts->outliers,  forecasts->ahead,
		forecasts->missing, forecasts->held,       forecasts->regressed, forecasts->drifted,
		forecasts->unknown, forecasts->unfinished, forecasts->unchecked, forecasts->closing,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (lists[i] != NULL) {
			g_ptr_array_unref(lists[i]);
		}
	}
	estimates_release(&forecasts->estimates);
	*forecasts = (struct forecasts){ 0 };
}

static void failing_add(GPtrArray *list, const char *tenant, const char *check, const char *message)
{
	struct forecast_failing *failing = g_new0(struct forecast_failing, 1);

	failing->tenant = g_strdup(tenant);
	failing->check = g_strdup(check);
	failing->message = g_strdup(message);
	g_ptr_array_add(list, failing);
}

void forecasts_fail(struct forecasts *forecasts, const char *tenant, const char *check,
		    const char *message)
{
	failing_add(forecasts->failing, tenant, check, message);
}

void forecasts_uncheck(struct forecasts *forecasts, const char *tenant, const char *check,
		       const char *message)
{
	failing_add(forecasts->unchecked, tenant, check, message);
}

void forecasts_close(struct forecasts *forecasts, const char *tenant, const char *check,
		     const char *message)
{
	failing_add(forecasts->closing, tenant, check, message);
}

/* ---- classes ----------------------------------------------------------------------------- */

/* What was learnt of the class by one of its members, on any server of the same kind. */
static const struct census_class *find_trial(const struct sched *sched, const struct census *census,
					     const struct census_tenant *tenant, const char *flavor)
{
	for (size_t i = 0; i < census->nr_classes; i++) {
		const struct census_class *class = &census->classes[i];
		g_autofree char *other = census_flavor(sched, class->server_id);

		if (strcmp(class->class, tenant->class) == 0 && strcmp(other, flavor) == 0) {
			return class;
		}
	}
	return NULL;
}

static struct forecast_class *class_new(const struct sched *sched, const struct census *census,
					const struct census_tenant *tenant, const char *flavor)
{
	const struct census_class *trial = find_trial(sched, census, tenant, flavor);
	struct forecast_class *class = g_new0(struct forecast_class, 1);

	class->id = g_strdup_printf("%s@%s", tenant->class, flavor);
	g_strdelimit(class->id, " ", '-');
	class->flavor = g_strdup(flavor);
	class->version = g_strdup(tenant->version);
	class->tenants = g_ptr_array_new_with_free_func(tenant_free);
	if (trial == NULL) {
		class->why = g_strdup("nobody of it could be tried out on an empty copy: a "
				      "statement may have run in the middle of a migration");
		return class;
	}
	class->example = g_strdup(trial->example);
	class->forecast = forecast_ref(trial->forecast);
	class->why = g_strdup(trial->why);
	class->warnings = g_strdupv(trial->warnings);
	return class;
}

static void class_take(struct forecast_class *class, const struct census_tenant *tenant)
{
	struct forecast_tenant *taken = g_new0(struct forecast_tenant, 1);

	taken->name = g_strdup(tenant->name);
	taken->schema = g_strdup(tenant->schema);
	taken->server_id = tenant->server_id;
	taken->bytes = tenant->bytes;
	g_ptr_array_add(class->tenants, taken);
	class->bytes += tenant->bytes;
	if (class->largest == NULL || tenant->bytes > class->largest_bytes) {
		g_free(class->largest);
		class->largest = g_strdup(tenant->name);
		class->largest_bytes = tenant->bytes;
	}
}

static void take_pending(struct forecasts *made, const struct sched *sched,
			 const struct census *census, const struct census_tenant *tenant,
			 GHashTable *by_id)
{
	g_autofree char *flavor = census_flavor(sched, tenant->server_id);
	g_autofree char *key = g_strdup_printf("%s/%s", flavor, tenant->class);
	struct forecast_class *class = g_hash_table_lookup(by_id, key);

	if (class == NULL) {
		class = class_new(sched, census, tenant, flavor);
		g_ptr_array_add(made->classes, class);
		g_hash_table_insert(by_id, g_steal_pointer(&key), class);
	}
	class_take(class, tenant);
	if (class->forecast != NULL && class->forecast->failure != NULL) {
		forecasts_fail(made, tenant->name, "statement", class->forecast->failure);
	}
}

static int more_tenants_first(const void *a, const void *b)
{
	const struct forecast_class *left = *(const struct forecast_class *const *)a;
	const struct forecast_class *right = *(const struct forecast_class *const *)b;

	if (left->tenants->len != right->tenants->len) {
		return left->tenants->len > right->tenants->len ? -1 : 1;
	}
	return strcmp(left->id, right->id);
}

/* ---- outliers ---------------------------------------------------------------------------- */

/* Those at one position of the history. */
struct position {
	GHashTable *looks; /* fingerprint -> struct look *, owned */
	const struct look *usual;
};

struct look {
	const struct census_tenant *first;
	size_t nr;
	char **diff; /* owned; from the usual one; NULL: not made yet */
};

static void look_free(void *data)
{
	struct look *look = data;

	g_strfreev(look->diff);
	g_free(look);
}

static void position_free(void *data)
{
	struct position *position = data;

	g_hash_table_unref(position->looks);
	g_free(position);
}

/* What a tenant lacks, NULL: it stands between two statements, or nothing is known of it. */
static const char *digest_of(const struct census_tenant *tenant)
{
	if (!tenant->known || tenant->open || tenant->fingerprint == NULL ||
	    tenant->class == NULL || strchr(tenant->class, '+') != NULL) {
		return NULL;
	}
	return strrchr(tenant->class, '-');
}

static void count_look(struct position *position, const struct census_tenant *tenant)
{
	struct look *look = g_hash_table_lookup(position->looks, tenant->fingerprint);

	if (look == NULL) {
		look = g_new0(struct look, 1);
		look->first = tenant;
		g_hash_table_insert(position->looks, tenant->fingerprint, look);
	}
	look->nr++;
	if (position->usual == NULL || look->nr > position->usual->nr) {
		position->usual = look;
	}
}

static GHashTable *find_positions(const struct census *census)
{
	GHashTable *positions =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, position_free);

	for (size_t i = 0; i < census->nr; i++) {
		const char *digest = digest_of(&census->tenants[i]);
		struct position *position =
			digest == NULL ? NULL : g_hash_table_lookup(positions, digest);

		if (digest == NULL) {
			continue;
		}
		if (position == NULL) {
			position = g_new0(struct position, 1);
			position->looks =
				g_hash_table_new_full(g_str_hash, g_str_equal, NULL, look_free);
			g_hash_table_insert(positions, g_strdup(digest), position);
		}
		count_look(position, &census->tenants[i]);
	}
	return positions;
}

/* Lines from one look to another. Owned. */
static char **compare(const struct census *census, const char *usual, const char *own)
{
	const char *before = g_hash_table_lookup(census->shapes, usual);
	const char *after = g_hash_table_lookup(census->shapes, own);
	SCOPED(shape) left = { 0 };
	SCOPED(shape) right = { 0 };
	struct err err;

	if (before == NULL || after == NULL || shape_parse(&left, before, &err) < 0 ||
	    shape_parse(&right, after, &err) < 0) {
		return g_strsplit("it looks otherwise", "\n", 0);
	}
	return shape_major_lines(&left, &right, DIFF_MAX);
}

static void take_outlier(struct forecasts *made, const struct census *census,
			 const struct census_tenant *tenant, const struct position *position)
{
	struct look *look = g_hash_table_lookup(position->looks, tenant->fingerprint);
	const struct census_tenant *usual = position->usual->first;
	struct forecast_outlier *outlier;

	if (look == position->usual) {
		return;
	}
	if (look->diff == NULL) {
		look->diff = compare(census, usual->fingerprint, tenant->fingerprint);
	}
	outlier = g_new0(struct forecast_outlier, 1);
	outlier->tenant = g_strdup(tenant->name);
	outlier->version = g_strdup(tenant->version);
	outlier->usual = g_strdup(usual->name);
	outlier->nr_usual = position->usual->nr;
	outlier->diff = g_strdupv(look->diff);
	g_ptr_array_add(made->outliers, outlier);
}

static void find_outliers(struct forecasts *made, const struct census *census)
{
	g_autoptr(GHashTable) positions = find_positions(census);

	for (size_t i = 0; i < census->nr; i++) {
		const char *digest = digest_of(&census->tenants[i]);

		if (digest != NULL) {
			take_outlier(made, census, &census->tenants[i],
				     g_hash_table_lookup(positions, digest));
		}
	}
}

/* ---- all --------------------------------------------------------------------------------- */

/* The list of those that a rollout leaves alone, and why; NULL: it does not. */
static GPtrArray *left_out(struct forecasts *made, const struct census_tenant *tenant)
{
	enum census_fate fate = census_fate(tenant);

	if (fate != CENSUS_HELD && !tenant->known) {
		return made->unknown;
	}
	switch (fate) {
	case CENSUS_HELD:
		return made->held;
	case CENSUS_MISSING:
		return made->missing;
	case CENSUS_REGRESSED:
		return made->regressed;
	case CENSUS_AHEAD:
		return made->ahead;
	case CENSUS_DRIFTED:
		return made->drifted;
	case CENSUS_WORK: /* its schema was not read: a rollout would look at it again */
		return tenant->class == NULL ? made->unfinished : NULL;
	case CENSUS_DONE:
	case CENSUS_FATE_NR:
		break;
	}
	return NULL;
}

static void take(struct forecasts *made, const struct sched *sched, const struct census *census,
		 const struct census_tenant *tenant, GHashTable *by_id)
{
	GPtrArray *list = left_out(made, tenant);

	made->tenants++;
	if (list != NULL) {
		g_ptr_array_add(list, g_strdup(tenant->name));
	}
	if (list == made->missing) {
		forecasts_fail(made, tenant->name, "database", "its database is not there");
	}
	if (list != NULL) {
		return;
	}
	if (tenant->pending == 0) {
		made->up_to_date++;
		return;
	}
	made->pending++;
	made->statements += tenant->statements;
	take_pending(made, sched, census, tenant, by_id);
}

/* Its task would refuse it, before anything is done. */
static void find_altered(struct forecasts *made, const struct release *release,
			 const struct census_tenant *tenant)
{
	g_autofree char *text = NULL;
	ptrdiff_t at;

	if (tenant->altered == NULL || census_fate(tenant) != CENSUS_WORK) {
		return;
	}
	at = release_find(release, tenant->altered);
	CHECK(at >= 0);
	text = release_altered(release, (size_t)at);
	forecasts_fail(made, tenant->name, "checksum", text);
}

void forecasts_make(struct forecasts *forecasts, const struct sched *sched,
		    const struct release *release, const struct census *census)
{
	g_autoptr(GHashTable) by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	lists_init(forecasts);
	for (size_t i = 0; i < census->nr; i++) {
		if (!census->tenants[i].removed) {
			take(forecasts, sched, census, &census->tenants[i], by_id);
			find_altered(forecasts, release, &census->tenants[i]);
		}
	}
	g_ptr_array_sort(forecasts->classes, more_tenants_first);
	find_outliers(forecasts, census);
}
