#include "ran.h"

/* clang-format off */
#define TAKEN \
	"{\"id\":1,\"at\":\"2026-11-22T12:00:00Z\",\"actor\":\"muster\",\"kind\":\"task\"," \
	"\"state\":\"done\",\"text\":\"applied\",\"output\":null,\"output_lost\":0}"
#define HOOKED \
	"{\"id\":2,\"at\":\"2026-11-22T12:00:01Z\",\"actor\":\"muster\",\"kind\":\"hook\"," \
	"\"state\":\"failed\",\"text\":\"after-open: gone\",\"output\":\"one\\n\\u001b[2Jtwo\\n\"," \
	"\"output_lost\":44}"

/* clang-format on */

static void what_hooks_printed_stands_under_their_line(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "task log r1/acme",
		  { RAN_OK "[" TAKEN "," HOOKED "]" },
		  "GET /v1/rollouts/r1/tasks/acme/log\n",
		  "2026-11-22 12:00:00  task    done     applied\n"
		  "2026-11-22 12:00:01  hook    failed   after-open: gone\n"
		  "    | … 44 bytes more before this\n"
		  "    | one\n"
		  "    |  [2Jtwo\n",
		  NULL, 0 },
		{ "task log r1 -o json",
		  { RAN_OK "[" TAKEN "]" },
		  "GET /v1/rollouts/r1/log\n",
		  "[" TAKEN "]\n",
		  NULL, 0 },
		{ "task log 'r1/a b' -o name",
		  { RAN_OK "[]" },
		  "GET /v1/rollouts/r1/tasks/a%20b/log\n",
		  "",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_hooks_printed_stands_under_their_line),
	};

	return cmocka_run_group_tests_name("cmd_log", tests, NULL, NULL);
}
