#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "lex.h"

#define MANY 12

/* clang-format off */
static const struct {
	const char *text; unsigned modes; const char *delimiter; const char *want;
} rows[] = {
	/* text                     modes                     delimiter  kinds: see letters below */
	{ "SELECT a, 'b'",          0,                        NULL,      "WSWPSs" },
	{ "`a``b` \"c\"",           0,                        NULL,      "NSs" },
	{ "\"a\\\"",                LEX_ANSI_QUOTES,          NULL,      "N" },
	{ "'a\\'",                  LEX_NO_BACKSLASH_ESCAPES, NULL,      "s" },
	{ "'a\\'",                  0,                        NULL,      "q" },
	{ "'a''b'",                 0,                        NULL,      "s" },
	{ "`a",                     0,                        NULL,      "q" },
	{ "a -- b\nc",              0,                        NULL,      "WSlSW" },
	{ "5--1",                   0,                        NULL,      "WPPW" },
	{ "--",                     0,                        NULL,      "l" },
	{ "# a",                    0,                        NULL,      "l" },
	{ "/* a */b/**/",           0,                        NULL,      "CWC" },
	{ "/*/ a",                  0,                        NULL,      "o" },
	{ "/*+ a */",               0,                        NULL,      "C" },
	{ "/*!50000 a /* b */*/",   0,                        NULL,      "vSWSCV" },
	{ "/*M!1 a*/ */",           0,                        NULL,      "vSWVSPP" },
	{ "@a @@b @`c` @'d' @",     0,                        NULL,      "ASASNSsSA" },
	{ "a:=1",                   0,                        NULL,      "WPW" },
	{ "{SCHEMA}.{a}",           0,                        NULL,      "HPPWP" },
	{ "\\N \\g",                0,                        NULL,      "WSB" },
	{ "a;b",                    0,                        ";",       "WDW" },
	{ "END$$",                  0,                        "$$",      "WD" },
	{ "a go gone",              0,                        "go",      "WSDSXW" },
	{ "ago",                    0,                        "go",      "X" },
	{ "';' /*;*/ -- ;",         0,                        ";",       "sSCSl" },
	{ "\303\251a",              0,                        NULL,      "W" },
	{ "",                       0,                        NULL,      "" },
};

static const char letters[] = {
	[LEX_SPACE] = 'S', [LEX_WORD] = 'W', [LEX_NAME] = 'N', [LEX_STRING] = 's',
	[LEX_VARIABLE] = 'A', [LEX_PUNCT] = 'P', [LEX_SCHEMA] = 'H', [LEX_LINE_COMMENT] = 'l',
	[LEX_COMMENT] = 'C', [LEX_VERSION_OPEN] = 'v', [LEX_VERSION_CLOSE] = 'V',
	[LEX_BACKSLASH] = 'B', [LEX_DELIMITER] = 'D', [LEX_CUT_WORD] = 'X',
	[LEX_OPEN_QUOTE] = 'q', [LEX_OPEN_COMMENT] = 'o',
};

/* clang-format on */

static void cuts_text_into_tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct lex lex = { .text = rows[i].text,
				   .len = strlen(rows[i].text),
				   .modes = rows[i].modes,
				   .delimiter = rows[i].delimiter };
		char got[MANY + 1] = { 0 };
		struct lex_token token;
		size_t at = 0;

		lex.delimiter_len = lex.delimiter == NULL ? 0 : strlen(lex.delimiter);
		for (size_t n = 0; n < MANY && lex_next(&lex, &token) != LEX_END; n++) {
			got[n] = letters[token.kind];
			assert_int_equal(token.at, at); /* no byte is lost */
			assert_true(token.len > 0);
			at += token.len;
		}
		assert_string_equal(got, rows[i].want);
		assert_int_equal(at, lex.len);
		assert_int_equal(lex_next(&lex, &token), LEX_END);
	}
}

static void compares_words_without_case(void **state)
{
	static const char *const words[] = { "FROM", "INTO", NULL };
	struct lex lex = { .text = "from `from`", .len = 11 };
	struct lex_token token;

	(void)state;
	lex_next_code(&lex, &token);
	assert_true(lex_is_word(&lex, &token, "FROM"));
	assert_false(lex_is_word(&lex, &token, "FROMS"));
	assert_true(lex_is_one_of(&lex, &token, words));
	lex_next_code(&lex, &token);
	assert_false(lex_is_word(&lex, &token, "FROM"));
	assert_false(lex_is_one_of(&lex, &token, words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_text_into_tokens),
		cmocka_unit_test(compares_words_without_case),
	};

	return cmocka_run_group_tests_name("lex", tests, NULL, NULL);
}
