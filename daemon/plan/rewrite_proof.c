#include "rewrite_proof.h"

#include <string.h>

#include <glib.h>

#include "clause.h"
#include "db.h"
#include "release.h"
#include "rewrite.h"
#include "scratch.h"
#include "shape_read.h"
#include "trial.h"
#include "trial_facts.h"

/* What a rung costs; with LOCKED the writers pay. */
enum {
	COST_INDEX = 1,
	COST_REBUILD = 10,
	COST_COPY_ONLINE = 20,
	COST_INDEX_LOCKED = 100,
	COST_REBUILD_LOCKED = 150,
	COST_COPY = 200,
};

/* One way to do it, and what came of it. */
struct way {
	const char *const *sqls; /* borrowed */
	size_t nr;
	struct trial *trials; /* owned */
	int *costs;           /* owned */
	GPtrArray *deltas;    /* char *, owned; behind each, from the beginning; NULL: not wanted */
	struct shape start;   /* in front of it, when deltas are wanted */
	struct shape shape;   /* behind it */
	bool refused;         /* by the server: it leads nowhere */
};

static void way_release(struct way *way)
{
	for (size_t i = 0; way->trials != NULL && i < way->nr; i++) {
		trial_release(&way->trials[i]);
	}
	g_free(way->trials);
	g_free(way->costs);
	if (way->deltas != NULL) {
		g_ptr_array_unref(way->deltas);
	}
	shape_release(&way->start);
	shape_release(&way->shape);
}

SCOPED_RELEASE(way);

/* ---- what it costs ---------------------------------------------------------------------- */

static int cost_of(enum ladder_rung rung, bool rebuilds)
{
	switch (rung) {
	case LADDER_INSTANT:
		return 0;
	case LADDER_NOCOPY:
		return COST_INDEX;
	case LADDER_INPLACE:
		return rebuilds ? COST_REBUILD : COST_INDEX;
	case LADDER_COPY_ONLINE:
		return COST_COPY_ONLINE;
	case LADDER_INPLACE_LOCKED:
		return rebuilds ? COST_REBUILD_LOCKED : COST_INDEX_LOCKED;
	case LADDER_COPY:
	case LADDER_NR:
		break;
	}
	return COST_COPY;
}

static int sum_of(const struct way *way)
{
	int sum = 0;

	for (size_t i = 0; i < way->nr; i++) {
		sum += way->costs[i];
	}
	return sum;
}

static int highest_of(const struct way *way)
{
	int highest = 0;

	for (size_t i = 0; i < way->nr; i++) {
		highest = MAX(highest, way->costs[i]);
	}
	return highest;
}

static bool is_better(const struct way *other, const struct way *written)
{
	return highest_of(other) <= highest_of(written) && sum_of(other) < sum_of(written);
}

/* An index that is built at leisure is not to be put under the lock of a copy. */
static bool is_worth_merging(const struct way *written)
{
	for (size_t i = 0; i < written->nr; i++) {
		if (written->costs[i] < COST_REBUILD) {
			return false;
		}
	}
	return true;
}

/* ---- running one way -------------------------------------------------------------------- */

/* The statements as a release, so that no more is copied than they may touch; or NULL. */
static struct release *release_of(const struct way *way)
{
	g_autoptr(GString) text = g_string_new(NULL);
	SCOPED(release_files) files = { 0 };
	struct err ignored;

	for (size_t i = 0; i < way->nr; i++) {
		g_string_append_printf(text, "%s\n;\n", way->sqls[i]);
	}
	release_files_add(&files, "0001_way.sql", text->str, text->len);
	return release_parse(&files, "plain", &ignored);
}

static struct scratch *copy_begin(const struct rewrite_ground *ground, const struct way *way,
				  struct err *err)
{
	static const size_t first[] = { 0 };
	SCOPED_PTR(release) release = release_of(way);
	g_autofree char *name = scratch_name_beside(ground->schema);
	const struct scratch_work work = { .release = release, .indices = first, .nr = 1 };

	return scratch_begin(ground->copier, ground->schema, name, release == NULL ? NULL : &work,
			     ground->epoch, err);
}

static bool is_rebuilt(const char *before, const char *after)
{
	return before == NULL || after == NULL || strcmp(before, after) != 0;
}

static int run_one(const struct rewrite_ground *ground, const char *schema, struct way *way,
		   size_t index, struct err *err)
{
	struct trial *trial = &way->trials[index];
	const char *sql = way->sqls[index];
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	SCOPED(clause) clause = { 0 };
	const char *table;

	(void)clause_read(&clause, sql, ground->modes);
	table = clause.table == NULL ? "" : clause.table;
	if (trial_facts_identity(ground->copier, schema, table, &before, err) < 0) {
		return -1;
	}
	if (trial_run(ground->runner, ground->facts, sql, ground->modes, trial, err) < 0) {
		way->refused = true;
		return err->code == ERR_DB ? 0 : -1;
	}
	if (trial_facts_identity(ground->copier, schema, table, &after, err) < 0) {
		return -1;
	}
	way->costs[index] = cost_of(trial->rung, is_rebuilt(before, after));
	return 0;
}

static int look(const struct rewrite_ground *ground, const char *schema, struct way *way,
		struct err *err)
{
	shape_release(&way->shape);
	if (shape_read(ground->copier, schema, &way->shape, err) < 0) {
		return -1;
	}
	g_ptr_array_add(way->deltas, shape_delta(&way->start, &way->shape));
	return 0;
}

static int run_all(const struct rewrite_ground *ground, const char *schema, struct way *way,
		   struct err *err)
{
	if (db_use(ground->runner, schema, err) < 0 ||
	    (way->deltas != NULL && shape_read(ground->copier, schema, &way->start, err) < 0)) {
		return -1;
	}
	for (size_t i = 0; i < way->nr && !way->refused; i++) {
		if (run_one(ground, schema, way, i, err) < 0 ||
		    (way->deltas != NULL && !way->refused && look(ground, schema, way, err) < 0)) {
			return -1;
		}
	}
	return way->deltas != NULL ? 0 : shape_read(ground->copier, schema, &way->shape, err);
}

/* The copy goes, and the runner goes back, whatever happened. */
static int run_way(const struct rewrite_ground *ground, struct way *way, struct err *err)
{
	struct scratch *copy = copy_begin(ground, way, err);
	struct err ended = { 0 };
	int done;

	if (copy == NULL) {
		return -1;
	}
	way->trials = g_new0(struct trial, way->nr);
	way->costs = g_new0(int, way->nr);
	done = run_all(ground, scratch_name(copy), way, err);
	if (!db_is_lost(ground->runner) && db_use(ground->runner, ground->schema, &ended) < 0 &&
	    done == 0) {
		*err = ended;
		done = -1;
	}
	if (scratch_end(copy, &ended) < 0 && done == 0) {
		*err = ended;
		done = -1;
	}
	return done;
}

/* ---- choosing --------------------------------------------------------------------------- */

static void append_rungs(GString *text, const struct way *way)
{
	for (size_t i = 0; i < way->nr; i++) {
		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ",
				       ladder_names[way->trials[i].rung]);
	}
}

static bool is_same_end(const struct way *a, const struct way *b)
{
	g_autofree char *delta = shape_delta(&a->shape, &b->shape);

	return delta[0] == '\0';
}

/* Takes the statements and the trials when this way is the better one. */
static bool take(struct rewrite *rewrite, struct way *way, const struct way *written, char ***texts)
{
	GString *why;

	if (way->refused || !is_better(way, written) || !is_same_end(way, written)) {
		return false;
	}
	why = g_string_new(NULL);
	append_rungs(why, written);
	g_string_append(why, " becomes ");
	append_rungs(why, way);
	rewrite->why = g_string_free(why, FALSE);
	rewrite->statements = g_steal_pointer(texts);
	rewrite->trials = g_steal_pointer(&way->trials);
	rewrite->nr = way->nr;
	rewrite->deltas = g_steal_pointer(&way->deltas);
	return true;
}

static int try_texts(const struct rewrite_ground *ground, const struct way *written, char **texts,
		     struct rewrite *rewrite, struct err *err)
{
	SCOPED(way)
	way = {
		.sqls = (const char *const *)texts,
		.nr = g_strv_length(texts),
		.deltas = g_ptr_array_new_with_free_func(g_free),
	};

	if (run_way(ground, &way, err) < 0) {
		g_strfreev(texts);
		return -1;
	}
	(void)take(rewrite, &way, written, &texts);
	g_strfreev(texts); /* NULL when they were taken */
	return 0;
}

/* NULL-terminated, owned; NULL: it cannot be written so. REWRITE_SPLIT_NR: as one. */
static char **texts_of(const struct rewrite_ground *ground, const char *const *sqls, size_t nr,
		       enum rewrite_split how)
{
	char *merged;
	char **one;

	if (how != REWRITE_SPLIT_NR) {
		return nr == 1 ? rewrite_split(sqls[0], ground->modes, how) : NULL;
	}
	merged = rewrite_merge(sqls, nr, ground->modes);
	if (merged == NULL) {
		return NULL;
	}
	one = g_new0(char *, 2);
	one[0] = merged;
	return one;
}

/* The ways there are, by enum rewrite_split; texts in an array that owns them, or NULL. */
static GPtrArray *ways_of(const struct rewrite_ground *ground, const char *const *sqls, size_t nr)
{
	GPtrArray *ways = g_ptr_array_new();

	for (int how = 0; how <= REWRITE_SPLIT_NR; how++) {
		g_ptr_array_add(ways, texts_of(ground, sqls, nr, (enum rewrite_split)how));
	}
	return ways;
}

static bool has_any(const GPtrArray *ways)
{
	for (guint i = 0; i < ways->len; i++) {
		if (g_ptr_array_index(ways, i) != NULL) {
			return true;
		}
	}
	return false;
}

/* A name in front of a dot would lead out of the copy. */
static bool names_schema(const struct rewrite_ground *ground, const char *const *sqls, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (strstr(sqls[i], ground->schema) != NULL) {
			return true;
		}
	}
	return false;
}

static int try_all(const struct rewrite_ground *ground, struct way *written, GPtrArray *ways,
		   struct rewrite *rewrite, struct err *err)
{
	if (run_way(ground, written, err) < 0) {
		return -1;
	}
	if (written->refused || highest_of(written) < COST_REBUILD ||
	    (written->nr > 1 && !is_worth_merging(written))) {
		return 0;
	}
	for (guint i = 0; i < ways->len && rewrite->statements == NULL; i++) {
		char **texts = g_steal_pointer(&ways->pdata[i]);

		if (texts != NULL && try_texts(ground, written, texts, rewrite, err) < 0) {
			return -1;
		}
		rewrite->how = (enum rewrite_split)i;
	}
	return 0;
}

int rewrite_find(const struct rewrite_ground *ground, const char *const *sqls, size_t nr,
		 struct rewrite *rewrite, struct err *err)
{
	SCOPED(way) written = { .sqls = sqls, .nr = nr };
	struct rewrite found = { 0 };
	GPtrArray *ways;
	int done = 0;

	*rewrite = found;
	if (names_schema(ground, sqls, nr)) {
		return 0;
	}
	ways = ways_of(ground, sqls, nr);
	if (has_any(ways)) {
		done = try_all(ground, &written, ways, &found, err);
	}
	for (guint i = 0; i < ways->len; i++) {
		g_strfreev(ways->pdata[i]);
	}
	g_ptr_array_unref(ways);
	if (done < 0) {
		rewrite_release(&found);
		return err_prefix(err, "a cheaper way for a statement");
	}
	*rewrite = found;
	return 0;
}

void rewrite_release(struct rewrite *rewrite)
{
	for (size_t i = 0; i < rewrite->nr; i++) {
		trial_release(&rewrite->trials[i]);
	}
	g_free(rewrite->trials);
	g_strfreev(rewrite->statements);
	if (rewrite->deltas != NULL) {
		g_ptr_array_unref(rewrite->deltas);
	}
	g_free(rewrite->why);
	*rewrite = (struct rewrite){ 0 };
}
