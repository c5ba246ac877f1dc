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

/* clang-format off */
#define RELEASE \
	"{\"id\":\"1\",\"name\":\"app\",\"format\":\"plain\"," \
	"\"checksum\":\"0123456789abcdef\",\"version\":\"0001\"," \
	"\"created_at\":\"2026-11-21T02:04:05.000Z\",\"migrations\":[{\"version\":\"0001\"," \
	"\"name\":\"a\",\"file\":\"0001_a.sql\",\"checksum\":\"ff\",\"statements\":1," \
	"\"down\":false}]}"

/* clang-format on */

static void a_folder_is_checked_and_stored(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "release create mig --name app",
		  { RAN_OK RELEASE },
		  "POST /v1/releases {\"name\":\"app\",\"format\":null,\"files\":[{\"name\":\"0001_a.sql\",\"text\":\"DO 1;\\u000a\"}]}\n",
		  "name      app\n"
		  "version   0001\n"
		  "format    plain\n"
		  "created   2026-11-21 02:04:05\n"
		  "checksum  0123456789ab\n"
		  "id        1\n"
		  "\n"
		  "VERSION  NAME  STATEMENTS  DOWN  FILE\n"
		  "0001     a              1  no    0001_a.sql\n",
		  NULL, 0 },
		{ "release list",
		  { RAN_OK "[" RELEASE "]" },
		  "GET /v1/releases\n",
		  "NAME  VERSION  FORMAT  CREATED              CHECKSUM\n"
		  "app   0001     plain   2026-11-21 02:04:05  0123456789ab\n",
		  NULL, 0 },
		{ "release show app",
		  { RAN_OK RELEASE },
		  "GET /v1/releases/app\n",
		  "name      app\n"
		  "version   0001\n"
		  "format    plain\n"
		  "created   2026-11-21 02:04:05\n"
		  "checksum  0123456789ab\n"
		  "id        1\n"
		  "\n"
		  "VERSION  NAME  STATEMENTS  DOWN  FILE\n"
		  "0001     a              1  no    0001_a.sql\n",
		  NULL, 0 },
		{ "release show app -o json",
		  { RAN_OK RELEASE },
		  "GET /v1/releases/app\n",
		  RELEASE "\n",
		  NULL, 0 },
		{ "release create nothing",
		  { NULL },
		  "",
		  "",
		  "muster: there is no folder nothing\n"
		  "  -> muster release create --help\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_is_checked_and_stored),
	};

	return cmocka_run_group_tests_name("cmd_release", tests, setup, teardown);
}
