#include "ran.h"

/* clang-format off */
#define ROLLOUT(state) \
	"{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\"," \
	"\"version\":\"7\",\"state\":\"" state "\",\"reason\":\"\",\"revision\":3," \
	"\"counts\":{\"total\":3,\"done\":1,\"running\":2},\"waves\":[{\"seq\":1,\"size\":3," \
	"\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1}," \
	"\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0," \
	"\"available_actions\":[\"pause\"]}"

/* clang-format on */

static void rollouts_are_listed_and_shown(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout list",
		  { RAN_OK "[" ROLLOUT("running") "]" },
		  "GET /v1/rollouts?limit=1000\n",
		  "ID  NAME  RELEASE  VERSION  STATE    DONE  FAILED  BUDGET  ETA  REASON\n"
		  "r1  app   app      7        running   1/3       0     0/1   2s\n",
		  NULL, 0 },
		{ "rollout show r1",
		  { RAN_OK ROLLOUT("running"),
		    RAN_OK "{\"items\":[{\"rollout\":\"r1\",\"tenant\":\"acme\",\"state\":\"running\",\"statement\":1,\"statements\":3,\"migration\":\"7\"}],\"next\":null}" },
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1/tasks?state=running&limit=8\n",
		  "r1 app  running\n"
		  "  release app to version 7\n"
		  "  [#############---------------------------]  33%  1/3 done\n"
		  "  1 done, 2 running\n"
		  "  budget 0 of 1 failures, at most 4 at a time, 1.0/s, ends in 2s\n"
		  "  wave 1   [#####-----------]      3  running\n"
		  "  acme                     running    statement 1/3  7\n",
		  NULL, 0 },
		{ "rollout show r1 -o name",
		  { RAN_OK ROLLOUT("running") },
		  "GET /v1/rollouts/r1\n",
		  "r1\n",
		  NULL, 0 },
		{ "rollout set r1 per-server=2 stall=3s",
		  { RAN_OK ROLLOUT("running") },
		  "PATCH /v1/rollouts/r1 {\"set\":[\"per_server=2\",\"stall=3s\"],\"revision\":0,\"reason\":null}\n",
		  "id        r1\n"
		  "name      app\n"
		  "release   app\n"
		  "version   7\n"
		  "state     running\n"
		  "done      1/3\n"
		  "failed    0\n"
		  "budget    0/1\n"
		  "eta       2s\n"
		  "revision  3\n"
		  "priority  0\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_verb_is_sent_as_it_was_given(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout pause r1 --now --reason lunch --revision 3",
		  { RAN_OK ROLLOUT("pausing") },
		  "POST /v1/rollouts/r1/pause {\"tenant\":null,\"reason\":\"lunch\",\"now\":true,\"full\":false,\"revision\":3}\n",
		  "r1 app: pausing, 1/3 done\n"
		  "  -> muster rollout watch r1\n",
		  NULL, 0 },
		{ "rollout resume r1 -o name",
		  { RAN_OK ROLLOUT("running") },
		  "POST /v1/rollouts/r1/resume {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n",
		  "r1\n",
		  NULL, 0 },
		{ "rollout promote r1 --full",
		  { RAN_OK ROLLOUT("running") },
		  "POST /v1/rollouts/r1/promote {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":true,\"revision\":0}\n",
		  "r1 app: running, 1/3 done\n"
		  "  -> muster rollout watch r1\n",
		  NULL, 0 },
		{ "rollout abort r1",
		  { RAN_OK ROLLOUT("aborting") },
		  "POST /v1/rollouts/r1/abort {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n",
		  "r1 app: aborting, 1/3 done\n"
		  "  -> muster rollout watch r1\n",
		  NULL, 0 },
		{ "rollout retry r1 -t acme",
		  { RAN_OK ROLLOUT("running") },
		  "POST /v1/rollouts/r1/retry {\"tenant\":\"acme\",\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n",
		  "r1 app: running, 1/3 done\n"
		  "  -> muster rollout watch r1\n",
		  NULL, 0 },
		{ "rollout skip r1 -t acme --reason gone",
		  { RAN_OK ROLLOUT("done") },
		  "POST /v1/rollouts/r1/skip {\"tenant\":\"acme\",\"reason\":\"gone\",\"now\":false,\"full\":false,\"revision\":0}\n",
		  "r1 app: done, 1/3 done\n",
		  NULL, 0 },
		{ "rollout abort r1",
		  { RAN_REFUSE "{\"code\":\"conflict\",\"message\":\"r1 is done and cannot take \\\"abort\\\"\",\"hint\":\"muster rollout show r1\"}" },
		  "POST /v1/rollouts/r1/abort {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n",
		  "",
		  "muster: r1 is done and cannot take \"abort\"\n"
		  "  -> muster rollout show r1\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void the_red_button_takes_all(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "pause --reason fire",
		  { RAN_OK "[" ROLLOUT("running") "]" },
		  "POST /v1/pause {\"tenant\":null,\"reason\":\"fire\",\"now\":false,\"full\":false,\"revision\":0}\n",
		  "ID  NAME  RELEASE  VERSION  STATE    DONE  FAILED  BUDGET  ETA  REASON\n"
		  "r1  app   app      7        running   1/3       0     0/1   2s\n",
		  NULL, 0 },
		{ "resume",
		  { RAN_OK "[]" },
		  "POST /v1/resume {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n",
		  "no rollout is open\n",
		  NULL, 0 },
		{ "resume -o json",
		  { RAN_OK "[]" },
		  "POST /v1/resume {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n",
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
		cmocka_unit_test(rollouts_are_listed_and_shown),
		cmocka_unit_test(a_verb_is_sent_as_it_was_given),
		cmocka_unit_test(the_red_button_takes_all),
	};

	return cmocka_run_group_tests_name("cmd_rollout", tests, NULL, NULL);
}
