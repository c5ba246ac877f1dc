#include "ran.h"

/* clang-format off */
#define RELEASE \
	"{\"id\":\"1\",\"name\":\"app\",\"format\":\"plain\"," \
	"\"checksum\":\"0123456789abcdef\",\"version\":\"0001\"," \
	"\"created_at\":\"2026-11-21T02:04:05.000Z\",\"migrations\":[{\"version\":\"0001\"," \
	"\"name\":\"a\",\"file\":\"0001_a.sql\",\"checksum\":\"ff\",\"phase\":\"expand\",\"statements\":1," \
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
		  "VERSION  NAME  PHASE   STATEMENTS  DOWN  FILE\n"
		  "0001     a     expand           1  no    0001_a.sql\n",
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
		  "VERSION  NAME  PHASE   STATEMENTS  DOWN  FILE\n"
		  "0001     a     expand           1  no    0001_a.sql\n",
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

	return cmocka_run_group_tests_name("cmd_release", tests, ran_folder_setup,
					   ran_folder_teardown);
}
