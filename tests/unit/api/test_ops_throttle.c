#include <math.h>

#include "api_fixture.h"

#include "sched_throttle.h"

/* db1 as the api shows it; the list is the caller's to release. */
static const struct wire_throttle *show(struct fixture *fixture, struct wire_list *list,
					const char *line)
{
	wire_list_release(&wire_throttle_type, list);
	ask_for_list(fixture, &wire_throttle_type, list, line, NULL);
	assert_true(list->nr > 0);
	return list->items;
}

static void change(struct fixture *fixture, const char *line, const char *body)
{
	struct wire_list list = { 0 };

	ask_for_list(fixture, &wire_throttle_type, &list, line, body);
	wire_list_release(&wire_throttle_type, &list);
}

static void servers_are_shown_whole(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_throttle *throttle;

	fixture_add_server(fixture, "db1");
	fixture_add_server(fixture, "db2");
	throttle = show(fixture, &list, "GET /v1/throttle");
	assert_int_equal(list.nr, 2);
	assert_string_equal(throttle[0].server, "db1");
	assert_string_equal(throttle[1].server, "db2");
	assert_string_equal(throttle[0].state, "go");
	assert_int_equal(throttle[0].slots.max, 4);
	assert_true(throttle[0].ratio == 1);
	assert_null(throttle[0].hold.by);
	throttle = show(fixture, &list, "GET /v1/throttle/db2");
	assert_int_equal(list.nr, 1);
	assert_string_equal(throttle[0].server, "db2");
	wire_list_release(&wire_throttle_type, &list);
	ask_refused(fixture, 404, "no server is named db9", "muster server list",
		    "GET /v1/throttle/db9", NULL);
}

/* "kind object: text" of the newest event of this kind. Owned. */
static char *event_find(struct fixture *fixture, const char *kind)
{
	struct wire_event_page page = { 0 };
	const struct wire_event *events;
	char *text = NULL;

	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events", NULL);
	events = page.items.items;
	for (size_t i = page.items.nr; i > 0 && text == NULL; i--) {
		if (strcmp(events[i - 1].kind, kind) == 0) {
			text = g_strdup_printf("%s %s: %s", kind, events[i - 1].object,
					       events[i - 1].text);
		}
	}
	wire_release(&wire_event_page_type, &page);
	return text;
}

/* A rollout's picture needs only the servers on which it still has something to do. */
static void a_rollout_shows_its_own_servers(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct wire_list list = { 0 };
	const struct wire_throttle *throttle;

	ask_refused(fixture, 404, "there is no rollout r7", "muster rollout list",
		    "GET /v1/throttle?rollout=r7", NULL);
	fixture_add_server(fixture, "db0");
	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
	fixture_add_release(fixture, "create table more (id int primary key);");
	change(fixture, "POST /v1/throttle/db1/hold", "{\"for_ms\":60000,\"reason\":\"not yet\"}");
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "running");
	throttle = show(fixture, &list, "GET /v1/throttle?rollout=r1");
	assert_int_equal(list.nr, 1);
	assert_string_equal(throttle->server, "db1");
	assert_string_equal(throttle->state, "paused");
	change(fixture, "POST /v1/throttle/release", "{}");
	fixture_rollout_until(fixture, "done");
	wire_list_release(&wire_throttle_type, &list);
	ask_for_list(fixture, &wire_throttle_type, &list, "GET /v1/throttle?rollout=r1", NULL);
	assert_int_equal(list.nr, 0);
}

static void a_hold_is_shown_checked_noted_and_released(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_throttle *throttle;
	struct wire_check check = { 0 };
	struct reply reply = { 0 };
	struct err err = { 0 };
	g_autofree char *event = NULL;

	fixture_add_server(fixture, "db1");
	change(fixture, "POST /v1/throttle/db1/hold", "{\"for_ms\":3600000,\"reason\":\"backup\"}");
	throttle = show(fixture, &list, "GET /v1/throttle/db1");
	assert_string_equal(throttle->state, "paused");
	assert_string_equal(throttle->hold.reason, "backup");
	assert_non_null(throttle->hold.until);
	assert_non_null(strstr(throttle->reason, "backup"));
	assert_int_equal(throttle->slots.now, 0);
	event = event_find(fixture, "throttle.hold");
	assert_non_null(strstr(event, "throttle.hold server/db1: "));
	assert_non_null(strstr(event, "backup"));
	ask(fixture, &reply, "GET /check/app/mysql/db1", NULL);
	assert_int_equal(reply.status, 417);
	must(wire_decode(&wire_check_type, &check, reply.body, strlen(reply.body), true, &err),
	     &err);
	assert_int_equal(check.status, 417);
	assert_non_null(strstr(check.message, "backup"));
	wire_release(&wire_check_type, &check);
	ask_head(fixture, &reply, "/check/app/mysql/db1");
	assert_int_equal(reply.status, 417);
	change(fixture, "POST /v1/throttle/db1/release", "{}");
	throttle = show(fixture, &list, "GET /v1/throttle/db1");
	assert_null(throttle->hold.by);
	wire_list_release(&wire_throttle_type, &list);
	reply_clear(&reply);
}

static void a_share_and_an_exemption_have_an_end(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_throttle *throttle;

	fixture_add_server(fixture, "db1");
	change(fixture, "POST /v1/throttle/db1/ratio", "{\"ratio\":0.5,\"for_ms\":60000}");
	throttle = show(fixture, &list, "GET /v1/throttle/db1");
	assert_true(throttle->ratio == 0.5);
	assert_non_null(throttle->ratio_until);
	assert_int_equal(throttle->slots.now, 2);
	change(fixture, "POST /v1/throttle/db1/ratio", "{\"ratio\":1.0}");
	throttle = show(fixture, &list, "GET /v1/throttle/db1");
	assert_true(throttle->ratio == 1);
	assert_null(throttle->ratio_until);
	change(fixture, "POST /v1/throttle/exempt",
	       "{\"signal\":\"lag\",\"for_ms\":60000,\"reason\":\"rebuilt\"}");
	wire_list_release(&wire_throttle_type, &list);
}

static void a_check_answers_as_freno(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	ask(fixture, &reply, "GET /check/app/mysql/db9", NULL);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "{\"StatusCode\":404,\"Value\":null,\"Threshold\":null,"
					   "\"Message\":\""));
	fixture_add_server(fixture, "db1");
	ask(fixture, &reply, "GET /check/app/mysql/db1?p=low", NULL);
	assert_int_equal(reply.status, 200); /* without threads nothing is sampled */
	assert_non_null(strstr(reply.body, "{\"StatusCode\":200,"));
	ask(fixture, &reply, "GET /check/app/memcache/db1", NULL);
	assert_int_equal(reply.status, 404);
	ask(fixture, &reply, "GET /check/app/mysql/db1?q=1", NULL);
	assert_int_equal(reply.status, 400);
	reply_clear(&reply);
}

static void labels_have_limits(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_label_limit *limit;

	ask_for_list(fixture, &wire_label_limit_type, &list, "PATCH /v1/limits",
		     "{\"label\":\"tier=gold\",\"running\":2}");
	assert_int_equal(list.nr, 1);
	limit = list.items;
	assert_string_equal(limit->label, "tier=gold");
	assert_int_equal(limit->running, 2);
	assert_int_equal(limit->now, 0);
	wire_list_release(&wire_label_limit_type, &list);
	ask_for_list(fixture, &wire_label_limit_type, &list, "PATCH /v1/limits",
		     "{\"label\":\"tier=gold\",\"running\":-1}");
	assert_int_equal(list.nr, 0);
	wire_list_release(&wire_label_limit_type, &list);
	/* such as no tenant can have */
	ask_refused(fixture, 400, "label \"tier!\": a key is letters, digits and . _ -",
		    "muster throttle show", "PATCH /v1/limits",
		    "{\"label\":\"tier!=gold\",\"running\":2}");
}

static void no_label_has_a_limit_that_is_not_kept(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };

	for (int i = 1; i <= SCHED_LABELS_MAX + 1; i++) {
		g_autofree char *body = g_strdup_printf("{\"label\":\"n=%d\",\"running\":1}", i);

		if (i <= SCHED_LABELS_MAX) {
			ask_for_list(fixture, &wire_label_limit_type, &list, "PATCH /v1/limits",
				     body);
			assert_int_equal(list.nr, i);
			wire_list_release(&wire_label_limit_type, &list);
		} else {
			ask_refused(fixture, 400,
				    "64 labels have a limit, and no more can: give one up with "
				    "`muster throttle label KEY=VALUE -`",
				    "muster throttle label KEY=VALUE -", "PATCH /v1/limits", body);
		}
	}
	ask_for_list(fixture, &wire_label_limit_type, &list, "GET /v1/limits", NULL);
	assert_int_equal(list.nr, SCHED_LABELS_MAX);
	wire_list_release(&wire_label_limit_type, &list);
}

static void what_is_not_whole_is_refused(void **state)
{
	/* clang-format off */
	static const struct { const char *line; const char *body; const char *message; } rows[] = {
		{ "POST /v1/throttle/db1/hold", "{\"for_ms\":60000}", "say why: reason is empty" },
		{ "POST /v1/throttle/db1/hold", "{\"reason\":\"r\"}",
		  "for_ms must be from 1 ms to a year" },
		{ "POST /v1/throttle/db1/exempt", "{\"for_ms\":60000,\"reason\":\"r\"}",
		  "say which signal" },
		{ "POST /v1/throttle/db1/ratio", "{\"ratio\":0.0,\"for_ms\":60000}",
		  "ratio must be above 0 and up to 1" },
		{ "POST /v1/throttle/db1/ratio", "{\"ratio\":1.5,\"for_ms\":60000}",
		  "ratio must be above 0 and up to 1" },
		{ "POST /v1/throttle/db1/ratio", "{\"ratio\":0.5}",
		  "for_ms must be from 1 ms to a year" },
	};
	/* clang-format on */
	struct fixture *fixture = *state;
	int64_t before;

	fixture_add_server(fixture, "db1");
	before = fixture_last_event(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ask_refused(fixture, 400, rows[i].message, "muster throttle show db1", rows[i].line,
			    rows[i].body);
	}
	assert_int_equal(fixture_last_event(fixture), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(servers_are_shown_whole),
		TEST(a_rollout_shows_its_own_servers),
		TEST(a_hold_is_shown_checked_noted_and_released),
		TEST(a_share_and_an_exemption_have_an_end),
		TEST(a_check_answers_as_freno),
		TEST(labels_have_limits),
		TEST(no_label_has_a_limit_that_is_not_kept),
		TEST(what_is_not_whole_is_refused),
	};

	return cmocka_run_group_tests_name("ops_throttle", tests, NULL, NULL);
}
