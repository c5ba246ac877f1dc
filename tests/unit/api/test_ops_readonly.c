#include "api_fixture.h"
#include "store_mode.h"

#define ON(names, more) \
	"{\"selector\":\"" names "\",\"reason\":\"a test\",\"accept_holes\":true" more "}"

static void tenants_of_a_server(struct fixture *fixture)
{
	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
}

/* "t0 ro privileges, t1 …" */
static char *changes_of(const struct wire_list *list)
{
	const struct wire_readonly_change *items = list->items;
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < list->nr; i++) {
		g_string_append_printf(out, "%s%s %s %s", i > 0 ? ", " : "", items[i].tenant,
				       items[i].mode,
				       items[i].method == NULL ? "-" : items[i].method);
	}
	return g_string_free(out, FALSE);
}

static void expect(struct fixture *fixture, const char *line, const char *body, const char *want)
{
	struct wire_list list = { 0 };
	g_autofree char *got = NULL;

	ask_for_list(fixture, &wire_readonly_change_type, &list, line, body);
	got = changes_of(&list);
	assert_string_equal(got, want);
	wire_list_release(&wire_readonly_change_type, &list);
}

static void answered_when_all_are_closed_and_open(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_readonly *items;
	g_autofree char *newest = NULL;

	tenants_of_a_server(fixture);
	expect(fixture, "POST /v1/readonly/on", ON("*", ",\"ttl_ms\":60000"),
	       "t0 ro privileges, t1 ro privileges");
	ask_for_list(fixture, &wire_readonly_type, &list, "GET /v1/readonly", NULL);
	assert_int_equal(list.nr, 2);
	items = list.items;
	assert_string_equal(items[0].tenant, "t0");
	assert_string_equal(items[0].reason, "a test");
	assert_non_null(items[0].since);
	assert_non_null(items[0].owner);
	assert_true(strcmp(items[0].expires_at, items[0].since) > 0);
	wire_list_release(&wire_readonly_type, &list);
	expect(fixture, "POST /v1/readonly/off", "{\"selector\":\"*\"}", "t0 rw -, t1 rw -");
	newest = fixture_newest(fixture);
	assert_non_null(strstr(newest, "tenant.mode tenant/t"));
	ask_for_list(fixture, &wire_readonly_type, &list, "GET /v1/readonly", NULL);
	assert_int_equal(list.nr, 0);
}

static void a_dry_run_only_looks(void **state)
{
	struct fixture *fixture = *state;

	tenants_of_a_server(fixture);
	expect(fixture, "POST /v1/readonly/on", ON("t1", ",\"ttl_ms\":60000,\"dry_run\":true"),
	       "t1 rw privileges");
}

static void what_is_wrong_is_said_before_anything(void **state)
{
	struct fixture *fixture = *state;

	tenants_of_a_server(fixture);
	ask_refused(fixture, 400, "a tenant is closed for one second to seven days: give --ttl D",
		    NULL, "POST /v1/readonly/on", ON("*", ",\"ttl_ms\":10"));
	ask_refused(fixture, 400, "--drain must be shorter than --ttl", NULL,
		    "POST /v1/readonly/on", ON("*", ",\"ttl_ms\":2000,\"drain_ms\":3000"));
	ask_refused(fixture, 400, "\"shrug\" is not \"end\" or \"open\"", NULL,
		    "POST /v1/readonly/on", ON("*", ",\"ttl_ms\":2000,\"at_deadline\":\"shrug\""));
	ask_refused(fixture, 400, "say why, others will wonder: --reason TEXT", NULL,
		    "POST /v1/readonly/on", "{\"selector\":\"*\",\"reason\":\"\",\"ttl_ms\":2000}");
	ask_refused(fixture, 404, "no tenant is named zz", "muster tenant list",
		    "POST /v1/readonly/on", ON("zz", ",\"ttl_ms\":2000"));
	ask_refused(fixture, 404, "no tenant is named zz", "muster tenant list",
		    "POST /v1/readonly/off", "{\"selector\":\"zz\"}");
}

static void a_conflict_names_the_command_that_helps(void **state)
{
	struct fixture *fixture = *state;

	tenants_of_a_server(fixture);
	ask_refused(fixture, 409,
		    "tenant t0: writes would still get through: method hook takes nothing by "
		    "itself, and no hook has the application stop: --hook before-close=NAME; "
		    "--accept-holes closes it all the same",
		    "muster readonly on t0 --ttl 1m --reason look --dry-run",
		    "POST /v1/readonly/on",
		    "{\"selector\":\"t0\",\"reason\":\"x\",\"ttl_ms\":60000,\"method\":\"hook\"}");
	expect(fixture, "POST /v1/readonly/on", ON("t0", ",\"ttl_ms\":60000,\"method\":\"hook\""),
	       "t0 ro hook");
	ask_refused(fixture, 409,
		    "tenant t0: it is closed with method hook; to close it with method triggers, "
		    "open it first: `muster readonly off t0`",
		    "muster readonly list", "POST /v1/readonly/on",
		    ON("t0", ",\"ttl_ms\":60000,\"method\":\"triggers\""));
	expect(fixture, "POST /v1/readonly/off", "{\"selector\":\"t0\"}", "t0 rw -");
}

static void what_stays_open_is_said_as_long_as_it_is_closed(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_readonly *items;
	const struct wire_readonly_change *again;

	tenants_of_a_server(fixture);
	expect(fixture, "POST /v1/readonly/on", ON("t0", ",\"ttl_ms\":60000,\"method\":\"hook\""),
	       "t0 ro hook");
	ask_for_list(fixture, &wire_readonly_type, &list, "GET /v1/readonly", NULL);
	items = list.items;
	assert_int_equal(list.nr, 1);
	assert_int_equal(items[0].holes.nr, 1);
	wire_list_release(&wire_readonly_type, &list);
	ask_for_list(fixture, &wire_readonly_change_type, &list, "POST /v1/readonly/on",
		     ON("t0", ",\"ttl_ms\":2000"));
	again = list.items;
	assert_int_equal(again[0].holes.nr, 1);
	assert_non_null(strstr(again[0].why, "the lease still ends in"));
	assert_null(again[0].proof);
	wire_list_release(&wire_readonly_change_type, &list);
	expect(fixture, "POST /v1/readonly/off", "{\"selector\":\"t0\"}", "t0 rw -");
}

static void one_that_fails_does_not_keep_the_others(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_readonly_change *items;

	tenants_of_a_server(fixture);
	fixture_add_tenant(fixture, "t2", "db1", "{}"); /* there is no such database */
	ask_for_list(fixture, &wire_readonly_change_type, &list, "POST /v1/readonly/on",
		     ON("t0,t2", ",\"ttl_ms\":60000"));
	assert_int_equal(list.nr, 2);
	items = list.items;
	assert_string_equal(items[0].mode, "ro");
	assert_null(items[0].problem);
	assert_string_equal(items[1].mode, "rw");
	assert_non_null(items[1].problem);
	wire_list_release(&wire_readonly_change_type, &list);
	expect(fixture, "POST /v1/readonly/off", "{\"selector\":\"t0\"}", "t0 rw -");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answered_when_all_are_closed_and_open),
		TEST(a_dry_run_only_looks),
		TEST(what_is_wrong_is_said_before_anything),
		TEST(a_conflict_names_the_command_that_helps),
		TEST(what_stays_open_is_said_as_long_as_it_is_closed),
		TEST(one_that_fails_does_not_keep_the_others),
	};

	return cmocka_run_group_tests_name("ops_readonly", tests, NULL, NULL);
}
