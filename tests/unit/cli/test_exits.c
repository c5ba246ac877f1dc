#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "exits.h"

/* clang-format off */
static const struct { enum err_code code; int native; bool revision; enum wire_exit want; } errors[] = {
	{ ERR_INVALID,         0,  false, EXIT_BAD_INPUT },
	{ ERR_NOT_FOUND,       0,  false, EXIT_BAD_INPUT },
	{ ERR_CONFLICT,        0,  false, EXIT_BAD_INPUT },
	{ ERR_CONFLICT,        0,  true,  EXIT_REVISION },
	{ ERR_DENIED,          0,  false, EXIT_PERMISSION },
	{ ERR_BUSY,            0,  false, EXIT_SERVER },
	{ ERR_TIMEOUT,         0,  false, EXIT_TIMEOUT },
	{ ERR_UNREACHABLE,     -1, false, EXIT_UNREACHABLE }, /* the daemon */
	{ ERR_UNREACHABLE,     0,  false, EXIT_SERVER },      /* a database server */
	{ ERR_UNKNOWN_OUTCOME, 0,  false, EXIT_SERVER },
	{ ERR_DB,              0,  true,  EXIT_SERVER },
	{ ERR_STORE,           13, false, EXIT_UNREACHABLE },
	{ ERR_SYSTEM,          2,  false, EXIT_BAD_INPUT },
	{ ERR_PROTOCOL,        0,  false, EXIT_UNREACHABLE },
};

static char scheduled[] = "scheduled", running[] = "running", pausing[] = "pausing", paused[] = "paused",
	gated[] = "gated", aborting[] = "aborting", aborted[] = "aborted", done[] = "done", failed[] = "failed",
	future[] = "dreaming";

static const struct {
	char *state; bool over_budget; struct wire_counts counts; bool rests; enum wire_exit want;
} rollouts[] = {
	{ scheduled, false, { .total = 2, .pending = 2 },            false, EXIT_TIMEOUT },
	{ running,   false, { .total = 2, .done = 1, .running = 1 }, false, EXIT_TIMEOUT },
	{ pausing,   true,  { .total = 2, .failed = 1 },             false, EXIT_TIMEOUT },
	{ aborting,  false, { .total = 2 },                          false, EXIT_TIMEOUT },
	{ paused,    false, { .total = 2, .done = 1 },               true,  EXIT_HUMAN },
	{ paused,    true,  { .total = 2, .failed = 1 },             true,  EXIT_ABORTED },
	{ gated,     false, { .total = 2, .done = 1 },               true,  EXIT_HUMAN },
	{ aborted,   false, { .total = 2, .cancelled = 2 },          true,  EXIT_ABORTED },
	{ done,      false, { .total = 2, .done = 2 },               true,  EXIT_OK },
	{ done,      false, { .total = 2, .done = 1, .skipped = 1 }, true,  EXIT_PROBLEMS },
	{ done,      false, { .total = 2, .done = 1, .held = 1 },    true,  EXIT_PROBLEMS },
	{ failed,    false, { .total = 2, .done = 1, .failed = 1 },  true,  EXIT_PROBLEMS },
	{ failed,    true,  { .total = 2, .failed = 2 },             true,  EXIT_ABORTED },
	{ future,    false, { .total = 2 },                          false, EXIT_TIMEOUT },
	{ NULL,      false, { .total = 2 },                          false, EXIT_TIMEOUT },
};

/* clang-format on */

static void each_error_has_its_exit_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		const struct err err = { .code = errors[i].code, .native = errors[i].native };

		assert_int_equal(exits_of_error(&err, errors[i].revision), errors[i].want);
	}
}

static void each_end_of_a_rollout_has_its_exit_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rollouts); i++) {
		const struct wire_rollout rollout = { .state = rollouts[i].state,
						      .over_budget = rollouts[i].over_budget,
						      .counts = rollouts[i].counts };

		assert_int_equal(exits_of_rollout(&rollout), rollouts[i].want);
		assert_int_equal(exits_rollout_rests(&rollout), rollouts[i].rests);
	}
}

/* No human is needed: the load that paused it lets it go on. */
static void one_that_a_load_has_paused_still_goes(void **state)
{
	const struct wire_rollout rollout = { .state = paused,
					      .throttled = true,
					      .counts = { .total = 2, .done = 1 } };

	(void)state;
	assert_int_equal(exits_of_rollout(&rollout), EXIT_TIMEOUT);
	assert_false(exits_rollout_rests(&rollout));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_has_its_exit_code),
		cmocka_unit_test(each_end_of_a_rollout_has_its_exit_code),
		cmocka_unit_test(one_that_a_load_has_paused_still_goes),
	};

	return cmocka_run_group_tests_name("exits", tests, NULL, NULL);
}
