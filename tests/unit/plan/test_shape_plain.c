#include "shape_made.h"

static const struct made facts[] = {
	{ "table t", "engine", "InnoDB", false },
	{ "table u", "engine", "InnoDB", false },
	{ "table Log", "engine", "Aria", false },
	{ "view over", "definition", "select `log`.`a` from `log`", false },
	{ "view beside", "definition", "select 'log' from t", false },
	{ "trigger tr", "", "before update on u", false },
	{ "trigger tr", "body", "insert into over values (1)", false },
	{ "procedure p", "body", "begin update u set a = 1; end", false },
	{ "function p", "body", "return 1", false },
	{ "function hidden", "hidden", "from this account", false },
};

static void plain_is_whatever_leads_to_a_plain_table(void **state)
{
	static const char *const want[] = { "log", "over", "u", "p" };
	SCOPED(shape) shape = { 0 };
	g_auto(GStrv) names = NULL;

	(void)state;
	made_shape(&shape, facts, G_N_ELEMENTS(facts));
	names = shape_plain_names(&shape);
	assert_int_equal(g_strv_length(names), G_N_ELEMENTS(want));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
		assert_true(g_strv_contains((const char *const *)names, want[i]));
	}
}

static void bodies_of_one_name_are_read_together(void **state)
{
	SCOPED(shape) shape = { 0 };
	g_autoptr(GHashTable) routines = NULL;

	(void)state;
	made_shape(&shape, facts, G_N_ELEMENTS(facts));
	routines = shape_routines(&shape);
	assert_int_equal(g_hash_table_size(routines), 1);
	assert_string_equal(g_hash_table_lookup(routines, "p"),
			    "return 1 ; begin update u set a = 1; end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_is_whatever_leads_to_a_plain_table),
		cmocka_unit_test(bodies_of_one_name_are_read_together),
	};

	return cmocka_run_group_tests_name("shape_plain", tests, NULL, NULL);
}
