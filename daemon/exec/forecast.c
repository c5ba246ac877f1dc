#include "forecast.h"

#include <string.h>

#include <glib.h>

#include "chain.h"
#include "ladder.h"
#include "release.h"
#include "retype.h"
#include "rewrite_proof.h"
#include "scratch.h"
#include "shape.h"
#include "trial.h"
#include "width.h"

#define CHANGES_MAX 40 /* lines of one statement */

const char *const forecast_outcome_names[FORECAST_OUTCOME_NR] = {
	[FORECAST_FINE] = "ok",
	[FORECAST_UNSEEN] = "not tried",
	[FORECAST_FAILS] = "would fail",
	[FORECAST_BEHIND] = "not reached",
};

static void statement_clear(struct forecast_statement *statement)
{
	g_free(statement->note);
	g_strfreev(statement->changes);
	g_free(statement->table);
	g_free(statement->why);
	g_strfreev(statement->cheaper);
	g_free(statement->cheaper_why);
	g_free(statement->parts);
}

static void release_it(void *data)
{
	struct forecast *forecast = data;

	for (size_t i = 0; i < forecast->nr; i++) {
		statement_clear(&forecast->statements[i]);
	}
	g_free(forecast->statements);
	g_strfreev(forecast->tables);
	g_strfreev(forecast->versioned);
	g_free(forecast->sql_mode);
	g_array_unref(forecast->checks);
	g_ptr_array_unref(forecast->doubtful);
	g_free(forecast->pending);
	g_free(forecast->failure);
	g_free(forecast->unlike);
}

struct forecast *forecast_ref(struct forecast *forecast)
{
	return forecast == NULL ? NULL : g_atomic_rc_box_acquire(forecast);
}

void forecast_unref(struct forecast *forecast)
{
	if (forecast != NULL) {
		g_atomic_rc_box_release_full(forecast, release_it);
	}
}

static void way_clear(void *data)
{
	struct forecast_way *way = data;

	g_free(way->table);
	g_free(way->why);
	g_strfreev(way->cheaper);
	g_free(way->cheaper_why);
	g_free(way->parts);
}

GArray *forecast_ways_new(void)
{
	GArray *ways = g_array_new(FALSE, FALSE, sizeof(struct forecast_way));

	g_array_set_clear_func(ways, way_clear);
	return ways;
}

void forecast_tried(void *ctx, size_t migration, size_t number, const struct trial *trial)
{
	const struct forecast_way way = {
		.migration = migration,
		.number = number,
		.algorithm = ladder_names[trial->rung],
		.blocks_writes = trial->blocks_writes,
		.rebuilds = trial->rebuilds,
		.versions = trial->versions,
		.insists = trial->insists,
		.table = g_strdup(trial->table),
		.why = g_strdup(trial->why),
	};

	g_array_append_val((GArray *)ctx, way);
}

void forecast_rewritten(void *ctx, size_t migration, size_t number, size_t nr,
			const struct rewrite *rewrite)
{
	const struct trial *dearest = &rewrite->trials[0];
	struct forecast_way way = {
		.migration = migration,
		.number = number,
		.cheaper = g_strdupv(rewrite->statements),
		.cheaper_why = g_strdup(rewrite->why),
		.cheaper_nr = nr,
		.parts = g_new0(struct forecast_part, rewrite->nr),
	};

	for (size_t i = 0; i < rewrite->nr; i++) {
		const struct trial *trial = &rewrite->trials[i];

		way.parts[i] = (struct forecast_part){
			.algorithm = ladder_names[trial->rung],
			.blocks_writes = trial->blocks_writes,
			.rebuilds = trial->rebuilds,
		};
		way.blocks_writes = way.blocks_writes || trial->blocks_writes;
		way.rebuilds = way.rebuilds || trial->rebuilds;
		way.versions = way.versions || trial->versions;
		dearest = trial->rung > dearest->rung ? trial : dearest;
	}
	way.algorithm = ladder_names[dearest->rung];
	way.table = g_strdup(dearest->table);
	way.why = g_strdup(dearest->why);
	g_array_append_val((GArray *)ctx, way);
}

static void check_clear(void *data)
{
	precheck_clear(&((struct forecast_check *)data)->precheck);
}

struct making {
	const struct chain *chain;
	const struct forecast_work *work;
	struct shape now; /* in front of the statement */
	GArray *statements;
	GPtrArray *tables;    /* char *, owned */
	GPtrArray *versioned; /* char *, owned */
	GPtrArray *writes;    /* char *, borrowed: the statements before that write rows */
	bool has_called;      /* and one of them could write anything */
	struct forecast *out;
	bool failed;
};

/* May rows of the table be other ones when it comes to the statement? */
static bool is_written_before(const struct making *making, const char *table)
{
	for (guint i = 0; i < making->writes->len; i++) {
		if (strcasestr(g_ptr_array_index(making->writes, i), table) != NULL) {
			return true;
		}
	}
	return making->has_called;
}

static bool is_named_before(const struct migration *migration, size_t number, const char *setting)
{
	for (size_t i = 0; i + 1 < number; i++) {
		if (strcasestr(migration->up.statements[i].text, setting) != NULL) {
			return true;
		}
	}
	return false;
}

/* A file that switches the checks off means it. */
static bool is_unchecked(const struct migration *migration, size_t number, enum precheck_kind kind)
{
	static const char *const settings[PRECHECK_KIND_NR] = {
		[PRECHECK_ORPHANS] = "foreign_key_checks",
		[PRECHECK_ZERO_DATES] = "sql_mode",
	};

	return settings[kind] != NULL && is_named_before(migration, number, settings[kind]);
}

static bool is_copied(const struct making *making, const struct forecast_statement *made)
{
	g_autofree char *object = NULL;

	if (made->algorithm == NULL || made->table == NULL ||
	    (strcmp(made->algorithm, ladder_names[LADDER_COPY]) != 0 &&
	     strcmp(made->algorithm, ladder_names[LADDER_COPY_ONLINE]) != 0)) {
		return false;
	}
	object = g_strconcat("table ", made->table, NULL);
	return shape_find(&making->chain->start, object, "") != NULL;
}

/* What the statement needs of rows, from the difference that it makes. */
static void add_checks(struct making *making, const struct forecast_statement *made,
		       const struct shape *next)
{
	const struct migration *migration = &making->work->release->migrations[made->migration];
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct precheck));
	size_t index = made->migration;
	size_t number = made->number;

	precheck_derive(found, &making->chain->start, &making->now, next);
	if (is_copied(making, made)) {
		precheck_derive_copied(found, &making->chain->start, &making->now, made->table);
	}
	for (guint i = 0; i < found->len; i++) {
		struct forecast_check check = {
			.migration = index,
			.number = number,
			.precheck = g_array_index(found, struct precheck, i),
		};

		/* in which mode the server will be then nobody knows */
		check.precheck.doubt |=
			check.precheck.strict && is_named_before(migration, number, "sql_mode");
		if (is_unchecked(migration, number, check.precheck.kind)) {
			precheck_clear(&check.precheck);
		} else if (is_written_before(making, check.precheck.table)) {
			g_ptr_array_add(
				making->out->doubtful,
				g_strdup_printf("%s:%u: %s, which nobody can say before "
						"the statements in front of it have written",
						migration->file,
						migration->up.statements[number - 1].line,
						check.precheck.what));
			precheck_clear(&check.precheck);
		} else {
			g_array_append_val(making->out->checks, check);
		}
	}
}

/* now becomes what the step leaves. Lines, owned; NULL on failure. */
static char **go_on(struct making *making, struct forecast_statement *made,
		    const struct chain_step *step, struct err *err)
{
	SCOPED(shape) next = { 0 };
	char **lines;

	if (step->delta[0] == '\0') {
		return g_new0(char *, 1);
	}
	if (shape_apply(&next, &making->now, step->delta, err) < 0) {
		return NULL;
	}
	add_checks(making, made, &next);
	made->adds = made->table == NULL ? 0 : width_of_new_keys(&making->now, &next, made->table);
	made->retypes = made->table != NULL && retype_breaks(&making->now, &next, made->table);
	lines = shape_major_lines(&making->now, &next, CHANGES_MAX);
	shape_release(&making->now);
	making->now = next;
	next = (struct shape){ 0 };
	return lines;
}

static bool is_failure(const struct making *making, const struct migration *migration,
		       size_t number)
{
	const struct chain_failure *failure = &making->chain->failure;

	return !making->failed && g_strcmp0(failure->version, migration->version) == 0 &&
	       failure->number == number;
}

static void add_name(GPtrArray *names, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) {
		g_ptr_array_add(names, g_strdup(name));
	}
}

/* A change of a table that has rows already: not done in a moment, or not always so. */
static void add_table(const struct making *making, struct forecast_statement *made)
{
	g_autofree char *object = g_strconcat("table ", made->table, NULL);

	made->keyed = shape_find(&making->now, object, "primary key") != NULL;
	if (shape_find(&making->chain->start, object, "") == NULL) {
		return;
	}
	if (strcmp(made->algorithm, ladder_names[LADDER_INSTANT]) != 0) {
		add_name(making->tables, made->table);
	} else if (made->versions) {
		add_name(making->versioned, made->table);
	}
}

/* It goes through all rows of its table, when it has any. */
static void add_chunk(const struct making *making, const struct statement *statement,
		      struct forecast_statement *made)
{
	g_autofree char *object = NULL;

	if (statement->chunk == NULL) {
		return;
	}
	object = g_strconcat("table ", statement->chunk->table, NULL);
	made->table = g_strdup(statement->chunk->table);
	if (shape_find(&making->chain->start, object, "") != NULL) {
		add_name(making->tables, made->table);
	}
}

/* A procedure may have stopped for want of rows, or for what the copy lacks besides. */
static void add_failure(struct making *making, const struct statement *statement,
			struct forecast_statement *made)
{
	const struct chain *chain = making->chain;

	making->failed = true;
	if ((chain->unlike == NULL || chain->failure.apart) &&
	    scratch_proves_failure(statement, chain->failure.native)) {
		made->outcome = FORECAST_FAILS;
		made->note = g_strdup(chain->failure.message);
		making->out->failure = g_strdup(chain->failure.message);
		return;
	}
	made->outcome = FORECAST_UNSEEN;
	made->note = g_strdup_printf("stopped on the empty copy: %s", chain->failure.message);
	g_ptr_array_add(making->out->doubtful,
			g_strdup_printf("%s, on an empty copy: what a tenant would say, and what "
					"follows, is not known",
					chain->failure.message));
}

static void take_way(struct forecast_statement *made, const struct forecast_way *way)
{
	made->algorithm = way->algorithm;
	made->blocks_writes = way->blocks_writes;
	made->rebuilds = way->rebuilds;
	made->versions = way->versions;
	made->insists = way->insists;
	g_free(made->table);
	made->table = g_strdup(way->table);
	g_free(made->why);
	made->why = g_strdup(way->why);
	if (way->cheaper == NULL) {
		return;
	}
	made->cheaper = g_strdupv(way->cheaper);
	made->cheaper_why = g_strdup(way->cheaper_why);
	made->cheaper_nr = way->cheaper_nr;
	made->parts = g_memdup2(way->parts, g_strv_length(way->cheaper) * sizeof(*way->parts));
}

/* Does another text run in place of this statement, and is it that of one before it? */
static bool is_covered(const struct forecast_way *way, const struct forecast_statement *made)
{
	return way->cheaper != NULL && way->migration == made->migration &&
	       made->number > way->number && made->number < way->number + way->cheaper_nr;
}

/* What is run in place of a statement comes behind what was found of it as it is written. */
static void add_way(const struct making *making, struct forecast_statement *made)
{
	const GArray *ways = making->work->ways;

	for (guint i = 0; i < ways->len; i++) {
		const struct forecast_way *way = &g_array_index(ways, struct forecast_way, i);

		made->covered = made->covered || is_covered(way, made);
		if (way->migration == made->migration && way->number == made->number) {
			take_way(made, way);
		}
	}
	if (made->covered) {
		made->algorithm = NULL;
		made->blocks_writes = false;
		made->rebuilds = false;
		made->versions = false;
		made->insists = false;
		g_clear_pointer(&made->why, g_free);
	} else if (made->table != NULL) {
		add_table(making, made);
	}
}

static int add(struct making *making, size_t index, size_t number, struct err *err)
{
	const struct migration *migration = &making->work->release->migrations[index];
	const struct chain_step *step = chain_find(making->chain, migration->version, number);
	struct forecast_statement made = { .migration = index, .number = number };
	bool failed = is_failure(making, migration, number);

	if (failed) {
		add_failure(making, &migration->up.statements[number - 1], &made);
	} else if (step == NULL) {
		made.outcome = FORECAST_BEHIND;
	} else {
		made.outcome = step->note == NULL ? FORECAST_FINE : FORECAST_UNSEEN;
		made.note = g_strdup(step->note);
		add_way(making, &made);
		add_chunk(making, &migration->up.statements[number - 1], &made);
		made.changes = go_on(making, &made, step, err);
	}
	if (step != NULL && !failed && made.changes == NULL) {
		statement_clear(&made);
		return -1;
	}
	if (made.changes == NULL) {
		made.changes = g_new0(char *, 1);
	}
	g_array_append_val(making->statements, made);
	return 0;
}

static void note_write(struct making *making, const struct statement *statement)
{
	making->has_called |= statement->kind == STATEMENT_CALL;
	if (statement->kind == STATEMENT_DML) {
		g_ptr_array_add(making->writes, statement->text);
	}
}

static int add_file(struct making *making, size_t index, struct err *err)
{
	const struct migration *migration = &making->work->release->migrations[index];
	size_t done = index == making->work->begun ? making->work->done : 0;

	for (size_t i = 0; !migration->skipped && i < migration->up.nr; i++) {
		/* what is done is said only when its settings cannot be made again */
		if (i < done && !is_failure(making, migration, i + 1)) {
			continue;
		}
		if (add(making, index, i + 1, err) < 0) {
			return -1;
		}
		note_write(making, &migration->up.statements[i]);
	}
	return 0;
}

struct forecast *forecast_make(const struct chain *chain, const struct forecast_work *work,
			       struct err *err)
{
	struct forecast *forecast = g_atomic_rc_box_new0(struct forecast);
	struct making making = {
		.chain = chain,
		.work = work,
		.statements = g_array_new(FALSE, FALSE, sizeof(struct forecast_statement)),
		.tables = g_ptr_array_new(),
		.versioned = g_ptr_array_new(),
		.writes = g_ptr_array_new(),
		.out = forecast,
	};
	gsize nr = 0;
	int made = 0;

	forecast->checks = g_array_new(FALSE, FALSE, sizeof(struct forecast_check));
	g_array_set_clear_func(forecast->checks, check_clear);
	forecast->doubtful = g_ptr_array_new_with_free_func(g_free);
	shape_copy(&making.now, &chain->start);
	for (size_t i = 0; i < work->nr && made == 0; i++) {
		made = add_file(&making, work->indices[i], err);
	}
	forecast->pending = g_memdup2(work->indices, work->nr * sizeof(*work->indices));
	forecast->nr_pending = work->nr;
	forecast->sql_mode = g_strdup(work->release->sql_mode);
	forecast->unlike = g_strdup(chain->unlike);
	forecast->statements = g_array_steal(making.statements, &nr);
	forecast->nr = nr;
	g_array_unref(making.statements);
	g_ptr_array_add(making.tables, NULL);
	forecast->tables = (char **)g_ptr_array_free(making.tables, FALSE);
	g_ptr_array_add(making.versioned, NULL);
	forecast->versioned = (char **)g_ptr_array_free(making.versioned, FALSE);
	g_ptr_array_unref(making.writes);
	shape_release(&making.now);
	if (made < 0) {
		forecast_unref(forecast);
		return NULL;
	}
	return forecast;
}
