/*
 * What tenants should look like: kept when a task has ended, compared when one is looked
 * at, and the chains of a rollout.
 */
#include "census.h"
#include "chain.h"
#include "log.h"
#include "release.h"
#include "sched_state.h"
#include "shape.h"
#include "store_chain.h"
#include "store_task.h"
#include "store_tenant.h"
#include "weight.h"

#define DIFFERENCE_MAX 100 /* lines */

/* ---- drift ------------------------------------------------------------------------------ */

/* Lines, owned; NULL: it cannot be said, or nothing that matters differs. */
static char *difference(struct sched *sched, const char *wanted, const char *now, struct err *err)
{
	g_autofree char *content = NULL;
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };

	if (store_shape_get(sched->store, wanted, &content, err) < 0) {
		return NULL;
	}
	if (content == NULL || now == NULL || shape_parse(&before, content, err) < 0 ||
	    shape_parse(&after, now, err) < 0) {
		return g_strdup("it looks otherwise than when muster saw it last");
	}
	return shape_difference(&before, &after, DIFFERENCE_MAX);
}

static int note_drift(struct sched *sched, const struct store_tenant *row, const char *drifted,
		      struct err *err)
{
	g_autofree char *object = g_strdup_printf("tenant/%s", row->name);

	if (drifted != NULL) {
		log_warn("tenant drifted tenant=%s", row->name);
	}
	return sched_note(sched, &sched_self, 0, "tenant", object,
			  drifted != NULL ? "drifted" : "as expected", drifted, err);
}

/* What it is first seen as counts as right. */
static int remember(struct sched *sched, const struct store_tenant *row,
		    const struct census_tenant *tenant, const char *text, struct err *err)
{
	if (text == NULL) {
		return 0;
	}
	if (store_shape_put(sched->store, tenant->fingerprint, text, err) < 0) {
		return -1;
	}
	return store_tenant_shape(sched->store, row->id, tenant->fingerprint, tenant->version, NULL,
				  err);
}

bool sched_tenant_judged(const struct store_tenant *row, const struct exec_standing *seen)
{
	return seen->problem == NULL && sched_tenant_regressed(row, seen) == NULL;
}

int sched_tenant_shaped(struct sched *sched, const struct store_tenant *row,
			struct census_tenant *tenant, GHashTable *shapes, struct err *err)
{
	const char *now;

	if (tenant->fingerprint == NULL) {
		return 0;
	}
	now = g_hash_table_lookup(shapes, tenant->fingerprint);
	if (row->shape == NULL || g_strcmp0(row->shape_version, tenant->version) != 0) {
		return remember(sched, row, tenant, now, err);
	}
	g_clear_pointer(&tenant->drifted, g_free);
	if (g_strcmp0(row->shape, tenant->fingerprint) != 0) {
		tenant->drifted = difference(sched, row->shape, now, err);
		if (tenant->drifted == NULL) {
			return -1;
		}
	}
	if (g_strcmp0(row->drifted, tenant->drifted) == 0) {
		return 0;
	}
	if (store_tenant_shape(sched->store, row->id, row->shape, row->shape_version,
			       tenant->drifted, err) < 0) {
		return -1;
	}
	return note_drift(sched, row, tenant->drifted, err);
}

/* Every file of the one that began is in the one that goes on, unchanged. */
static bool has_files_of(const struct release *release, const struct release *began)
{
	for (size_t i = 0; i < began->nr; i++) {
		const struct migration *migration = &began->migrations[i];
		ptrdiff_t at = release_find(release, migration->version);

		if (at < 0 || strcmp(release->migrations[at].checksum, migration->checksum) != 0) {
			return false;
		}
	}
	return true;
}

int sched_tenant_begun(struct sched *sched, struct census_tenant *tenant,
		       const struct release *release, struct err *err)
{
	SCOPED(store_earlier) earlier = { 0 };
	struct release *began;
	bool is_same;

	if (store_chain_earlier(sched->store, tenant->id, &earlier, err) < 0) {
		return -1;
	}
	if (earlier.rollout_id == 0) {
		return 0;
	}
	began = sched_release_get(sched, earlier.release_id, err);
	if (began == NULL) {
		return -1;
	}
	is_same = has_files_of(release, began);
	release_unref(began);
	if (!is_same) {
		return 0;
	}
	g_free(tenant->class);
	tenant->class =
		strchr(earlier.class, '@') != NULL
			? g_steal_pointer(&earlier.class)
			: g_strdup_printf("%s@r%lld", earlier.class, (long long)earlier.rollout_id);
	g_free(tenant->chain);
	tenant->chain = g_steal_pointer(&earlier.content);
	return 0;
}

int sched_tenant_compare(struct sched *sched, const struct store_tenant *row,
			 const struct exec_standing *seen, const struct exec_result *result,
			 char **drifted, struct err *err)
{
	g_autoptr(GHashTable) shapes = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *version = g_strdup(sched_tenant_newest(row, seen));
	struct census_tenant tenant = { .version = version, .fingerprint = seen->fingerprint };

	*drifted = NULL;
	for (size_t i = 0; i < result->nr_shapes; i++) {
		g_hash_table_insert(shapes, result->shapes[i].fingerprint, result->shapes[i].text);
	}
	if (seen->open == NULL && sched_tenant_judged(row, seen) &&
	    sched_tenant_shaped(sched, row, &tenant, shapes, err) < 0) {
		return -1;
	}
	*drifted = tenant.drifted;
	return 0;
}

char *sched_drifted_text(const char *drifted)
{
	g_auto(GStrv) lines = g_strsplit(drifted, "\n", 0);
	guint more = g_strv_length(lines) - 1;

	return more == 0 ? g_strdup(lines[0])
			 : g_strdup_printf("%s, and %u more (see `muster tenant show`)", lines[0],
					   more);
}

/* ---- chains ----------------------------------------------------------------------------- */

/* What its tenants will look like, for a readable difference later. */
static int put_end(struct sched *sched, const struct chain *chain, struct err *err)
{
	SCOPED(shape) end = { 0 };
	g_autofree char *text = NULL;

	if (chain_shape(chain, chain->nr, &end, err) < 0) {
		return -1;
	}
	text = shape_write(&end);
	return store_shape_put(sched->store, end.fingerprint, text, err);
}

static char *chain_key(int64_t rollout_id, int64_t server_id, const char *class)
{
	return g_strdup_printf("%lld/%lld/%s", (long long)rollout_id, (long long)server_id, class);
}

static int store_chain(struct sched *sched, int64_t rollout_id, const struct census_class *class,
		       struct err *err)
{
	SCOPED(chain) chain = { 0 };

	if (chain_parse(&chain, class->chain, err) < 0 ||
	    store_chain_put(sched->store, rollout_id, class->server_id, class->class, class->chain,
			    weight_of_chain(&chain), err) < 0) {
		return -1;
	}
	return put_end(sched, &chain, err);
}

/*
 * One that could not be made is not tried for again while this daemon lives; one that was lost
 * with the link is, before the first of its tasks starts.
 */
static int put_chain(struct sched *sched, const struct run *run, const struct census_class *class,
		     bool is_last, struct err *err)
{
	if (class->chain == NULL && class->lost && !is_last) {
		return 0;
	}
	if (class->chain == NULL) {
		g_hash_table_insert(sched->chains,
				    chain_key(run->id, class->server_id, class->class), NULL);
		return 0;
	}
	return store_chain(sched, run->id, class, err);
}

/* The same words of several classes are said once. */
static void add_warning(GPtrArray *warnings, GHashTable *known, char *text)
{
	if (g_hash_table_contains(known, text)) { /* adding it would keep this pointer */
		g_free(text);
		return;
	}
	g_hash_table_add(known, text);
	g_ptr_array_add(warnings, text);
}

/* Those of whom nobody knows what the statement that may have run should have left. */
static void warn_unforetold(const struct census *census, GPtrArray *warnings)
{
	const struct census_tenant *first = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < census->nr; i++) {
		const struct census_tenant *tenant = &census->tenants[i];

		if (tenant->in_flight && tenant->chain == NULL && !tenant->foretold) {
			first = first == NULL ? tenant : first;
			nr++;
		}
	}
	if (nr > 0) {
		g_ptr_array_add(
			warnings,
			g_strdup_printf("%s%s in the middle of a file, and what it should "
					"have done to the schema is not known any more: if "
					"the history cannot tell, the task will be in doubt",
					first->name, nr == 1 ? " is" : " and others are"));
	}
}

/* Those who have everything, but not as the release has it: nothing is run for them. */
static void warn_altered(const struct census *census, GPtrArray *warnings)
{
	const struct census_tenant *first = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < census->nr; i++) {
		const struct census_tenant *tenant = &census->tenants[i];

		if (tenant->altered != NULL && census_fate(tenant) == CENSUS_DONE) {
			first = first == NULL ? tenant : first;
			nr++;
		}
	}
	if (nr == 0) {
		return;
	}
	g_ptr_array_add(warnings,
			g_strdup_printf("%s has %s from another text than the release%s; where "
					"nothing else is pending, that stays: see `muster tenant "
					"verify %s --against RELEASE`",
					first->name, first->altered,
					nr == 1 ? "" : ", and others have such migrations",
					first->name));
}

void sched_chains_warn(const struct census *census, bool is_last, GPtrArray *warnings)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	warn_unforetold(census, warnings);
	warn_altered(census, warnings);
	for (size_t i = 0; i < census->nr_classes; i++) {
		const struct census_class *class = &census->classes[i];

		for (char **line = class->warnings; line != NULL && *line != NULL; line++) {
			add_warning(warnings, known, g_strdup(*line));
		}
		if (class->chain == NULL && (is_last || !class->lost)) {
			add_warning(warnings, known,
				    g_strdup_printf("no empty copy could be made (%s): a crash in "
						    "the middle of a file leaves a tenant in doubt",
						    class->why));
		}
	}
}

int sched_warn(struct sched *sched, int64_t rollout_id, const char *text, struct err *err)
{
	g_autofree char *object = g_strdup_printf("r%lld", (long long)rollout_id);

	log_warn("rollout warned rollout=%s text=\"%s\"", object, text);
	return sched_note(sched, &sched_self, rollout_id, "plan", object, "warning", text, err);
}

static int note_warnings(struct sched *sched, int64_t rollout_id, const struct census *census,
			 bool is_last, struct err *err)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);

	sched_chains_warn(census, is_last, warnings);
	for (guint i = 0; i < warnings->len; i++) {
		if (sched_warn(sched, rollout_id, g_ptr_array_index(warnings, i), err) < 0) {
			return -1;
		}
	}
	return 0;
}

int sched_chains_put(struct sched *sched, struct run *run, const struct census *census,
		     struct err *err)
{
	bool is_last = census_is_lost(census) && !run_looks_again(run);

	for (size_t i = 0; i < census->nr_classes; i++) {
		if (put_chain(sched, run, &census->classes[i], is_last, err) < 0) {
			return -1;
		}
	}
	return note_warnings(sched, run->id, census, is_last, err);
}

/* Those that could not be made are tried for once more by the survey. */
int sched_chains_keep(struct sched *sched, int64_t rollout_id, const struct census *census,
		      struct err *err)
{
	g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(struct census_class));
	struct census kept = { 0 };

	for (size_t i = 0; i < census->nr_classes; i++) {
		if (census->classes[i].chain == NULL) {
			continue;
		}
		if (store_chain(sched, rollout_id, &census->classes[i], err) < 0) {
			return -1;
		}
		g_array_append_vals(made, &census->classes[i], 1);
	}
	kept.classes = (struct census_class *)(void *)made->data;
	kept.nr_classes = made->len;
	return note_warnings(sched, rollout_id, &kept, true, err);
}

/* 1: *chain is there, or NULL when it cannot be read; 0: there is none. */
static int load(struct sched *sched, const struct store_task *task, struct chain **chain,
		struct err *err)
{
	g_autofree char *content = NULL;
	struct err unread;

	*chain = NULL;
	if (store_chain_get(sched->store, task->rollout_id, task->server_id, task->class, &content,
			    err) < 0) {
		return -1;
	}
	if (content == NULL) {
		return 0;
	}
	*chain = exec_chain_new();
	if (chain_parse(*chain, content, &unread) < 0) {
		log_error("chain cannot be read rollout=r%lld class=%s error=\"%s\"",
			  (long long)task->rollout_id, task->class, unread.msg);
		exec_chain_unref(g_steal_pointer(chain));
	}
	return 1;
}

int sched_chain_get(struct sched *sched, const struct store_task *task, struct chain **chain,
		    struct err *err)
{
	g_autofree char *key = NULL;
	void *known = NULL;
	int loaded;

	*chain = NULL;
	if (task->class == NULL) {
		return 0;
	}
	key = chain_key(task->rollout_id, task->server_id, task->class);
	if (g_hash_table_lookup_extended(sched->chains, key, NULL, &known)) {
		*chain = exec_chain_ref(known);
		return 1;
	}
	loaded = load(sched, task, chain, err);
	if (loaded == 1) {
		g_hash_table_insert(sched->chains, g_steal_pointer(&key), exec_chain_ref(*chain));
	}
	return loaded;
}

/* ---- after a task ------------------------------------------------------------------------ */

int sched_task_shaped(struct sched *sched, const struct store_task *task,
		      const struct exec_result *result, struct err *err)
{
	bool is_earlier = result->event == TASK_NOTHING && task->attempt > 1 &&
			  result->fingerprint != NULL; /* the end of its first try was not heard */

	if (result->event != TASK_APPLIED && !is_earlier) {
		return 0;
	}
	if (result->fingerprint == NULL) { /* not known, also when a file came in front of others */
		return store_tenant_shape(sched->store, task->tenant_id, NULL, NULL, NULL, err);
	}
	return store_tenant_shape(sched->store, task->tenant_id, result->fingerprint,
				  result->version, NULL, err);
}
