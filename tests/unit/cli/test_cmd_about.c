#include "ran.h"

static void versions_of_both_programs_are_told(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "version",
		  { RAN_OK "{\"status\":\"ok\",\"version\":\"0.2.0\",\"protocol\":1,\"uptime_s\":7}" },
		  "GET /healthz\n",
		  "muster 0.1.0 (protocol 1)\n"
		  "musterd 0.2.0 (protocol 1), up 7 s\n",
		  NULL, 0 },
		{ "version -o json",
		  { RAN_OK "{\"status\":\"ok\",\"version\":\"0.2.0\",\"protocol\":1,\"uptime_s\":7}" },
		  "GET /healthz\n",
		  "{\"version\":\"0.1.0\",\"protocol\":1,\"daemon\":{\"status\":\"ok\",\"version\":\"0.2.0\",\"protocol\":1,\"uptime_s\":7}}\n",
		  NULL, 0 },
		{ "version -o json",
		  { NULL },
		  "",
		  "{\"version\":\"0.1.0\",\"protocol\":1,\"daemon\":null}\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void help_and_scripts_are_about_what_there_is(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "help rollout strat",
		  { NULL },
		  "",
		  "",
		  "muster: there is no command \"rollout strat\"; did you mean \"rollout start\"?\n"
		  "  -> muster help\n", 64 },
		{ "man xyzzy",
		  { NULL },
		  "",
		  "",
		  "muster: there is no command \"xyzzy\"\n"
		  "  -> muster help\n", 64 },
		{ "completion tcsh",
		  { NULL },
		  "",
		  "",
		  "muster completion: there is no completion for \"tcsh\": bash, zsh or fish\n"
		  "  -> muster completion --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_of_both_programs_are_told),
		cmocka_unit_test(help_and_scripts_are_about_what_there_is),
	};

	return cmocka_run_group_tests_name("cmd_about", tests, NULL, NULL);
}
