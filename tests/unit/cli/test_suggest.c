#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "suggest.h"

/* clang-format off */
static const struct { const char *a; const char *b; size_t want; } distances[] = {
	{ "",        "",         0 },
	{ "",        "list",     4 },
	{ "list",    "list",     0 },
	{ "lst",     "list",     1 },
	{ "listt",   "list",     1 },
	{ "lisd",    "list",     1 },
	{ "lsit",    "list",     1 }, /* two letters swapped are one error */
	{ "kitten",  "sitting",  3 },
};

static const struct { const char *wanted; const char *best; } meant[] = {
	{ "strat",    "start"   },
	{ "statr",    "start"   },
	{ "sta",      "start"   },
	{ "promtoe",  "promote" },
	{ "pausee",   "pause"   },
	{ "resum",    "resume"  },
	{ "xyzzy",    NULL      },
	{ "",         NULL      },
};

/* clang-format on */

static const char *const words[] = { "start", "show", "pause", "resume", "promote", "set" };

static void counts_typing_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(distances); i++) {
		assert_int_equal(suggest_distance(distances[i].a, distances[i].b),
				 distances[i].want);
		assert_int_equal(suggest_distance(distances[i].b, distances[i].a),
				 distances[i].want);
	}
}

static void finds_what_was_meant_or_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(meant); i++) {
		SCOPED(suggest) suggest = { .wanted = meant[i].wanted };

		for (size_t w = 0; w < G_N_ELEMENTS(words); w++) {
			suggest_offer(&suggest, words[w]);
		}
		if (meant[i].best == NULL) {
			assert_null(suggest.best);
		} else {
			assert_non_null(suggest.best);
			assert_string_equal(suggest.best, meant[i].best);
		}
	}
}

static void long_words_do_no_harm(void **state)
{
	g_autofree char *huge = g_strnfill(100000, 'a');
	SCOPED(suggest) suggest = { .wanted = huge };

	(void)state;
	suggest_offer(&suggest, "start");
	assert_null(suggest.best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_typing_errors),
		cmocka_unit_test(finds_what_was_meant_or_nothing),
		cmocka_unit_test(long_words_do_no_harm),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
