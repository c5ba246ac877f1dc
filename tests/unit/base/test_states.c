#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "states.h"

static const struct {
	const char *const *names;
	int nr;
} lists[] = {
	{ rollout_state_names, ROLLOUT_STATE_NR }, { rollout_event_names, ROLLOUT_EVENT_NR },
	{ wave_state_names, WAVE_STATE_NR },       { wave_event_names, WAVE_EVENT_NR },
	{ task_state_names, TASK_STATE_NR },       { task_event_names, TASK_EVENT_NR },
	{ server_state_names, SERVER_STATE_NR },   { tenant_mode_names, TENANT_MODE_NR },
	{ tenant_event_names, TENANT_EVENT_NR },   { task_kind_names, TASK_KIND_NR },
};

static void every_name_finds_its_constant(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		for (int n = 0; n < lists[i].nr; n++) {
			assert_non_null(lists[i].names[n]);
			assert_int_equal(
				states_find(lists[i].names, lists[i].nr, lists[i].names[n]), n);
		}
	}
}

static void unknown_name_is_not_found(void **state)
{
	(void)state;
	assert_int_equal(states_find(task_state_names, TASK_STATE_NR, "Running"), -1);
	assert_int_equal(states_find(task_state_names, TASK_STATE_NR, ""), -1);
	assert_int_equal(states_find(task_state_names, 0, "pending"), -1);
}

/* Programs of others read these names; a change breaks them. */
static void names_of_tasks_are_the_promised_ones(void **state)
{
	static const char *const promised[] = {
		"pending", "waiting",  "running", "verifying", "done",
		"failed",  "in_doubt", "skipped", "held",      "cancelled",
	};

	(void)state;
	assert_int_equal(G_N_ELEMENTS(promised), TASK_STATE_NR);
	for (int n = 0; n < TASK_STATE_NR; n++) {
		assert_string_equal(task_state_names[n], promised[n]);
	}
}

static void names_of_rollouts_are_the_promised_ones(void **state)
{
	static const char *const promised[] = {
		"scheduled", "running", "pausing", "paused", "gated",
		"aborting",  "aborted", "done",    "failed",
	};

	(void)state;
	assert_int_equal(G_N_ELEMENTS(promised), ROLLOUT_STATE_NR);
	for (int n = 0; n < ROLLOUT_STATE_NR; n++) {
		assert_string_equal(rollout_state_names[n], promised[n]);
	}
}

static void a_file_of_routes_names_its_format(void **state)
{
	enum route_format format;

	(void)state;
	for (int i = 0; i < ROUTE_FORMAT_NR; i++) {
		g_autofree char *text = g_strconcat(route_format_names[i], ":/run/a:b", NULL);

		assert_string_equal(states_route_file(text, &format), "/run/a:b");
		assert_int_equal(format, i);
	}
	assert_null(states_route_file("json", &format));
	assert_null(states_route_file("jso:/run/a", &format));
	assert_null(states_route_file("xml:/run/a", &format));
	assert_null(states_route_file(":/run/a", &format));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_finds_its_constant),
		cmocka_unit_test(unknown_name_is_not_found),
		cmocka_unit_test(a_file_of_routes_names_its_format),
		cmocka_unit_test(names_of_tasks_are_the_promised_ones),
		cmocka_unit_test(names_of_rollouts_are_the_promised_ones),
	};

	return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
