#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "aimd.h"

/* In quarters of a slot. */
/* clang-format off */
static const struct {
	int64_t at_ms; enum aimd_wish wish; int64_t most; int64_t quarters;
} steps[] = {
	{     0, AIMD_MORE,  32, 32 },	/* it begins with all of them */
	{   100, AIMD_LESS,  32, 16 },	/* at once */
	{   200, AIMD_LESS,  32, 16 },	/* and its effect is waited for */
	{  1100, AIMD_LESS,  32, 8 },
	{  2100, AIMD_LESS,  32, 4 },
	{  3100, AIMD_LESS,  32, 2 },
	{  4100, AIMD_LESS,  32, 1 },
	{  9000, AIMD_LESS,  32, 1 },	/* never less than that */
	{  9100, AIMD_MORE,  32, 1 },
	{  9500, AIMD_MORE,  32, 2 },
	{  9600, AIMD_MORE,  32, 2 },
	{ 10000, AIMD_MORE,  32, 4 },
	{ 10500, AIMD_MORE,  32, 8 },
	{ 11000, AIMD_MORE,  32, 12 },
	{ 11100, AIMD_LESS,  32, 12 },	/* just changed */
	{ 11600, AIMD_MORE,  12, 12 },	/* the limit went down: full */
	{ 11700, AIMD_MORE,  32, 32 },
	{ 12700, AIMD_LESS,  20, 8 },	/* whole slots: half of five is two */
	{ 12800, AIMD_STOP,  32, 0 },
	{ 20000, AIMD_STOP,  32, 0 },
	{ 20100, AIMD_MORE,  32, 4 },	/* from the beginning */
	{ 20500, AIMD_MORE,  32, 8 },
	{ 20600, AIMD_YIELD, 32, 1 },	/* the least at once, whatever was before */
	{ 30000, AIMD_YIELD, 32, 1 },
	{ 30400, AIMD_MORE,  32, 8 },	/* and that again when they have gone */
	{ 30500, AIMD_YIELD, 32, 1 },
	{ 30600, AIMD_LESS,  32, 1 },	/* unless something else asks for less */
	{ 30700, AIMD_MORE,  32, 1 },
	{ 31000, AIMD_STOP, 320, 0 },
	{ 31500, AIMD_MORE, 320, 44 },	/* a large limit in as many steps */
	{ 32000, AIMD_MORE, 320, 84 },
	{ 32100, AIMD_STOP,   4, 0 },
	{ 32200, AIMD_MORE,   4, 4 },
	{ 32300, AIMD_MORE,   2, 2 },	/* half a slot is all there is */
};

/* clang-format on */

static void steps_follow_the_load(void **state)
{
	struct aimd aimd = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		int64_t quarters = aimd_step(&aimd, steps[i].wish, steps[i].most, steps[i].at_ms);

		if (quarters != steps[i].quarters) {
			fail_msg("step %zu: %lld quarters, not %lld", i, (long long)quarters,
				 (long long)steps[i].quarters);
		}
	}
}

static void a_step_is_due_until_all_are_back(void **state)
{
	struct aimd aimd = { 0 };

	(void)state;
	assert_int_equal(aimd_step(&aimd, AIMD_MORE, 8, 1000), 8);
	assert_int_equal(aimd_due(&aimd), 0);
	assert_int_equal(aimd_step(&aimd, AIMD_LESS, 8, 1000), 4);
	assert_int_equal(aimd_due(&aimd), 1500);
	assert_int_equal(aimd_step(&aimd, AIMD_MORE, 8, 1500), 8);
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
