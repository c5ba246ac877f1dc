#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "chain.h"
#include "foretold.h"
#include "history.h"
#include "release.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* A row carries from where it was taken up; what is said there is what was known then. */
static const struct {
	const char *shapes[4];
	size_t done;
	const char *text;
	const char *again[4];
} carried[] = {
	{ { A, A, B, C }, 0, "0 " A " = " B " " C, { A, A, B, C } },
	{ { A, A, B, C }, 2, "2 " B " " C, { NULL, NULL, B, C } },
	{ { A, B, NULL, NULL }, 0, "0 " A " " B " - -", { A, B, NULL, NULL } },
	{ { A, B, C, C }, 3, "3 " C, { NULL, NULL, NULL, C } },
	{ { NULL, B, C, C }, 0, "", { NULL } },
	{ { A, B, A, B }, 0, "0 " A " " B " !" A " !" B, { A, B, A, B } },
	{ { A, B, B, A }, 2, "2 " B " !" A, { NULL, NULL, B, A } },
};

static void a_row_carries_what_was_known_when_it_was_taken_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(carried); i++) {
		const char *shapes[4];
		const struct foretold known = { .shapes = shapes };
		g_autofree char *text = NULL;
		struct history_row row = { 0 };
		SCOPED(foretold) foretold = { 0 };

		memcpy(shapes, carried[i].shapes, sizeof(shapes));
		text = foretold_write(&known, carried[i].done, 3);
		row.chain = text;
		assert_string_equal(text, carried[i].text);
		foretold_by_row(&foretold, &row, 3);
		if (*text == '\0') {
			assert_null(foretold.shapes);
			continue;
		}
		for (size_t k = 0; k < 4; k++) {
			assert_int_equal(g_strcmp0(foretold.shapes[k], carried[i].again[k]), 0);
		}
		for (size_t k = carried[i].done; k < 3; k++) {
			assert_int_equal(foretold.counted[k], foretold_comes_back(&known, k));
		}
	}
}

static void what_is_of_no_use_is_not_carried(void **state)
{
	g_autofree const char **many = g_new0(const char *, 1000);
	const struct foretold unknown = { 0 };
	const struct foretold known = { .shapes = many };
	g_autofree char *none = foretold_write(&unknown, 0, 3);
	g_autofree char *long_one = NULL;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		many[i] = i % 2 == 0 ? A : B;
	}
	long_one = foretold_write(&known, 0, 999);
	assert_string_equal(none, "");
	assert_string_equal(long_one, "");
}

/* "0 A kind:DIGEST:B,C =": a statement that is run in two parts, one that changes nothing. */
static void a_row_carries_the_parts_of_a_statement(void **state)
{
	static const char text[] = "0 " A " kind:0123456789abcdef:" B "," C " = -";
	g_autofree char *carried_text = g_strconcat(text, "\nhalfway 1 1 kind 00", NULL);
	struct history_row row = { .chain = carried_text };
	SCOPED(foretold) foretold = { 0 };
	const struct foretold_way *way;
	g_autofree char *again = NULL;

	(void)state;
	foretold_by_row(&foretold, &row, 3);
	assert_non_null(foretold.shapes);
	assert_string_equal(foretold.shapes[1], C);
	assert_string_equal(foretold.shapes[2], C);
	assert_null(foretold.shapes[3]);
	way = foretold_way_at(&foretold, 0);
	assert_non_null(way);
	assert_int_equal(way->how, REWRITE_BY_KIND);
	assert_int_equal(way->nr, 1);
	assert_string_equal(way->digest, "0123456789abcdef");
	assert_string_equal(foretold_part(way, 0), B);
	assert_string_equal(foretold_part(way, 1), C);
	assert_null(foretold_part(way, 2));
	assert_null(foretold_way_at(&foretold, 1));
	again = foretold_write(&foretold, 0, 3);
	assert_string_equal(again, text);
}

static void parts_that_cannot_be_understood_are_not_known(void **state)
{
	static const char *const words[] = { "kind:0123456789abcdef:", "word:0123456789abcdef:" B,
					     "kind:0123:" B, "kind:" B, "kind:0123456789abcdef:-" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *text = g_strconcat("0 " A " ", words[i], " " C " " C, NULL);
		struct history_row row = { .chain = text };
		SCOPED(foretold) foretold = { 0 };

		foretold_by_row(&foretold, &row, 3);
		assert_null(foretold.shapes[1]);
		assert_string_equal(foretold.shapes[2], C);
	}
}

static void a_text_that_does_not_fit_the_file_says_nothing(void **state)
{
	static const char *const texts[] = {
		NULL, "", "0", "0 " A, "x " A " " B, "9 " A " " B, "0 " A " =", "-1 " A " = = ="
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = g_strdup(texts[i]);
		struct history_row row = { .chain = text };
		SCOPED(foretold) foretold = { 0 };

		foretold_by_row(&foretold, &row, 3);
		assert_null(foretold.shapes);
	}
}

/* ---- the chain ------------------------------------------------------------------------ */

static void add(struct chain *chain, size_t number, const char *fingerprint)
{
	char version[] = "0001";
	struct chain_step step = { .version = version, .number = number };

	g_strlcpy(step.fingerprint, fingerprint, sizeof(step.fingerprint));
	chain_add(chain, &step);
}

/* From behind statement from of three: A, then B, then C. */
static void make(struct chain *chain, size_t from)
{
	static const char *const shapes[] = { A, B, C, C };

	g_strlcpy(chain->start.fingerprint, shapes[from], sizeof(chain->start.fingerprint));
	for (size_t k = from + 1; k <= 3; k++) {
		add(chain, k, shapes[k]);
	}
}

static const struct {
	size_t from;
	bool has_row;
	size_t done;
	enum history_flight flight;
	const char *before;
	bool says;
} rows[] = {
	/* a file that has not begun begins with the chain, and not in its middle */
	{ 0, false, 0, HISTORY_LANDED, "", true },
	{ 0, true, 0, HISTORY_LANDED, B, true },
	{ 1, false, 0, HISTORY_LANDED, "", false },
	{ 1, true, 0, HISTORY_LANDED, A, false },
	/* one that has begun did so from the same schema */
	{ 0, true, 1, HISTORY_LANDED, A, true },
	{ 0, true, 1, HISTORY_LANDED, B, false },
	{ 0, true, 0, HISTORY_VISIBLE, A, true },
	{ 0, true, 0, HISTORY_VISIBLE, B, false },
	/* or the chain was made of what it is now, when nothing ran */
	{ 1, true, 1, HISTORY_LANDED, B, true },
	{ 1, true, 2, HISTORY_LANDED, B, true },
	{ 2, true, 1, HISTORY_LANDED, B, false },
	{ 1, true, 1, HISTORY_VISIBLE, B, false },
	/* a file that has become shorter */
	{ 0, true, 4, HISTORY_LANDED, A, false },
};

static void a_chain_counts_only_for_what_it_was_made_of(void **state)
{
	char version[] = "0001";
	struct migration migration = { .version = version };

	(void)state;
	migration.up.nr = 3;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *before = g_strdup(rows[i].before);
		struct history_row row = { .fingerprint = before,
					   .done = rows[i].done,
					   .in_flight = rows[i].flight };
		SCOPED(foretold) foretold = { 0 };
		SCOPED(chain) chain = { 0 };

		make(&chain, rows[i].from);
		foretold_by_chain(&foretold, &chain, &migration, rows[i].has_row ? &row : NULL);
		if ((foretold.shapes != NULL) != rows[i].says) {
			fail_msg("case %zu", i);
		}
	}
}

static void without_a_chain_nothing_is_foretold(void **state)
{
	char version[] = "0001";
	struct migration migration = { .version = version };
	SCOPED(foretold) foretold = { 0 };

	(void)state;
	foretold_by_chain(&foretold, NULL, &migration, NULL);
	assert_null(foretold.shapes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_carries_what_was_known_when_it_was_taken_up),
		cmocka_unit_test(what_is_of_no_use_is_not_carried),
		cmocka_unit_test(a_row_carries_the_parts_of_a_statement),
		cmocka_unit_test(parts_that_cannot_be_understood_are_not_known),
		cmocka_unit_test(a_text_that_does_not_fit_the_file_says_nothing),
		cmocka_unit_test(a_chain_counts_only_for_what_it_was_made_of),
		cmocka_unit_test(without_a_chain_nothing_is_foretold),
	};

	return cmocka_run_group_tests_name("foretold", tests, NULL, NULL);
}
