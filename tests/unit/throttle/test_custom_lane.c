#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "custom_lane.h"
#include "panel.h"
#include "sample.h"
#include "test_server.h"
#include "tick.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

/* clang-format off */
static const struct custom_signal customs[] = {
	{ .name = TEXT("sql:seven"), .text = TEXT("select 3 + 4") },
	{ .name = TEXT("sql:two"),   .text = TEXT("select 1 union select 2") },
	{ .name = TEXT("file:stop"), .text = TEXT("/no/such/file") },
	{ .name = TEXT("http:nobody"), .text = TEXT("http://127.0.0.1:1/") },
};

static const struct {
	const char *name; const char *text; const char *wrong;
} refused[] = {
	{ "sql:a",   "delete from t",  "signal sql:a: \"delete from t\" is no SELECT" },
	{ "http:a",  "nowhere",        "signal http:a: \"nowhere\" is no URL" },
	{ "file:a",  "relative",       "signal file:a: \"relative\" is no path" },
	{ "lag",     "select 1",       "signal lag: a signal of muster's own has no text" },
	{ "other:a", "select 1",       "\"other:a\" is no signal" },
};

/* clang-format on */

static struct panel *panel_of(void)
{
	static const char *const names[] = { "sql:seven", "sql:two", "file:stop", "http:nobody" };

	return panel_new(names, G_N_ELEMENTS(names));
}

static void each_has_its_value_or_its_problem(void **state)
{
	struct panel *panel = panel_of();
	struct err err = { 0 };
	struct custom_lane *lane =
		custom_lane_new(test_server_addr(), customs, G_N_ELEMENTS(customs), panel, 0, &err);
	SCOPED_PTR(sample) sample = NULL;

	(void)state;
	assert_non_null(lane);
	custom_lane_turn(lane);
	custom_lane_turn(lane); /* the session is used again */
	sample = panel_sample(panel, 1, tick_ms());
	assert_true(sample_find(sample, "sql:seven")->value == 7);
	assert_non_null(strstr(sample_find(sample, "sql:two")->problem, "2 rows"));
	assert_true(sample_find(sample, "file:stop")->value == 0);
	assert_non_null(sample_find(sample, "http:nobody")->problem);
	custom_lane_free(lane);
	panel_free(panel);
}

static void without_a_server_the_others_are_still_read(void **state)
{
	const struct db_addr nowhere = { .socket = TEXT("/no/such/sock") };
	struct panel *panel = panel_of();
	struct err err = { 0 };
	struct custom_lane *lane =
		custom_lane_new(&nowhere, customs, G_N_ELEMENTS(customs), panel, 0, &err);
	SCOPED_PTR(sample) sample = NULL;

	(void)state;
	assert_non_null(lane);
	custom_lane_turn(lane);
	sample = panel_sample(panel, 1, tick_ms());
	assert_non_null(strstr(sample_find(sample, "sql:seven")->problem, "/no/such/sock"));
	assert_true(sample_find(sample, "file:stop")->value == 0);
	custom_lane_free(lane);
	panel_free(panel);
}

static void one_that_can_never_work_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		const struct custom_signal one = { .name = TEXT(refused[i].name),
						   .text = TEXT(refused[i].text) };
		const struct db_addr nowhere = { .socket = TEXT("/no/such/sock") };
		struct panel *panel = panel_of();
		struct err err = { 0 };

		assert_null(custom_lane_new(&nowhere, &one, 1, panel, 0, &err));
		assert_int_equal(err.code, ERR_INVALID);
		if (strstr(err.msg, refused[i].wrong) == NULL) {
			fail_msg("%s", err.msg);
		}
		panel_free(panel);
	}
}

static void nothing_is_read_once_it_must_stop(void **state)
{
	struct panel *panel = panel_of();
	int stop_fd = eventfd(1, EFD_CLOEXEC);
	struct err err = { 0 };
	struct custom_lane *lane = custom_lane_new(test_server_addr(), customs,
						   G_N_ELEMENTS(customs), panel, stop_fd, &err);
	SCOPED_PTR(sample) sample = NULL;

	(void)state;
	custom_lane_turn(lane);
	sample = panel_sample(panel, 1, tick_ms());
	assert_int_equal(sample->nr, 0);
	custom_lane_free(lane);
	panel_free(panel);
	(void)close(stop_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_value_or_its_problem),
		cmocka_unit_test(without_a_server_the_others_are_still_read),
		cmocka_unit_test(one_that_can_never_work_is_refused),
		cmocka_unit_test(nothing_is_read_once_it_must_stop),
	};

	return cmocka_run_group_tests_name("custom_lane", tests, NULL, NULL);
}
