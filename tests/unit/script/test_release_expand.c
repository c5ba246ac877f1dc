#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"

/* clang-format off */
static const struct {
	const char *sql; const char *want;
} expansions[] = {
	/* statement                                      for the schema a`b'c */
	{ "SELECT * FROM {SCHEMA}.t",                     "SELECT * FROM `a``b'c`.t" },
	{ "SELECT * FROM `{SCHEMA}`.t",                   "SELECT * FROM `a``b'c`.t" },
	{ "SELECT '{SCHEMA}', \"x{SCHEMA}\"",             "SELECT 'a`b''c', \"xa`b'c\"" },
	{ "SELECT 1 /* {SCHEMA} */ -- {SCHEMA}",          "SELECT 1 /* {SCHEMA} */ -- {SCHEMA}" },
	{ "SELECT {schema}",                              "SELECT {schema}" },
};

/* clang-format on */

static void puts_the_schema_name_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(expansions); i++) {
		g_autofree char *got = release_expand_sql(expansions[i].sql, "a`b'c");

		assert_string_equal(got, expansions[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_the_schema_name_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
