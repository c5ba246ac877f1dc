#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "settings.h"

/* clang-format off */
static const struct { const char *word; const char *want; } words[] = {
	{ "budget=5%",       "budget=5%" },
	{ "per-server=4",    "per_server=4" },
	{ "stall=30s",       "stall=30s" },
	{ "label.my-key=",   "label.my-key=" },
	{ "socket=/a=b",     "socket=/a=b" },
	{ "budget",          NULL },
	{ "=5",              NULL },
};

/* clang-format on */

static void words_become_the_daemons_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		struct err err = { 0 };
		g_autofree char *word = settings_word(words[i].word, &err);

		if (words[i].want == NULL) {
			assert_null(word);
			assert_int_equal(err.code, ERR_INVALID);
		} else {
			assert_string_equal(word, words[i].want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_the_daemons_keys),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
