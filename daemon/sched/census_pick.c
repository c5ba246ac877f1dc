#include "census_pick.h"

#include <string.h>

#include "census.h"
#include "sched_state.h"
#include "selector.h"
#include "store_tenant.h"

void census_tenant_clear(void *item)
{
	struct census_tenant *tenant = item;

	g_free(tenant->name);
	g_free(tenant->schema);
	g_free(tenant->version);
	g_free(tenant->ahead);
	g_free(tenant->server);
	g_free(tenant->regressed);
	g_free(tenant->altered);
	g_free(tenant->shape);
	g_free(tenant->fingerprint);
	g_free(tenant->class);
	g_free(tenant->chain);
	g_free(tenant->drifted);
	g_free(tenant->places);
}

enum census_fate census_fate(const struct census_tenant *tenant)
{
	if (tenant->held) {
		return CENSUS_HELD;
	}
	if (!tenant->exists) {
		return CENSUS_MISSING;
	}
	if (tenant->regressed != NULL) {
		return CENSUS_REGRESSED;
	}
	if (tenant->ahead != NULL) {
		return CENSUS_AHEAD;
	}
	if (tenant->drifted != NULL) {
		return CENSUS_DRIFTED;
	}
	return tenant->known && tenant->pending == 0 ? CENSUS_DONE : CENSUS_WORK;
}

bool census_is_lost(const struct census *census)
{
	for (size_t i = 0; i < census->nr_classes; i++) {
		if (census->classes[i].lost) {
			return true;
		}
	}
	return false;
}

size_t census_unseen(const struct census *census, const struct census_tenant **first)
{
	size_t nr = 0;

	for (size_t i = 0; i < census->nr; i++) {
		const struct census_tenant *tenant = &census->tenants[i];

		if (!tenant->removed && (!tenant->known || tenant->unseen) && nr++ == 0) {
			*first = tenant;
		}
	}
	return nr;
}

struct selection {
	struct selector *selector;
	GArray *tenants; /* struct census_tenant */
};

static const char *label_find(const void *labels, const char *key)
{
	return store_labels_find(labels, key);
}

static struct census_tenant item_of(const struct store_tenant *tenant)
{
	return (struct census_tenant){
		.id = tenant->id,
		.server_id = tenant->server_id,
		.held = tenant->hold != NULL,
		.exists = true,
		.bytes = tenant->bytes,
		.name = g_strdup(tenant->name),
		.server = g_strdup(tenant->server),
		.schema = g_strdup(tenant->schema),
		.regressed = g_strdup(tenant->regressed),
		.version = g_strdup(tenant->version),
		.shape = g_strdup(tenant->shape),
		.was_drifted = tenant->drifted != NULL,
	};
}

static int select_tenant(const struct store_tenant *tenant, void *ctx, struct err *err)
{
	struct selection *selection = ctx;
	const struct selector_subject subject = {
		.name = tenant->name,
		.server = tenant->server,
		.schema = tenant->schema,
		.version = tenant->version,
		.label = label_find,
		.labels = &tenant->labels,
		.server_labels = &tenant->server_labels,
	};

	(void)err;
	if (selector_match(selection->selector, &subject)) {
		struct census_tenant item = item_of(tenant);

		g_array_append_val(selection->tenants, item);
	}
	return 0;
}

GArray *census_select(struct sched *sched, const char *text, struct err *err)
{
	SCOPED_PTR(selector) selector = selector_parse(text, err);
	g_autoptr(GArray) tenants = g_array_new(FALSE, FALSE, sizeof(struct census_tenant));
	struct selection selection = { selector, tenants };
	const char *unmatched;

	if (selector == NULL) {
		return NULL;
	}
	g_array_set_clear_func(tenants, census_tenant_clear);
	if (store_tenant_each(sched->store, NULL, 0, select_tenant, &selection, err) < 0) {
		return NULL;
	}
	unmatched = selector_unmatched(selector);
	if (unmatched != NULL) {
		err_set(err, ERR_INVALID, "no tenant is called \"%s\": see \"muster tenant list\"",
			unmatched);
		return NULL;
	}
	unmatched = selector_unknown_label(selector);
	if (unmatched != NULL) {
		err_set(err, ERR_INVALID,
			"no tenant and no server has a label \"%s\": see \"muster tenant list\"",
			unmatched);
		return NULL;
	}
	if (tenants->len == 0) {
		err_set(err, ERR_INVALID, "no tenant matches \"%s\": see \"muster tenant list\"",
			text != NULL ? text : "*");
		return NULL;
	}
	return g_steal_pointer(&tenants);
}

GArray *census_select_ids(struct sched *sched, const GArray *ids, struct err *err)
{
	g_autoptr(GArray) tenants = g_array_new(FALSE, FALSE, sizeof(struct census_tenant));

	g_array_set_clear_func(tenants, census_tenant_clear);
	for (guint i = 0; i < ids->len; i++) {
		SCOPED(store_tenant) row = { 0 };
		struct census_tenant item;

		if (store_tenant_get_id(sched->store, g_array_index(ids, int64_t, i), &row, err) ==
		    0) {
			item = item_of(&row);
			g_array_append_val(tenants, item);
		} else if (err->code != ERR_NOT_FOUND) {
			return NULL;
		}
	}
	if (tenants->len == 0) {
		err_set(err, ERR_NOT_FOUND, "the tenants were removed");
		return NULL;
	}
	return g_steal_pointer(&tenants);
}

int census_count(struct sched *sched, const char *selector, size_t *nr, struct err *err)
{
	g_autoptr(GArray) tenants = NULL;
	int64_t all = 0;

	if (selector == NULL || strcmp(selector, "*") == 0) {
		all = store_tenant_count(sched->store, 0, err);
	}
	if (all != 0) {
		*nr = (size_t)MAX(all, 0);
		return all < 0 ? -1 : 0;
	}
	tenants = census_select(sched, selector, err); /* it has the words for none, too */
	if (tenants == NULL) {
		return -1;
	}
	*nr = tenants->len;
	return 0;
}
