#include "sched_sorting.h"

#include <stdlib.h>

#include "census.h"
#include "release.h"
#include "sched_phase.h"
#include "sched_state.h"
#include "store_rollout.h"

void sorting_release(struct sorting *sorting)
{
	g_clear_pointer(&sorting->work, g_ptr_array_unref);
	g_clear_pointer(&sorting->settled, g_ptr_array_unref);
	g_clear_pointer(&sorting->left_out, g_hash_table_unref);
	g_clear_pointer(&sorting->phases, g_array_unref);
	wave_plan_release(&sorting->plan);
}

const char *sorting_left_out(const struct sorting *sorting, const struct census_tenant *tenant)
{
	enum census_fate fate = census_fate(tenant);

	return sorting->left_out == NULL || (fate != CENSUS_WORK && fate != CENSUS_MISSING)
		       ? NULL
		       : g_hash_table_lookup(sorting->left_out, &tenant->id);
}

static bool is_settled(const struct census_tenant *tenant)
{
	enum census_fate fate = census_fate(tenant);

	return tenant->known && fate != CENSUS_HELD && fate != CENSUS_MISSING &&
	       fate != CENSUS_WORK;
}

/*
 * Small ones first: they are the canaries of the first waves. One that is held proves nothing: a
 * wave of such ones would end at once, and well.
 */
static int canaries_first(const void *a, const void *b)
{
	const struct census_tenant *left = *(const struct census_tenant *const *)a;
	const struct census_tenant *right = *(const struct census_tenant *const *)b;

	if (left->held != right->held) {
		return left->held ? 1 : -1;
	}
	if (left->bytes != right->bytes) {
		return left->bytes < right->bytes ? -1 : 1;
	}
	return g_strcmp0(left->name, right->name);
}

static int bigger_first(const void *a, const void *b)
{
	const struct census_tenant *left = *(const struct census_tenant *const *)a;
	const struct census_tenant *right = *(const struct census_tenant *const *)b;

	if (left->bytes != right->bytes) {
		return left->bytes > right->bytes ? -1 : 1;
	}
	return g_strcmp0(left->name, right->name);
}

static int cut(struct sorting *sorting, const char *waves, struct err *err)
{
	g_autofree int64_t *indexes = g_new0(int64_t, sorting->work->len);
	struct wave_spec spec;

	if (sorting->work->len == 0) {
		return 0;
	}
	for (guint i = 0; i < sorting->work->len; i++) {
		indexes[i] = i;
	}
	if (wave_spec_parse(&spec, waves, err) < 0) {
		return -1;
	}
	/* fewer may be left with work than were selected: a count never leaves one out */
	if (spec.steps[spec.nr - 1].unit != WAVE_REST && spec.nr < WAVE_STEPS_MAX) {
		spec.steps[spec.nr++] = (struct wave_step){ .unit = WAVE_REST };
	}
	return wave_plan_build(&sorting->plan, &spec, indexes, sorting->work->len, err);
}

/* Inside a wave the big ones start first, so that it does not end with one of them. */
int sorting_make(struct sched *sched, const struct census *census, const struct store_rollout *row,
		 struct sorting *sorting, struct err *err)
{
	struct release *release;

	sorting->work = g_ptr_array_new();
	sorting->settled = g_ptr_array_new();
	for (size_t i = 0; i < census->nr; i++) {
		struct census_tenant *tenant = &census->tenants[i];

		if (!tenant->removed) {
			bool is_out = sorting_left_out(sorting, tenant) != NULL;

			g_ptr_array_add(is_out || is_settled(tenant) ? sorting->settled
								     : sorting->work,
					tenant);
		}
	}
	g_ptr_array_sort(sorting->work, canaries_first);
	if (cut(sorting, row->waves, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < sorting->plan.nr; i++) {
		const struct wave *wave = &sorting->plan.waves[i];

		qsort(&sorting->work->pdata[wave->first], wave->count, sizeof(void *),
		      bigger_first);
	}
	release = sched_release_get(sched, row->release_id, err);
	if (release == NULL) {
		return -1;
	}
	sorting->phases = sched_phases_plan(release, row->to_version, sorting->work);
	release_unref(release);
	return 0;
}
