#include "api_fixture.h"

#include "ops_tenant.h"

static void five_tenants(struct fixture *fixture)
{
	fixture_add_server(fixture, "db1");
	fixture_add_tenant(fixture, "a", "db1", "{\"region\":\"eu\"}");
	fixture_add_tenant(fixture, "b", "db1", "{\"region\":\"eu\"}");
	fixture_add_tenant(fixture, "c", "db1", "{\"region\":\"us\"}");
	fixture_add_tenant(fixture, "d", "db1", "{}");
	fixture_add_tenant(fixture, "e", "db1", "{\"region\":\"eu\"}");
}

/* Names of all pages together, and how many pages it took. */
static char *names_of(struct fixture *fixture, const char *query, int *pages)
{
	GString *names = g_string_new(NULL);
	char *after = g_strdup("");

	for (*pages = 0; after != NULL && *pages < 100; (*pages)++) {
		g_autofree char *line = g_strdup_printf("GET /v1/tenants?after=%s%s", after, query);
		struct wire_tenant_page page = { 0 };
		const struct wire_tenant *tenants;

		ask_for(fixture, &wire_tenant_page_type, &page, line, NULL);
		tenants = page.items.items;
		for (size_t i = 0; i < page.items.nr; i++) {
			g_string_append(names, tenants[i].name);
		}
		g_free(after);
		after = g_steal_pointer(&page.next);
		wire_release(&wire_tenant_page_type, &page);
	}
	return g_string_free(names, FALSE);
}

/* clang-format off */
static const struct {
	const char *query; const char *names; int pages;
} pages[] = {
	/* query                                     names      pages */
	{ "",                                        "abcde",   1 },
	{ "&limit=5",                                "abcde",   1 },
	{ "&limit=4",                                "abcde",   2 },
	{ "&limit=2",                                "abcde",   3 },
	{ "&limit=1",                                "abcde",   5 },
	{ "&selector=region%3Deu",                   "abe",     1 },
	{ "&selector=region%3Deu&limit=3",           "abe",     1 },
	{ "&selector=region!%3Deu&limit=1",          "cd",      3 },
	{ "&selector=region%20in%20(us,eu),!a",      "bce",     1 },
	{ "&selector=nobody",                        "",        1 },
};

/* clang-format on */

static void pages_hold_everybody_once(void **state)
{
	struct fixture *fixture = *state;

	five_tenants(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		int nr;
		g_autofree char *names = names_of(fixture, pages[i].query, &nr);

		assert_string_equal(names, pages[i].names);
		assert_int_equal(nr, pages[i].pages);
	}
}

static void tenants_fill(struct fixture *fixture, int nr)
{
	struct err err = { 0 };

	fixture_add_server(fixture, "db1");
	must(store_begin(fixture->store, &err), &err);
	for (int i = 0; i < nr; i++) {
		SCOPED(store_tenant) row = { .server_id = 1 };
		g_autofree char *name = g_strdup_printf("client_%05d", i);

		store_text_set(&row.name, name);
		store_text_set(&row.schema, name);
		store_labels_put(&row.labels, "region", i % 100 == 0 ? "eu" : "us");
		store_labels_put(&row.labels, "tier", "gold");
		must(store_tenant_put(fixture->store, &row, &err), &err);
	}
	must(store_commit(fixture->store, &err), &err);
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Whatever it selects; what it costs is printed, to be held against 20 ms. */
static void a_page_of_a_large_inventory_is_answered(void **state)
{
	static const char *const lines[] = {
		"GET /v1/tenants",
		"GET /v1/tenants?after=client_05000",
		"GET /v1/tenants?selector=region%3Deu",
		"GET /v1/tenants?selector=nobody",
	};
	struct fixture *fixture = *state;
	int64_t us[100];

	tenants_fill(fixture, 10000);
	for (size_t i = 0; i < G_N_ELEMENTS(us); i++) {
		struct reply reply = { 0 };
		int64_t begin = cpu_us(); /* the machine may be busy with something else */

		ask(fixture, &reply, lines[i % G_N_ELEMENTS(lines)], NULL);
		assert_int_equal(reply.status, 200);
		us[i] = cpu_us() - begin;
		reply_clear(&reply);
	}
	qsort(us, G_N_ELEMENTS(us), sizeof(us[0]), by_size);
	print_message("median %lld us, 99th percentile %lld us\n", (long long)us[50],
		      (long long)us[98]);
}

static void a_sparse_selection_is_found_in_full(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *names = NULL;
	int nr;

	tenants_fill(fixture, 10000);
	names = names_of(fixture, "&selector=region%3Deu", &nr);
	assert_int_equal(strlen(names), 100 * strlen("client_00000"));
	assert_true(nr >= 5);
}

/* As muster sends it for "@file". */
static void ten_thousand_names_fit_in_a_query(void **state)
{
	struct fixture *fixture = *state;
	GString *query = g_string_new("&selector=name%20in%20(client_00000");
	g_autofree char *names = NULL;
	int nr;

	tenants_fill(fixture, 3000);
	for (int i = 1; i < 10000; i++) {
		g_string_append_printf(query, ",client_%05d", i);
	}
	g_string_append_c(query, ')');
	names = names_of(fixture, query->str, &nr);
	assert_int_equal(strlen(names), 3000 * strlen("client_00000"));
	g_string_free(query, TRUE);
}

static void a_hold_says_why_and_is_released(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	struct wire_tenant tenant = { 0 };
	g_autofree char *newest = NULL;

	five_tenants(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/hold",
		"{\"selector\":\"region=eu\",\"reason\":\"christmas sale\"}");
	assert_int_equal(changed.changed, 3);
	assert_string_equal(changed.tenants.texts[2], "e");
	wire_release(&wire_changed_type, &changed);
	newest = fixture_newest(fixture);
	assert_string_equal(newest, "tenant.hold tenant/e: held (christmas sale)");
	ask_for(fixture, &wire_tenant_type, &tenant, "GET /v1/tenants/a", NULL);
	assert_string_equal(tenant.hold, "christmas sale");
	wire_release(&wire_tenant_type, &tenant);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/release",
		"{\"selector\":\"*\"}");
	assert_int_equal(changed.changed, 3);
	assert_int_equal(changed.unchanged, 2);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_tenant_type, &tenant, "GET /v1/tenants/a", NULL);
	assert_null(tenant.hold);
	wire_release(&wire_tenant_type, &tenant);
}

static void labels_are_set_and_removed(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	struct wire_tenant tenant = { 0 };

	five_tenants(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/label",
		"{\"selector\":\"a,d\",\"labels\":{\"region\":\"\",\"tier\":\"gold\"}}");
	assert_int_equal(changed.changed, 2);
	wire_release(&wire_changed_type, &changed);
	ask_for(fixture, &wire_tenant_type, &tenant, "PATCH /v1/tenants/a",
		"{\"set\":[\"label.tier=silver\",\"label.zone=1\"]}");
	assert_int_equal(tenant.labels.nr, 2);
	assert_string_equal(tenant.labels.labels[0].value, "silver");
	wire_release(&wire_tenant_type, &tenant);
	ask_refused(fixture, 400, "say which labels to set: key=value", NULL,
		    "POST /v1/tenants/label", "{\"selector\":\"a\"}");
	ask_refused(fixture, 400,
		    "a tenant has no \"server\" to set; known: window freeze label.KEY (one "
		    "that moved is "
		    "removed and added again)",
		    NULL, "PATCH /v1/tenants/a", "{\"set\":[\"server=db2\"]}");
}

static void a_selection_of_nobody_is_an_error(void **state)
{
	struct fixture *fixture = *state;

	five_tenants(fixture);
	ask_refused(fixture, 404, "no tenant is named zz", "muster tenant list",
		    "POST /v1/tenants/remove", "{\"selector\":\"a,zz\"}");
	ask_refused(fixture, 404, "no tenant is selected by \"region=mars\"", "muster tenant list",
		    "POST /v1/tenants/remove", "{\"selector\":\"region=mars\"}");
}

static void removed_tenants_are_gone(void **state)
{
	struct fixture *fixture = *state;
	struct wire_changed changed = { 0 };
	g_autofree char *names = NULL;
	int nr;

	five_tenants(fixture);
	ask_for(fixture, &wire_changed_type, &changed, "POST /v1/tenants/remove",
		"{\"selector\":\"region=eu\",\"reason\":\"left us\"}");
	assert_int_equal(changed.changed, 3);
	wire_release(&wire_changed_type, &changed);
	names = names_of(fixture, "", &nr);
	assert_string_equal(names, "cd");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_hold_everybody_once),
		TEST(a_page_of_a_large_inventory_is_answered),
		TEST(a_sparse_selection_is_found_in_full),
		TEST(ten_thousand_names_fit_in_a_query),
		TEST(a_hold_says_why_and_is_released),
		TEST(labels_are_set_and_removed),
		TEST(a_selection_of_nobody_is_an_error),
		TEST(removed_tenants_are_gone),
	};

	return cmocka_run_group_tests_name("ops_tenant", tests, NULL, NULL);
}
