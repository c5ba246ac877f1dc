#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "sample.h"

static void keeps_what_it_was_told(void **state)
{
	char name[] = "sql:queue";
	char problem[] = "it gave two rows";
	SCOPED_PTR(sample) sample = sample_new(7, 1000);

	(void)state;
	for (int i = 0; i < 40; i++) { /* more than it began with room for */
		g_autofree char *other = g_strdup_printf("sql:n%d", i);

		sample_add(sample, other, i);
	}
	sample_add_problem(sample, name, problem);
	sample_set_where(sample, "replica1");
	name[0] = 'x'; /* copied */
	problem[0] = 'x';
	assert_int_equal(sample->server_id, 7);
	assert_int_equal(sample->at_ms, 1000);
	assert_int_equal(sample->nr, 41);
	assert_true(sample_find(sample, "sql:n39")->value == 39);
	assert_null(sample_find(sample, "sql:n39")->problem);
	assert_true(isnan(sample_find(sample, "sql:queue")->value));
	assert_string_equal(sample_find(sample, "sql:queue")->problem, "it gave two rows");
	assert_string_equal(sample->where, "replica1");
	assert_null(sample_find(sample, "lag"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_was_told),
	};

	return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
