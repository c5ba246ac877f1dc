#include "api_fixture.h"

static void health_needs_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct wire_health health = { 0 };

	ask_for(fixture, &wire_health_type, &health, "GET /healthz", NULL);
	assert_string_equal(health.status, "ok");
	assert_string_equal(health.version, MUSTER_VERSION);
	assert_int_equal(health.protocol, WIRE_PROTOCOL);
	assert_int_equal(health.running, 0);
	assert_true(health.uptime_s >= 0);
	wire_release(&wire_health_type, &health);
}

static void events_are_read_from_any_place(void **state)
{
	struct fixture *fixture = *state;
	struct wire_event_page page = { 0 };
	const struct wire_event *events;

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "a", "db1", "{}");
	fixture_add_tenant(fixture, "b", "db1", "{}");
	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events", NULL);
	assert_int_equal(page.items.nr, 3);
	assert_int_equal(page.last, 3);
	events = page.items.items;
	assert_string_equal(events[0].kind, "server.add");
	assert_string_equal(events[0].object, "server/db1");
	assert_int_equal(events[0].uid, getuid());
	assert_non_null(events[0].actor);
	assert_non_null(events[0].at);
	wire_release(&wire_event_page_type, &page);
	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events?since=1&limit=1", NULL);
	assert_int_equal(page.items.nr, 1);
	assert_int_equal(page.last, 2);
	wire_release(&wire_event_page_type, &page);
	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events?since=-2", NULL);
	assert_int_equal(page.items.nr, 2);
	wire_release(&wire_event_page_type, &page);
	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events?since=3", NULL);
	assert_int_equal(page.items.nr, 0);
	assert_int_equal(page.last, 3);
	wire_release(&wire_event_page_type, &page);
}

static void events_of_one_rollout_are_only_its_own(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct wire_event_page page = { 0 };
	const struct wire_event *events;
	struct reply reply = { 0 };

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	fixture_add_release(fixture, "select 1;");
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "done");
	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events?rollout=r1", NULL);
	assert_true(page.items.nr >= 3);
	events = page.items.items;
	for (size_t i = 0; i < page.items.nr; i++) {
		assert_int_equal(strncmp(events[i].object, "r1", 2), 0);
	}
	wire_release(&wire_event_page_type, &page);
	ask(fixture, &reply, "GET /v1/events?rollout=r7", NULL);
	assert_int_equal(reply.status, 404);
	reply_clear(&reply);
}

static char *states_of(struct wire_list *list)
{
	GString *out = g_string_new(NULL);
	const struct wire_rollout *rollouts = list->items;

	for (size_t i = 0; i < list->nr; i++) {
		g_string_append_printf(out, "%s:%s ", rollouts[i].id, rollouts[i].state);
	}
	wire_list_release(&wire_rollout_type, list);
	return g_string_free(out, FALSE);
}

/* Everything that can be paused is, at once; and goes on when it is told to. */
static void the_red_button_pauses_and_resumes_all(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct wire_list list = { 0 };
	g_autofree char *paused = NULL;
	g_autofree char *resumed = NULL;
	g_autofree char *again = NULL;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
	fixture_add_release(fixture, "select 1;");
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"waves\":\"1,rest\",\"gate\":\"human\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "gated");
	ask_for_list(fixture, &wire_rollout_type, &list, "POST /v1/pause",
		     "{\"reason\":\"pager\"}");
	paused = states_of(&list);
	assert_true(strcmp(paused, "r1:paused ") == 0 || strcmp(paused, "r1:pausing ") == 0);
	fixture_rollout_until(fixture, "paused");
	ask_for_list(fixture, &wire_rollout_type, &list, "POST /v1/pause", "{}");
	again = states_of(&list);
	assert_string_equal(again, ""); /* nothing left to pause */
	ask_for_list(fixture, &wire_rollout_type, &list, "POST /v1/resume", "{}");
	resumed = states_of(&list);
	assert_int_equal(strncmp(resumed, "r1:", 3), 0);
	assert_null(strstr(resumed, "paus"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(health_needs_nothing),
		TEST(events_are_read_from_any_place),
		TEST(events_of_one_rollout_are_only_its_own),
		TEST(the_red_button_pauses_and_resumes_all),
	};

	return cmocka_run_group_tests_name("ops_admin", tests, NULL, NULL);
}
