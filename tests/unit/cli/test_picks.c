#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "picks.h"

static char *folder;

static int setup(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("picks-XXXXXX", NULL);
	assert_non_null(folder);
	assert_int_equal(g_chdir(folder), 0);
	assert_true(
		g_file_set_contents("names", "acme # the first\n\n  be'ta\n#gone\na*\n", -1, NULL));
	assert_true(g_file_set_contents("marked",
					"\xef\xbb\xbf"
					"a#1\r\nb#2#\t# not c\r\n",
					-1, NULL));
	assert_true(g_file_set_contents("empty", "# nobody\n", -1, NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)g_unlink("names");
	(void)g_unlink("marked");
	(void)g_unlink("empty");
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

/* clang-format off */
static const struct { const char *text; const char *want; } expanded[] = {
	{ "region=eu,tier!=gold",      "region=eu,tier!=gold" },
	{ "",                          "" },
	{ "@names",                    "name in (acme,'be''ta','a*')" },
	{ "region=eu, @names ,!x",     "region=eu,name in (acme,'be''ta','a*'),!x" },
	{ "@marked",                   "name in (a#1,b#2#)" },
	{ "tier in (a,@names)",        "tier in (a,@names)" },	/* a value, not a term */
	{ "name='a,@names'",           "name='a,@names'" },
	{ "mail=a@names",              "mail=a@names" },
};

static const struct { const char *text; const char *msg; } refused[] = {
	{ "@empty",    "empty: no name in it" },
	{ "@missing",  "cannot read missing: No such file or directory" },
	{ "@/",        "cannot read /: Is a directory" },
};

/* clang-format on */

static void a_file_stands_for_the_names_in_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(expanded); i++) {
		g_autofree char *selector = NULL;
		struct err err = { 0 };

		assert_int_equal(picks_expand(&selector, expanded[i].text, &err), 0);
		assert_string_equal(selector, expanded[i].want);
	}
}

static void a_file_without_names_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		char *selector = NULL;
		struct err err = { 0 };

		assert_int_equal(picks_expand(&selector, refused[i].text, &err), -1);
		assert_string_equal(err.msg, refused[i].msg);
		assert_null(selector);
	}
}

static void words_are_names_and_globs_stay_globs(void **state)
{
	g_auto(GStrv) words = g_strsplit("acme;eu-*;odd name;@at", ";", -1);
	g_autofree char *selector = picks_of_words(words, g_strv_length(words));

	(void)state;
	assert_string_equal(selector, "acme,eu-*,'odd name','@at'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_stands_for_the_names_in_it),
		cmocka_unit_test(a_file_without_names_is_refused),
		cmocka_unit_test(words_are_names_and_globs_stay_globs),
	};

	return cmocka_run_group_tests_name("picks", tests, setup, teardown);
}
