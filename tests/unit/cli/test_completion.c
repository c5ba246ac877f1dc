#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "command.h"
#include "completion.h"

/* What bash offers for a line; the last word is the one that is being typed. */
static char *offered(const char *line)
{
	g_autoptr(GString) script = g_string_new(NULL);
	g_autofree char *quoted = g_shell_quote(line);
	g_auto(GStrv) argv = g_strsplit("bash -c script", " ", -1);
	char *out = NULL;
	int status = 0;

	/* a muster that knows one server, so that no daemon is needed */
	g_string_append(script, "muster() { [[ $1 = server ]] && echo db1; }\ncompopt() { :; }\n");
	assert_true(completion_script(script, "bash"));
	g_string_append_printf(script,
			       "IFS=' ' read -r -a COMP_WORDS <<< %s\n"
			       "[[ %s == *' ' ]] && COMP_WORDS+=('')\n"
			       "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_muster\n"
			       "echo \"${COMPREPLY[*]}\"\n",
			       quoted, quoted);
	g_free(argv[2]);
	argv[2] = g_strdup(script->str);
	assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL,
				 &status, NULL));
	assert_int_equal(status, 0);
	return g_strchomp(out);
}

/* clang-format off */
static const struct { const char *line; const char *want; } lines[] = {
	{ "muster rel",                     "release" },
	{ "muster rollout st",              "start" },
	{ "muster rollout start --wa",      "--waves --wait" },
	{ "muster rollout start --gate ",   "none human" },
	{ "muster -o js",                   "json jsonl" },
	{ "muster server show d",           "db1" },
	{ "muster tenant add a --server ",  "db1" },
	{ "muster task list r1 --state wa", "waiting" },
};

/* clang-format on */

static void bash_offers_commands_options_values_and_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *out = offered(lines[i].line);

		assert_string_equal(out, lines[i].want);
	}
}

static void every_command_is_in_every_script(void **state)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		assert_true(completion_script(out, shells[i]));
		for (const struct command *command = command_table; command->path != NULL;
		     command++) {
			const char *space = strchr(command->path, ' ');

			if (!command->hidden) {
				assert_non_null(strstr(out->str,
						       space != NULL ? space + 1 : command->path));
			}
		}
	}
}

static void another_shell_is_refused(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	assert_false(completion_script(out, "tcsh"));
	assert_int_equal(out->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bash_offers_commands_options_values_and_names),
		cmocka_unit_test(every_command_is_in_every_script),
		cmocka_unit_test(another_shell_is_refused),
	};

	return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
