#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "slurp.h"

static char *folder;

static int setup(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("slurp-XXXXXX", NULL);
	assert_non_null(folder);
	assert_int_equal(g_chdir(folder), 0);
	assert_true(g_file_set_contents("text", "one\ntwo\n", -1, NULL));
	assert_true(g_file_set_contents("zero", "a\0b", 3, NULL));
	assert_true(g_file_set_contents("empty", "", 0, NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)g_unlink("text");
	(void)g_unlink("zero");
	(void)g_unlink("empty");
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

/* clang-format off */
static const struct { const char *path; const char *text; const char *msg; } files[] = {
	{ "text",    "one\ntwo\n",  NULL },
	{ "empty",   "",            NULL },
	{ "zero",    NULL,          "zero holds a zero byte; it is not a text" },
	{ "missing", NULL,          "cannot read missing: No such file or directory" },
	{ ".",       NULL,          "cannot read .: Is a directory" },
};

/* clang-format on */

static void a_text_is_read_whole_or_refused_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *text = NULL;
		struct err err = { 0 };
		int got = slurp_file(&text, files[i].path, 1 << 20, &err);

		if (files[i].text != NULL) {
			assert_int_equal(got, 0);
			assert_string_equal(text, files[i].text);
		} else {
			assert_int_equal(got, -1);
			assert_string_equal(err.msg, files[i].msg);
			assert_null(text);
		}
	}
}

static void a_huge_file_is_not_read(void **state)
{
	g_autofree char *text = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(slurp_file(&text, "text", 3, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_read_whole_or_refused_in_words),
		cmocka_unit_test(a_huge_file_is_not_read),
	};

	return cmocka_run_group_tests_name("slurp", tests, setup, teardown);
}
