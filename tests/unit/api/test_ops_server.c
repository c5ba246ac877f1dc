#include "api_fixture.h"

static void a_server_is_added_shown_changed_and_removed(void **state)
{
	struct fixture *fixture = *state;
	struct wire_server server = { 0 };
	struct wire_list list = { 0 };
	g_autofree char *newest = NULL;

	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers",
		"{\"name\":\"db1\",\"host\":\"h\",\"labels\":{\"region\":\"eu\"}}");
	assert_string_equal(server.name, "db1");
	assert_string_equal(server.address, "h:3306");
	assert_string_equal(server.state, "unknown");
	assert_int_equal(server.max_running, 4); /* the daemon's own */
	assert_int_equal(server.tenants, 0);
	wire_release(&wire_server_type, &server);

	ask_for(fixture, &wire_server_type, &server, "PATCH /v1/servers/db1",
		"{\"set\":[\"port=3307\",\"max_running=9\",\"label.region=\",\"label.tier=gold\"],"
		"\"reason\":\"moved\"}");
	assert_string_equal(server.address, "h:3307");
	assert_int_equal(server.max_running, 9);
	assert_int_equal(server.labels.nr, 1);
	assert_string_equal(server.labels.labels[0].key, "tier");
	wire_release(&wire_server_type, &server);
	newest = fixture_newest(fixture);
	assert_string_equal(newest, "server.set server/db1: set port=3307, max_running=9, "
				    "label.region=, label.tier=gold (moved)");

	ask_for(fixture, &wire_server_type, &server, "DELETE /v1/servers/db1?reason=gone", NULL);
	assert_string_equal(server.name, "db1");
	wire_release(&wire_server_type, &server);
	ask_for_list(fixture, &wire_server_type, &list, "GET /v1/servers", NULL);
	assert_int_equal(list.nr, 0);
}

/* clang-format off */
static const struct {
	const char *body; const char *message;
} wrong[] = {
	/* request                                        what the operator reads */
	{ "{\"name\":\"a\"}",
	  "server a: give either a host or a socket" },
	{ "{\"name\":\"a\",\"host\":\"h\",\"socket\":\"/s\"}",
	  "server a: give either a host or a socket" },
	{ "{\"name\":\"a\",\"socket\":\"s\"}",
	  "server a: socket \"s\" must begin with /" },
	{ "{\"name\":\"a\",\"host\":\"h\",\"defaults_file\":\"my.cnf\"}",
	  "server a: defaults_file \"my.cnf\" must begin with /" },
	{ "{\"name\":\"a\",\"host\":\"h;x\"}",
	  "server a: \"h;x\" is neither the name of a host nor an address" },
	{ "{\"name\":\"a\",\"host\":\"h\",\"port\":70000}",
	  "server a: port 70000 is none" },
	{ "{\"name\":\"a\",\"host\":\"h\",\"max_running\":1000}",
	  "server a: max_running must be from 0 to 256" },
	{ "{\"name\":\"a\",\"host\":\"h\",\"labels\":{\"name\":\"x\"}}",
	  "label \"name\": this word is the tenant's own in selectors; take another" },
};

/* clang-format on */

static void a_wrong_server_is_refused_in_words(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		ask_refused(fixture, 400, wrong[i].message, NULL, "POST /v1/servers",
			    wrong[i].body);
	}
	fixture_add_server(fixture, "db1");
	ask_refused(
		fixture, 400,
		"a server has no \"colour\"; known: host port socket defaults_file "
		"max_running max_rebuilds max_chunks replica_of replicas heartbeat window freeze label.KEY",
		NULL, "PATCH /v1/servers/db1", "{\"set\":[\"colour=red\"]}");
	ask_refused(fixture, 409,
		    "db1 has revision 1, not 7: somebody changed it meanwhile; look at it and try "
		    "again",
		    "muster server show db1", "PATCH /v1/servers/db1",
		    "{\"set\":[\"port=1\"],\"revision\":7}");
}

/* clang-format off */
static const struct {
	const char *set; int status; const char *message;
} wrong_replicas[] = {
	{ "replica_of=db1",     400, "server db1: it cannot be its own replica" },
	{ "replica_of=db9",     400, "server db1: it cannot replicate from db9, which is not enrolled: see "
				     "`muster server list`" },
	{ "replicas=a b",       400, "replicas: \"a b\" is no address: HOST, HOST:PORT or the path of a "
				     "socket, with commas between them" },
	{ "heartbeat=ops.beat", 400, "heartbeat \"ops.beat\": it must be SCHEMA.TABLE.COLUMN" },
};

/* clang-format on */

static void replicas_are_named_and_shown(void **state)
{
	struct fixture *fixture = *state;
	struct wire_server server = { 0 };

	fixture_add_server(fixture, "db1");
	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers",
		"{\"name\":\"db2\",\"host\":\"h2\",\"replica_of\":\"db1\"}");
	assert_string_equal(server.replica_of, "db1");
	wire_release(&wire_server_type, &server);
	ask_for(fixture, &wire_server_type, &server, "PATCH /v1/servers/db1",
		"{\"set\":[\"replicas=10.0.0.9, /run/r.sock\",\"heartbeat=ops.beat.ts\"]}");
	assert_int_equal(server.replicas.nr, 3);
	assert_string_equal(server.replicas.texts[0], "db2");
	assert_string_equal(server.replicas.texts[1], "10.0.0.9:3306");
	assert_string_equal(server.replicas.texts[2], "/run/r.sock");
	assert_string_equal(server.heartbeat, "ops.beat.ts");
	wire_release(&wire_server_type, &server);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong_replicas); i++) {
		g_autofree char *body =
			g_strdup_printf("{\"set\":[\"%s\"]}", wrong_replicas[i].set);

		const char *message = wrong_replicas[i].message;

		ask_refused(fixture, wrong_replicas[i].status, message,
			    strstr(message, "`muster server list`") != NULL ? "muster server list"
									    : NULL,
			    "PATCH /v1/servers/db1", body);
	}
	ask_for(fixture, &wire_server_type, &server, "PATCH /v1/servers/db2",
		"{\"set\":[\"replica_of=\"]}");
	assert_null(server.replica_of);
	wire_release(&wire_server_type, &server);
	ask_for(fixture, &wire_server_type, &server, "PATCH /v1/servers/db1",
		"{\"set\":[\"replicas=\",\"heartbeat=\"]}");
	assert_int_equal(server.replicas.nr, 0);
	assert_null(server.heartbeat);
	wire_release(&wire_server_type, &server);
}

static void a_server_with_tenants_stays(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{}");
	ask(fixture, &reply, "DELETE /v1/servers/db1", NULL);
	assert_int_equal(reply.status, 409);
	assert_non_null(strstr(reply.body, "\"hint\":\"muster tenant remove -l server=db1\""));
	reply_clear(&reply);
}

static void a_check_asks_the_server(void **state)
{
	struct fixture *fixture = *state;
	struct wire_server_check check = { 0 };
	struct wire_server server = { 0 };

	fixture_add_real_server(fixture);
	ask_for(fixture, &wire_server_check_type, &check, "POST /v1/servers/db1/check", "{}");
	assert_string_equal(check.name, "db1");
	assert_non_null(check.flavor);
	assert_non_null(check.version);
	assert_true(check.max_connections > 0);
	assert_int_equal(check.missing.nr, 0); /* it is root */
	ask_for(fixture, &wire_server_type, &server, "GET /v1/servers/db1", NULL);
	assert_string_equal(server.state, "up");
	assert_string_equal(server.version, check.version);
	wire_release(&wire_server_type, &server);
	wire_release(&wire_server_check_type, &check);
}

static void an_option_file_that_is_not_there_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };
	struct wire_server server = { 0 };

	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers",
		"{\"name\":\"db2\",\"socket\":\"/nonexistent/s\","
		"\"defaults_file\":\"/nonexistent/cnf\"}");
	wire_release(&wire_server_type, &server);
	ask(fixture, &reply, "POST /v1/servers/db2/check", NULL);
	assert_non_null(strstr(reply.body, "/nonexistent/cnf"));
	assert_non_null(strstr(reply.body, "option file, then muster server check db2\""));
	reply_clear(&reply);
}

static void a_server_that_is_down_is_said_to_be(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };
	struct wire_server server = { 0 };

	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers",
		"{\"name\":\"db2\",\"socket\":\"/nonexistent/s\"}");
	wire_release(&wire_server_type, &server);
	ask(fixture, &reply, "POST /v1/servers/db2/check", NULL);
	assert_int_equal(reply.status, 502);
	assert_non_null(strstr(reply.body, "\"code\":\"unreachable\""));
	assert_non_null(strstr(reply.body, "\"message\":\"server db2: "));
	assert_non_null(strstr(reply.body, "address, then muster server check db2\""));
	ask_for(fixture, &wire_server_type, &server, "GET /v1/servers/db2", NULL);
	assert_string_equal(server.state, "down");
	assert_non_null(server.reason);
	wire_release(&wire_server_type, &server);
	reply_clear(&reply);
}

static void discovered_databases_become_tenants_once(void **state)
{
	struct fixture *fixture = *state;
	const char *one = test_server_schema("shop_a");
	const char *two = test_server_schema("shop_b");
	const char *request = "{\"like\":\"shop\\\\_%\",\"labels\":{\"kind\":\"shop\"}}";
	struct wire_changed changed = { 0 };
	struct wire_tenant tenant = { 0 };
	g_autofree char *line = g_strdup_printf("GET /v1/tenants/%s", one);

	fixture_add_real_server(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/servers/db1/discover",
		"{\"like\":\"shop\\\\_%\",\"dry_run\":true}");
	assert_int_equal(changed.changed, 2);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/servers/db1/discover", request);
	assert_int_equal(changed.changed, 2);
	assert_int_equal(changed.unchanged, 0);
	assert_string_equal(changed.tenants.texts[0], one);
	assert_string_equal(changed.tenants.texts[1], two);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_tenant_type, &tenant, line, NULL);
	assert_string_equal(tenant.schema, one);
	assert_string_equal(tenant.labels.labels[0].value, "shop");
	wire_release(&wire_tenant_type, &tenant);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/servers/db1/discover", request);
	assert_int_equal(changed.changed, 0);
	assert_int_equal(changed.unchanged, 2);
	wire_release(&wire_changed_type, &changed);
}

static void a_name_that_is_taken_enrols_nobody(void **state)
{
	struct fixture *fixture = *state;
	const char *one = test_server_schema("inn_a");
	struct wire_changed changed = { 0 };
	struct wire_tenant_page page = { 0 };
	const struct wire_problem *problem;
	g_autofree char *want =
		g_strdup_printf("tenant %s is already there, as schema %s on server db0", one, one);

	(void)test_server_schema("inn_b");
	fixture_add_server(fixture, "db0");
	fixture_add_tenant(fixture, one, "db0", "{}");
	fixture_add_real_server(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/servers/db1/discover",
		"{\"like\":\"inn\\\\_%\"}");
	assert_int_equal(changed.changed, 0);
	assert_int_equal(changed.tenants.nr, 0);
	assert_int_equal(changed.problems.nr, 1);
	problem = changed.problems.items;
	assert_string_equal(problem->message, want);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_tenant_page_type, &page, "GET /v1/tenants", NULL);
	assert_int_equal(page.items.nr, 1);
	wire_release(&wire_tenant_page_type, &page);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/servers/db1/discover",
		"{\"like\":\"inn\\\\_%\",\"name\":\"db1-{schema}\"}");
	assert_int_equal(changed.changed, 2);
	wire_release(&wire_changed_type, &changed);
	ask_refused(fixture, 400,
		    "the name \"x\" must hold {schema}, or all tenants would have the same name",
		    NULL, "POST /v1/servers/db1/discover", "{\"name\":\"x\"}");
}

/* What was asked is done even when nobody waits for the answer. */
static void a_client_that_leaves_does_not_stop_the_work(void **state)
{
	struct fixture *fixture = *state;
	static const char request[] = "POST /v1/servers/db1/discover HTTP/1.1\r\nHost: m\r\n"
				      "Content-Length: 18\r\n\r\n{\"like\":\"pub\\\\_%\"}";
	g_autofree char *line = g_strdup_printf("GET /v1/tenants/%s", test_server_schema("pub_a"));
	struct wire_tenant tenant = { 0 };
	int fd;

	fixture_add_real_server(fixture);
	fd = client_connect(fixture);
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	for (int i = 0; i < 10 && sched_running(fixture->sched) == 0; i++) {
		event_base_loop(fixture->base, EVLOOP_NONBLOCK); /* it is taken, not answered */
	}
	close(fd);
	for (int i = 0; i < 50; i++) {
		fixture_pump(fixture);
	}
	ask_for(fixture, &wire_tenant_type, &tenant, line, NULL);
	wire_release(&wire_tenant_type, &tenant);
}

/* The daemon stops while a job is under way: answered, not lost, nothing touched twice. */
static void a_job_ends_with_the_daemon(void **state)
{
	struct fixture *fixture = *state;
	static const char request[] = "POST /v1/servers/db1/check HTTP/1.1\r\nHost: m\r\n\r\n";

	fixture_add_real_server(fixture);
	fixture->client = fixture->client >= 0 ? fixture->client : client_connect(fixture);
	assert_int_equal(write(fixture->client, request, strlen(request)), strlen(request));
	for (int i = 0; i < 10; i++) {
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(g_hash_table_size(fixture->api->calls), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_server_is_added_shown_changed_and_removed),
		TEST(a_wrong_server_is_refused_in_words),
		TEST(replicas_are_named_and_shown),
		TEST(a_server_with_tenants_stays),
		TEST(a_check_asks_the_server),
		TEST(an_option_file_that_is_not_there_is_named),
		TEST(a_server_that_is_down_is_said_to_be),
		TEST(discovered_databases_become_tenants_once),
		TEST(a_name_that_is_taken_enrols_nobody),
		TEST(a_client_that_leaves_does_not_stop_the_work),
		TEST(a_job_ends_with_the_daemon),
	};

	return cmocka_run_group_tests_name("ops_server", tests, NULL, NULL);
}
