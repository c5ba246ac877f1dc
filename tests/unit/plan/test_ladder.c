#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "ladder.h"

static const struct ladder_server m10 = { true, 101119 };
static const struct ladder_server m11 = { true, 110806 };
static const struct ladder_server my8 = { false, 80400 };
static const struct ladder_server my9 = { false, 90704 };

static void assert_asks(enum ladder_rung rung, const struct ladder_server *server,
			const char *algorithm, const char *lock)
{
	struct ladder_ask ask = ladder_ask(rung, server);

	assert_int_equal(g_strcmp0(ask.algorithm, algorithm), 0);
	assert_int_equal(g_strcmp0(ask.lock, lock), 0);
}

static void each_server_has_its_rungs(void **state)
{
	(void)state;
	assert_asks(LADDER_INSTANT, &m10, "INSTANT", "NONE");
	assert_asks(LADDER_INSTANT, &my9, "INSTANT", NULL);
	assert_asks(LADDER_NOCOPY, &m10, "NOCOPY", "NONE");
	assert_asks(LADDER_NOCOPY, &my9, NULL, NULL);
	assert_asks(LADDER_COPY_ONLINE, &m10, NULL, NULL);
	assert_asks(LADDER_COPY_ONLINE, &m11, "COPY", "NONE");
	assert_asks(LADDER_COPY_ONLINE, &my9, NULL, NULL);
	for (int rung = 0; rung < LADDER_NR; rung++) {
		assert_non_null(ladder_names[rung]);
	}
}

/* A rung asks for LOCK=SHARED exactly when writes wait. */
static void what_blocks_writes_says_so(void **state)
{
	(void)state;
	for (int rung = 0; rung < LADDER_NR; rung++) {
		struct ladder_ask ask = ladder_ask((enum ladder_rung)rung, &m11);

		assert_int_equal(g_strcmp0(ask.lock, "SHARED") == 0,
				 ladder_blocks_writes((enum ladder_rung)rung));
	}
}

static void an_answer_means_take_it_or_go_on_or_give_up(void **state)
{
	/* clang-format off */
	static const struct {
		int native; const struct ladder_server *server; enum ladder_answer answer;
	} rows[] = {
		{ 0,    &m10, LADDER_TAKEN },
		{ 1845, &m10, LADDER_NEXT },
		{ 1846, &my9, LADDER_NEXT },
		{ 1221, &my9, LADDER_NEXT },
		{ 4092, &my9, LADDER_NEXT },
		{ 4092, &m11, LADDER_WRONG },	/* an unknown view */
		{ 1060, &m10, LADDER_WRONG },
		{ 1118, &my9, LADDER_WRONG },
		{ 4119, &m10, LADDER_WRONG },	/* system versioned: no rung is taken */
	};

	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_int_equal(ladder_judge(rows[i].native, rows[i].server), rows[i].answer);
	}
}

static void the_real_table_may_need_more_than_its_copy(void **state)
{
	/* clang-format off */
	static const struct {
		struct ladder_facts facts; const struct ladder_server *server;
		enum ladder_rung copy; enum ladder_rung real;
	} rows[] = {
		{ { .columns = true },                           &m10, LADDER_INSTANT, LADDER_INSTANT },
		{ { .columns = true, .hidden_fulltext = true },  &m10, LADDER_INSTANT, LADDER_INPLACE },
		{ { .columns = true, .hidden_fulltext = true },  &my9, LADDER_INSTANT, LADDER_INPLACE },
		{ { .hidden_fulltext = true },                   &my9, LADDER_INSTANT, LADDER_INSTANT },
		{ { .columns = true, .row_versions = 249 },      &my9, LADDER_INSTANT, LADDER_INSTANT },
		{ { .columns = true, .row_versions = 250 },      &my9, LADDER_INSTANT, LADDER_INPLACE },
		{ { .columns = true, .row_versions = 60 },       &my8, LADDER_INSTANT, LADDER_INPLACE },
		{ { .columns = true, .row_versions = 300 },      &m11, LADDER_INSTANT, LADDER_INSTANT },
		{ { .cascades = true },                          &m11, LADDER_COPY_ONLINE, LADDER_COPY },
		{ { .cascades = true },                          &m11, LADDER_INPLACE, LADDER_INPLACE },
		{ { .columns = true, .hidden_fulltext = true },  &m11, LADDER_COPY, LADDER_COPY },
	};

	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_int_equal(ladder_correct(rows[i].copy, &rows[i].facts, rows[i].server),
				 rows[i].real);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_server_has_its_rungs),
		cmocka_unit_test(what_blocks_writes_says_so),
		cmocka_unit_test(an_answer_means_take_it_or_go_on_or_give_up),
		cmocka_unit_test(the_real_table_may_need_more_than_its_copy),
	};

	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
