#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "aimd.h"

/* clang-format off */
static const struct {
	int64_t at_ms; enum aimd_wish wish; int64_t most; int64_t slots;
} steps[] = {
	{     0, AIMD_MORE,  8, 8 },	/* it begins with all of them */
	{   100, AIMD_LESS,  8, 4 },	/* at once */
	{   200, AIMD_LESS,  8, 4 },	/* and its effect is waited for */
	{  1100, AIMD_LESS,  8, 2 },
	{  2100, AIMD_LESS,  8, 1 },
	{  9000, AIMD_LESS,  8, 1 },	/* never less than one */
	{  9100, AIMD_MORE,  8, 1 },
	{  9500, AIMD_MORE,  8, 2 },
	{  9600, AIMD_MORE,  8, 2 },
	{ 10000, AIMD_MORE,  8, 3 },
	{ 10100, AIMD_LESS,  8, 3 },	/* just changed */
	{ 10600, AIMD_MORE,  3, 3 },	/* the limit went down: full */
	{ 10700, AIMD_MORE,  8, 8 },
	{ 10800, AIMD_STOP,  8, 0 },
	{ 20000, AIMD_STOP,  8, 0 },
	{ 20100, AIMD_MORE,  8, 1 },	/* from the beginning */
	{ 20500, AIMD_MORE,  8, 2 },
	{ 21000, AIMD_STOP, 80, 0 },
	{ 21500, AIMD_MORE, 80, 11 },	/* a large limit in as many steps */
	{ 22000, AIMD_MORE, 80, 21 },
	{ 22100, AIMD_STOP,  1, 0 },
	{ 22200, AIMD_MORE,  1, 1 },
};

/* clang-format on */

static void steps_follow_the_load(void **state)
{
	struct aimd aimd = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		int64_t slots = aimd_step(&aimd, steps[i].wish, steps[i].most, steps[i].at_ms);

		if (slots != steps[i].slots) {
			fail_msg("step %zu: %lld slots, not %lld", i, (long long)slots,
				 (long long)steps[i].slots);
		}
	}
}

static void a_step_is_due_until_all_are_back(void **state)
{
	struct aimd aimd = { 0 };

	(void)state;
	assert_int_equal(aimd_step(&aimd, AIMD_MORE, 2, 1000), 2);
	assert_int_equal(aimd_due(&aimd), 0);
	assert_int_equal(aimd_step(&aimd, AIMD_LESS, 2, 1000), 1);
	assert_int_equal(aimd_due(&aimd), 1500);
	assert_int_equal(aimd_step(&aimd, AIMD_MORE, 2, 1500), 2);
	assert_int_equal(aimd_due(&aimd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_follow_the_load),
		cmocka_unit_test(a_step_is_due_until_all_are_back),
	};

	return cmocka_run_group_tests_name("aimd", tests, NULL, NULL);
}
