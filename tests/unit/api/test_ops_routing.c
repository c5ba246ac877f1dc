#include "api_fixture.h"

static void two_tenants(struct fixture *fixture)
{
	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
}

/* The tag of an answer, as the client sends it back. Owned. */
static char *if_none_match(const struct reply *reply)
{
	const char *at = strstr(reply->head, "ETag: ");

	assert_non_null(at);
	at += strlen("ETag: ");
	return g_strdup_printf("If-None-Match: %.*s\r\n", (int)strcspn(at, "\r"), at);
}

static void what_is_the_same_is_not_sent_again(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };
	g_autofree char *tag = NULL;

	two_tenants(fixture);
	ask(fixture, &reply, "GET /v1/routing", NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.head, "Cache-Control: no-cache\r\n"));
	assert_non_null(strstr(reply.body, "[{\"tenant\":\"t0\",\"server\":\"db1\""));
	tag = if_none_match(&reply);
	ask_with(fixture, &reply, "GET /v1/routing", tag, NULL);
	assert_int_equal(reply.status, 304);
	assert_string_equal(reply.body, "");
	ask_with(fixture, &reply, "GET /v1/routing?wait=1", tag, NULL);
	assert_int_equal(reply.status, 304);
	fixture_add_tenant(fixture, "t2", "db1", "{}");
	ask_with(fixture, &reply, "GET /v1/routing?wait=60", tag, NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\"t2\""));
	reply_clear(&reply);
}

static void one_who_waits_is_told_of_the_change(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };
	g_autofree char *tag = NULL;
	g_autofree char *text = NULL;
	int64_t until = tick_ms() + ANSWER_MS;
	int waiting;

	two_tenants(fixture);
	ask(fixture, &reply, "GET /v1/routing?format=haproxy-map", NULL);
	tag = if_none_match(&reply);
	text = g_strdup_printf("GET /v1/routing?format=haproxy-map&wait=60 HTTP/1.1\r\n"
			       "Host: m\r\n%s\r\n",
			       tag);
	client_write(fixture, text, strlen(text));
	waiting = fixture->client;
	fixture->client = -1;
	fixture_add_tenant(fixture, "zz", "db1", "{}");
	close(fixture->client);
	fixture->client = waiting;
	reply_clear(&reply);
	while (!reply_take(fixture, &reply)) {
		assert_true(tick_ms() < until);
		fixture_pump(fixture);
		assert_true(client_read(fixture));
	}
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.head, "Content-Type: text/plain"));
	assert_non_null(strstr(reply.body, "\nzz rw||db1|zz|\n"));
	reply_clear(&reply);
}

static void a_stop_ends_the_waiting(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };
	g_autofree char *tag = NULL;
	g_autofree char *text = NULL;

	two_tenants(fixture);
	ask(fixture, &reply, "GET /v1/routing", NULL);
	tag = if_none_match(&reply);
	text = g_strdup_printf("GET /v1/routing?wait=60 HTTP/1.1\r\nHost: m\r\n%s\r\n", tag);
	client_write(fixture, text, strlen(text));
	reply_clear(&reply); /* the teardown finds it waiting */
}

static void expect_mode(struct fixture *fixture, const char *mode, bool writes)
{
	struct wire_tenant_mode found = { 0 };

	ask_for(fixture, &wire_tenant_mode_type, &found, "GET /v1/tenants/t0/mode", NULL);
	assert_string_equal(found.tenant, "t0");
	assert_string_equal(found.mode, mode);
	assert_int_equal(found.writes, writes);
	assert_int_equal(found.since == NULL, writes);
	assert_int_equal(found.expires_at == NULL, writes);
	if (!writes) {
		assert_string_equal(found.reason, "a test");
	}
	wire_release(&wire_tenant_mode_type, &found);
}

static void an_application_asks_for_its_own(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };

	two_tenants(fixture);
	expect_mode(fixture, "rw", true);
	ask_for_list(fixture, &wire_readonly_change_type, &list, "POST /v1/readonly/on",
		     "{\"selector\":\"t0\",\"reason\":\"a test\",\"accept_holes\":true,"
		     "\"ttl_ms\":60000,\"maintenance\":true}");
	expect_mode(fixture, "maintenance", false);
	wire_list_release(&wire_readonly_change_type, &list);
	ask_for_list(fixture, &wire_route_type, &list, "GET /v1/routing", NULL);
	assert_string_equal(((const struct wire_route *)list.items)[0].mode, "maintenance");
	assert_string_equal(((const struct wire_route *)list.items)[1].mode, "rw");
	wire_list_release(&wire_route_type, &list);
	ask_for_list(fixture, &wire_readonly_change_type, &list, "POST /v1/readonly/off",
		     "{\"selector\":\"t0\"}");
	wire_list_release(&wire_readonly_change_type, &list);
	expect_mode(fixture, "rw", true);
	ask_refused(fixture, 404, "no tenant is named zz", "muster tenant list",
		    "GET /v1/tenants/zz/mode", NULL);
	ask_refused(fixture, 400, "there is no format \"xml\": json, nginx-map or haproxy-map",
		    NULL, "GET /v1/routing?format=xml", NULL);
	ask_refused(fixture, 400, "parameter wait=61 must be a number from 0 to 60", NULL,
		    "GET /v1/routing?wait=61", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_the_same_is_not_sent_again),
		TEST(one_who_waits_is_told_of_the_change),
		TEST(a_stop_ends_the_waiting),
		TEST(an_application_asks_for_its_own),
	};

	return cmocka_run_group_tests_name("ops_routing", tests, NULL, NULL);
}
