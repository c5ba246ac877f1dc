#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "command.h"

static const struct command *find(const char *line, size_t *used, struct err *err)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	g_autoptr(GPtrArray) array = g_ptr_array_new();

	for (size_t i = 0; words[i] != NULL; i++) {
		if (words[i][0] != '\0') {
			g_ptr_array_add(array, words[i]);
		}
	}
	return command_find(array, used, err);
}

/* clang-format off */
static const struct { const char *line; const char *path; size_t used; } found[] = {
	{ "rollout start dir",   "rollout start", 2 },
	{ "pause",               "pause",         1 },
	{ "wait r1",             "wait",          1 },
	{ "release show r",      "release show",  2 },
	{ "rollout",             NULL,            1 }, /* a group alone */
	{ "",                    NULL,            0 },
};

static const struct { const char *line; const char *msg; } refused[] = {
	{ "rollout strat",  "there is no command \"rollout strat\"; did you mean \"rollout start\"?" },
	{ "rollot start x", "there is no command \"rollot\"; did you mean \"rollout start\"?" },
	{ "tennat",         "there is no command \"tennat\"; did you mean \"tenant\"?" },
	{ "rollout xyzzy",  "there is no command \"rollout xyzzy\"" },
	{ "xyzzy",          "there is no command \"xyzzy\"" },
};

/* clang-format on */

static void finds_the_command_at_the_front(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(found); i++) {
		struct err err = { .code = ERR_PROTOCOL };
		size_t used = 9;
		const struct command *command = find(found[i].line, &used, &err);

		assert_int_equal(err.code, ERR_NONE);
		assert_int_equal(used, found[i].used);
		if (found[i].path == NULL) {
			assert_null(command);
		} else {
			assert_string_equal(command->path, found[i].path);
		}
	}
}

static void says_what_was_probably_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		struct err err = { 0 };
		size_t used = 9;

		assert_null(find(refused[i].line, &used, &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refused[i].msg);
		assert_int_equal(used, 0);
	}
}

/* The help of all commands is a file that a reviewer reads; UPDATE_GOLDEN=1 writes it. */
static void help_is_as_reviewed(void **state)
{
	const char *path = TESTS_DIR "/golden/cli/help.txt";
	g_autoptr(GString) now = g_string_new(NULL);
	g_autofree char *golden = NULL;

	(void)state;
	command_overview(now, NULL);
	for (const struct command *command = command_table; command->path != NULL; command++) {
		g_string_append_printf(now, "\n==== muster %s --help\n\n", command->path);
		command_help(now, command);
	}
	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, now->str, (gssize)now->len, NULL));
	}
	assert_true(g_file_get_contents(path, &golden, NULL, NULL));
	assert_string_equal(now->str, golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_command_at_the_front),
		cmocka_unit_test(says_what_was_probably_meant),
		cmocka_unit_test(help_is_as_reviewed),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
