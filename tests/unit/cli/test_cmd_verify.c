#include "ran.h"

/* clang-format off */
#define ONE(name, verdict) \
	"{\"tenant\":\"" name "\",\"server\":\"db1\",\"version\":\"1\",\"verdict\":\"" verdict "\"," \
	"\"problems\":[],\"help\":null,\"diff\":[],\"minor\":[]}"
#define ANSWER(nr, lists) \
	"{\"release\":\"r\",\"version\":\"1\",\"tenants\":" nr "," lists ",\"positions\":[]}"
#define FINE    "\"verified\":[" ONE("a", "ok") "]"
#define UNKNOWN "\"unknown\":[" ONE("b", "unknown") "]"
#define DRIFTED "\"drifted\":[" ONE("c", "drifted") "]"

/* clang-format on */

static void the_exit_code_says_what_is_known(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant verify --against r -o name", { RAN_OK ANSWER("1", FINE) },
		  "POST /v1/tenants/verify {\"release\":\"r\",\"selector\":null}\n", "a\n", NULL, 0 },
		{ "tenant verify a -l region=eu --against r -o name",
		  { RAN_OK ANSWER("2", FINE "," UNKNOWN) },
		  "POST /v1/tenants/verify {\"release\":\"r\",\"selector\":\"a,region=eu\"}\n", "b\na\n",
		  NULL, 69 },
		{ "tenant verify --against r -o name",
		  { RAN_OK ANSWER("3", FINE "," UNKNOWN "," DRIFTED) }, NULL, "b\nc\na\n", NULL, 1 },
		{ "tenant verify --against r", { RAN_OK ANSWER("1", FINE) }, NULL,
		  "release r to version 1: 1 tenant, 1 as they should be, 0 not\n\n"
		  "TENANT  VERSION  VERDICT  FIRST DIFFERENCE\n"
		  "a       1        ok\n", NULL, 0 },
		{ "tenant verify a", { NULL }, NULL, "",
		  "muster tenant verify: say what they should have come from: --against RELEASE\n"
		  "  -> muster tenant verify --help\n", 64 },
		{ "tenant verify --against ./nowhere", { NULL }, NULL, "",
		  "muster: there is no folder ./nowhere\n  -> muster tenant verify --help\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_code_says_what_is_known),
	};

	return cmocka_run_group_tests_name("cmd_verify", tests, NULL, NULL);
}
