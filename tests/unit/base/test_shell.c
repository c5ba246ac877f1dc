#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "shell.h"

static void names_are_quoted_where_a_shell_or_a_selector_needs_it(void **state)
{
	static const struct {
		const char *name;
		const char *word;
		const char *pick;
	} rows[] = {
		{ "client_0042", "client_0042", "client_0042" },
		{ "Ünï-1.x", "Ünï-1.x", "Ünï-1.x" },
		{ "r2/acme", "r2/acme", "'\"r2/acme\"'" },
		{ "a=b", "a=b", "'\"a=b\"'" },
		{ "with space", "'with space'", "'\"with space\"'" },
		{ "o'neil", "'o'\\''neil'", "'\"o'\\''neil\"'" },
		{ "$(x)`y`", "'$(x)`y`'", "'\"$(x)`y`\"'" },
		{ "\"q\"", "'\"q\"'", "'\"\"\"q\"\"\"'" },
		{ "", "''", "'\"\"'" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *word = shell_word(rows[i].name);
		g_autofree char *pick = shell_pick(rows[i].name);

		assert_string_equal(word, rows[i].word);
		assert_string_equal(pick, rows[i].pick);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_quoted_where_a_shell_or_a_selector_needs_it),
	};

	return cmocka_run_group_tests_name("shell", tests, NULL, NULL);
}
