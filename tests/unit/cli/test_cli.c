#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "ran.h"

/* clang-format off */
static const struct { const char *line; int code; const char *err; } misuses[] = {
	{ "muster rollot",               64, "muster: there is no command \"rollot\"; did you mean \"rollout\"?\n"
					     "  -> muster --help\n" },
	{ "muster rollout strat",        64, "muster: there is no command \"rollout strat\"; did you mean \"rollout start\"?\n"
					     "  -> muster rollout --help\n" },
	{ "muster rollout start",        64, "muster rollout start: DIR|RELEASE is missing\n"
					     "  -> muster rollout start --help\n" },
	{ "muster rollout show a b",     64, "muster rollout show: \"b\" is one word too many\n"
					     "  -> muster rollout show --help\n" },
	{ "muster rollout show ''",      64, "muster rollout show: a word is empty: R\n"
					     "  -> muster rollout show --help\n" },
	{ "muster tenant hold a\xff",    64, "muster tenant hold: \"a\xff\" is not UTF-8\n"
					     "  -> muster tenant hold --help\n" },
	{ "muster rollout start x --wav 1", 64, "muster rollout start: there is no option --wav here; did you mean --waves?\n"
					     "  -> muster rollout start --help\n" },
	{ "muster --wrong",              64, "muster: there is no option --wrong here\n"
					     "  -> muster --help\n" },
	{ "muster server add db1",       64, "muster server add: give either --host H or --socket S\n"
					     "  -> muster server add --help\n" },
	{ "muster tenant hold acme",     64, "muster tenant hold: say why, the next one will wonder: --reason TEXT\n"
					     "  -> muster tenant hold --help\n" },
	{ "muster rollout skip r1",      64, "muster rollout skip: say which tenant to skip: -t TENANT\n"
					     "  -> muster rollout skip --help\n" },
	{ "muster task show r1",         64, "muster task show: \"r1\" is no task: write it as ROLLOUT/TENANT\n"
					     "  -> muster task show --help\n" },
	{ "muster wait r1 --for dnoe",   64, "muster wait: --for: \"dnoe\" is not a state that r1 can have\n"
					     "  -> muster wait --help\n" },
	{ "muster completion tcsh",      64, "muster completion: there is no completion for \"tcsh\": bash, zsh or fish\n"
					     "  -> muster completion --help\n" },
	{ "muster rollout start ./no",   65, "muster: there is no folder ./no\n"
					     "  -> muster rollout start --help\n" },
	{ "muster tenant import no.csv", 65, "muster: cannot read no.csv: No such file or directory\n"
					     "  -> muster tenant import --help\n" },
	{ "muster --socket /no/m.sock server list", 6,
	  "muster: no musterd answers on /no/m.sock (No such file or directory): start it with "
	  "\"systemctl start musterd\" or name its socket with --socket\n" },
};

/* clang-format on */

static void a_problem_is_one_sentence_and_the_command_that_helps(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(misuses); i++) {
		struct ran ran = { 0 };

		ran_run(&ran, misuses[i].line);
		assert_string_equal(ran.err, misuses[i].err);
		assert_string_equal(ran.out, "");
		assert_int_equal(ran.code, misuses[i].code);
		ran_free(&ran);
	}
}

static void help_is_a_result(void **state)
{
	static const char *const lines[] = { "muster",
					     "muster --help",
					     "muster rollout --help",
					     "muster rollout start --help",
					     "muster help rollout",
					     "muster -h rollout start x --wait" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct ran ran = { 0 };

		ran_run(&ran, lines[i]);
		assert_int_equal(ran.code, 0);
		assert_non_null(strstr(ran.out, "Usage: muster "));
		assert_string_equal(ran.err, "");
		ran_free(&ran);
	}
}

static void a_group_alone_is_not_a_command(void **state)
{
	struct ran ran = { 0 };

	(void)state;
	ran_run(&ran, "muster rollout");
	assert_int_equal(ran.code, 64);
	assert_string_equal(ran.out, "");
	assert_non_null(strstr(ran.err, "rollout promote R"));
	ran_free(&ran);
}

static void json_is_the_daemons_own_body(void **state)
{
	const char *answers[] = { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
				  "{\"name\":\"db1\",\"new_field\":[1]}",
				  NULL };
	struct canned canned = { 0 };
	struct ran ran = { 0 };
	g_autofree char *line = NULL;

	(void)state;
	canned_start(&canned, answers);
	line = g_strdup_printf("muster --socket %s server show db1 -o json", canned.socket);
	ran_run(&ran, line);
	assert_int_equal(ran.code, 0);
	assert_string_equal(ran.out, "{\"name\":\"db1\",\"new_field\":[1]}\n");
	ran_free(&ran);
	canned_stop(&canned);
}

static void a_full_disk_is_noticed(void **state)
{
	pid_t pid;
	int status = 0;

	(void)state;
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (freopen("/dev/full", "w", stdout) == NULL ||
		    freopen("/dev/null", "w", stderr) == NULL) {
			_exit(1);
		}
		ran_child("muster help");
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 65);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_problem_is_one_sentence_and_the_command_that_helps),
		cmocka_unit_test(help_is_a_result),
		cmocka_unit_test(a_group_alone_is_not_a_command),
		cmocka_unit_test(json_is_the_daemons_own_body),
		cmocka_unit_test(a_full_disk_is_noticed),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
