#include "api_fixture.h"

static void stream_open(struct fixture *fixture, const char *headers)
{
	g_autofree char *text = g_strdup_printf("GET /v1/routing HTTP/1.1\r\nHost: m\r\n"
						"Accept: text/event-stream\r\n%s\r\n",
						headers);

	g_string_truncate(fixture->seen, 0);
	fixture->client = client_connect(fixture);
	client_write(fixture, text, strlen(text));
}

static char *tag_now(struct fixture *fixture)
{
	const char *tag = NULL;
	struct err err = { 0 };

	must(routing_read(fixture->api->routing, &tag, &err), &err);
	return g_strdup(tag);
}

/* As if a task had brought it there. */
static void put_version(struct fixture *fixture, const char *name, const char *version)
{
	const struct store_found found = { .version = version };
	SCOPED(store_tenant) row = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &row, &err), &err);
	must(store_tenant_found(fixture->store, row.id, &found, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static void a_stream_begins_with_all_and_goes_on_with_changes(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *header = NULL;
	g_autofree char *tag = NULL;

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{}");
	close(fixture->client);
	stream_open(fixture, "");
	said(fixture, "event: map\ndata: [{\"tenant\":\"acme\"");
	put_version(fixture, "acme", "0007");
	said(fixture, "event: route\ndata: {\"tenant\":\"acme\"");
	said(fixture, "\"version\":\"0007\"");
	said(fixture, "id: \"");
	close(fixture->client);
	fixture->client = -1;
	g_string_truncate(fixture->seen, 0);
	fixture_add_tenant(fixture, "beta", "db1", "{}");
	close(fixture->client);
	tag = tag_now(fixture);
	header = g_strdup_printf("Last-Event-ID: %s\r\n", tag);
	stream_open(fixture, header);
	said(fixture, ": nothing has changed");
	put_version(fixture, "beta", "0001");
	said(fixture, "event: route\ndata: {\"tenant\":\"beta\"");
}

static void what_is_undone_is_never_told(void **state)
{
	struct fixture *fixture = *state;
	const struct store_found found = { .version = "0009" };
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	SCOPED(store_tenant) row = { 0 };
	struct err err = { 0 };

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{}");
	before = tag_now(fixture);
	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, "acme", &row, &err), &err);
	must(store_tenant_found(fixture->store, row.id, &found, &err), &err);
	store_rollback(fixture->store);
	after = tag_now(fixture);
	assert_string_equal(after, before);
	put_version(fixture, "acme", "0009");
	g_free(after);
	after = tag_now(fixture);
	assert_string_not_equal(after, before);
}

static bool file_has(const char *path, const char *part)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, part) != NULL;
}

static void until_file_has(struct fixture *fixture, const char *path, const char *part)
{
	int64_t end_ms = tick_ms() + ANSWER_MS;

	while (!file_has(path, part)) {
		assert_true(tick_ms() < end_ms);
		fixture_pump(fixture);
	}
}

static void files_follow(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = g_build_filename(fixture->dir, "map", NULL);
	g_autofree char *one = g_strdup_printf("haproxy-map:%s", path);
	char *files[] = { one, NULL };

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{}");
	api_set_routing(fixture->api, files);
	until_file_has(fixture, path, "\nacme rw||db1|acme|\n");
	put_version(fixture, "acme", "0007");
	until_file_has(fixture, path, "\nacme rw|0007|db1|acme|\n");
	api_set_routing(fixture->api, NULL);
	(void)g_unlink(path);
}

static void a_file_says_also_that_there_is_nobody(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = g_build_filename(fixture->dir, "empty", NULL);
	g_autofree char *one = g_strdup_printf("json:%s", path);
	char *files[] = { one, NULL };

	assert_true(g_file_set_contents(path, "of yesterday", -1, NULL));
	api_set_routing(fixture->api, files);
	until_file_has(fixture, path, "[]");
	assert_false(file_has(path, "of yesterday"));
	api_set_routing(fixture->api, NULL);
	(void)g_unlink(path);
}

#define TENANTS 200

/* More than are read one by one. */
static void many_changes_are_one_reading(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *first = NULL;
	g_autofree char *again = NULL;
	g_autoptr(GString) body = g_string_new("{\"rows\":[");
	struct wire_changed changed = { 0 };

	fixture_add_server(fixture, "db1");
	for (int i = 0; i < TENANTS; i++) {
		g_string_append_printf(body,
				       "%s{\"name\":\"t%d\",\"server\":\"db1\",\"schema\":\"t%d\"}",
				       i == 0 ? "" : ",", i, i);
	}
	g_string_append(body, "]}");
	first = tag_now(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/import", body->str);
	assert_int_equal(changed.changed, TENANTS);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/remove",
		"{\"selector\":\"*\"}");
	wire_release(&wire_changed_type, &changed);
	again = tag_now(fixture);
	assert_string_equal(again, first); /* empty, as it was */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stream_begins_with_all_and_goes_on_with_changes),
		TEST(what_is_undone_is_never_told),
		TEST(files_follow),
		TEST(a_file_says_also_that_there_is_nobody),
		TEST(many_changes_are_one_reading),
	};

	return cmocka_run_group_tests_name("routing", tests, NULL, NULL);
}
