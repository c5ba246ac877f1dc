#include "ran.h"

#include <glib/gstdio.h>

static char *folder;

static const struct {
	const char *name;
	const char *text;
} files[] = {
	{ "good/0001_a.sql", "DO 1;\n-- muster: down\nDO 2;\n" },
	{ "warned/0001_a.sql", "ALTER TABLE t DROP COLUMN a;\n-- muster: down\nDO 2;\n" },
	{ "warned/0002_b.sql", "ALTER TABLE t DROP COLUMN b;\n-- muster: down\nDO 2;\n" },
	{ "refused/0001_a.sql", "KILL 5; SHUTDOWN; ALTER TABLE t DROP a\n" },
};

static int setup(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("cmd-XXXXXX", NULL);
	assert_non_null(folder);
	assert_int_equal(g_chdir(folder), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *dir = g_path_get_dirname(files[i].name);

		(void)g_mkdir(dir, 0700);
		assert_true(g_file_set_contents(files[i].name, files[i].text, -1, NULL));
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *dir = g_path_get_dirname(files[i].name);

		(void)g_remove(files[i].name);
		(void)g_rmdir(dir);
	}
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

/* clang-format off */
#define DROP_A \
	"column t.a is dropped; take it out of the application first, and drop it in a later release"

static const struct ran_row rows[] = {
	{ "lint good", { NULL }, "",
	  "no findings: 1 migration, 1 statement\n", NULL, 0 },
	{ "lint good -o json", { NULL }, "",
	  "[]\n", NULL, 0 },
	{ "lint warned --after 0001", { NULL }, "",
	  "warned/0002_b.sql:1:27: warning: column t.b is dropped; take it out of the application "
	  "first, and drop it in a later release (MU103)\n\n"
	  "1 warning: 2 migrations, 2 statements\n"
	  "  -> muster lint --explain MU103\n", NULL, 1 },
	{ "lint warned -o name", { NULL }, "",
	  "MU103\nMU103\n", NULL, 1 },
	{ "lint warned --after 0001 -o jsonl", { NULL }, "",
	  "{\"code\":\"MU103\",\"name\":\"drop-column\",\"level\":\"warning\","
	  "\"file\":\"warned/0002_b.sql\",\"line\":1,\"column\":27,"
	  "\"message\":\"column t.b is dropped; take it out of the application first, and drop it in "
	  "a later release\",\"help\":\"Take it out of use in the application first, and change the "
	  "database in a later release.\"}\n", NULL, 1 },
	{ "lint warned --after 0009", { NULL }, "", "",
	  "muster: no migration of the folder has the version \"0009\"\n"
	  "  -> muster help lint\n", 65 },
	{ "lint refused", { NULL }, "",
	  "refused/0001_a.sql:1:1: error: this concerns the whole server, not one tenant; do it "
	  "outside of the migration (MU210)\n"
	  "refused/0001_a.sql:1:1: note: nothing undoes this migration; write NAME.down.sql, or the "
	  "way back behind \"-- muster: down\" (MU302)\n"
	  "refused/0001_a.sql:1:9: error: this concerns the whole server, not one tenant; do it "
	  "outside of the migration (MU210)\n"
	  "refused/0001_a.sql:1:38: warning: " DROP_A " (MU103)\n\n"
	  "2 errors, 1 warning, 1 note: 1 migration, 3 statements\n"
	  "  -> muster lint --explain MU210\n",
	  "muster: refused/0001_a.sql:1:1: this concerns the whole server, not one tenant; do it "
	  "outside of the migration (MU210); and 1 more\n"
	  "  -> muster lint --explain MU210\n", 65 },
	{ "lint nothing", { NULL }, "", "",
	  "muster: there is no folder nothing\n"
	  "  -> muster help lint\n", 65 },
	{ "lint", { NULL }, "", "",
	  "muster lint: DIR is missing\n"
	  "  -> muster lint --help\n", 64 },
	{ "lint --explain mu412", { NULL }, "",
	  "MU412 no-key (note)\n"
	  "  A table has neither a primary nor a unique key.\n"
	  "\n"
	  "Why\n"
	  "  Its rows cannot be changed range by range or copied without a lock, row replication reads\n"
	  "  the whole table for each row, and some servers refuse it (sql_require_primary_key).\n"
	  "\n"
	  "For example\n"
	  "    CREATE TABLE log (at DATETIME, text TEXT);\n"
	  "\n"
	  "What to do\n"
	  "  Add a primary key, if need be id BIGINT AUTO_INCREMENT.\n"
	  "\n"
	  "To let one pass, in front of its statement\n"
	  "    -- muster: allow=MU412 reason=\"…\"\n", NULL, 0 },
	{ "lint --explain all", { NULL }, "", NULL, NULL, 0 },
	{ "lint --explain MU1033", { NULL }, "", "",
	  "muster: lint has no code \"MU1033\"\n"
	  "  -> muster lint --explain MU103\n", 65 },
	{ "lint good --explain MU103", { NULL }, "", "",
	  "muster lint: --explain stands alone, without a folder\n"
	  "  -> muster lint --help\n", 64 },
	{ "server list -o sarif", { NULL }, "", "",
	  "muster server list: -o sarif is for findings of \"lint\"\n"
	  "  -> muster server list --help\n", 64 },
};

/* clang-format on */

static void says_what_it_found_and_ends_accordingly(void **state)
{
	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void sarif_is_one_document(void **state)
{
	struct ran ran = { 0 };

	(void)state;
	ran_run(&ran, "muster lint warned -o sarif");
	assert_int_equal(ran.code, 1);
	assert_string_equal(ran.err, "");
	assert_true(g_str_has_prefix(ran.out, "{\"$schema\":"));
	assert_true(g_str_has_suffix(ran.out, "}\n"));
	assert_non_null(strstr(ran.out, "\"uri\":\"warned/0001_a.sql\""));
	ran_free(&ran);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_it_found_and_ends_accordingly),
		cmocka_unit_test(sarif_is_one_document),
	};

	return cmocka_run_group_tests_name("cmd_lint", tests, setup, teardown);
}
