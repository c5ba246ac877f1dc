#include "chain.h"
#include "ladder.h"
#include "shape_made.h"

static const struct made before[] = {
	{ "table users", "", "", false },
	{ "table users", "column id", "int", false },
	{ "table users", "columns", "(id)", true },
};

static const struct made middle[] = {
	{ "table users", "", "", false },
	{ "table users", "column id", "int", false },
	{ "table users", "column x", "int comment 'a\tb\n'", false },
	{ "table users", "columns", "(id, x)", true },
};

static const struct made last[] = {
	{ "table users", "", "", false },
	{ "table users", "column id", "bigint", false },
	{ "table users", "column x", "int comment 'a\tb\n'", false },
	{ "table users", "columns", "(id, x)", true },
};

static void add(struct chain *chain, const char *version, size_t number, const struct shape *from,
		const struct shape *to, const char *note)
{
	g_autofree char *name = g_strdup(version);
	g_autofree char *delta = shape_delta(from, to);
	g_autofree char *noted = g_strdup(note);
	struct chain_step step = { .version = name,
				   .number = number,
				   .delta = delta,
				   .note = noted };
	g_autofree char *table = g_strdup("us\ters");

	if (strcmp(version, "0002") == 0) {
		step.table = table;
		step.way = ladder_names[LADDER_COPY];
		step.rebuilds = true;
	}

	g_strlcpy(step.fingerprint, to->fingerprint, sizeof(step.fingerprint));
	chain_add(chain, &step);
}

struct shapes {
	struct shape at[3];
};

/* 0001: a statement of no effect, a column; 0002: a type. */
static void make(struct chain *chain, struct shapes *shapes)
{
	made_shape(&shapes->at[0], before, G_N_ELEMENTS(before));
	made_shape(&shapes->at[1], middle, G_N_ELEMENTS(middle));
	made_shape(&shapes->at[2], last, G_N_ELEMENTS(last));
	made_shape(&chain->start, before, G_N_ELEMENTS(before));
	add(chain, "0001", 1, &shapes->at[0], &shapes->at[0], "not run\ton the copy");
	add(chain, "0001", 2, &shapes->at[0], &shapes->at[1], NULL);
	add(chain, "0002", 1, &shapes->at[1], &shapes->at[2], NULL);
	chain->steps[1].kind = TASK_KIND_INSTANT;
	chain->steps[2].kind = TASK_KIND_REBUILD;
	chain->unlike = g_strdup("view v: gone");
	chain->failure = (struct chain_failure){
		.version = g_strdup("0003"),
		.number = 2,
		.native = 1064,
		.message = g_strdup("0003_c.sql:4 statement 2 of 2: \"nonsense\""),
	};
}

static void shapes_release(struct shapes *shapes)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes->at); i++) {
		shape_release(&shapes->at[i]);
	}
}

static void assert_shape(const struct chain *chain, size_t nr, const struct shape *want)
{
	SCOPED(shape) shape = { 0 };
	SCOPED(shape_diff) diff = { 0 };
	struct err err = { 0 };

	assert_int_equal(chain_shape(chain, nr, &shape, &err), 0);
	shape_diff_make(&diff, &shape, want);
	assert_int_equal(diff.nr, 0);
	assert_string_equal(shape.fingerprint, want->fingerprint);
}

static void check(const struct chain *chain, const struct shapes *shapes)
{
	g_autofree const char **first = chain_fingerprints(chain, "0001", 2);
	g_autofree const char **second = chain_fingerprints(chain, "0002", 2);

	assert_int_equal(chain->nr, 3);
	assert_string_equal(first[0], shapes->at[0].fingerprint);
	assert_string_equal(first[1], shapes->at[0].fingerprint);
	assert_string_equal(first[2], shapes->at[1].fingerprint);
	assert_string_equal(second[0], shapes->at[1].fingerprint);
	assert_string_equal(second[1], shapes->at[2].fingerprint);
	assert_null(second[2]);
	assert_null(chain_fingerprints(chain, "0003", 1));
	assert_string_equal(chain_find(chain, "0001", 1)->note, "not run\ton the copy");
	assert_null(chain_find(chain, "0001", 2)->note);
	assert_null(chain_find(chain, "0001", 3));
	assert_int_equal(chain->steps[0].kind, TASK_KIND_UNKNOWN);
	assert_int_equal(chain->steps[1].kind, TASK_KIND_INSTANT);
	assert_int_equal(chain->steps[2].kind, TASK_KIND_REBUILD);
	assert_shape(chain, 0, &shapes->at[0]);
	assert_shape(chain, 2, &shapes->at[1]);
	assert_shape(chain, 3, &shapes->at[2]);
	assert_null(chain->steps[1].way);
	assert_null(chain->steps[1].table);
	assert_ptr_equal(chain->steps[2].way, ladder_names[LADDER_COPY]);
	assert_string_equal(chain->steps[2].table, "us\ters");
	assert_true(chain->steps[2].rebuilds);
	assert_string_equal(chain->unlike, "view v: gone");
	assert_string_equal(chain->failure.version, "0003");
	assert_int_equal(chain->failure.number, 2);
	assert_int_equal(chain->failure.native, 1064);
	assert_string_equal(chain->failure.message, "0003_c.sql:4 statement 2 of 2: \"nonsense\"");
}

static void every_step_has_its_shape(void **state)
{
	struct shapes shapes = { 0 };
	SCOPED(chain) chain = { 0 };

	(void)state;
	make(&chain, &shapes);
	check(&chain, &shapes);
	shapes_release(&shapes);
}

static void what_is_written_is_read_again(void **state)
{
	struct shapes shapes = { 0 };
	SCOPED(chain) chain = { 0 };
	SCOPED(chain) again = { 0 };
	g_autofree char *text = NULL;
	struct err err = { 0 };

	(void)state;
	make(&chain, &shapes);
	text = chain_write(&chain);
	assert_int_equal(chain_parse(&again, text, &err), 0);
	check(&again, &shapes);
	shapes_release(&shapes);
}

static void a_damaged_text_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"chain 2\n",
		"chain 1",
		"chain 1\nnonsense\n",
		"chain 1\n+=a\tb\tc\n",
		"chain 1\nnote\tx\n",
		"chain 1\nway\tcopy\tt\t1\n",
		"chain 1\nstep\t0001\t1\tshort\n",
		"chain 1\nunlike\ta\nunlike\tb\n",
		"chain 1\nkind\tinstant\n",
		"chain 1\n=a\tb\n",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		SCOPED(chain) chain = { 0 };
		struct err err = { 0 };

		assert_int_equal(chain_parse(&chain, texts[i], &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(chain.nr, 0);
	}
}

static void what_is_rewritten_comes_back_from_its_text(void **state)
{
	struct chain chain = { 0 };
	struct shapes shapes = { 0 };
	char *parts[] = { shapes.at[0].fingerprint, shapes.at[1].fingerprint, NULL };
	char *merged[] = { shapes.at[2].fingerprint, NULL };
	char instant[] = "instant";
	char nocopy[] = "nocopy";
	char *ways[] = { instant, nocopy, NULL };
	char version[] = "00\t01";
	struct chain_rewrite rewrite = { .version = version,
					 .number = 2,
					 .nr = 1,
					 .how = REWRITE_BY_CLAUSE,
					 .shapes = parts,
					 .ways = ways };
	g_autofree char *text = NULL;
	g_autofree char *again = NULL;
	SCOPED(chain) back = { 0 };
	struct err err;

	(void)state;
	make(&chain, &shapes);
	g_strlcpy(rewrite.digest, "0123456789abcdef", sizeof(rewrite.digest));
	chain_rewrite_add(&chain, &rewrite);
	rewrite.how = REWRITE_SPLIT_NR;
	rewrite.number = 3;
	rewrite.nr = 4;
	rewrite.shapes = merged;
	rewrite.ways = NULL; /* as those say it that were stored before */
	chain_rewrite_add(&chain, &rewrite);
	text = chain_write(&chain);
	assert_int_equal(chain_parse(&back, text, &err), 0);
	again = chain_write(&back);
	assert_string_equal(again, text);
	assert_int_equal(back.nr_rewrites, 2);
	assert_string_equal(back.rewrites[0].version, version);
	assert_int_equal(back.rewrites[0].how, REWRITE_BY_CLAUSE);
	assert_string_equal(back.rewrites[0].digest, "0123456789abcdef");
	assert_string_equal(back.rewrites[0].shapes[1], shapes.at[1].fingerprint);
	assert_int_equal(back.rewrites[1].how, REWRITE_SPLIT_NR);
	assert_int_equal(back.rewrites[1].number, 3);
	assert_int_equal(back.rewrites[1].nr, 4);
	assert_string_equal(chain_rewrite_way(&back, version, 2, 1), "nocopy");
	assert_null(chain_rewrite_way(&back, version, 2, 2));
	assert_null(chain_rewrite_way(&back, version, 3, 0));
	chain_release(&chain);
	shapes_release(&shapes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_rewritten_comes_back_from_its_text),
		cmocka_unit_test(every_step_has_its_shape),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(a_damaged_text_is_refused),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
