#include "scratch.h"

#include <string.h>

#include "chunk_key.h"
#include "db.h"
#include "db_guard.h"
#include "evidence.h"
#include "halfway.h"
#include "release.h"
#include "rewrite_proof.h"
#include "scratch_found.h"
#include "scratch_reach.h"
#include "scratch_rewrite.h"
#include "scratch_state.h"
#include "shape_read.h"
#include "trial.h"
#include "trial_facts.h"
#include "weight.h"

#define LOCK_WAIT_S 5

struct run {
	struct scratch *scratch;
	struct db_session *runner;
	const struct scratch_work *work;
	const struct migration *migration;
	size_t at;                /* its index in the release */
	struct trial_facts facts; /* of the source */
	size_t looked;            /* statements of it that a cheaper way was found for */
	size_t done;              /* statements of the migration that the source has already */
	GPtrArray *found;         /* of scratch_found.h, owned; of the migration */
	enum task_kind kind;      /* of the statement */
	struct chain *chain;
	struct trial trial; /* of the statement that was run last */
};

/* Each file begins in a session that knows of no other, as in the real run. */
static int file_begin(struct run *run, struct err *err)
{
	const struct db_pin pin = {
		.sql_mode = run->work->release->sql_mode,
		.collation = run->work->release->collation,
		.lock_wait_s = LOCK_WAIT_S,
		.small_tables = true,
	};

	if (db_reset(run->runner, err) < 0 || db_use(run->runner, run->scratch->name, err) < 0) {
		return -1;
	}
	return db_pin(run->runner, &pin, err);
}

/*
 * These are wrong in every tenant: syntax, unknown tables, columns, functions and
 * settings. Anything else that rows are refused for may come from there being none.
 */
static bool is_wrong_everywhere(int native)
{
	static const int numbers[] = { 1052, 1054, 1064, 1066, 1109, 1110, 1115, 1136, 1146,
				       1149, 1193, 1222, 1231, 1241, 1273, 1305, 1318, 1327 };

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (numbers[i] == native) {
			return true;
		}
	}
	return false;
}

static bool is_for_want_of_rows(const struct statement *statement, const struct err *err)
{
	return (statement->kind == STATEMENT_DML || statement->kind == STATEMENT_QUERY) &&
	       !is_wrong_everywhere(err->native);
}

bool scratch_proves_failure(const struct statement *statement, int native)
{
	return statement->kind == STATEMENT_DDL || is_wrong_everywhere(native) ||
	       (statement->chunk != NULL && native == 0); /* our own refusal, of its key */
}

static bool may_change_shape(const struct statement *statement)
{
	return statement->kind == STATEMENT_DDL || statement->kind == STATEMENT_CALL;
}

static void record(struct run *run, size_t index, const char *delta, const char *note)
{
	struct chain_step step = {
		.version = run->migration->version,
		.number = index + 1,
		.table = run->trial.table,
		.rebuilds = run->trial.rebuilds,
		.kind = run->kind,
	};
	g_autofree char *copied = g_strdup(delta);
	g_autofree char *noted = g_strdup(note);

	step.way = run->trial.applies ? ladder_names[run->trial.rung] : NULL;
	step.delta = copied;
	step.note = noted;
	g_strlcpy(step.fingerprint, run->scratch->foretold.fingerprint, sizeof(step.fingerprint));
	chain_add(run->chain, &step);
}

static void record_failure(struct run *run, size_t index, const struct err *why)
{
	const struct migration *migration = run->migration;
	g_autofree char *words = scratch_words(run->scratch, why->msg);

	run->chain->failure = (struct chain_failure){
		.version = g_strdup(migration->version),
		.number = index + 1,
		.native = why->native,
		.apart = scratch_is_apart(run->scratch, &migration->up.statements[index]),
		.message = g_strdup_printf("%s:%u statement %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
					   ": %s",
					   migration->file, migration->up.statements[index].line,
					   index + 1, migration->up.nr, words),
	};
}

/*
 * The copy as the last statement has left it. The same difference is made to the source's
 * shape: what could not be copied stays in it.
 */
static int look(struct run *run, char **delta, struct err *err)
{
	struct scratch *scratch = run->scratch;
	SCOPED(shape) now = { 0 };
	SCOPED(shape) then = { 0 };

	if (shape_read(scratch->session, scratch->name, &now, err) < 0) {
		return -1;
	}
	*delta = shape_delta(&scratch->shape, &now);
	if (shape_apply(&then, &scratch->foretold, *delta, err) < 0) {
		return -1;
	}
	shape_release(&scratch->shape);
	shape_release(&scratch->foretold);
	scratch->shape = now;
	scratch->foretold = then;
	now = (struct shape){ 0 };
	then = (struct shape){ 0 };
	return 0;
}

/* Why a statement is not to be run here; NULL: it is. Owned. */
static char *why_not(const struct run *run, const struct statement *statement, const char *sql)
{
	g_autofree char *other = scratch_reach_find(run->scratch->schemas, run->scratch->name, sql);

	if (other != NULL) {
		return g_strdup_printf("not run on the copy: it names database %s", other);
	}
	if (evidence_is_outside(statement)) {
		return g_strdup("not run on the copy: it reaches outside of the schema");
	}
	return NULL;
}

/* It was refused: 1: for want of rows, note says so; 0: the chain ends here. */
static int refused(struct run *run, size_t index, char **note, const struct err *why)
{
	const struct statement *statement = &run->migration->up.statements[index];
	g_autofree char *words = NULL;

	if (why->code != ERR_DB) {
		return -1;
	}
	if (!is_for_want_of_rows(statement, why)) {
		record_failure(run, index, why);
		return 0;
	}
	words = scratch_words(run->scratch, why->msg);
	*note = g_strdup_printf("not run to its end on the empty copy: %s", words);
	return 1;
}

static bool is_halfway(const struct run *run, size_t index)
{
	return run->work->halfway != NULL && run->work->halfway->parts > 0 &&
	       run->at == run->work->begun && index == run->done;
}

static int look_for_cheaper(struct run *run, size_t index, struct err *err)
{
	const struct rewrite_ground ground = {
		.copier = run->scratch->session,
		.runner = run->runner,
		.schema = run->scratch->name,
		.epoch = run->scratch->epoch,
		.facts = &run->facts,
		.modes = run->migration->up.statements[index].modes,
	};
	SCOPED(rewrite) rewrite = { 0 };
	size_t nr;

	if (!run->work->rewrites || index < run->looked || is_halfway(run, index) ||
	    db_in_transaction(run->runner) || !db_autocommits(run->runner)) {
		return 0;
	}
	if (scratch_rewrite(&ground, run->migration, index, &nr, &rewrite, err) < 0) {
		return -1;
	}
	if (scratch_found_add(run->found, &run->scratch->foretold, index, nr, &rewrite)) {
		run->looked = index + nr;
	}
	return 0;
}

static int execute(struct run *run, size_t index, const char *sql, struct err *err)
{
	const struct statement *statement = &run->migration->up.statements[index];
	struct trial_facts *facts = run->work->tried == NULL ? NULL : &run->facts;

	if (run->work->only_end) {
		return db_exec(run->runner, sql, strlen(sql), err);
	}
	if (trial_run(run->runner, facts, sql, statement->modes, &run->trial, err) < 0) {
		return -1;
	}
	run->kind = weight_of(statement, &run->trial);
	if (run->trial.applies && run->work->tried != NULL) {
		run->work->tried(run->work->ctx, run->at, index + 1, &run->trial);
	}
	return 0;
}

/* May it run range by range? 1: it may; 0: the chain ends here. */
static int check_chunk(struct run *run, size_t index, struct err *err)
{
	const struct statement *statement = &run->migration->up.statements[index];
	SCOPED(chunk_key) key = { 0 };
	int found;

	if (statement->chunk == NULL) {
		return 1;
	}
	if (db_in_transaction(run->runner) || !db_autocommits(run->runner)) {
		found = err_set(err, ERR_INVALID,
				"a statement that runs range by range commits each of them, and "
				"stands in a transaction of the file: put COMMIT in front of it");
	} else {
		found = chunk_key_find(&key, run->runner, statement->chunk, err);
	}
	if (found < 0 && err->code != ERR_INVALID && err->code != ERR_DB) {
		return -1;
	}
	if (found < 0) {
		record_failure(run, index, err);
		return 0;
	}
	return 1;
}

/* The parts that are left are all that its statement is. */
static int run_rest(struct run *run, size_t index, struct err *err)
{
	const struct statement *statement = &run->migration->up.statements[index];
	const struct halfway *halfway = run->work->halfway;
	g_auto(GStrv) parts = halfway_parts(halfway, statement);
	g_autoptr(GPtrArray) shapes = g_ptr_array_new_with_free_func(g_free);
	SCOPED(shape) before = { 0 };
	g_autofree char *delta = NULL;
	g_autofree char *note = NULL;
	struct chain_rewrite rewrite = {
		.version = run->migration->version,
		.number = index + 1,
		.nr = 1,
		.how = halfway->how,
	};

	if (parts == NULL) {
		return err_set(err, ERR_CONFLICT,
			       "%s:%u statement %" G_GSIZE_FORMAT " does not begin with the part "
			       "of it that is done already",
			       run->migration->file, statement->line, index + 1);
	}
	shape_copy(&before, &run->scratch->foretold);
	for (size_t i = 0; parts[i] != NULL; i++) {
		g_autofree char *sql = g_strconcat("/* muster:scratch */ ", parts[i], NULL);
		g_autofree char *step = NULL;

		if (i >= halfway->parts && execute(run, index, sql, err) < 0) {
			return refused(run, index, &note, err);
		}
		if (i >= halfway->parts && look(run, &step, err) < 0) {
			return -1;
		}
		g_ptr_array_add(
			shapes,
			g_strdup(i < halfway->parts ? "-" : run->scratch->foretold.fingerprint));
	}
	g_ptr_array_add(shapes, NULL);
	rewrite.shapes = (char **)(void *)shapes->pdata;
	rewrite_digest((const char *const *)parts, g_strv_length(parts), rewrite.digest);
	chain_rewrite_add(run->chain, &rewrite);
	delta = shape_delta(&before, &run->scratch->foretold);
	record(run, index, delta, NULL);
	return 1;
}

static int check_wanted(const struct run *run, struct err *err)
{
	return run->work->stops == NULL || !run->work->stops(run->work->asker)
		       ? 0
		       : err_set(err, ERR_CANCELLED, "nobody waits for it any more");
}

/* 1: goes on; 0: the chain ends here. */
static int run_one(struct run *run, size_t index, struct err *err)
{
	const struct statement *statement = &run->migration->up.statements[index];
	g_autofree char *text = release_expand(statement, run->scratch->name);
	g_autofree char *sql = g_strconcat("/* muster:scratch */ ", text, NULL);
	g_autofree char *note = why_not(run, statement, text);
	g_autofree char *delta = NULL;
	int goes_on = 1;

	if (check_wanted(run, err) < 0) {
		return -1;
	}
	trial_release(&run->trial);
	run->kind = weight_of(statement, NULL);
	if (note == NULL && is_halfway(run, index)) {
		return run_rest(run, index, err);
	}
	if (note == NULL) {
		goes_on = check_chunk(run, index, err);
		if (goes_on <= 0) {
			return goes_on;
		}
		if (look_for_cheaper(run, index, err) < 0) {
			return -1;
		}
		if (execute(run, index, sql, err) < 0) {
			goes_on = refused(run, index, &note, err);
		}
		if (goes_on == 1 && may_change_shape(statement) && !run->work->only_end &&
		    look(run, &delta, err) < 0) {
			return -1;
		}
	}
	if (goes_on == 1 && (note != NULL || !run->work->only_end)) {
		record(run, index, delta == NULL ? "" : delta, note);
	}
	return goes_on;
}

/* SET and PREPARE of what is done already, as the real run does it. 1: goes on; 0: ends here. */
static int restore(struct run *run, struct err *err)
{
	const struct script *up = &run->migration->up;

	for (size_t i = 0; i < run->done && i < up->nr; i++) {
		g_autofree char *sql = release_expand(&up->statements[i], run->scratch->name);
		g_autofree char *note = why_not(run, &up->statements[i], sql);

		if (up->statements[i].kind != STATEMENT_SESSION || note != NULL ||
		    db_exec(run->runner, sql, strlen(sql), err) == 0) {
			continue;
		}
		if (err->code != ERR_DB) {
			return -1;
		}
		record_failure(run, i, err);
		return 0;
	}
	return 1;
}

static void keep(struct run *run, const struct scratch_found *found)
{
	if (scratch_found_keep(found, run->chain, run->migration->version, run->done) &&
	    run->work->rewritten != NULL) {
		run->work->rewritten(run->work->ctx, run->at, found->index + 1, found->nr,
				     &found->rewrite);
	}
}

static int run_file(struct run *run, struct err *err)
{
	int goes_on;

	if (run->migration->skipped || run->migration->up.nr == 0) {
		return 1;
	}
	if (file_begin(run, err) < 0) {
		if (err->code != ERR_DB || !is_wrong_everywhere(err->native)) {
			return -1;
		}
		record_failure(run, MIN(run->done, run->migration->up.nr - 1), err);
		return 0;
	}
	run->looked = 0;
	g_ptr_array_set_size(run->found, 0);
	goes_on = restore(run, err);
	for (size_t i = run->done; i < run->migration->up.nr && goes_on == 1; i++) {
		goes_on = run_one(run, i, err);
	}
	for (guint i = 0; i < run->found->len && goes_on >= 0; i++) {
		keep(run, g_ptr_array_index(run->found, i));
	}
	return goes_on;
}

static int look_at_end(struct scratch *scratch, struct err *err)
{
	SCOPED(shape) now = { 0 };

	if (shape_read(scratch->session, scratch->name, &now, err) < 0) {
		return -1;
	}
	shape_release(&scratch->shape);
	scratch->shape = now;
	now = (struct shape){ 0 };
	return 0;
}

int scratch_run(struct scratch *scratch, struct db_session *runner, const struct scratch_work *work,
		struct chain *chain, struct err *err)
{
	SCOPED(chain) made = { 0 };
	struct run run = {
		.scratch = scratch,
		.runner = runner,
		.work = work,
		.facts = { .schema = scratch->source },
		.chain = &made,
		.found = scratch_found_new(),
	};
	int goes_on = 1;

	shape_copy(&made.start, &scratch->foretold);
	made.unlike = g_strdup(scratch->unlike);
	for (size_t i = 0; i < work->nr && goes_on == 1; i++) {
		run.at = work->indices[i];
		run.migration = &work->release->migrations[run.at];
		run.done = work->indices[i] == work->begun ? work->done : 0;
		goes_on = run_file(&run, err);
	}
	if (goes_on >= 0 && work->only_end) {
		goes_on = look_at_end(scratch, err);
	}
	g_ptr_array_unref(run.found);
	trial_facts_release(&run.facts);
	trial_release(&run.trial);
	if (goes_on < 0 || db_reset(runner, err) < 0) {
		return err_prefix(err, "run on a copy of %s", scratch->source);
	}
	*chain = made;
	made = (struct chain){ 0 };
	return 0;
}
