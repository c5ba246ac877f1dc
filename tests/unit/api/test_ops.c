#include "api_fixture.h"

#include "call.h"
#include "ops.h"

static void every_row_is_whole_and_unique(void **state)
{
	(void)state;
	for (const struct op *op = ops; op->method != NULL; op++) {
		assert_non_null(op->fn);
		assert_true(op->path[0] == '/');
		assert_true(op->role == ROLE_NONE || op->role >= ROLE_VIEWER);
		assert_true(op->writes ==
			    (strcmp(op->method, "GET") != 0 && strcmp(op->method, "HEAD") != 0));
		assert_true(!op->writes || op->role >= ROLE_OPERATOR);
		for (const struct op *other = op + 1; other->method != NULL; other++) {
			assert_true(strcmp(op->method, other->method) != 0 ||
				    strcmp(op->path, other->path) != 0);
		}
	}
}

/* UPDATE_GOLDEN=1 rewrites it; the difference is then reviewed. */
static void the_page_of_operations_is_current(void **state)
{
	g_autofree char *got = ops_describe();
	g_autofree char *want = NULL;

	(void)state;
	if (getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(TESTS_DIR "/golden/operations.md", got, -1, NULL));
	}
	assert_true(g_file_get_contents(TESTS_DIR "/golden/operations.md", &want, NULL, NULL));
	assert_string_equal(got, want);
}

/* clang-format off */
static const struct {
	const char *line; const char *body; int status; const char *message; const char *hint;
} refusals[] = {
	/* what is asked                     what the client reads */
	{ "GET /", NULL, 404, "there is no operation at /", NULL },
	{ "GET /v1/moons", NULL, 404, "there is no operation at /v1/moons", NULL },
	{ "GET /v1/servers/", NULL, 404, "there is no operation at /v1/servers/", NULL },
	{ "GET /v1/servers/a/b/c", NULL, 404, "there is no operation at /v1/servers/a/b/c", NULL },
	{ "GET /v1/servers/%00", NULL, 404, "there is no operation at /v1/servers/%00", NULL },
	{ "PUT /v1/servers", NULL, 405,
	  "PUT /v1/servers is not an operation; this path takes GET, POST", NULL },
	{ "GET /v1/servers/db9", NULL, 404, "no server is named db9", "muster server list" },
	{ "GET /v1/servers?limit=3", NULL, 400,
	  "there is no parameter \"limit\"; known here: none", NULL },
	{ "GET /v1/tenants?limt=3", NULL, 400,
	  "there is no parameter \"limt\"; known here: selector after limit", NULL },
	{ "GET /v1/tenants?limit=0", NULL, 400,
	  "parameter limit=0 must be a number from 1 to 1000", NULL },
	{ "GET /v1/tenants?limit=x", NULL, 400,
	  "parameter limit=x must be a number from 1 to 1000", NULL },
	{ "POST /v1/servers", "{\"name\":\"a\",\"hots\":\"b\"}", 400,
	  "server_add: there is no field \"hots\"", NULL },
	{ "POST /v1/servers", "{}", 400, "server_add: field \"name\" is missing", NULL },
	{ "POST /v1/servers", NULL, 400, "server_add: field \"name\" is missing", NULL },
};

/* clang-format on */

static void refuses_in_words(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		ask_refused(fixture, refusals[i].status, refusals[i].message, refusals[i].hint,
			    refusals[i].line, refusals[i].body);
	}
	assert_int_equal(fixture_last_event(fixture), 0);
}

static void another_protocol_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	ask_with(fixture, &reply, "GET /v1/servers", "Muster-Protocol: 1\r\n", NULL);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "[]");
	assert_non_null(strstr(reply.head, "\r\nMuster-Protocol: 1\r\n"));
	assert_non_null(strstr(reply.head, "\r\nContent-Type: application/json\r\n"));
	ask_with(fixture, &reply, "GET /v1/servers", "Muster-Protocol: 2\r\n", NULL);
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "\"code\":\"protocol\""));
	assert_non_null(strstr(reply.body, "speaks protocol 1, the client speaks 2"));
	reply_clear(&reply);
}

static void names_in_paths_may_be_anything(void **state)
{
	struct fixture *fixture = *state;

	ask_refused(fixture, 404, "no tenant is named a/b c\xc3\xa9", "muster tenant list",
		    "GET /v1/tenants/a%2Fb%20c%C3%A9", NULL);
}

/* A refused change leaves nothing behind, and the next request works. */
static void a_refused_change_is_undone(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };

	fixture_add_server(fixture, "db1");
	ask_refused(fixture, 409, "a server named db1 is enrolled already", "muster server list",
		    "POST /v1/servers", "{\"name\":\"db1\",\"host\":\"h\"}");
	assert_false(store_in_transaction(fixture->store));
	ask_for_list(fixture, &wire_server_type, &list, "GET /v1/servers", NULL);
	assert_int_equal(list.nr, 1);
	wire_list_release(&wire_server_type, &list);
	assert_int_equal(fixture_last_event(fixture), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole_and_unique),
		cmocka_unit_test(the_page_of_operations_is_current),
		cmocka_unit_test_setup_teardown(refuses_in_words, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(another_protocol_is_refused, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(names_in_paths_may_be_anything, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_refused_change_is_undone, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("ops", tests, NULL, NULL);
}
