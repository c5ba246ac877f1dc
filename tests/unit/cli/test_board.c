#include "ran.h"

static void the_tasks_that_matter_are_asked_for(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout show r1",
		  { RAN_OK "{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\",\"version\":\"7\",\"state\":\"running\",\"reason\":\"\",\"revision\":3,\"counts\":{\"total\":3,\"running\":1,\"failed\":1,\"done\":1},\"waves\":[{\"seq\":1,\"size\":3,\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1},\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0,\"available_actions\":[\"pause\"]}",
		    RAN_OK "{\"items\":[{\"rollout\":\"r1\",\"tenant\":\"beta\",\"state\":\"running\",\"statement\":0,\"statements\":2,\"migration\":\"7\"}],\"next\":null}",
		    RAN_OK "{\"items\":[{\"rollout\":\"r1\",\"tenant\":\"acme\",\"server\":\"db1\",\"wave\":1,\"state\":\"failed\",\"reason\":\"\",\"migration\":\"7\",\"statement\":1,\"statements\":3,\"attempt\":1,\"error\":{\"code\":\"db\",\"native\":1050,\"message\":\"Table exists\",\"hint\":\"muster rollout retry r1 -t acme\"}}],\"next\":null}" },
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1/tasks?state=running&limit=8\n"
		  "GET /v1/rollouts/r1/tasks?state=failed&limit=8\n",
		  "r1 app  running\n"
		  "  release app to version 7\n"
		  "  [#############---------------------------]  33%  1/3 done\n"
		  "  1 done, 1 running, 1 failed\n"
		  "  budget 0 of 1 failures, at most 4 at a time, 1.0/s, ends in 2s\n"
		  "  wave 1   [##########------]      3  running\n"
		  "  beta                     running    statement 0/2  7\n"
		  "  acme failed: Table exists\n"
		  "    -> muster task show r1/acme\n",
		  NULL, 0 },
		{ "rollout show r1",
		  { RAN_OK "{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\",\"version\":\"7\",\"state\":\"failed\",\"reason\":\"\",\"revision\":3,\"counts\":{\"total\":9,\"in_doubt\":2,\"done\":7},\"waves\":[{\"seq\":1,\"size\":3,\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1},\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0,\"available_actions\":[\"pause\"]}",
		    RAN_OK "{\"items\":[{\"rollout\":\"r1\",\"tenant\":\"beta\",\"state\":\"in_doubt\",\"reason\":\"the link broke\"}],\"next\":null}" },
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1/tasks?state=in_doubt&limit=8\n",
		  "r1 app  failed\n"
		  "  release app to version 7\n"
		  "  [###############################---------]  77%  7/9 done\n"
		  "  7 done, 2 in_doubt\n"
		  "  budget 0 of 1 failures, at most 4 at a time\n"
		  "  wave 1   [################]      3  running\n"
		  "  beta in_doubt: the link broke\n"
		  "    -> muster task show r1/beta\n"
		  "  and 1 more\n"
		  "    -> muster task list r1 --state in_doubt\n"
		  "  -> muster task list r1 --state in_doubt\n",
		  NULL, 0 },
		{ "rollout show r1",
		  { RAN_OK "{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\",\"version\":\"7\",\"state\":\"done\",\"reason\":\"\",\"revision\":3,\"counts\":{\"total\":9,\"done\":9},\"waves\":[{\"seq\":1,\"size\":3,\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1},\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0,\"available_actions\":[\"pause\"]}" },
		  "GET /v1/rollouts/r1\n",
		  "r1 app  done\n"
		  "  release app to version 7\n"
		  "  [########################################] 100%  9/9 done\n"
		  "  9 done\n"
		  "  budget 0 of 1 failures, at most 4 at a time\n"
		  "  wave 1   [################]      3  running\n",
		  NULL, 0 },
		{ "rollout show r1",
		  { RAN_OK "{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\",\"version\":\"7\",\"state\":\"running\",\"reason\":\"\",\"revision\":3,\"counts\":{\"total\":3,\"done\":1,\"running\":2},\"waves\":[{\"seq\":1,\"size\":3,\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1},\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0,\"available_actions\":[\"pause\"]}",
		    RAN_REFUSE "{\"code\":\"store\",\"message\":\"the disk is full\"}" },
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1/tasks?state=running&limit=8\n",
		  "",
		  "muster: the disk is full\n"
		  "  -> journalctl -u musterd\n", 6 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tasks_that_matter_are_asked_for),
	};

	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
