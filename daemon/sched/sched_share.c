#include "sched_share.h"

#include <string.h>

#include "sched_guard.h"
#include "sched_throttle.h"
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

/* ---- what a server takes ------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	enum task_kind kind;
	enum task_kind other; /* what nobody tried out may be the dearest */
	const char *does;
	const char *key;
} tokens[] = {
	[SHARE_REBUILD] = { TASK_KIND_REBUILD, TASK_KIND_UNKNOWN, "rebuilds",             "max-rebuilds" },
	[SHARE_CHUNK]   = { TASK_KIND_CHUNK,   TASK_KIND_CHUNK,   "goes through rows", "max-chunks" },
};

/* clang-format on */

/* 0: nobody said. */
static int64_t limit_of(const struct link *link, enum share_token token)
{
	return token == SHARE_REBUILD ? link->row.max_rebuilds : link->row.max_chunks;
}

static bool counts_as(enum share_token token, const struct link *link, enum task_kind kind,
		      bool is_heavy)
{
	return (kind == tokens[token].kind || kind == tokens[token].other) &&
	       (is_heavy || limit_of(link, token) > 0);
}

static bool counts_as_heavy(enum task_kind kind, bool is_heavy)
{
	return is_heavy && kind != TASK_KIND_INSTANT;
}

/* Half of the slots that are left on a server that is slowed down; INT64_MAX: it is not. */
static int64_t most_when_slow(const struct sched *sched, const struct link *link)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &link->id);

	return guard == NULL || guard->verdict.state == THROTTLE_GO
		       ? INT64_MAX
		       : MAX(guard->verdict.slots / 2, MIN(guard->verdict.slots, 1));
}

/* Tasks that run on the server and count as the token, or with SHARE_TOKEN_NR as heavy. */
static int64_t count(const struct sched *sched, const struct link *link, enum share_token token)
{
	int64_t nr = 0;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->running);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct running *running = value;
		bool counts = token == SHARE_TOKEN_NR
				      ? counts_as_heavy(running->kind, running->is_heavy)
				      : counts_as(token, link, running->kind, running->is_heavy);

		nr += running->server_id == link->id && counts ? 1 : 0;
	}
	return nr;
}

static struct sched_tokens tokens_of(const struct sched *sched, const struct link *link,
				     enum share_token token)
{
	int64_t limit = limit_of(link, token);
	int64_t most = limit > 0 ? limit : MAX(link->row.max_running / 2, 1);

	return (struct sched_tokens){
		.now = MIN(most, most_when_slow(sched, link)),
		.max = most,
		.running = count(sched, link, token),
	};
}

struct sched_tokens sched_rebuilds_of(const struct sched *sched, const struct link *link)
{
	return tokens_of(sched, link, SHARE_REBUILD);
}

struct sched_tokens sched_chunks_of(const struct sched *sched, const struct link *link)
{
	return tokens_of(sched, link, SHARE_CHUNK);
}

static void look_at_server(struct share *share, const struct link *link)
{
	int64_t most = most_when_slow(share->sched, link);

	share->link = link;
	for (enum share_token token = 0; token < SHARE_TOKEN_NR; token++) {
		struct sched_tokens of = tokens_of(share->sched, link, token);

		share->left[token] = of.now - of.running;
	}
	share->heavy_left =
		most == INT64_MAX ? most : most - count(share->sched, link, SHARE_TOKEN_NR);
}

bool sched_share_fits(const struct share *share, const struct run_task *item)
{
	if (counts_as_heavy(item->kind, item->is_heavy) && share->heavy_left <= 0) {
		return false;
	}
	for (enum share_token token = 0; token < SHARE_TOKEN_NR; token++) {
		if (share->left[token] <= 0 &&
		    counts_as(token, share->link, item->kind, item->is_heavy)) {
			return false;
		}
	}
	return true;
}

/* ---- the next task ------------------------------------------------------------------------ */

static bool may_start(void *ctx, struct run_task *item)
{
	struct share *share = ctx;

	if (share->failed || !sched_share_fits(share, item)) {
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
	look_at_server(share, link);
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

/* ---- why one waits -------------------------------------------------------------------------- */

static bool is_its_turn(const struct sched *sched, const struct store_task *task)
{
	struct run *run = g_hash_table_lookup(sched->runs, &task->rollout_id);
	const struct run_wave *wave;

	if (task->state != TASK_PENDING || run == NULL || run->stale ||
	    run->row.state != ROLLOUT_RUNNING) {
		return false;
	}
	wave = run_current_wave(run);
	return wave == NULL || task->wave <= wave->row.seq;
}

static char *label_waits(struct sched *sched, const struct store_task *task)
{
	const struct store_rule *rule;
	uint64_t labels = 0;
	struct err err;

	if (labels_of(sched, task->tenant_id, &labels, &err) < 0) {
		return NULL;
	}
	for (size_t i = 0; labels >> i != 0 && (rule = label_rule(sched, i)) != NULL; i++) {
		int64_t most = g_ascii_strtoll(rule->amount, NULL, 10);

		if (counts_for(labels, i) && sched_label_running(sched, rule->name) >= most) {
			return g_strdup_printf(
				"waits: label %s has %lld of %lld tasks at once; see `muster throttle label`",
				rule->name, (long long)most, (long long)most);
		}
	}
	return NULL;
}

static char *token_waits(const struct sched *sched, const struct link *link,
			 const struct store_task *task)
{
	for (enum share_token token = 0; token < SHARE_TOKEN_NR; token++) {
		struct sched_tokens of = tokens_of(sched, link, token);

		if (of.running >= of.now &&
		    counts_as(token, link, task->kind, task->bytes >= RUN_HEAVY)) {
			return g_strdup_printf("waits: server %s %s in %lld of %lld tasks at once; "
					       "`muster server set %s %s=N` sets how many",
					       link->row.name, tokens[token].does,
					       (long long)of.running, (long long)of.now,
					       link->row.name, tokens[token].key);
		}
	}
	return NULL;
}

char *sched_task_waits(struct sched *sched, const struct store_task *task)
{
	const struct link *link = g_hash_table_lookup(sched->links, &task->server_id);
	char *waits;

	if (link == NULL || !is_its_turn(sched, task)) {
		return NULL;
	}
	waits = token_waits(sched, link, task);
	return waits != NULL ? waits : label_waits(sched, task);
}
