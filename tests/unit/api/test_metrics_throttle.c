#include "api_fixture.h"

#include "metrics_throttle.h"

static void says(const char *text, const char *line)
{
	g_autofree char *whole = g_strdup_printf("\n%s\n", line);

	if (strstr(text, whole) == NULL) {
		fail_msg("not in the metrics: %s\n%s", line, text);
	}
}

static void a_held_server_is_seen(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	g_autoptr(GString) out = g_string_new("\n");
	struct err err = { 0 };

	fixture_add_server(fixture, "db1");
	ask_for_list(fixture, &wire_throttle_type, &list, "POST /v1/throttle/db1/hold",
		     "{\"for_ms\":60000,\"reason\":\"backup\"}");
	wire_list_release(&wire_throttle_type, &list);
	must(metrics_throttle(out, fixture->sched, &err), &err);
	says(out->str, "# TYPE muster_throttle_state gauge");
	says(out->str, "muster_throttle_state{server=\"db1\",state=\"paused\"} 1");
	says(out->str, "muster_throttle_state{server=\"db1\",state=\"go\"} 0");
	says(out->str, "muster_throttle_slots{server=\"db1\"} 0");
	says(out->str, "muster_throttle_slots_max{server=\"db1\"} 4");
	says(out->str, "muster_throttle_running{server=\"db1\"} 0");
	says(out->str, "# UNIT muster_throttle_paused_seconds seconds");
	says(out->str, "# TYPE muster_throttle_paused_seconds counter");
}

/* Whoever only counts does not have servers sampled. */
static void a_server_that_nobody_needs_is_not_looked_at(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) out = g_string_new("\n");
	struct err err = { 0 };

	fixture_add_server(fixture, "db1");
	must(metrics_throttle(out, fixture->sched, &err), &err);
	assert_null(strstr(out->str, "db1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_held_server_is_seen, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_server_that_nobody_needs_is_not_looked_at,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("metrics_throttle", tests, NULL, NULL);
}
