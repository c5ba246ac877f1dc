#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "panel.h"
#include "sample.h"

static const char *const names[] = { "sql:queue", "file:stop" };

static void a_sample_has_what_still_stands(void **state)
{
	struct panel *panel = panel_new(names, G_N_ELEMENTS(names));
	struct sample *sample;

	(void)state;
	panel_put(panel, SIGNAL_THREADS_RUNNING, 7, 1000, 100);
	panel_put(panel, SIGNAL_NR + 1, 1, 1000, 5000);
	sample = panel_sample(panel, 42, 1100);
	assert_int_equal(sample->server_id, 42);
	assert_int_equal(sample->at_ms, 1100);
	assert_int_equal(sample->nr, 2);
	assert_true(sample_find(sample, "threads_running")->value == 7);
	assert_true(sample_find(sample, "file:stop")->value == 1);
	sample_free(sample);
	sample = panel_sample(panel, 42, 1101);
	assert_null(sample_find(sample, "threads_running"));
	assert_non_null(sample_find(sample, "file:stop"));
	sample_free(sample);
	panel_free(panel);
}

static void a_problem_takes_the_place_of_a_value_and_the_other_way_round(void **state)
{
	struct panel *panel = panel_new(NULL, 0);
	struct sample *sample;

	(void)state;
	panel_put(panel, SIGNAL_LAG, 2, 0, 100);
	panel_put_problem(panel, SIGNAL_LAG, "r1 does not answer", 0, 100);
	sample = panel_sample(panel, 1, 0);
	assert_string_equal(sample_find(sample, "lag")->problem, "r1 does not answer");
	assert_true(isnan(sample_find(sample, "lag")->value));
	sample_free(sample);
	panel_put(panel, SIGNAL_LAG, (double)INFINITY, 0, 100);
	sample = panel_sample(panel, 1, 0);
	assert_null(sample_find(sample, "lag")->problem);
	assert_true(isinf(sample_find(sample, "lag")->value));
	sample_free(sample);
	panel_free(panel);
}

static void what_a_server_does_not_have_is_in_no_sample(void **state)
{
	struct panel *panel = panel_new(names, G_N_ELEMENTS(names));
	struct sample *sample;

	(void)state;
	assert_false(panel_has(panel, SIGNAL_COMMIT_LATENCY));
	sample = panel_sample(panel, 1, 0);
	assert_int_equal(sample->nr, 0);
	assert_null(sample->where);
	assert_int_equal(sample->cores, 0);
	sample_free(sample);
	panel_put_problem(panel, SIGNAL_COMMIT_LATENCY, "no", 0, 100);
	assert_true(panel_has(panel, SIGNAL_COMMIT_LATENCY));
	panel_free(panel);
}

static void what_is_refused_stands_until_it_is_allowed(void **state)
{
	struct panel *panel = panel_new(NULL, 0);
	struct sample *sample;

	(void)state;
	panel_put_refused(panel, SIGNAL_LONGEST_TRX, "GRANT PROCESS");
	assert_false(panel_has(panel, SIGNAL_LONGEST_TRX));
	sample = panel_sample(panel, 1, 1000000);
	assert_true(sample_find(sample, "longest_trx")->is_refused);
	assert_string_equal(sample_find(sample, "longest_trx")->problem, "GRANT PROCESS");
	sample_free(sample);
	panel_put(panel, SIGNAL_LONGEST_TRX, 4, 1000000, 100);
	sample = panel_sample(panel, 1, 1000000);
	assert_false(sample_find(sample, "longest_trx")->is_refused);
	assert_null(sample_find(sample, "longest_trx")->problem);
	sample_free(sample);
	panel_free(panel);
}

static void says_where_and_how_many_cores(void **state)
{
	struct panel *panel = panel_new(NULL, 0);
	struct sample *sample;

	(void)state;
	panel_set_where(panel, "replica1");
	panel_set_where(panel, "replica2");
	panel_set_cores(panel, 8);
	sample = panel_sample(panel, 1, 0);
	assert_string_equal(sample->where, "replica2");
	assert_int_equal(sample->cores, 8);
	sample_free(sample);
	panel_set_where(panel, NULL);
	sample = panel_sample(panel, 1, 0);
	assert_null(sample->where);
	sample_free(sample);
	panel_free(panel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_has_what_still_stands),
		cmocka_unit_test(a_problem_takes_the_place_of_a_value_and_the_other_way_round),
		cmocka_unit_test(what_a_server_does_not_have_is_in_no_sample),
		cmocka_unit_test(what_is_refused_stands_until_it_is_allowed),
		cmocka_unit_test(says_where_and_how_many_cores),
	};

	return cmocka_run_group_tests_name("panel", tests, NULL, NULL);
}
