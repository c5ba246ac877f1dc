#include "ran.h"

static char *folder;

static int setup(void **state)
{
	(void)state;
	(void)g_setenv("TZ", "UTC", TRUE);
	folder = g_dir_make_tmp("cmd-XXXXXX", NULL);
	assert_non_null(folder);
	assert_int_equal(g_chdir(folder), 0);
	assert_int_equal(g_mkdir("mig", 0700), 0);
	assert_true(g_file_set_contents("mig/0001_a.sql", "DO 1;\n", -1, NULL));
	assert_true(g_file_set_contents("bad.csv", "name,server,schema\na,b\n", -1, NULL));
	assert_true(g_file_set_contents("good.csv", "name,server,schema,region\nacme,db1,s,eu\n",
					-1, NULL));
	return 0;
}

static int teardown(void **state)
{
	static const char *const gone[] = { "mig/0001_a.sql", "mig", "bad.csv", "good.csv" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
		(void)g_remove(gone[i]);
	}
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

static void a_file_is_imported_whole_or_not_at_all(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant import good.csv",
		  { RAN_OK "{\"changed\":1,\"unchanged\":0,\"tenants\":[\"acme\"],\"problems\":[]}" },
		  "POST /v1/tenants/import {\"rows\":[{\"line\":2,\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\",\"labels\":{\"region\":\"eu\"}}]}\n",
		  "1 tenants imported, 0 as before\n",
		  NULL, 0 },
		{ "tenant import bad.csv",
		  { NULL },
		  "",
		  "",
		  "bad.csv:2:1: 2 fields where the first line names 3 columns\n"
		  "muster: nothing was imported; 1 line of bad.csv must be mended first\n"
		  "  -> muster tenant import --help\n", 65 },
		{ "tenant import good.csv",
		  { RAN_OK "{\"changed\":0,\"unchanged\":0,\"tenants\":[],\"problems\":[{\"line\":2,\"column\":6,\"message\":\"no server is named db1\"}]}" },
		  "POST /v1/tenants/import {\"rows\":[{\"line\":2,\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\",\"labels\":{\"region\":\"eu\"}}]}\n",
		  "",
		  "good.csv:2:6: no server is named db1\n"
		  "muster: nothing was imported; 1 line of good.csv must be mended first\n"
		  "  -> muster tenant import --help\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_imported_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("cmd_import", tests, setup, teardown);
}
