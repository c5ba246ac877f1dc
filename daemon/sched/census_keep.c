#include "census_keep.h"

#include "census.h"
#include "census_pick.h"
#include "sched_state.h"
#include "store_rows.h"
#include "tick.h"

struct census_kept {
	const struct census *census; /* one reference */
	int64_t looked_ms;
	int64_t release_id;
	char *selector;   /* owned */
	char *to_version; /* owned; NULL: the newest */
};

void census_kept_free(struct census_kept *kept)
{
	if (kept != NULL) {
		census_unref(kept->census);
		g_free(kept->selector);
		g_free(kept->to_version);
		g_free(kept);
	}
}

SCOPED_FREE(census_kept);

void census_keep(struct sched *sched, const struct census *census, int64_t looked_ms,
		 const struct store_rollout *row)
{
	struct census_kept *kept = g_new0(struct census_kept, 1);

	kept->census = census_ref(census);
	kept->looked_ms = looked_ms;
	kept->release_id = row->release_id;
	kept->selector = g_strdup(row->selector);
	kept->to_version = g_strdup(row->to_version);
	census_kept_free(sched->kept);
	sched->kept = kept;
}

static bool is_for(const struct census_kept *kept, const struct store_rollout *row)
{
	return tick_ms() - kept->looked_ms < CENSUS_KEEP_MS &&
	       kept->release_id == row->release_id &&
	       g_strcmp0(kept->selector, row->selector) == 0 &&
	       g_strcmp0(kept->to_version, row->to_version) == 0;
}

/* Of one whose server did not answer nothing was seen. */
static bool is_same(const struct census_tenant *seen, const struct census_tenant *now)
{
	return seen->known && seen->id == now->id && seen->server_id == now->server_id &&
	       seen->held == now->held && g_strcmp0(seen->schema, now->schema) == 0;
}

/* Does the inventory select the same tenants, and as they were? */
static bool holds(const struct census *seen, GArray *now)
{
	for (size_t i = 0; i < seen->nr_classes; i++) {
		if (seen->classes[i].chain == NULL) {
			return false; /* a survey tries once more */
		}
	}
	g_array_sort(now, census_order);
	if (seen->nr != now->len) {
		return false;
	}
	for (guint i = 0; i < now->len; i++) {
		if (!is_same(&seen->tenants[i], &g_array_index(now, struct census_tenant, i))) {
			return false;
		}
	}
	return true;
}

int census_take(struct sched *sched, const struct store_rollout *row, const struct census **census,
		int64_t *looked_ms, struct err *err)
{
	SCOPED_PTR(census_kept) kept = NULL;
	g_autoptr(GArray) now = NULL;

	*census = NULL;
	if (sched->kept == NULL || !is_for(sched->kept, row)) {
		return 0;
	}
	kept = g_steal_pointer(&sched->kept);
	now = census_select(sched, row->selector, err);
	if (now == NULL) {
		return err->code == ERR_STORE ? -1 : 0; /* the survey says it in its own way */
	}
	if (holds(kept->census, now)) {
		*census = census_ref(kept->census);
		*looked_ms = kept->looked_ms;
	}
	return 0;
}
