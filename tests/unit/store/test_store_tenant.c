#include "store_fixture.h"

static void every_member_comes_back(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) back = { 0 };
	SCOPED(store_tenant)
	tenant = {
		.name = g_strdup("acme"),
		.schema = g_strdup("client_acme"),
		.version = g_strdup("0007"),
		.mode = TENANT_RO,
		.hold = g_strdup("audit until friday"),
		.bytes = INT64_C(5) << 40,
	};

	store_labels_put(&tenant.labels, "tier", "gold");
	fixture_begin(fixture);
	tenant.server_id = fixture_server(fixture, "db1");
	WORKS(fixture, store_tenant_put(fixture->store, &tenant, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_tenant_get(fixture->store, "acme", &back, &fixture->err));
	assert_int_equal(back.id, tenant.id);
	assert_int_equal(back.server_id, tenant.server_id);
	assert_string_equal(back.server, "db1");
	assert_string_equal(back.schema, "client_acme");
	assert_string_equal(back.version, "0007");
	assert_int_equal(back.mode, TENANT_RO);
	assert_string_equal(back.hold, "audit until friday");
	assert_int_equal(back.bytes, INT64_C(5) << 40);
	assert_int_equal(back.revision, 1);
	assert_string_equal(store_labels_find(&back.labels, "tier"), "gold");
	assert_int_equal(back.server_labels.nr, 0);
}

static void a_name_and_a_schema_are_given_once(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) name = { .name = g_strdup("acme"), .schema = g_strdup("other") };
	SCOPED(store_tenant) schema = { .name = g_strdup("other"), .schema = g_strdup("s_acme") };
	int64_t server;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	(void)fixture_tenant(fixture, server, "acme");
	name.server_id = server;
	schema.server_id = server;
	assert_int_equal(store_tenant_put(fixture->store, &name, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, "a tenant named acme is enrolled already");
	assert_int_equal(store_tenant_put(fixture->store, &schema, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, "tenant other: schema s_acme of that server is "
					      "enrolled already under another name");
	schema.server_id = fixture_server(fixture, "db2");
	WORKS(fixture, store_tenant_put(fixture->store, &schema, &fixture->err));
	fixture_commit(fixture);
}

static void it_needs_a_server(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant)
	tenant = {
		.name = g_strdup("acme"),
		.schema = g_strdup("acme"),
		.server_id = 12,
	};

	fixture_begin(fixture);
	assert_int_equal(store_tenant_put(fixture->store, &tenant, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	fixture_commit(fixture);
}

static void it_is_found_by_its_schema(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	int64_t server;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	(void)fixture_tenant(fixture, server, "acme");
	fixture_commit(fixture);
	WORKS(fixture,
	      store_tenant_get_schema(fixture->store, server, "s_acme", &tenant, &fixture->err));
	assert_string_equal(tenant.name, "acme");
	assert_int_equal(
		store_tenant_get_schema(fixture->store, server, "S_ACME", &tenant, &fixture->err),
		-1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
}

static void a_look_keeps_what_is_unfinished_and_what_is_gone(void **state)
{
	const struct store_found some = { "0012", "0013", "0014", 77 };
	const struct store_found none = { NULL, NULL, NULL, 78 };
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_tenant(fixture, fixture_server(fixture, "db1"), "acme");
	WORKS(fixture, store_tenant_found(fixture->store, id, &some, &fixture->err));
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_string_equal(tenant.version, "0012");
	assert_string_equal(tenant.open, "0013");
	assert_string_equal(tenant.regressed, "0014");
	assert_int_equal(tenant.bytes, 77);
	WORKS(fixture, store_tenant_put(fixture->store, &tenant, &fixture->err));
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_string_equal(tenant.regressed, "0014");
	WORKS(fixture, store_tenant_found(fixture->store, id, &none, &fixture->err));
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_null(tenant.version);
	assert_null(tenant.open);
	assert_null(tenant.regressed);
	assert_int_equal(store_tenant_found(fixture->store, 999, &none, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	fixture_commit(fixture);
}

static void a_look_changes_version_and_size_only(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_tenant(fixture, fixture_server(fixture, "db1"), "acme");
	WORKS(fixture, store_tenant_found(fixture->store, id,
					  &(struct store_found){ .version = "0012", .bytes = 77 },
					  &fixture->err));
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_string_equal(tenant.version, "0012");
	assert_int_equal(tenant.bytes, 77);
	assert_int_equal(tenant.revision, 1);
	WORKS(fixture, store_tenant_found(fixture->store, id, &(struct store_found){ .bytes = 78 },
					  &fixture->err));
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_null(tenant.version);
	assert_int_equal(store_tenant_found(fixture->store, 999,
					    &(struct store_found){ .version = "1", .bytes = 1 },
					    &fixture->err),
			 -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	fixture_commit(fixture);
}

static void it_stays_while_a_rollout_needs_it(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_rollout) rollout = { 0 };
	SCOPED(store_task) task = { 0 };
	int64_t tenant;
	int64_t id;

	fixture_begin(fixture);
	tenant = fixture_tenant(fixture, fixture_server(fixture, "db1"), "acme");
	id = fixture_rollout(fixture, ROLLOUT_PAUSED);
	(void)fixture_task(fixture, id, tenant, 1, 1);
	assert_int_equal(store_tenant_remove(fixture->store, tenant, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, "tenant acme is part of rollout r1; wait for its end "
					      "or abort it first");
	WORKS(fixture, store_rollout_get_id(fixture->store, id, &rollout, &fixture->err));
	rollout.state = ROLLOUT_ABORTED;
	WORKS(fixture, store_rollout_put(fixture->store, &rollout, &fixture->err));
	WORKS(fixture, store_tenant_remove(fixture->store, tenant, &fixture->err));
	assert_int_equal(store_tenant_count(fixture->store, 0, &fixture->err), 0);

	/* what was done with it can still be read, also when the name is in use again */
	(void)fixture_tenant(fixture, 1, "acme");
	WORKS(fixture, store_task_get(fixture->store, id, "acme", &task, &fixture->err));
	assert_int_equal(task.tenant_id, tenant);
	assert_string_equal(task.schema, "s_acme");
	fixture_commit(fixture);
}

static void they_are_counted_per_server(void **state)
{
	struct fixture *fixture = *state;
	int64_t one;
	int64_t two;

	fixture_begin(fixture);
	one = fixture_server(fixture, "db1");
	two = fixture_server(fixture, "db2");
	(void)fixture_tenant(fixture, one, "a");
	(void)fixture_tenant(fixture, one, "b");
	(void)fixture_tenant(fixture, two, "c");
	fixture_commit(fixture);
	assert_int_equal(store_tenant_count(fixture->store, one, &fixture->err), 2);
	assert_int_equal(store_tenant_count(fixture->store, two, &fixture->err), 1);
	assert_int_equal(store_tenant_count(fixture->store, 0, &fixture->err), 3);
}

static int print_labels(const struct store_tenant *tenant, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s:", tenant->name);
	for (size_t i = 0; i < tenant->labels.nr; i++) {
		g_string_append_printf(ctx, "%s=%s,", tenant->labels.labels[i].key,
				       tenant->labels.labels[i].value);
	}
	for (size_t i = 0; i < tenant->server_labels.nr; i++) {
		g_string_append_printf(ctx, "%s=%s;", tenant->server_labels.labels[i].key,
				       tenant->server_labels.labels[i].value);
	}
	g_string_append_c(ctx, ' ');
	return 0;
}

static void tenant_with(struct fixture *fixture, int64_t server, const char *name, int labels)
{
	SCOPED(store_tenant)
	tenant = {
		.name = g_strdup(name),
		.schema = g_strdup(name),
		.server_id = server,
	};

	for (int i = 0; i < labels; i++) {
		g_autofree char *key = g_strdup_printf("k%d", i);

		store_labels_put(&tenant.labels, key, name);
	}
	WORKS(fixture, store_tenant_put(fixture->store, &tenant, &fixture->err));
}

static void each_has_its_own_labels_and_its_servers(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { .name = g_strdup("db1") };
	g_autoptr(GString) got = g_string_new(NULL);
	int64_t bare;

	store_labels_put(&server.labels, "region", "eu");
	store_labels_put(&server.labels, "zone", "1");
	fixture_begin(fixture);
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	bare = fixture_server(fixture, "db2");
	tenant_with(fixture, server.id, "d", 1); /* neither in the order of names nor of labels */
	tenant_with(fixture, bare, "b", 2);
	tenant_with(fixture, server.id, "c", 0);
	tenant_with(fixture, bare, "a", 0);
	tenant_with(fixture, bare, "e", 1);
	fixture_commit(fixture);

	WORKS(fixture,
	      store_tenant_each(fixture->store, NULL, 0, print_labels, got, &fixture->err));
	assert_string_equal(got->str, "a: b:k0=b,k1=b, c:region=eu;zone=1; "
				      "d:k0=d,region=eu;zone=1; e:k0=e, ");
	g_string_truncate(got, 0);
	WORKS(fixture, store_tenant_each(fixture->store, "a", 2, print_labels, got, &fixture->err));
	assert_string_equal(got->str, "b:k0=b,k1=b, c:region=eu;zone=1; ");
	g_string_truncate(got, 0);
	WORKS(fixture, store_tenant_each(fixture->store, "c", 2, print_labels, got, &fixture->err));
	assert_string_equal(got->str, "d:k0=d,region=eu;zone=1; e:k0=e, ");
}

static int nest(const struct store_tenant *tenant, void *ctx, struct err *err)
{
	struct fixture *fixture = ctx;
	g_autoptr(GString) got = g_string_new(NULL);

	(void)err;
	WORKS(fixture, store_tenant_found(fixture->store, tenant->id,
					  &(struct store_found){ .version = "9", .bytes = 9 },
					  &fixture->err));
	WORKS(fixture,
	      store_tenant_each(fixture->store, NULL, 0, print_labels, got, &fixture->err));
	assert_string_equal(got->str, "a: b:k0=b, c: ");
	return 0;
}

static void a_reading_may_read_and_write_in_between(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	int64_t server;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	tenant_with(fixture, server, "a", 0);
	tenant_with(fixture, server, "b", 1);
	tenant_with(fixture, server, "c", 0);
	WORKS(fixture, store_tenant_each(fixture->store, NULL, 0, nest, fixture, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_tenant_get(fixture->store, "c", &tenant, &fixture->err));
	assert_string_equal(tenant.version, "9");
}

static int count(const struct store_tenant *tenant, void *ctx, struct err *err)
{
	(void)err;
	*(size_t *)ctx += tenant->labels.nr + tenant->server_labels.nr;
	return 0;
}

static long resident_kib(void)
{
	g_autofree char *text = NULL;
	const char *line;

	if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL)) {
		return -1;
	}
	line = strstr(text, "VmRSS:");
	return line != NULL ? strtol(line + strlen("VmRSS:"), NULL, 10) : -1;
}

static double ms_since(gint64 begin)
{
	return (double)(g_get_monotonic_time() - begin) / 1000;
}

static void ten_thousand_are_few(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { .name = g_strdup("db1") };
	long before = resident_kib();
	size_t labels = 0;
	gint64 begin;
	double put_ms;

	store_labels_put(&server.labels, "region", "eu");
	begin = g_get_monotonic_time();
	fixture_begin(fixture);
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	for (int i = 0; i < 10000; i++) {
		g_autofree char *name = g_strdup_printf("client_%05d", i);

		tenant_with(fixture, server.id, name, 3);
	}
	fixture_commit(fixture);
	put_ms = ms_since(begin);
	begin = g_get_monotonic_time();
	WORKS(fixture, store_tenant_each(fixture->store, NULL, 0, count, &labels, &fixture->err));
	assert_int_equal(labels, 40000);
	print_message("10,000 tenants with 3 labels: put %.0f ms, each %.1f ms, %ld KiB more "
		      "resident\n",
		      put_ms, ms_since(begin), resident_kib() - before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_member_comes_back),
		STORE_TEST(a_name_and_a_schema_are_given_once),
		STORE_TEST(it_needs_a_server),
		STORE_TEST(it_is_found_by_its_schema),
		STORE_TEST(a_look_keeps_what_is_unfinished_and_what_is_gone),
		STORE_TEST(a_look_changes_version_and_size_only),
		STORE_TEST(it_stays_while_a_rollout_needs_it),
		STORE_TEST(they_are_counted_per_server),
		STORE_TEST(each_has_its_own_labels_and_its_servers),
		STORE_TEST(a_reading_may_read_and_write_in_between),
		STORE_TEST(ten_thousand_are_few),
	};

	return cmocka_run_group_tests_name("store_tenant", tests, NULL, NULL);
}
