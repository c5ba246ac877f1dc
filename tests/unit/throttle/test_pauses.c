#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "pauses.h"

static void each_cause_has_its_sum(void **state)
{
	SCOPED_PTR(pauses) pauses = pauses_new();
	g_autofree char *again = g_strdup("lag");

	(void)state;
	assert_null(pauses_get(pauses, 0));
	assert_int_equal(pauses_ms(pauses), 0);
	pauses_add(pauses, "lag", 500);
	pauses_add(pauses, "hold", 2000);
	pauses_add(pauses, again, 250);
	assert_string_equal(pauses_get(pauses, 0)->cause, "lag");
	assert_int_equal(pauses_get(pauses, 0)->ms, 750);
	assert_string_equal(pauses_get(pauses, 1)->cause, "hold");
	assert_int_equal(pauses_get(pauses, 1)->ms, 2000);
	assert_null(pauses_get(pauses, 2));
	assert_int_equal(pauses_ms(pauses), 2750);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_has_its_sum),
	};

	return cmocka_run_group_tests_name("pauses", tests, NULL, NULL);
}
