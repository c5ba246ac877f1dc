#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "folder.h"

static char *home;

static int setup(void **state)
{
	(void)state;
	home = g_dir_make_tmp("folder-XXXXXX", NULL);
	assert_non_null(home);
	assert_int_equal(g_chdir(home), 0);
	assert_int_equal(g_mkdir("good", 0700) | g_mkdir("bad", 0700) | g_mkdir("empty", 0700), 0);
	assert_true(g_file_set_contents("good/0001_a.sql", "CREATE TABLE a (i INT);\n", -1, NULL));
	assert_true(g_file_set_contents("good/0002_b.sql", "DO 1;\nDO 2;\n", -1, NULL));
	assert_true(g_file_set_contents("bad/0001_a.sql", "DO 1;\nINSERT 'abc", -1, NULL));
	return 0;
}

static int teardown(void **state)
{
	static const char *const gone[] = {
		"good/0001_a.sql", "good/0002_b.sql", "bad/0001_a.sql", "good", "bad", "empty"
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
		(void)g_remove(gone[i]);
	}
	(void)g_rmdir(home);
	g_free(home);
	return 0;
}

static void a_good_folder_is_a_request_and_a_table(void **state)
{
	SCOPED(folder) folder = { 0 };
	struct err err = { 0 };
	const struct wire_migration *migrations;
	const struct wire_release_file *files;

	(void)state;
	assert_int_equal(folder_read(&folder, "good", NULL, &err), 0);
	migrations = folder.info.migrations.items;
	files = folder.create.files.items;
	assert_string_equal(folder.create.name, "good");
	assert_int_equal(folder.info.migrations.nr, 2);
	assert_string_equal(folder.info.version, "0002");
	assert_string_equal(migrations[1].file, "0002_b.sql");
	assert_int_equal(migrations[1].statements, 2);
	assert_int_equal(folder.create.files.nr, 2);
	assert_string_equal(files[0].name, "0001_a.sql");
	assert_string_equal(files[0].text, "CREATE TABLE a (i INT);\n");
}

/* clang-format off */
static const struct { const char *dir; enum err_code code; const char *begin; } bad[] = {
	{ "bad",             ERR_INVALID, "bad/0001_a.sql:2:8: " },
	{ "empty",           ERR_INVALID, "empty holds no migration" },
	{ "missing",         ERR_SYSTEM,  "there is no folder missing" },
	{ "good/0001_a.sql", ERR_SYSTEM,  "good/0001_a.sql is a file; give the folder" },
};

/* clang-format on */

static void a_bad_folder_says_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		SCOPED(folder) folder = { 0 };
		struct err err = { 0 };

		assert_int_equal(folder_read(&folder, bad[i].dir, NULL, &err), -1);
		assert_int_equal(err.code, bad[i].code);
		assert_memory_equal(err.msg, bad[i].begin, strlen(bad[i].begin));
	}
}

static void a_word_is_a_folder_when_it_looks_like_one(void **state)
{
	(void)state;
	assert_true(folder_is_meant("good"));
	assert_true(folder_is_meant("./missing"));
	assert_true(folder_is_meant("some/where"));
	assert_false(folder_is_meant("app-7"));
}

static const struct {
	const char *dir;
	const char *name;
} names[] = {
	{ "good", "good" },     { "good/", "good" },    { "./good/../good", "good" },
	{ "12", "release-12" }, { "r7", "release-r7" }, { "new things", "new-things" },
};

static void a_release_is_called_as_its_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_build_filename(names[i].dir, "0001_a.sql", NULL);
		bool made = g_mkdir(names[i].dir, 0700) == 0;
		SCOPED(folder) folder = { 0 };
		struct err err = { 0 };

		if (made) {
			assert_true(g_file_set_contents(file, "DO 1;", -1, NULL));
		}
		assert_int_equal(folder_read(&folder, names[i].dir, NULL, &err), 0);
		assert_string_equal(folder.create.name, names[i].name);
		if (made) {
			(void)g_remove(file);
			(void)g_rmdir(names[i].dir);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_called_as_its_folder),
		cmocka_unit_test(a_good_folder_is_a_request_and_a_table),
		cmocka_unit_test(a_bad_folder_says_where),
		cmocka_unit_test(a_word_is_a_folder_when_it_looks_like_one),
	};

	return cmocka_run_group_tests_name("folder", tests, setup, teardown);
}
