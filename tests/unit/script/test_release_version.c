#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"

/* clang-format off */
static const struct {
	const char *a; const char *b; int order;
} versions[] = {
	/* a                  b                      a is … b */
	{ "1",                "2",                   -1 },
	{ "9",                "10",                  -1 },
	{ "007",              "7",                    0 },
	{ "1_0",              "1.0",                  0 },
	{ "1",                "1.0",                 -1 },
	{ "V4_99",            "V4_100",              -1 },
	{ "2_4__x",           "2_4_1__x",            -1 },
	{ "20260101120000",   "3",                    1 },
	{ "123456789012345678901234567890", "123456789012345678901234567891", -1 },
	{ "a",                "b",                   -1 },
	{ "10_a",             "a",                   -1 },
	{ "",                 "",                     0 },
};

/* clang-format on */

static void orders_versions_as_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		int there = release_version_compare(versions[i].a, versions[i].b);
		int back = release_version_compare(versions[i].b, versions[i].a);

		assert_int_equal((there > 0) - (there < 0), versions[i].order);
		assert_int_equal((back > 0) - (back < 0), -versions[i].order);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_versions_as_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
