#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "wave.h"

static const int64_t fleet[200] = { 0 };

/* clang-format off */
static const struct {
	const char *spec; size_t nr; size_t want[WAVE_STEPS_MAX];
} cuts[] = {
	/* steps               tenants   sizes of the waves */
	{ "rest",                    7,  { 7 } },
	{ "1,5%,25%,rest",         200,  { 1, 10, 50, 139 } },
	{ "5%,rest",                 3,  { 1, 2 } },
	{ "1, rest",                 1,  { 1 } },
	{ " 2 , 50% , rest ",        3,  { 2, 1 } },
	{ "100%",                    3,  { 3 } },
};

static const struct {
	const char *spec; const char *msg;
} refusals[] = {
	/* steps      what the operator reads */
	{ "",         "waves: step 1: \"\" is not a number, a share or \"rest\"" },
	{ "1,,2",     "waves: step 2: \"\" is not a number, a share or \"rest\"" },
	{ "-1",       "waves: step 1: \"-1\" is not a number, a share or \"rest\"" },
	{ "0%",       "waves: step 1: \"0%\" is not a number, a share or \"rest\"" },
	{ "101%",     "waves: step 1: \"101%\" is more than all" },
	{ "rest, 5",  "waves: nothing can follow \"rest\"" },
	{ "1 5%",     "waves: comma missing before \"5%\"" },
};

/* clang-format on */

static void cuts_as_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
		struct wave_plan plan = { 0 };
		struct wave_spec spec;
		struct err err;
		size_t next = 0;

		assert_int_equal(wave_spec_parse(&spec, cuts[i].spec, &err), 0);
		assert_int_equal(wave_plan_build(&plan, &spec, fleet, cuts[i].nr, &err), 0);
		for (size_t w = 0; w < plan.nr; w++) {
			assert_int_equal(plan.waves[w].first, next);
			assert_int_equal(plan.waves[w].count, cuts[i].want[w]);
			next += plan.waves[w].count;
		}
		assert_int_equal(next, cuts[i].nr); /* nobody left out, nobody twice */
		wave_plan_release(&plan);
	}
}

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct wave_spec spec;
		struct err err;

		assert_int_equal(wave_spec_parse(&spec, refusals[i].spec, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
	}
}

static void leaves_nobody_out(void **state)
{
	struct wave_plan plan = { 0 };
	struct wave_spec spec;
	struct err err;

	(void)state;
	assert_int_equal(wave_spec_parse(&spec, "1,10%", &err), 0);
	assert_int_equal(wave_plan_build(&plan, &spec, fleet, 100, &err), -1);
	assert_string_equal(err.msg, "waves: 89 of 100 tenants are in no wave");
	assert_null(plan.tenants);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_as_asked),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(leaves_nobody_out),
	};

	return cmocka_run_group_tests_name("wave", tests, NULL, NULL);
}
