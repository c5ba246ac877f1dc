#include "explain.h"
#include "golden.h"

static void every_page_is_as_reviewed(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	explain_all(out);
	for (size_t i = 0; i < LINT_NR; i++) {
		g_string_append(out, "\n----\n\n");
		explain_rule(out, &lint_rules[i]);
	}
	golden_is("lint", "explain.txt", out->str);
}

static void what_cannot_be_read_has_no_way_to_let_it_pass(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	explain_rule(out, &lint_rules[LINT_TEXT]);
	assert_null(strstr(out->str, "allow="));
	explain_rule(out, &lint_rules[LINT_DROP_TABLE]);
	assert_non_null(strstr(out->str, "-- muster: allow=MU101 reason="));
}

static void a_name_leads_to_its_code(void **state)
{
	(void)state;
	assert_string_equal(explain_suggest("drop-column"), "MU103");
	assert_string_equal(explain_suggest("MU1033"), "MU103");
	assert_null(explain_suggest("something else"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_as_reviewed),
		cmocka_unit_test(what_cannot_be_read_has_no_way_to_let_it_pass),
		cmocka_unit_test(a_name_leads_to_its_code),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
