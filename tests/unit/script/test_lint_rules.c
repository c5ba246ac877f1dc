#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "lint.h"

static void every_rule_has_a_page_and_the_codes_rise(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINT_NR; i++) {
		const struct lint_rule *rule = &lint_rules[i];

		assert_int_equal(strlen(rule->code), 5);
		assert_true(g_str_has_prefix(rule->code, "MU"));
		assert_true(i == 0 || strcmp(lint_rules[i - 1].code, rule->code) < 0);
		assert_true(rule->name[0] != '\0');
		assert_true(g_str_has_suffix(rule->title, "."));
		assert_true(g_str_has_suffix(rule->why, "."));
		assert_true(g_str_has_suffix(rule->help, "."));
		assert_true(rule->example[0] != '\0');
	}
}

static void names_are_used_once(void **state)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

	(void)state;
	for (size_t i = 0; i < LINT_NR; i++) {
		assert_true(g_hash_table_add(names, (gpointer)(uintptr_t)lint_rules[i].name));
	}
}

/* What a rollout refuses is an error, and nothing else is. */
static void the_first_digit_says_what_a_rollout_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINT_NR; i++) {
		char group = lint_rules[i].code[2];
		bool refused = (group == '0' || group == '2') && i != LINT_ALLOW;

		assert_int_equal(lint_rules[i].level == LINT_ERROR, refused);
	}
}

static void a_code_is_found_whatever_its_case(void **state)
{
	(void)state;
	assert_ptr_equal(lint_find("MU103"), &lint_rules[LINT_DROP_COLUMN]);
	assert_ptr_equal(lint_find("mu103"), &lint_rules[LINT_DROP_COLUMN]);
	assert_null(lint_find("MU999"));
	assert_null(lint_find(""));
}

static void what_cannot_be_read_cannot_be_allowed(void **state)
{
	(void)state;
	assert_true(lint_is_code("MU203"));
	assert_true(lint_is_code("MU004"));
	assert_false(lint_is_code("MU001"));
	assert_false(lint_is_code("MU002"));
	assert_false(lint_is_code("MU003"));
	assert_false(lint_is_code("mu203"));
	assert_false(lint_is_code("MU201"));
	assert_false(lint_is_code(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_a_page_and_the_codes_rise),
		cmocka_unit_test(names_are_used_once),
		cmocka_unit_test(the_first_digit_says_what_a_rollout_refuses),
		cmocka_unit_test(a_code_is_found_whatever_its_case),
		cmocka_unit_test(what_cannot_be_read_cannot_be_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
