#include "api_fixture.h"
#include "ops_window.h"
#include "tick.h"

#define SUNDAY INT64_C(1795312800000) /* 2026-11-22T02:00:00Z */
#define HOUR   INT64_C(3600000)

static int clock_setup(void **state)
{
	tick_fake(1, SUNDAY - HOUR);
	return fixture_setup(state);
}

static int clock_teardown(void **state)
{
	tick_fake(-1, -1);
	return fixture_teardown(state);
}

static void a_tenant_a_server_and_a_label_have_windows(void **state)
{
	struct fixture *fixture = *state;
	struct wire_tenant tenant = { 0 };
	struct wire_server server = { 0 };
	struct wire_window label = { 0 };
	g_autofree char *newest = NULL;

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{\"region\":\"au\"}");
	ask_for(fixture, &wire_tenant_type, &tenant, "PATCH /v1/tenants/acme",
		"{\"set\":[\"window= Sun 02:00-05:00 UTC \"]}");
	assert_string_equal(tenant.window, "Sun 02:00-05:00 UTC");
	assert_string_equal(tenant.next_window, "2026-11-22T02:00:00.000Z");
	assert_string_equal(tenant.waits, "waits for its window: opens Sun 2026-11-22 02:00 UTC, "
					  "Sun 02:00-05:00 UTC");
	assert_null(tenant.freeze);
	wire_release(&wire_tenant_type, &tenant);

	ask_for(fixture, &wire_server_type, &server, "PATCH /v1/servers/db1",
		"{\"set\":[\"window=Sun 03:00-05:00 UTC\"]}");
	assert_string_equal(server.window, "Sun 03:00-05:00 UTC");
	assert_string_equal(server.next_window, "2026-11-22T03:00:00.000Z");
	wire_release(&wire_server_type, &server);

	ask_for(fixture, &wire_window_type, &label, "PATCH /v1/labels/region%3Dau",
		"{\"set\":[\"freeze=2026-11-22 04:00\"],\"reason\":\"sold\"}");
	assert_string_equal(label.scope, "label");
	assert_string_equal(label.name, "region=au");
	assert_string_equal(label.freeze, "2026-11-22T01:00:00Z until 2026-11-22T04:00:00Z: sold");
	wire_release(&wire_window_type, &label);
	newest = fixture_newest(fixture);
	assert_string_equal(newest,
			    "label.set label/region=au: set freeze=2026-11-22 04:00 (sold)");

	ask_for(fixture, &wire_tenant_type, &tenant, "GET /v1/tenants/acme", NULL);
	assert_string_equal(tenant.next_window, "2026-11-22T04:00:00.000Z");
	assert_string_equal(tenant.waits,
			    "label region=au is frozen until Sun 2026-11-22 04:00 UTC: sold");
	wire_release(&wire_tenant_type, &tenant);
}

static void all_that_is_set_is_listed_and_can_be_taken_away(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	struct wire_changed changed = { 0 };
	struct wire_window label = { 0 };

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{\"region\":\"au\"}");
	fixture_add_tenant(fixture, "beta", "db1", "{\"region\":\"au\"}");
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/set",
		"{\"selector\":\"region=au\",\"set\":[\"window=Sun 02:00-05:00 UTC\","
		"\"freeze=2026-12-24 until 2027-01-02: year end\"]}");
	assert_int_equal(changed.changed, 2);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_window_type, &label, "PATCH /v1/labels/region%3Dau",
		"{\"set\":[\"window=daily 00:00-24:00 UTC\"]}");
	assert_null(label.next_window); /* open now */
	wire_release(&wire_window_type, &label);
	ask_for_list(fixture, &wire_window_type, &list, "GET /v1/windows", NULL);
	assert_int_equal(list.nr, 3);
	wire_list_release(&wire_window_type, &list);

	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/set",
		"{\"selector\":\"*\",\"set\":[\"window=-\",\"freeze=\"]}");
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_window_type, &label, "PATCH /v1/labels/region%3Dau",
		"{\"set\":[\"window=\"]}");
	wire_release(&wire_window_type, &label);
	ask_for_list(fixture, &wire_window_type, &list, "GET /v1/windows", NULL);
	assert_int_equal(list.nr, 0);
}

/* clang-format off */
static const struct {
	const char *line; const char *body; const char *message;
} wrong[] = {
	/* request                        what the operator reads */
	{ "PATCH /v1/tenants/acme",       "{\"set\":[\"window=Sund 02:00-05:00 UTC\"]}",
	  "window: \"Sund\" is neither a day (Mon to Sun), nor a time (02:00-05:00), nor a time zone that this machine knows (Europe/Berlin, UTC)" },
	{ "PATCH /v1/tenants/acme",       "{\"set\":[\"freeze=2027-01-02\"]}",
	  "freeze: say why, the next one will wonder: --reason TEXT" },
	{ "PATCH /v1/servers/db1",        "{\"set\":[\"freeze=2020-01-02: x\"]}",
	  "freeze: \"2020-01-02\" is over already" },
	{ "POST /v1/tenants/set",         "{\"selector\":\"*\",\"set\":[]}",
	  "say what to set: key=value" },
	{ "POST /v1/tenants/set",         "{\"selector\":\"*\",\"set\":[\"schema=x\"]}",
	  "a tenant has no \"schema\" to set; known: window freeze label.KEY (one that moved is removed and added again)" },
	{ "PATCH /v1/labels/region%3Dau", "{\"set\":[\"label.x=y\"]}",
	  "a label has no \"label.x\" to set; known: window freeze" },
	{ "PATCH /v1/labels/region%3D",   "{\"set\":[\"window=-\"]}",
	  "label \"region=\" has no value" },
	{ "PATCH /v1/labels/name%3Dx",    "{\"set\":[\"window=-\"]}",
	  "label \"name\": this word is the tenant's own in selectors; take another" },
};

/* clang-format on */

static void what_cannot_be_is_refused_in_words(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "acme", "db1", "{}");
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		ask_refused(fixture, 400, wrong[i].message, NULL, wrong[i].line, wrong[i].body);
	}
}

static void a_freeze_that_is_over_is_none(void **state)
{
	g_autofree char *there = window_freeze_text(1, SUNDAY, "x");
	g_autofree char *over = NULL;

	(void)state;
	assert_string_equal(there, "1970-01-01T00:00:00Z until 2026-11-22T02:00:00Z: x");
	tick_fake(1, SUNDAY);
	over = window_freeze_text(1, SUNDAY, "x");
	assert_null(over);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clock_setup, clock_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tenant_a_server_and_a_label_have_windows),
		TEST(all_that_is_set_is_listed_and_can_be_taken_away),
		TEST(what_cannot_be_is_refused_in_words),
		TEST(a_freeze_that_is_over_is_none),
	};

	return cmocka_run_group_tests_name("ops_window", tests, NULL, NULL);
}
