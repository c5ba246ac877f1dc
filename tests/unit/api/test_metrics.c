#include "api_fixture.h"

static void says(const char *text, const char *line)
{
	g_autofree char *whole = g_strdup_printf("\n%s\n", line);

	if (strstr(text, whole) == NULL) {
		fail_msg("not in the metrics: %s", line);
	}
}

static void every_state_is_counted(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "a", "db1", "{}");
	fixture_add_tenant(fixture, "b", "db1", "{}");
	ask(fixture, &reply, "GET /metrics", NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.head, "Content-Type: application/openmetrics-text; "
					   "version=1.0.0; charset=utf-8\r\n"));
	says(reply.body, "muster_build_info{version=\"" MUSTER_VERSION "\",protocol=\"1\"} 1");
	says(reply.body, "muster_servers{state=\"unknown\"} 1");
	says(reply.body, "muster_servers{state=\"up\"} 0");
	says(reply.body, "muster_rollouts{state=\"running\"} 0");
	says(reply.body, "muster_tasks{state=\"in_doubt\"} 0");
	says(reply.body, "muster_tenants 2");
	says(reply.body, "muster_event_last 3");
	says(reply.body, "muster_request_seconds_count 3");
	assert_true(g_str_has_suffix(reply.body, "\n# EOF\n"));
	reply_clear(&reply);
}

/* Each sample belongs to the family that was announced last, and no family comes twice. */
static void the_text_is_well_formed(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GHashTable) families =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *family = NULL;
	struct reply reply = { 0 };
	char **lines;

	ask(fixture, &reply, "GET /metrics", NULL);
	lines = g_strsplit(reply.body, "\n", -1);
	for (size_t i = 0; lines[i] != NULL && strcmp(lines[i], "# EOF") != 0; i++) {
		if (g_str_has_prefix(lines[i], "# TYPE ")) {
			char **words = g_strsplit(lines[i], " ", 4);

			g_free(family);
			family = g_strdup(words[2]);
			assert_true(g_hash_table_add(families, g_strdup(family)));
			g_strfreev(words);
		} else if (lines[i][0] != '#') {
			assert_non_null(family);
			assert_true(g_str_has_prefix(lines[i], family));
			assert_non_null(strchr(lines[i], ' '));
		}
	}
	g_strfreev(lines);
	assert_true(g_hash_table_size(families) > 10);
	reply_clear(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_state_is_counted),
		TEST(the_text_is_well_formed),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
