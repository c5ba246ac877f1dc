#include "api_fixture.h"

#include "advice.h"
#include "store_task.h"

static char tenant[] = "x";
static char code[] = "db";
static char version[] = "0002";

/* clang-format off */
static const struct {
	enum task_state state; int64_t native; int64_t statement; char *migration; const char *hint;
} rows[] = {
	{ TASK_FAILED,    1064, 1, version, "mend 0002, then muster rollout start DIR" },
	{ TASK_FAILED,    1054, 0, NULL,    "mend the file, then muster rollout start DIR" },
	{ TASK_FAILED,    1205, 1, version, "muster rollout retry r7 -t x" },
	{ TASK_FAILED,    1050, 1, version, "muster rollout retry r7 -t x" },
	{ TASK_IN_DOUBT,  2013, 1, version, "muster task resolve r7/x --as …" },
	{ TASK_CANCELLED, 0,    1, version, "muster rollout start DIR -l x" },
	{ TASK_CANCELLED, 0,    0, NULL,    NULL },
	{ TASK_WAITING,   1064, 1, version, NULL },
};

/* clang-format on */

static void a_task_is_told_what_helps(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct store_task row = { .rollout_id = 7,
						.tenant = tenant,
						.state = rows[i].state,
						.statement = rows[i].statement,
						.migration = rows[i].migration,
						.err_code = code,
						.err_native = rows[i].native };
		g_autofree char *hint = advice_task(&row);

		if (rows[i].hint == NULL) {
			assert_null(hint);
		} else {
			assert_string_equal(hint, rows[i].hint);
		}
	}
}

/* What its session held is gone, and another try says so again. */
static void who_is_sent_to_a_human_is_not_to_be_retried(void **state)
{
	static char reason[] = "finish by hand and `muster task resolve r7/x --as applied`";
	const struct store_task row = { .rollout_id = 7,
					.tenant = tenant,
					.state = TASK_FAILED,
					.reason = reason };
	g_autofree char *hint = advice_task(&row);

	(void)state;
	assert_string_equal(hint, "muster task resolve r7/x --as …");
}

/* The second statement is no SQL: the end of the rollout, too, asks for a mended file. */
static void a_broken_file_is_not_to_be_retried(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	fixture_add_release(fixture, "creat table extra (id int);");
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"budget\":\"3\",\"no_plan\":true}");
	assert_null(rollout.hint);
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "failed");
	ask_for(fixture, &wire_rollout_type, &rollout, "GET /v1/rollouts/r1", NULL);
	assert_string_equal(rollout.hint, "mend 0002, then muster rollout start DIR");
	wire_release(&wire_rollout_type, &rollout);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_task_is_told_what_helps),
		TEST(who_is_sent_to_a_human_is_not_to_be_retried),
		TEST(a_broken_file_is_not_to_be_retried),
	};

	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
