#include "verify.h"

#include <string.h>

#include "exec.h"
#include "release.h"
#include "shape.h"

const char *const verify_names[VERIFY_NR] = {
	[VERIFY_OK] = "ok",
	[VERIFY_DRIFTED] = "drifted",
	[VERIFY_ALTERED] = "altered",
	[VERIFY_INCOMPLETE] = "incomplete",
	[VERIFY_AHEAD] = "ahead",
	[VERIFY_UNFINISHED] = "unfinished",
	[VERIFY_UNRECORDED] = "unrecorded",
	[VERIFY_MISSING] = "missing",
	[VERIFY_UNPROVEN] = "unproven",
	[VERIFY_UNKNOWN] = "unknown",
};

/* ---- what was seen ----------------------------------------------------------------------- */

static void seen_clear(struct verify_tenant *tenant)
{
	char **const texts[] = { &tenant->why,  &tenant->version, &tenant->ahead,
				 &tenant->open, &tenant->before,  &tenant->fingerprint,
				 &tenant->look };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_free(*texts[i]);
		*texts[i] = NULL;
	}
	g_strfreev(tenant->altered);
	tenant->altered = NULL;
	g_free(tenant->places);
	tenant->places = NULL;
	tenant->nr_places = 0;
}

static void tenant_clear(struct verify_tenant *tenant)
{
	seen_clear(tenant);
	g_free(tenant->name);
	g_free(tenant->server);
	g_free(tenant->schema);
	g_clear_pointer(&tenant->problems, g_ptr_array_unref);
	g_free(tenant->help);
	g_strfreev(tenant->diff);
	g_strfreev(tenant->minor);
}

static void build_clear(struct verify_position *position)
{
	g_clear_pointer(&position->why, g_free);
	g_clear_pointer(&position->unrun, g_strfreev);
	g_clear_pointer(&position->start, g_free);
	g_clear_pointer(&position->text, g_free);
	position->lost = false;
}

static void position_free(void *data)
{
	struct verify_position *position = data;

	build_clear(position);
	g_free(position->flavor);
	g_free(position->version);
	g_free(position->indices);
	g_free(position->collation);
	g_ptr_array_unref(position->members);
	g_free(position->note);
	g_free(position);
}

void verify_init(struct verify *verify, const struct release *release, const char *name, size_t nr)
{
	*verify = (struct verify){
		.release = release,
		.name = name,
		.tenants = g_new0(struct verify_tenant, nr),
		.nr = nr,
		.shapes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.positions = g_ptr_array_new_with_free_func(position_free),
	};
	for (size_t i = 0; i < nr; i++) {
		verify->tenants[i].problems = g_ptr_array_new_with_free_func(g_free);
	}
}

void verify_release(struct verify *verify)
{
	for (size_t i = 0; i < verify->nr; i++) {
		tenant_clear(&verify->tenants[i]);
	}
	g_free(verify->tenants);
	g_clear_pointer(&verify->shapes, g_hash_table_unref);
	g_clear_pointer(&verify->positions, g_ptr_array_unref);
	*verify = (struct verify){ 0 };
}

void verify_take(struct verify_tenant *tenant, const struct exec_standing *standing)
{
	seen_clear(tenant);
	tenant->known = standing->problem == NULL;
	tenant->why = g_strdup(standing->problem);
	tenant->exists = standing->exists;
	tenant->has_history = standing->has_history;
	tenant->moved = standing->moved;
	tenant->version = g_strdup(standing->version);
	tenant->ahead = g_strdup(standing->ahead);
	tenant->open = g_strdup(standing->open);
	tenant->altered = g_strdupv(standing->altered);
	tenant->before = g_strdup(standing->before);
	tenant->fingerprint = g_strdup(standing->fingerprint);
	tenant->look = g_strdup(standing->look);
	tenant->nr_places = standing->places == NULL ? 0 : (size_t)standing->pending;
	tenant->places = g_memdup2(standing->places, tenant->nr_places * sizeof(size_t));
}

void verify_miss(struct verify_tenant *tenant, const char *why)
{
	seen_clear(tenant);
	tenant->known = false;
	tenant->why = g_strdup(why);
}

void verify_take_shapes(struct verify *verify, const struct exec_result *result)
{
	for (size_t i = 0; i < result->nr_shapes; i++) {
		g_hash_table_insert(verify->shapes, g_strdup(result->shapes[i].fingerprint),
				    g_strdup(result->shapes[i].text));
	}
}

/* ---- positions --------------------------------------------------------------------------- */

/* Is there a schema, and a history that says what it should be? */
static bool is_compared(const struct verify_tenant *tenant)
{
	return tenant->known && tenant->exists && tenant->has_history && tenant->ahead == NULL &&
	       tenant->open == NULL && !tenant->moved && tenant->look != NULL;
}

/* Which migrations have run there. Owned; one for each of the release. */
static bool *find_run(const struct release *release, const struct verify_tenant *tenant)
{
	bool *has_run = g_new(bool, release->nr);

	for (size_t i = 0; i < release->nr; i++) {
		has_run[i] = !release->migrations[i].skipped;
	}
	for (size_t i = 0; i < tenant->nr_places; i++) {
		has_run[tenant->places[i]] = false;
	}
	return has_run;
}

static struct verify_position *position_new(const struct release *release,
					    const struct verify_tenant *tenant, const bool *has_run)
{
	struct verify_position *position = g_new0(struct verify_position, 1);

	position->version = g_strdup(tenant->version);
	position->server_id = tenant->server_id;
	position->members = g_ptr_array_new();
	position->indices = g_new(size_t, release->nr);
	for (size_t i = 0; i < release->nr; i++) {
		if (has_run[i]) {
			position->indices[position->nr++] = i;
		}
	}
	return position;
}

static void place(struct verify *verify, struct verify_tenant *tenant, char *flavor,
		  GHashTable *by_key)
{
	g_autofree char *owned = flavor;
	g_autofree bool *has_run = find_run(verify->release, tenant);
	g_autofree char *digest = g_compute_checksum_for_data(
		G_CHECKSUM_SHA256, (const guchar *)has_run, verify->release->nr * sizeof(bool));
	g_autofree char *key = g_strdup_printf("%s/%s", flavor, digest);
	struct verify_position *position = g_hash_table_lookup(by_key, key);

	if (position == NULL) {
		position = position_new(verify->release, tenant, has_run);
		position->flavor = g_steal_pointer(&owned);
		g_ptr_array_add(verify->positions, position);
		g_hash_table_insert(by_key, g_steal_pointer(&key), position);
	}
	g_ptr_array_add(position->members, tenant);
	tenant->position = position;
}

static int by_name(const void *a, const void *b)
{
	const struct verify_tenant *left = *(const struct verify_tenant *const *)a;
	const struct verify_tenant *right = *(const struct verify_tenant *const *)b;

	return strcmp(left->name, right->name);
}

/* Owned, or NULL. */
static char *collation_of(const struct verify *verify, const char *look)
{
	const char *text = g_hash_table_lookup(verify->shapes, look);
	SCOPED(shape) shape = { 0 };
	struct err err;

	if (text == NULL || shape_parse(&shape, text, &err) < 0) {
		return NULL;
	}
	return g_strdup(shape_find(&shape, "schema", "collation"));
}

/* That of most members; of several the one of the first member. */
static void find_collation(const struct verify *verify, struct verify_position *position)
{
	g_autoptr(GHashTable) of_look =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
	size_t most = 0;

	for (guint i = 0; i < position->members->len; i++) {
		const struct verify_tenant *tenant = g_ptr_array_index(position->members, i);
		char *collation = g_hash_table_lookup(of_look, tenant->look);
		size_t nr;

		if (collation == NULL) {
			collation = collation_of(verify, tenant->look);
			g_hash_table_insert(of_look, tenant->look, collation);
		}
		if (collation == NULL) {
			continue;
		}
		nr = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, collation)) + 1;
		g_hash_table_insert(counts, collation, GSIZE_TO_POINTER(nr));
		if (nr > most) {
			most = nr;
			g_free(position->collation);
			position->collation = g_strdup(collation);
		}
	}
}

void verify_positions(struct verify *verify,
		      char *(*flavor)(const void *flavor_ctx, int64_t server_id),
		      const void *flavor_ctx)
{
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < verify->nr; i++) {
		struct verify_tenant *tenant = &verify->tenants[i];

		if (is_compared(tenant)) {
			place(verify, tenant, flavor(flavor_ctx, tenant->server_id), by_key);
		}
	}
	for (guint i = 0; i < verify->positions->len; i++) {
		struct verify_position *position = g_ptr_array_index(verify->positions, i);

		g_ptr_array_sort(position->members, by_name);
		find_collation(verify, position);
	}
}

void verify_built(struct verify_position *position, const struct exec_result *result)
{
	build_clear(position);
	if (!result->ok) {
		position->lost = result->server_down || result->server_denied;
		position->why = g_strdup(result->err.msg);
		return;
	}
	position->start = g_strdup(result->fingerprint);
	position->why = g_strdup(result->reason);
	position->unrun = g_strdupv(result->warnings);
	position->text = g_strdup(result->nr_shapes == 0 ? NULL : result->shapes[0].text);
}
