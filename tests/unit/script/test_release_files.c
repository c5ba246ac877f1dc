/*
 * Folders as they are: small ones made here, and real migration histories. Those lie in
 * MUSTER_CASES, or beside the source; where they are missing their tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "err.h"
#include "lint.h"
#include "release.h"

/* clang-format off */
static const struct {
	const char *set; size_t files; size_t statements; size_t warnings;
} sets[] = {
	/* set               files  statements, base.sql not counted; warnings of lint */
	{ "fineract-registry",   5,  11,  1 },
	{ "guacamole",          11, 116, 25 },
	{ "ranger",             69, 626, 22 },
	{ "uaa",                87, 166, 43 },
	{ "semaphore",          54, 144, 21 },
	{ "invoiceplane",       40, 223, 22 },
	{ "ospos",              26, 366, 105 },
	{ "openfga",             8,  18,  0 },
	{ "ncps",                8,  28,  1 },
};

/* clang-format on */

static void reads_a_folder_from_disk(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("muster-release-XXXXXX", NULL);
	g_autofree char *sql = g_build_filename(dir, "1_a.sql", NULL);
	g_autofree char *text = g_build_filename(dir, "notes.txt", NULL);
	g_autofree char *hidden = g_build_filename(dir, ".x.sql", NULL);
	g_autofree char *cfg = g_build_filename(dir, "release.cfg", NULL);
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(release_files_read(&files, dir, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "holds no migration"));
	assert_true(g_file_set_contents(sql, "SELECT 1\0x", 10, NULL));
	assert_true(g_file_set_contents(text, "x", 1, NULL));
	assert_true(g_file_set_contents(hidden, "x", 1, NULL));
	assert_int_equal(release_files_read(&files, dir, &err), 0);
	assert_int_equal(files.nr, 1);
	assert_int_equal(files.files[0].len, 10);
	release_files_release(&files);
	assert_true(g_file_set_contents(cfg, "order = \"notes.txt\";", -1, NULL));
	assert_int_equal(release_files_read(&files, dir, &err), 0);
	assert_int_equal(files.nr, 3);
	g_remove(sql);
	g_remove(text);
	g_remove(hidden);
	g_remove(cfg);
	g_rmdir(dir);
	release_files_release(&files);
	assert_int_equal(release_files_read(&files, dir, &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
}

static char *cases_dir(void)
{
	const char *dir = g_getenv("MUSTER_CASES");
	char *path = dir != NULL ? g_strdup(dir)
				 : g_build_filename(TESTS_DIR, "..", "..", "shared", "cases", NULL);

	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		g_free(path);
		return NULL;
	}
	return path;
}

/* The text the plain client gets: stock/ where the format has parts of its own. */
static void read_set(struct release_files *files, const char *cases, const char *set,
		     const char *cfg)
{
	g_autofree char *order_path = g_build_filename(cases, set, "order.txt", NULL);
	g_autofree char *order = NULL;
	g_auto(GStrv) names = NULL;

	assert_true(g_file_get_contents(order_path, &order, NULL, NULL));
	names = g_strsplit(order, "\n", -1);
	for (size_t i = 0; names[i] != NULL; i++) {
		g_autofree char *stock = g_build_filename(cases, set, "stock", names[i], NULL);
		g_autofree char *plain = g_build_filename(cases, set, "migrations", names[i], NULL);
		g_autofree char *text = NULL;
		gsize len;

		if (*names[i] != '\0') {
			if (!g_file_get_contents(stock, &text, &len, NULL)) {
				assert_true(g_file_get_contents(plain, &text, &len, NULL));
			}
			release_files_add(files, names[i], text, len);
		}
	}
	release_files_add(files, "order.txt", order, strlen(order));
	release_files_add(files, "release.cfg", cfg, strlen(cfg));
}

static void takes_every_real_history(void **state)
{
	g_autofree char *cases = cases_dir();

	(void)state;
	if (cases == NULL) {
		skip();
	}
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		SCOPED(release_files) files = { 0 };
		SCOPED_PTR(release) release = NULL;
		SCOPED(lint_report) report = { 0 };
		struct err err = { 0 };
		size_t statements = 0;

		read_set(&files, cases, sets[i].set, "order = \"order.txt\";");
		release = release_parse(&files, NULL, &err);
		if (release == NULL) {
			fail_msg("%s: %s", sets[i].set, err.msg);
		}
		assert_string_equal(release->format, "flat");
		assert_int_equal(release->nr, sets[i].files);
		for (size_t m = 0; m < release->nr; m++) {
			statements += release->migrations[m].up.nr;
		}
		if (statements != sets[i].statements) {
			fail_msg("%s: %zu statements", sets[i].set, statements);
		}
		assert_int_equal(lint_folder(&report, &files, NULL, NULL, &err), 0);
		assert_int_equal(report.counts[LINT_ERROR], 0);
		if (report.counts[LINT_WARNING] != sets[i].warnings) {
			fail_msg("%s: %zu warnings", sets[i].set, report.counts[LINT_WARNING]);
		}
	}
}

static void refuses_the_set_of_many_databases(void **state)
{
	g_autofree char *cases = cases_dir();
	g_autofree char *dir = NULL;
	SCOPED(lint_report) report = { 0 };
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };
	size_t placeholders = 0;

	(void)state;
	if (cases == NULL) {
		skip();
	}
	dir = g_build_filename(cases, "traps", "t5-many-databases", NULL);
	assert_int_equal(release_files_read(&files, dir, &err), 0);
	assert_null(release_parse(&files, "flat", &err));
	assert_non_null(strstr(err.msg, "and 1"));
	assert_int_equal(lint_folder(&report, &files, "flat", NULL, &err), 0);
	for (guint i = 0; i < report.findings->len; i++) {
		placeholders += g_array_index(report.findings, struct lint_finding, i).rule ==
				LINT_PLACEHOLDER;
	}
	assert_true(placeholders > 100);
}

static void takes_what_only_one_server_refuses(void **state)
{
	g_autofree char *cases = cases_dir();
	g_autofree char *dir = NULL;
	SCOPED(release_files) files = { 0 };
	SCOPED_PTR(release) release = NULL;
	struct err err = { 0 };

	(void)state;
	if (cases == NULL) {
		skip();
	}
	dir = g_build_filename(cases, "traps", "t8-reserved-word", NULL);
	assert_int_equal(release_files_read(&files, dir, &err), 0);
	release = release_parse(&files, "flat", &err);
	if (release == NULL) {
		fail_msg("%s", err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_folder_from_disk),
		cmocka_unit_test(takes_every_real_history),
		cmocka_unit_test(refuses_the_set_of_many_databases),
		cmocka_unit_test(takes_what_only_one_server_refuses),
	};

	return cmocka_run_group_tests_name("release_files", tests, NULL, NULL);
}
