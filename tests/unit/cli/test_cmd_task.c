#include "ran.h"

/* clang-format off */
#define TASK \
	"{\"rollout\":\"r1\",\"tenant\":\"acme\",\"server\":\"db1\",\"wave\":1," \
	"\"state\":\"failed\",\"reason\":\"\",\"migration\":\"7\",\"statement\":1," \
	"\"statements\":3,\"attempt\":1,\"error\":{\"code\":\"db\",\"native\":1050," \
	"\"message\":\"Table exists\",\"hint\":\"muster rollout retry r1 -t acme\"}}"

/* clang-format on */

static void a_task_is_shown_with_what_helps(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "task show r1/acme",
		  { RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n",
		  "tenant     acme\n"
		  "server     db1\n"
		  "wave       1\n"
		  "state      failed\n"
		  "statement  1/3\n"
		  "migration  7\n"
		  "attempt    1\n"
		  "why        Table exists\n"
		  "error      db 1050\n"
		  "rollout    r1\n"
		  "  -> muster rollout retry r1 -t acme\n",
		  NULL, 0 },
		{ "task show 'r1/a b' -o name",
		  { RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/a%20b\n",
		  "r1/acme\n",
		  NULL, 0 },
		{ "task kill r1/acme --reason stuck -o name",
		  { RAN_OK TASK },
		  "POST /v1/rollouts/r1/tasks/acme/kill {\"tenant\":null,\"reason\":\"stuck\",\"now\":false,\"full\":false,\"revision\":0}\n",
		  "r1/acme\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

#define NO_DIFFERENCE "  its schema shows no difference to what it was before the statement\n"

static void a_doubt_is_resolved_by_what_was_found(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "task resolve r1/acme --as at=2 --reason looked -o name",
		  { RAN_OK TASK, RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n"
		  "POST /v1/rollouts/r1/tasks/acme/resolve {\"as\":\"at=2\",\"reason\":\"looked\"}\n",
		  "r1/acme\n",
		  NULL, 0 },
		{ "task resolve r1/acme --as not-applied",
		  { RAN_OK "{\"tenant\":\"acme\",\"difference\":[\"table a: new\"]}", RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n"
		  "POST /v1/rollouts/r1/tasks/acme/resolve {\"as\":\"not-applied\",\"reason\":null}\n",
		  NULL,
		  NULL, 0 },
		{ "task resolve r1/acme --as maybe",
		  { NULL },
		  "",
		  "",
		  "muster task resolve: --as: \"maybe\" is not one of applied, not-applied, at=N\n"
		  "  -> muster task resolve --help\n", 64 },
		{ "task resolve r1/acme",
		  { RAN_OK TASK },
		  "GET /v1/rollouts/r1/tasks/acme\n",
		  NO_DIFFERENCE,
		  "muster task resolve: say what you found: --as applied, not-applied or at=N\n"
		  "  -> muster task resolve --help\n", 64 },
		{ "task resolve r1 --as applied",
		  { NULL },
		  "",
		  "",
		  "muster task resolve: \"r1\" is no task: write it as ROLLOUT/TENANT\n"
		  "  -> muster task resolve --help\n", 64 },
		{ "task list r1 --state dnoe",
		  { NULL },
		  "",
		  "",
		  "muster task list: --state: \"dnoe\" is not one of pending, waiting, running, verifying, done, failed, in_doubt, skipped, held, cancelled\n"
		  "  -> muster task list --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_shown_with_what_helps),
		cmocka_unit_test(a_doubt_is_resolved_by_what_was_found),
	};

	return cmocka_run_group_tests_name("cmd_task", tests, NULL, NULL);
}
