#include "scratch_found.h"

#include "chain.h"
#include "ladder.h"
#include "shape_made.h"
#include "trial.h"

static const struct made facts[] = {
	{ "table users", "", "", false },
	{ "table users", "column id", "int", false },
	{ "table users", "column x", "int", false },
	{ "table users", "key k", "(x)", false },
};

/* [0]: id alone; [1]: x besides; [2]: and an index on it. */
struct shapes {
	struct shape at[3];
};

static void make(struct shapes *shapes)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes->at); i++) {
		made_shape(&shapes->at[i], facts, i + 2);
	}
}

static void shapes_release(struct shapes *shapes)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes->at); i++) {
		shape_release(&shapes->at[i]);
	}
}

/* Statement number of 0001 led from one to the other. */
static void ran(struct chain *chain, size_t number, const struct shape *from,
		const struct shape *to, const char *note)
{
	g_autofree char *version = g_strdup("0001");
	g_autofree char *delta = shape_delta(from, to);
	g_autofree char *noted = g_strdup(note);
	struct chain_step step = { .version = version,
				   .number = number,
				   .delta = delta,
				   .note = noted,
				   .kind = TASK_KIND_REBUILD };

	g_strlcpy(step.fingerprint, to->fingerprint, sizeof(step.fingerprint));
	chain_add(chain, &step);
}

/* The column, then the index; each instant. */
static void split(struct rewrite *rewrite, const struct shape *from, const struct shape *middle,
		  const struct shape *to)
{
	*rewrite = (struct rewrite){
		.statements = g_strsplit(
			"alter table users add x int;alter table users add key k (x)", ";", -1),
		.trials = g_new0(struct trial, 2),
		.nr = 2,
		.how = REWRITE_BY_KIND,
		.deltas = g_ptr_array_new_with_free_func(g_free),
	};
	rewrite->trials[0].rung = LADDER_INSTANT;
	rewrite->trials[1].rung = LADDER_INSTANT;
	g_ptr_array_add(rewrite->deltas, shape_delta(from, middle));
	g_ptr_array_add(rewrite->deltas, shape_delta(from, to));
}

/* Is what runs in place of statement number, in front of which the tenant looks like [0], kept? */
static bool keeps(struct chain *chain, const struct shapes *shapes, size_t number, size_t end)
{
	g_autoptr(GPtrArray) found = scratch_found_new();
	SCOPED(rewrite) rewrite = { 0 };

	split(&rewrite, &shapes->at[0], &shapes->at[1], &shapes->at[end]);
	assert_true(scratch_found_add(found, &shapes->at[0], number - 1, 1, &rewrite));
	assert_null(rewrite.statements);
	return scratch_found_keep(g_ptr_array_index(found, 0), chain, "0001", 0);
}

/* A file by the shapes behind its statements; the last of them is split, and ends at end. */
static const struct {
	size_t behind[3];
	size_t nr;
	const char *note;
	size_t end;
	bool is_kept;
} files[] = {
	{ { 2 }, 1, NULL, 2, true },
	{ { 1, 0, 2 }, 3, NULL, 2, false }, /* a crash between the two would look like behind 1 */
	{ { 2 }, 1, NULL, 1, false },       /* the file ends otherwise */
	{ { 2 }, 1, "not run on the copy", 2, false },
};

static void run_file(struct chain *chain, const struct shapes *shapes, size_t number)
{
	const struct shape *from = &shapes->at[0];

	shape_copy(&chain->start, from);
	for (size_t i = 0; i < files[number].nr; i++) {
		const struct shape *to = &shapes->at[files[number].behind[i]];

		ran(chain, i + 1, from, to, files[number].note);
		from = to;
	}
}

static void kept_where_a_crash_can_be_told(void **state)
{
	struct shapes shapes;

	(void)state;
	make(&shapes);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		SCOPED(chain) chain = { 0 };

		run_file(&chain, &shapes, i);
		assert_int_equal(keeps(&chain, &shapes, files[i].nr, files[i].end),
				 files[i].is_kept);
		assert_int_equal(chain.nr_rewrites, files[i].is_kept);
		assert_int_equal(chain.steps[chain.nr - 1].kind,
				 files[i].is_kept ? TASK_KIND_INSTANT : TASK_KIND_REBUILD);
	}
	shapes_release(&shapes);
}

static void kept_with_the_schemas_that_it_passes(void **state)
{
	struct shapes shapes;
	SCOPED(chain) chain = { 0 };

	(void)state;
	make(&shapes);
	run_file(&chain, &shapes, 0);
	assert_true(keeps(&chain, &shapes, 1, 2));
	assert_int_equal(chain.rewrites[0].number, 1);
	assert_string_equal(chain.rewrites[0].shapes[0], shapes.at[1].fingerprint);
	assert_string_equal(chain.rewrites[0].shapes[1], shapes.at[2].fingerprint);
	assert_string_equal(chain.rewrites[0].ways[1], ladder_names[LADDER_INSTANT]);
	shapes_release(&shapes);
}

static void not_taken_when_it_cannot_be_said_where_it_leads(void **state)
{
	g_autoptr(GPtrArray) found = scratch_found_new();
	SCOPED(rewrite) rewrite = { 0 };
	struct shapes shapes;

	(void)state;
	make(&shapes);
	assert_false(scratch_found_add(found, &shapes.at[0], 0, 1, &rewrite)); /* it is empty */
	split(&rewrite, &shapes.at[1], &shapes.at[2], &shapes.at[0]);
	assert_false(scratch_found_add(found, &shapes.at[0], 0, 1, &rewrite));
	assert_non_null(rewrite.statements);
	assert_int_equal(found->len, 0);
	shapes_release(&shapes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_where_a_crash_can_be_told),
		cmocka_unit_test(kept_with_the_schemas_that_it_passes),
		cmocka_unit_test(not_taken_when_it_cannot_be_said_where_it_leads),
	};

	return cmocka_run_group_tests_name("scratch_found", tests, NULL, NULL);
}
