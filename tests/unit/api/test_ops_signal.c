#include "api_fixture.h"

static void a_limit_is_set_and_comes_back(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	g_autofree char *newest = NULL;

	fixture_add_server(fixture, "db1");
	ask_for_list(fixture, &wire_throttle_type, &list, "PATCH /v1/throttle/db1",
		     "{\"signal\":\"lag\",\"set\":[\"soft=2\",\"hard=8\"],\"reason\":\"why\"}");
	assert_int_equal(list.nr, 1);
	wire_list_release(&wire_throttle_type, &list);
	newest = fixture_newest(fixture);
	assert_string_equal(newest, "throttle.set server/db1: lag soft=2 hard=8 (why)");
	/* the other limit is the stored one by now */
	ask_refused(fixture, 400, "lag: soft=9 would be above hard=8; set both",
		    "muster throttle show db1", "PATCH /v1/throttle/db1",
		    "{\"signal\":\"lag\",\"set\":[\"soft=9\"]}");
	ask_for_list(fixture, &wire_throttle_type, &list, "PATCH /v1/throttle/db1",
		     "{\"signal\":\"lag\",\"set\":[\"hard=\",\"soft=9\"]}");
	wire_list_release(&wire_throttle_type, &list);
}

static void what_makes_no_sense_is_refused(void **state)
{
	/* clang-format off */
	static const struct { const char *body; const char *message; } rows[] = {
		{ "{\"signal\":\"lag\"}", "there is nothing to set" },
		{ "{\"signal\":\"lag\",\"set\":[\"soft\"]}", "\"soft\" is not KEY=VALUE" },
		{ "{\"signal\":\"lag\",\"set\":[\"fast=1\"]}",
		  "a signal has no \"fast\"; known: soft hard critical query url path" },
		{ "{\"signal\":\"lag\",\"set\":[\"soft=9\",\"hard=5\"]}",
		  "lag: soft=9 would be above hard=5; set both" },
		{ "{\"signal\":\"lag\",\"set\":[\"soft=50\"]}",
		  "lag: soft=50 would be above hard=10; set both" },
		{ "{\"signal\":\"disk_free\",\"set\":[\"soft=3\"]}",
		  "disk_free: soft=3 would be below hard=5; set both" },
		{ "{\"signal\":\"threads_running\",\"set\":[\"hard=50\",\"critical=40\"]}",
		  "threads_running: hard=50 would be above critical=40; set both" },
		{ "{\"signal\":\"lag\",\"set\":[\"query=select 1\"]}",
		  "query= is for a signal of one's own that is named sql:NAME" },
		{ "{\"signal\":\"http:x\",\"set\":[\"path=/x\"]}",
		  "path= is for a signal of one's own that is named file:NAME" },
	};
	/* clang-format on */
	struct fixture *fixture = *state;
	struct reply reply = { 0 };
	int64_t before;

	fixture_add_server(fixture, "db1");
	before = fixture_last_event(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ask_refused(fixture, 400, rows[i].message, "muster throttle show db1",
			    "PATCH /v1/throttle/db1", rows[i].body);
	}
	ask(fixture, &reply, "PATCH /v1/throttle", "{\"signal\":\"moon\",\"set\":[\"hard=5\"]}");
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "moon"));
	assert_non_null(strstr(reply.body, "threads_running"));
	assert_int_equal(fixture_last_event(fixture), before);
	reply_clear(&reply);
}

/* Limits of kinds that grow with the server are compared only with what was said. */
static void a_limit_that_grows_with_the_server_is_no_obstacle(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };

	fixture_add_server(fixture, "db1");
	ask_for_list(fixture, &wire_throttle_type, &list, "PATCH /v1/throttle/db1",
		     "{\"signal\":\"threads_running\",\"set\":[\"soft=40\"]}");
	wire_list_release(&wire_throttle_type, &list);
}

/* The server itself is asked, before anything is stored. */
static void a_query_must_give_one_number(void **state)
{
	/* clang-format off */
	static const char *const queries[] = {
		"select 1 union all select 2", "select 1, 2", "select 'many'",
		"select id from mysql.nothing_here", "select 1 from dual where 1 = 0",
		"select null",
	};
	/* clang-format on */
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	struct reply reply = { 0 };
	g_autofree char *newest = NULL;
	int64_t before;

	ask(fixture, &reply, "PATCH /v1/throttle",
	    "{\"signal\":\"sql:one\",\"set\":[\"query=select 1\",\"hard=5\"]}");
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "there is no server yet to try the query on"));
	fixture_add_real_server(fixture);
	before = fixture_last_event(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
		g_autofree char *body = g_strdup_printf(
			"{\"signal\":\"sql:one\",\"set\":[\"query=%s\",\"hard=5\"]}", queries[i]);

		ask(fixture, &reply, "PATCH /v1/throttle/db1", body);
		assert_int_equal(reply.status, 400);
		assert_non_null(strstr(reply.body, "server db1: "));
		ask(fixture, &reply, "PATCH /v1/throttle", body);
		assert_int_equal(reply.status, 400);
	}
	assert_int_equal(fixture_last_event(fixture), before);
	ask_for_list(fixture, &wire_throttle_type, &list, "PATCH /v1/throttle/db1",
		     "{\"signal\":\"sql:one\",\"set\":[\"query=select 1.5\",\"hard=5\"]}");
	wire_list_release(&wire_throttle_type, &list);
	newest = fixture_newest(fixture);
	assert_non_null(strstr(newest, "throttle.set server/db1: sql:one hard=5"));
	ask_for_list(fixture, &wire_throttle_type, &list, "PATCH /v1/throttle/db1",
		     "{\"signal\":\"sql:one\",\"set\":[\"query=-\"]}");
	wire_list_release(&wire_throttle_type, &list);
	reply_clear(&reply);
}

/* One that is away cannot be asked; that is no reason to refuse while another can be. */
static void a_server_that_is_away_is_left_out_of_a_trial_for_all(void **state)
{
	static const char body[] =
		"{\"signal\":\"sql:one\",\"set\":[\"query=select 1\",\"hard=5\"]}";
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	struct reply reply = { 0 };

	fixture_add_server(fixture, "db0");
	ask(fixture, &reply, "PATCH /v1/throttle/db0", body);
	assert_int_equal(reply.status, 502);
	assert_non_null(strstr(reply.body, "server db0: "));
	ask(fixture, &reply, "PATCH /v1/throttle", body);
	assert_int_equal(reply.status, 502);
	fixture_add_real_server(fixture);
	ask_for_list(fixture, &wire_throttle_type, &list, "PATCH /v1/throttle", body);
	assert_int_equal(list.nr, 2);
	wire_list_release(&wire_throttle_type, &list);
	reply_clear(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_limit_is_set_and_comes_back),
		TEST(what_makes_no_sense_is_refused),
		TEST(a_limit_that_grows_with_the_server_is_no_obstacle),
		TEST(a_query_must_give_one_number),
		TEST(a_server_that_is_away_is_left_out_of_a_trial_for_all),
	};

	return cmocka_run_group_tests_name("ops_signal", tests, NULL, NULL);
}
