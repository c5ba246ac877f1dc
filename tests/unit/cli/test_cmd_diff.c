#include "ran.h"

/* clang-format off */
#define DIFF(diff, minor) \
	"{\"tenant\":\"a\",\"other\":\"b\",\"diff\":[" diff "],\"minor\":[" minor "]}"

/* clang-format on */

static void what_is_minor_does_not_count(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant diff a b", { RAN_OK DIFF("", "") }, "GET /v1/tenants/a/diff/b\n",
		  "a and b look the same\n", NULL, 0 },
		{ "tenant diff a b", { RAN_OK DIFF("", "\"table t: order (minor)\"") },
		  "GET /v1/tenants/a/diff/b\n",
		  "a and b look the same, but for what is minor:\n  table t: order (minor)\n", NULL, 0 },
		{ "tenant diff a b", { RAN_OK DIFF("\"table t: gone\"", "") },
		  "GET /v1/tenants/a/diff/b\n",
		  "from a to b, 1 difference:\n  table t: gone\n", NULL, 1 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_minor_does_not_count),
	};

	return cmocka_run_group_tests_name("cmd_diff", tests, NULL, NULL);
}
