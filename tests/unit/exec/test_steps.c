#include "steps.h"

#include "foretold.h"
#include "kit.h"

#define BOTH  "ALTER TABLE t ADD a int, ADD INDEX i (a);"
#define FIRST "ALTER TABLE t ADD a int"
#define THEN  "ALTER TABLE t ADD INDEX i (a)"
#define TWO   "ALTER TABLE t MODIFY b bigint;ALTER TABLE t MODIFY c bigint;"
#define ONE   "ALTER TABLE t MODIFY b bigint, MODIFY c bigint"

/* SET, a statement that is split, two that are merged: with the schemas around them. */
static const char *shapes[] = { "s0", "s0", "s1", "s2", "s3" };

static struct release *file(void)
{
	return kit_release("0001_a.sql", "SET @a = 1;" BOTH TWO, NULL);
}

static void way_make(struct foretold_way *way, size_t index, size_t nr, enum rewrite_split how,
		     const char *texts)
{
	g_auto(GStrv) list = g_strsplit(texts, "|", -1);

	*way = (struct foretold_way){ .index = index, .nr = nr, .how = how };
	rewrite_digest((const char *const *)list, g_strv_length(list), way->digest);
	way->shapes = g_strsplit(how == REWRITE_SPLIT_NR ? "s3" : "half,s1", ",", -1);
	way->nr_parts = g_strv_length(way->shapes);
}

/* Foretold with both ways, or with ones for other texts. */
static void foretold_make(struct foretold *foretold, bool is_other)
{
	foretold->shapes = g_memdup2(shapes, sizeof(shapes));
	foretold->ways = g_new0(struct foretold_way, 2);
	foretold->nr_ways = 2;
	way_make(&foretold->ways[0], 1, 1, REWRITE_BY_KIND, is_other ? FIRST "|x" : FIRST "|" THEN);
	way_make(&foretold->ways[1], 2, 2, REWRITE_SPLIT_NR, is_other ? "x" : ONE);
}

/* "index+nr sql after" of each step. */
static char *list(const struct steps *steps)
{
	GString *out = g_string_new(steps->before == NULL ? "?" : steps->before);

	for (size_t i = 0; i < steps->nr; i++) {
		const struct step *step = &steps->steps[i];

		g_string_append_printf(out, "; %zu+%zu %s %s", step->index, step->nr,
				       step->sql == NULL ? "-" : step->sql,
				       step->after == NULL ? "?" : step->after);
	}
	return g_string_free(out, FALSE);
}

/* clang-format off */
static const struct {
	size_t done; bool halfway; bool splits; bool merges; bool is_other;
	const char *steps;
} rows[] = {
	{ 0, false, true, true, false,
	  "s0; 0+1 - s0; 1+0 " FIRST " half; 1+1 " THEN " s1; 2+2 " ONE " s3" },
	{ 0, false, false, false, false, "s0; 0+1 - s0; 1+1 - s1; 2+1 - s2; 3+1 - s3" },
	{ 0, false, true, false, false,
	  "s0; 0+1 - s0; 1+0 " FIRST " half; 1+1 " THEN " s1; 2+1 - s2; 3+1 - s3" },
	{ 0, false, true, true, true, "s0; 0+1 - s0; 1+1 - s1; 2+1 - s2; 3+1 - s3" },
	{ 1, true, true, true, false, "half; 1+1 " THEN " s1; 2+2 " ONE " s3" },
	{ 1, true, false, false, false, "half; 1+1 " THEN " s1; 2+1 - s2; 3+1 - s3" },
	{ 1, true, true, true, true, "?; 1+1 " THEN " ?; 2+1 - s2; 3+1 - s3" },
	{ 3, false, true, true, false, "s2; 3+1 - s3" }, /* in the middle of what would be merged */
	{ 4, false, true, true, false, "s3" },
};

/* clang-format on */

static void each_text_that_is_left_is_a_step(void **state)
{
	static const char *const first[] = { FIRST };
	struct release *release = file();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct halfway halfway = { 0 };
		SCOPED(foretold) foretold = { 0 };
		SCOPED(steps) steps = { 0 };
		const struct steps_from from = {
			.migration = &release->migrations[0],
			.foretold = &foretold,
			.done = rows[i].done,
			.halfway = &halfway,
			.splits = rows[i].splits,
			.merges = rows[i].merges,
		};
		g_autofree char *got = NULL;

		foretold_make(&foretold, rows[i].is_other);
		if (rows[i].halfway) {
			halfway_set(&halfway, REWRITE_BY_KIND, first, 1);
		}
		assert_true(steps_make(&steps, &from));
		got = list(&steps);
		if (strcmp(got, rows[i].steps) != 0) {
			fail_msg("row %zu: %s", i, got);
		}
	}
	release_unref(release);
}

static void a_part_says_where_the_file_stands_behind_it(void **state)
{
	static const char *const first[] = { FIRST };
	static const struct halfway none = { 0 };
	struct release *release = file();
	SCOPED(foretold) foretold = { 0 };
	SCOPED(steps) steps = { 0 };
	struct halfway want;
	const struct steps_from from = {
		.migration = &release->migrations[0],
		.foretold = &foretold,
		.halfway = &none,
		.splits = true,
		.merges = true,
	};
	g_autofree char *split = NULL;
	g_autofree char *merged = NULL;

	(void)state;
	foretold_make(&foretold, false);
	halfway_set(&want, REWRITE_BY_KIND, first, 1);
	assert_true(steps_make(&steps, &from));
	assert_int_equal(steps.steps[1].then.parts, 1);
	assert_string_equal(steps.steps[1].then.digest, want.digest);
	assert_int_equal(steps.steps[2].then.parts, 0);
	split = steps_say(&steps, 1, from.migration);
	merged = steps_say(&steps, 3, from.migration);
	assert_string_equal(split,
			    "0001_a.sql: statement 2 rewritten as 2 statements: " FIRST "; " THEN);
	assert_string_equal(merged, "0001_a.sql: statements 3 to 4 rewritten as 1 statement: " ONE);
	assert_null(steps_say(&steps, 0, from.migration));
	assert_null(steps_say(&steps, 2, from.migration));
	release_unref(release);
}

static void what_was_mended_goes_on_behind_its_part_or_not_at_all(void **state)
{
	static const char *const first[] = { FIRST };
	static const char *const texts[] = { FIRST ";", "ALTER TABLE t ADD b int;" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct release *release = kit_release("0001_a.sql", texts[i], NULL);
		SCOPED(foretold) foretold = { 0 };
		SCOPED(steps) steps = { 0 };
		struct halfway halfway;
		const struct steps_from from = { .migration = &release->migrations[0],
						 .foretold = &foretold,
						 .halfway = &halfway };

		halfway_set(&halfway, REWRITE_BY_KIND, first, 1);
		assert_int_equal(steps_make(&steps, &from), i == 0);
		if (i == 0) { /* nothing of it is left */
			assert_int_equal(steps.nr, 1);
			assert_string_equal(steps.steps[0].sql, "do 0");
			assert_int_equal(steps.steps[0].nr, 1);
		}
		release_unref(release);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_that_is_left_is_a_step),
		cmocka_unit_test(a_part_says_where_the_file_stands_behind_it),
		cmocka_unit_test(what_was_mended_goes_on_behind_its_part_or_not_at_all),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
