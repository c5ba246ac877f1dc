#include "ran.h"

#define ONE                                                                                  \
	"{\"object\":\"tenant/acme\",\"problem\":\"regressed\",\"detail\":\"it went back\"," \
	"\"help\":\"muster help\"}"

static void what_disagrees_ends_with_what_settles_it(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "doctor",
		  { RAN_OK "[]" },
		  "GET /v1/doctor\n",
		  "nothing disagrees\n",
		  NULL, 0 },
		{ "doctor",
		  { RAN_OK "[" ONE "]" },
		  "GET /v1/doctor\n",
		  "tenant/acme: regressed: it went back\n"
		  "  -> muster help\n",
		  NULL, 1 },
		{ "doctor",
		  { RAN_OK "[{\"object\":\"a\",\"problem\":\"b\",\"detail\":\"c\\nd\",\"help\":\"e\"}]" },
		  NULL,
		  "a: b: c d\n"
		  "  -> e\n",
		  NULL, 1 },
		{ "doctor -o json",
		  { RAN_OK "[" ONE "]" },
		  NULL,
		  "[" ONE "]\n",
		  NULL, 1 },
		{ "doctor -o name",
		  { RAN_OK "[" ONE "," ONE "]" },
		  NULL,
		  "tenant/acme\ntenant/acme\n",
		  NULL, 1 },
		{ "doctor -o csv",
		  { RAN_OK "[" ONE "]" },
		  NULL,
		  "object,problem,detail,help\r\n"
		  "tenant/acme,regressed,it went back,muster help\r\n",
		  NULL, 1 },
		{ "doctor -o json",
		  { RAN_OK "[]" },
		  NULL,
		  "[]\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_disagrees_ends_with_what_settles_it),
	};

	return cmocka_run_group_tests_name("cmd_doctor", tests, NULL, NULL);
}
