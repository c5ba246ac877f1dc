#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "command.h"

static void each_row_of_the_table_is_whole(void **state)
{
	(void)state;
	for (const struct command *a = command_table; a->path != NULL; a++) {
		opt_bits seen = 0;

		assert_non_null(a->args);
		assert_non_null(a->summary);
		assert_non_null(a->run);
		assert_false(g_str_has_suffix(a->summary, "."));
		assert_true(a->most < 0 || a->most >= a->least);
		assert_true((a->options & OPTS_GLOBAL) == 0);
		assert_ptr_equal(command_get(a->path), a); /* no path is there twice */
		for (int id = 0; id < OPT_ID_NR; id++) {   /* no option's name is there twice */
			for (int other = 0; other < id; other++) {
				if ((a->options & OPT_BIT(id)) != 0 &&
				    (a->options & OPT_BIT(other)) != 0) {
					assert_string_not_equal(opt_table[id].name,
								opt_table[other].name);
				}
			}
			seen |= a->options & OPT_BIT(id);
		}
		assert_true(seen == a->options);
	}
}

static void every_option_belongs_to_a_command(void **state)
{
	opt_bits used = OPTS_GLOBAL;

	(void)state;
	for (const struct command *command = command_table; command->path != NULL; command++) {
		used |= command->options;
	}
	assert_true(used == OPTS_EVERY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_the_table_is_whole),
		cmocka_unit_test(every_option_belongs_to_a_command),
	};

	return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
