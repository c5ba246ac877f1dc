#include "sched_share.h"

#include <string.h>

#include "sched_guard.h"
#include "store_tenant.h"

#define PRIORITY_STEP 1.25

/* ---- turns ---------------------------------------------------------------------------- */

static double stride(const struct run *run)
{
	double stride = 1;

	for (int64_t i = 0; i < run->row.priority; i++) {
		stride /= PRIORITY_STEP;
	}
	for (int64_t i = 0; i > run->row.priority; i--) {
		stride *= PRIORITY_STEP;
	}
	return stride;
}

/* One that was away does not catch up on what it did not want. */
double sched_share_pass(struct run *run, const struct link *link)
{
	const double *own = g_hash_table_lookup(run->passes, &link->id);

	return own == NULL ? link->pass : MAX(*own, link->pass - stride(run));
}

/* ---- labels ----------------------------------------------------------------------------- */

static const struct store_rule *label_rule(const struct sched *sched, size_t place)
{
	for (guint i = 0; i < sched->rules->len; i++) {
		const struct store_rule *row =
			&((const struct rule *)g_ptr_array_index(sched->rules, i))->row;

		if (row->kind == STORE_RULE_LABEL && place-- == 0) {
			return row;
		}
	}
	return NULL;
}

static bool has_label(const struct store_tenant *tenant, const char *label)
{
	const char *equals = strchr(label, '=');
	g_autofree char *key = g_strndup(label, (gsize)(equals - label));
	const char *value = store_labels_find(&tenant->labels, key);

	if (value == NULL) {
		value = store_labels_find(&tenant->server_labels, key);
	}
	return value != NULL && strcmp(value, equals + 1) == 0;
}

static int labels_of(struct sched *sched, int64_t tenant_id, uint64_t *labels, struct err *err)
{
	SCOPED(store_tenant) tenant = { 0 };
	const struct store_rule *rule;

	*labels = 0;
	if (label_rule(sched, 0) == NULL) {
		return 0;
	}
	if (store_tenant_get_id(sched->store, tenant_id, &tenant, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	for (size_t i = 0; i < SHARE_LABELS_MAX && (rule = label_rule(sched, i)) != NULL; i++) {
		if (has_label(&tenant, rule->name)) {
			*labels |= UINT64_C(1) << i;
		}
	}
	return 0;
}

static bool counts_for(uint64_t labels, size_t place)
{
	return (labels & UINT64_C(1) << place) != 0;
}

static void add_labels(struct share *share, uint64_t labels)
{
	for (size_t i = 0; i < share->nr; i++) {
		share->used[i] += counts_for(labels, i) ? 1 : 0;
	}
}

static int count_running(struct share *share, struct running *running, struct err *err)
{
	if (running->labels_at != share->sched->labels_at) {
		if (labels_of(share->sched, running->tenant_id, &running->labels, err) < 0) {
			return -1;
		}
		running->labels_at = share->sched->labels_at;
	}
	add_labels(share, running->labels);
	return 0;
}

int sched_share_init(struct share *share, struct sched *sched, struct err *err)
{
	const struct store_rule *rule;
	GHashTableIter iter;
	void *value;

	*share = (struct share){ .sched = sched, .err = err };
	while (share->nr < SHARE_LABELS_MAX && (rule = label_rule(sched, share->nr)) != NULL) {
		share->limits[share->nr++] = g_ascii_strtoll(rule->amount, NULL, 10);
	}
	g_hash_table_iter_init(&iter, sched->running);
	while (share->nr > 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
		if (count_running(share, value, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int64_t sched_label_running(const struct sched *sched, const char *label)
{
	int64_t nr = 0;
	size_t place = 0;
	const struct store_rule *rule;
	GHashTableIter iter;
	void *value;

	while ((rule = label_rule(sched, place)) != NULL && strcmp(rule->name, label) != 0) {
		place++;
	}
	if (rule == NULL || place >= SHARE_LABELS_MAX) {
		return 0;
	}
	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		nr += counts_for(((const struct running *)value)->labels, place) ? 1 : 0;
	}
	return nr;
}

/* ---- the next task ------------------------------------------------------------------------ */

static int64_t heavy_left(const struct sched *sched, const struct link *link)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &link->id);
	int64_t left;
	GHashTableIter iter;
	void *value;

	if (guard == NULL || guard->verdict.state == THROTTLE_GO) {
		return INT64_MAX;
	}
	left = MAX(guard->verdict.slots / 2, 1);
	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct running *running = value;

		left -= running->server_id == link->id && running->is_heavy ? 1 : 0;
	}
	return left;
}

static bool may_start(void *ctx, struct run_task *item)
{
	struct share *share = ctx;

	if (share->failed || (item->is_heavy && share->heavy_left <= 0)) {
		return share->failed;
	}
	if (share->nr > 0 && item->labels_at != share->sched->labels_at) {
		share->failed =
			labels_of(share->sched, item->tenant_id, &item->labels, share->err) < 0;
		item->labels_at = share->sched->labels_at;
	}
	for (size_t i = 0; i < share->nr; i++) {
		if (counts_for(item->labels, i) && share->used[i] >= share->limits[i]) {
			return share->failed;
		}
	}
	return true;
}

int sched_share_next(struct share *share, struct run *run, const struct link *link, int64_t wave,
		     const struct run_task **item)
{
	share->heavy_left = heavy_left(share->sched, link);
	*item = run_next_if(run, link->id, wave, share->sched->busy, may_start, share);
	if (share->failed) {
		return -1;
	}
	return *item != NULL ? 1 : 0;
}

void sched_share_took(struct share *share, struct run *run, struct link *link,
		      const struct run_task *item)
{
	double pass = sched_share_pass(run, link);
	double *own = g_new(double, 1);

	*own = pass + stride(run);
	g_hash_table_insert(run->passes, g_memdup2(&link->id, sizeof(link->id)), own);
	link->pass = MAX(link->pass, pass);
	add_labels(share, item->labels);
}
