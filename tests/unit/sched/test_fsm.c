#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glib.h>

#include "fsm.h"

static const struct fsm *const machines[] = { &fsm_rollout, &fsm_wave, &fsm_task, &fsm_mode };

static void no_pair_stands_twice(void **state)
{
	(void)state;
	for (size_t m = 0; m < G_N_ELEMENTS(machines); m++) {
		const struct fsm *fsm = machines[m];

		for (size_t i = 0; i < fsm->nr_edges; i++) {
			for (size_t k = i + 1; k < fsm->nr_edges; k++) {
				assert_false(fsm->edges[i].from == fsm->edges[k].from &&
					     fsm->edges[i].event == fsm->edges[k].event);
			}
		}
	}
}

static void every_state_can_be_reached(void **state)
{
	(void)state;
	for (size_t m = 0; m < G_N_ELEMENTS(machines); m++) {
		const struct fsm *fsm = machines[m];
		bool seen[32] = { 0 };
		bool grown = true;

		seen[fsm->start] = true;
		while (grown) {
			grown = false;
			for (size_t i = 0; i < fsm->nr_edges; i++) {
				const struct fsm_edge *edge = &fsm->edges[i];

				if (seen[edge->from] && !seen[edge->to]) {
					seen[edge->to] = true;
					grown = true;
				}
			}
		}
		for (int i = 0; i < fsm->nr_states; i++) {
			if (!seen[i]) {
				fail_msg("%s: nothing leads to %s", fsm->name, fsm->states[i]);
			}
		}
	}
}

static void every_event_is_used(void **state)
{
	(void)state;
	for (size_t m = 0; m < G_N_ELEMENTS(machines); m++) {
		const struct fsm *fsm = machines[m];

		for (int event = 0; event < fsm->nr_events; event++) {
			bool used = false;

			for (int from = 0; from < fsm->nr_states; from++) {
				used = used || fsm_has(fsm, from, event);
			}
			if (!used) {
				fail_msg("%s: no row for %s", fsm->name, fsm->events[event]);
			}
		}
	}
}

static bool is_asked_by_an_operator(const struct fsm *fsm, int event)
{
	if (fsm == &fsm_rollout) {
		return event == ROLLOUT_RETRY;
	}
	if (fsm == &fsm_wave) {
		return event == WAVE_AGAIN;
	}
	return fsm == &fsm_task && (event == TASK_RETRY || event == TASK_RESOLVE ||
				    event == TASK_SKIP || event == TASK_PROMOTE);
}

static void only_an_operator_leaves_an_end(void **state)
{
	(void)state;
	for (size_t m = 0; m < G_N_ELEMENTS(machines); m++) {
		const struct fsm *fsm = machines[m];

		for (size_t i = 0; i < fsm->nr_edges; i++) {
			const struct fsm_edge *edge = &fsm->edges[i];

			assert_true(!fsm_is_end(fsm, edge->from) ||
				    is_asked_by_an_operator(fsm, edge->event));
		}
	}
}

static void refuses_in_words(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(fsm_next(&fsm_rollout, ROLLOUT_DONE, ROLLOUT_PAUSE, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg, "the rollout is done and cannot take \"pause\"");
}

static void the_drawing_is_the_golden_one(void **state)
{
	g_autofree char *path = g_build_filename(TESTS_DIR, "golden", "fsm.md", NULL);
	g_autoptr(GString) drawn = g_string_new(NULL);
	g_autofree char *golden = NULL;

	(void)state;
	for (size_t m = 0; m < G_N_ELEMENTS(machines); m++) {
		g_autofree char *drawing = fsm_draw(machines[m]);

		g_string_append_printf(drawn, "%s### %s\n\n%s", m > 0 ? "\n" : "",
				       machines[m]->name, drawing);
	}
	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, drawn->str, -1, NULL));
	}
	assert_true(g_file_get_contents(path, &golden, NULL, NULL));
	assert_string_equal(drawn->str, golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pair_stands_twice),
		cmocka_unit_test(every_state_can_be_reached),
		cmocka_unit_test(every_event_is_used),
		cmocka_unit_test(only_an_operator_leaves_an_end),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(the_drawing_is_the_golden_one),
	};

	return cmocka_run_group_tests_name("fsm", tests, NULL, NULL);
}
