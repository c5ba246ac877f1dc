#include "kit.h"
#include "strategy.h"

static void is_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(strategy_find("direct"), &strategy_direct);
	assert_ptr_equal(strategy_direct.run, ddl_run);
	assert_ptr_equal(strategy_find("chunk"), &strategy_chunk);
	assert_null(strategy_find("Direct"));
	assert_null(strategy_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found_by_name),
	};

	return cmocka_run_group_tests_name("strategy", tests, NULL, NULL);
}
