#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "lint.h"
#include "man.h"

static void every_command_and_option_is_in_the_manual(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	man_page(out, NULL);
	assert_true(g_str_has_prefix(out->str, ".TH MUSTER 1"));
	for (const struct command *command = command_table; command->path != NULL; command++) {
		g_autofree char *title = g_strdup_printf(".SS \\fBmuster %s\\fR", command->path);

		assert_int_equal(strstr(out->str, title) == NULL, command->hidden);
	}
	for (int id = 0; id < OPT_ID_NR; id++) {
		g_auto(GStrv) parts = g_strsplit(opt_table[id].name, "-", -1);
		g_autofree char *name = g_strjoinv("\\-", parts);
		g_autofree char *title = g_strdup_printf("\\fB\\-\\-%s\\fR", name);

		assert_non_null(strstr(out->str, title));
	}
}

/* A line of text that begins with a dot would be a request. */
static void no_text_becomes_a_request(void **state)
{
	static const char *const known[] = { ".TH ", ".SH ", ".SS ", ".TP", ".PP", ".B ",
					     ".I ",  ".BR ", ".nf",  ".fi", NULL };
	g_autoptr(GString) out = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	(void)state;
	man_page(out, NULL);
	lines = g_strsplit(out->str, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		bool good = lines[i][0] != '.' && lines[i][0] != '\'';

		for (size_t k = 0; known[k] != NULL; k++) {
			good = good || g_str_has_prefix(lines[i], known[k]);
		}
		assert_true(good);
	}
}

static void every_rule_of_lint_is_in_the_manual(void **state)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autoptr(GString) one = g_string_new(NULL);
	g_autoptr(GString) other = g_string_new(NULL);

	(void)state;
	man_page(all, NULL);
	man_page(one, command_get("lint"));
	man_page(other, command_get("doctor"));
	for (size_t i = 0; i < LINT_NR; i++) {
		g_autofree char *title = g_strdup_printf(".B %s ", lint_rules[i].code);

		assert_non_null(strstr(all->str, title));
		assert_non_null(strstr(one->str, title));
		assert_null(strstr(other->str, title));
	}
}

static void one_command_has_a_page_of_its_own(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	man_page(out, command_get("rollout start"));
	assert_true(g_str_has_prefix(out->str, ".TH MUSTER-ROLLOUT-START 1"));
	assert_null(strstr(out->str, ".SS"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_and_option_is_in_the_manual),
		cmocka_unit_test(no_text_becomes_a_request),
		cmocka_unit_test(every_rule_of_lint_is_in_the_manual),
		cmocka_unit_test(one_command_has_a_page_of_its_own),
	};

	return cmocka_run_group_tests_name("man", tests, NULL, NULL);
}
