#include "ran.h"

/* clang-format off */
#define ROLLOUT(state) \
	"{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\"," \
	"\"version\":\"7\",\"state\":\"" state "\",\"reason\":\"\",\"revision\":3," \
	"\"counts\":{\"total\":3,\"done\":1,\"running\":2},\"waves\":[{\"seq\":1,\"size\":3," \
	"\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1}," \
	"\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0," \
	"\"available_actions\":[\"pause\"]}"
#define TASK \
	"{\"rollout\":\"r1\",\"tenant\":\"acme\",\"server\":\"db1\",\"wave\":1," \
	"\"state\":\"failed\",\"reason\":\"\",\"migration\":\"7\",\"statement\":1," \
	"\"statements\":3,\"attempt\":1,\"error\":{\"code\":\"db\",\"native\":1050," \
	"\"message\":\"Table exists\",\"hint\":\"muster rollout retry r1 -t acme\"}}"
#define SERVER \
	"{\"name\":\"db1\",\"address\":\"h:1\",\"flavor\":\"mariadb\"," \
	"\"version\":\"10.11\",\"state\":\"up\",\"max_running\":4,\"tenants\":3," \
	"\"revision\":2,\"labels\":{\"region\":\"eu\"}}"
#define TENANT \
	"{\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\"," \
	"\"version\":\"7\",\"mode\":\"rw\",\"hold\":null,\"labels\":{}}"

/* clang-format on */

static void it_waits_until_the_state_is_there(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "wait r1 --for done",
		  { RAN_OK ROLLOUT("running"),
		    RAN_OK ROLLOUT("running"),
		    RAN_OK ROLLOUT("done") },
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1\n",
		  "r1 is done\n",
		  NULL, 0 },
		{ "wait r1 --for done",
		  { RAN_OK ROLLOUT("running"),
		    "",
		    RAN_OK ROLLOUT("done") },
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/rollouts/r1\n",
		  "r1 is done\n",
		  "muster: musterd does not answer, waiting for it\n"
		  "  -> systemctl status musterd\n", 0 },
		{ "wait r1 --for paused,done",
		  { RAN_OK ROLLOUT("paused") },
		  "GET /v1/rollouts/r1\n",
		  "r1 is paused\n",
		  NULL, 0 },
		{ "wait r1/acme --for failed",
		  { RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n",
		  "r1/acme is failed\n",
		  NULL, 0 },
		{ "wait server/db1 --for up",
		  { RAN_OK SERVER },
		  "GET /v1/servers/db1\n",
		  "server/db1 is up\n",
		  NULL, 0 },
		{ "wait tenant/acme --for 7",
		  { RAN_OK TENANT },
		  "GET /v1/tenants/acme\n",
		  "tenant/acme is 7\n",
		  NULL, 0 },
		{ "wait tenant/acme --for rw -o name",
		  { RAN_OK TENANT },
		  "GET /v1/tenants/acme\n",
		  "",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void it_does_not_wait_in_vain(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "wait r1 --for done",
		  { RAN_OK ROLLOUT("failed") },
		  "GET /v1/rollouts/r1\n",
		  "",
		  "muster: r1 is failed, not done and stays so\n"
		  "  -> muster rollout show r1\n", 1 },
		{ "wait rollout/r1 --for done",
		  { RAN_OK ROLLOUT("failed") },
		  "GET /v1/rollouts/r1\n",
		  "",
		  "muster: rollout/r1 is failed, not done and stays so\n"
		  "  -> muster rollout show r1\n", 1 },
		{ "wait task/r1/acme --for done",
		  { RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n",
		  "",
		  "muster: task/r1/acme is failed, not done and stays so\n"
		  "  -> muster task show r1/acme\n", 1 },
		{ "wait r1/acme --for done",
		  { RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n",
		  "",
		  "muster: r1/acme is failed, not done and stays so\n"
		  "  -> muster task show r1/acme\n", 1 },
		{ "wait r1 --for done --timeout 0",
		  { RAN_OK ROLLOUT("running") },
		  "GET /v1/rollouts/r1\n",
		  "",
		  "muster: r1 is running, not done after that time\n"
		  "  -> muster rollout show r1\n", 5 },
		{ "wait r1",
		  { NULL },
		  "",
		  "",
		  "muster wait: say which state to wait for: --for STATE\n"
		  "  -> muster wait --help\n", 64 },
		{ "wait server/db1 --for done",
		  { NULL },
		  "",
		  "",
		  "muster wait: --for: \"done\" is not a state that server/db1 can have\n"
		  "  -> muster wait --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_waits_until_the_state_is_there),
		cmocka_unit_test(it_does_not_wait_in_vain),
	};

	return cmocka_run_group_tests_name("cmd_wait", tests, NULL, NULL);
}
