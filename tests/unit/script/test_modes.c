#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "lex.h"
#include "modes.h"

#define ANSI LEX_ANSI_QUOTES
#define BACK LEX_NO_BACKSLASH_ESCAPES

/* clang-format off */
static const struct {
	const char *value; unsigned want;
} values[] = {
	/* sql_mode                              modes */
	{ "",                                    0 },
	{ "ANSI_QUOTES",                         ANSI },
	{ "STRICT_ALL_TABLES,ansi_quotes",       ANSI },
	{ "ANSI,NO_BACKSLASH_ESCAPES",           ANSI | BACK },
	{ "'ORACLE'",                            ANSI },
	{ "NO_BACKSLASH_ESCAPES_X",              0 },
};

static const struct {
	unsigned modes; unsigned first; const char *text; unsigned want;
} rows[] = {
	/* before  first  statement                                                     after */
	{ 0,       0,     "SET sql_mode='ANSI_QUOTES'",                                 ANSI },
	{ ANSI,    0,     "SET sql_mode=''",                                            0 },
	{ ANSI,    0,     "SET @a = 1, names = 'x'",                                    ANSI },
	{ ANSI,    0,     "SET SESSION sql_mode := CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')", ANSI | BACK },
	{ ANSI,    0,     "SET sql_mode = REPLACE(@@sql_mode, 'ANSI_QUOTES', '')",      0 },
	{ 0,       0,     "SET @@sql_mode = ANSI_QUOTES",                               ANSI },
	{ 0,       0,     "SET @@session.sql_mode = 'ANSI'",                            ANSI },
	{ 0,       BACK,  "SET sql_mode = DEFAULT",                                     BACK },
	{ ANSI,    BACK,  "SET sql_mode = @old",                                        BACK },
	{ 0,       0,     "SET @old = @@sql_mode, sql_mode = 'ANSI_QUOTES', @b = 'x'",  ANSI },
	{ 0,       0,     "/*!40101 SET sql_mode='ANSI_QUOTES' */",                     ANSI },
};

/* clang-format on */

static void knows_what_a_value_switches_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		assert_int_equal(modes_of(values[i].value, strlen(values[i].value)),
				 values[i].want);
	}
}

static void follows_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unsigned got = modes_follow(rows[i].modes, rows[i].first, rows[i].text,
					    strlen(rows[i].text));

		if (got != rows[i].want) {
			fail_msg("%s: %u", rows[i].text, got);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_a_value_switches_on),
		cmocka_unit_test(follows_set),
	};

	return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
