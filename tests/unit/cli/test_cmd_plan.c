#include "ran.h"

/* clang-format off */
#define PLAN(pending, failing, unknown) \
	"{\"release\":\"app\",\"version\":\"7\",\"tenants\":3,\"pending\":" pending "," \
	"\"up_to_date\":1,\"statements\":2,\"classes\":[],\"failing\":[" failing "]," \
	"\"unchecked\":[],\"closing\":[" CLOSING "],\"outliers\":[],\"ahead\":[],\"missing\":[],\"held\":[],\"regressed\":[]," \
	"\"drifted\":[],\"unfinished\":[],\"unknown\":[" unknown "]}"
#define CLOSING "{\"tenant\":\"beta\",\"check\":\"closing\",\"message\":\"boss may write\"}"
#define FAILING "{\"tenant\":\"acme\",\"check\":\"statement\",\"message\":\"no\"}"
#define CLOSED "\nwarning: while they are closed:\n  beta: boss may write\n"

/* clang-format on */

static void the_exit_code_says_what_is_to_come(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "plan app", { RAN_OK PLAN("0", "", "") },
		  "POST /v1/plan {\"release\":\"app\",\"selector\":null,\"to\":null,\"stall_ms\":0,\"no_rewrite\":false,\"readonly\":false,\"method\":null}\n",
		  "release app to version 7: 3 tenants, 0 with something to do (2 statements, 0 classes), 1 up to date\n"
		  CLOSED "\n"
		  "nothing was changed\n",
		  NULL, 0 },
		{ "plan app --readonly --method triggers -o name", { RAN_OK PLAN("0", "", "") },
		  "POST /v1/plan {\"release\":\"app\",\"selector\":null,\"to\":null,\"stall_ms\":0,\"no_rewrite\":false,\"readonly\":true,\"method\":\"triggers\"}\n",
		  "app\n", NULL, 0 },
		{ "plan app --to 6 -l region=eu -o name", { RAN_OK PLAN("2", "", "") },
		  "POST /v1/plan {\"release\":\"app\",\"selector\":\"region=eu\",\"to\":\"6\",\"stall_ms\":0,\"no_rewrite\":false,\"readonly\":false,\"method\":null}\n",
		  "app\n", NULL, 1 },
		{ "plan app -o name", { RAN_OK PLAN("0", "", "\"zed\"") },
		  "POST /v1/plan {\"release\":\"app\",\"selector\":null,\"to\":null,\"stall_ms\":0,\"no_rewrite\":false,\"readonly\":false,\"method\":null}\n",
		  "app\n", NULL, 1 },
		{ "plan app -o csv", { RAN_OK PLAN("2", FAILING, "") },
		  "POST /v1/plan {\"release\":\"app\",\"selector\":null,\"to\":null,\"stall_ms\":0,\"no_rewrite\":false,\"readonly\":false,\"method\":null}\n",
		  "release,version,tenants,pending,up_to_date,statements,classes,failing,outliers,ahead,missing,held,regressed,drifted,unfinished,unknown\r\n"
		  "app,7,3,2,1,2,0,1,0,,,,,,,\r\n",
		  NULL, 2 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void the_plan_of_a_rollout_is_shown_as_it_was(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout plan r3", { RAN_OK PLAN("2", FAILING, "") },
		  "GET /v1/rollouts/r3/plan\n",
		  "release app to version 7: 3 tenants, 2 with something to do (2 statements, 0 classes), 1 up to date\n"
		  "\n"
		  "would fail:\n"
		  "  acme: no\n" CLOSED,
		  NULL, 0 },
		{ "rollout plan r3 -o name", { RAN_OK PLAN("2", FAILING, "") },
		  "GET /v1/rollouts/r3/plan\n",
		  "app\n", NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_folder_that_cannot_be_read_is_refused(void **state)
{
	struct ran ran = { 0 };

	(void)state;
	ran_run(&ran, "muster plan ./nowhere/");
	assert_int_equal(ran.code, 65);
	assert_non_null(strstr(ran.err, "there is no folder ./nowhere/"));
	assert_non_null(strstr(ran.err, "  -> muster plan --help"));
	ran_free(&ran);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_code_says_what_is_to_come),
		cmocka_unit_test(the_plan_of_a_rollout_is_shown_as_it_was),
		cmocka_unit_test(a_folder_that_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests_name("cmd_plan", tests, NULL, NULL);
}
