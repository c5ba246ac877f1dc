#include "store_fixture.h"

static void every_member_comes_back(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) back = { 0 };
	SCOPED(store_server)
	server = {
		.name = g_strdup("db1"),
		.host = g_strdup("10.0.0.7"),
		.port = 3307,
		.socket = g_strdup(""),
		.defaults_file = g_strdup("/etc/muster/db1.cnf"),
		.max_running = 8,
		.max_rebuilds = 3,
		.max_chunks = 2,
		.state = SERVER_DENIED,
		.reason = g_strdup("Access denied"),
		.flavor = g_strdup("mariadb"),
		.version = g_strdup("10.11.6"),
		.replica_of = g_strdup("db0"),
		.replicas = g_strdup("10.0.0.8:3306"),
		.heartbeat = g_strdup("ops.heartbeat.ts"),
	};

	store_labels_put(&server.labels, "region", "eu");
	store_labels_put(&server.labels, "empty", "");
	fixture_begin(fixture);
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_server_get(fixture->store, "db1", &back, &fixture->err));
	assert_int_equal(back.id, server.id);
	assert_string_equal(back.name, "db1");
	assert_string_equal(back.host, "10.0.0.7");
	assert_int_equal(back.port, 3307);
	assert_string_equal(back.socket, ""); /* empty is not NULL */
	assert_string_equal(back.defaults_file, "/etc/muster/db1.cnf");
	assert_int_equal(back.max_running, 8);
	assert_int_equal(back.max_rebuilds, 3);
	assert_int_equal(back.max_chunks, 2);
	assert_int_equal(back.state, SERVER_DENIED);
	assert_string_equal(back.reason, "Access denied");
	assert_string_equal(back.flavor, "mariadb");
	assert_string_equal(back.version, "10.11.6");
	assert_string_equal(back.replica_of, "db0");
	assert_string_equal(back.replicas, "10.0.0.8:3306");
	assert_string_equal(back.heartbeat, "ops.heartbeat.ts");
	assert_int_equal(back.revision, 1);
	assert_int_equal(back.labels.nr, 2);
	assert_string_equal(store_labels_find(&back.labels, "region"), "eu");
	assert_string_equal(store_labels_find(&back.labels, "empty"), "");
}

static void a_change_counts_the_revision_and_replaces_labels(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	SCOPED(store_server) back = { 0 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_server(fixture, "db1");
	WORKS(fixture, store_server_get_id(fixture->store, id, &server, &fixture->err));
	store_labels_put(&server.labels, "zone", "1");
	store_text_set(&server.reason, "does not answer");
	server.state = SERVER_DOWN;
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	store_labels_release(&server.labels);
	store_labels_put(&server.labels, "rack", "2");
	store_text_set(&server.reason, NULL);
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	fixture_commit(fixture);

	WORKS(fixture, store_server_get_id(fixture->store, id, &back, &fixture->err));
	assert_int_equal(back.revision, 3);
	assert_int_equal(back.state, SERVER_DOWN);
	assert_null(back.reason);
	assert_int_equal(back.labels.nr, 1);
	assert_string_equal(store_labels_find(&back.labels, "rack"), "2");
}

static void a_name_is_given_once(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { .name = g_strdup("db1") };

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	assert_int_equal(store_server_put(fixture->store, &server, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, "a server named db1 is enrolled already");
	assert_int_equal(server.id, 0);
	assert_int_equal(server.revision, 0);
	fixture_commit(fixture); /* the failure undid nothing else */
}

static int names(const struct store_server *server, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s/%d ", server->name, (int)server->labels.nr);
	return 0;
}

static void they_come_by_name_with_their_labels(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { .name = g_strdup("db2") };
	g_autoptr(GString) got = g_string_new(NULL);

	store_labels_put(&server.labels, "region", "eu");
	fixture_begin(fixture);
	(void)fixture_server(fixture, "db3");
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	(void)fixture_server(fixture, "db1");
	fixture_commit(fixture);
	WORKS(fixture, store_server_each(fixture->store, names, got, &fixture->err));
	assert_string_equal(got->str, "db1/0 db2/1 db3/0 ");
}

static void it_goes_only_without_tenants(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	int64_t tenant;
	int64_t id;

	fixture_begin(fixture);
	id = fixture_server(fixture, "db1");
	tenant = fixture_tenant(fixture, id, "acme");
	assert_int_equal(store_server_remove(fixture->store, id, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, "server db1 still has 1 tenants; remove them first: "
					      "`muster tenant remove -l server=db1`");
	WORKS(fixture, store_tenant_remove(fixture->store, tenant, &fixture->err));
	WORKS(fixture, store_server_remove(fixture->store, id, &fixture->err));
	assert_int_equal(store_server_get(fixture->store, "db1", &server, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	assert_string_equal(fixture->err.msg, "no server is named db1");
	assert_int_equal(store_server_remove(fixture->store, id, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	assert_int_not_equal(fixture_server(fixture, "db1"), id); /* the name is free again */
	fixture_commit(fixture);
}

static int64_t replica(struct fixture *fixture, const char *name, const char *source)
{
	SCOPED(store_server) server = { .name = g_strdup(name), .replica_of = g_strdup(source) };

	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	return server.id;
}

/* clang-format off */
static const struct {
	const char *source, *names;
} replicated[] = {
	{ "db1",  "a/0 a1/0 b/0 " },
	{ "a",    "a1/0 " },
	{ "a1",   "" },
	{ "m1",   "m2/0 m3/0 " }, /* each other's, and m3 of one of them */
	{ "m2",   "m1/0 m3/0 " },
	{ "none", "" },
};

/* clang-format on */

static void replicas_are_found_through_each_other(void **state)
{
	struct fixture *fixture = *state;

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	(void)replica(fixture, "b", "db1");
	(void)replica(fixture, "a", "db1");
	(void)replica(fixture, "a1", "a");
	(void)replica(fixture, "m1", "m2");
	(void)replica(fixture, "m2", "m1");
	(void)replica(fixture, "m3", "m2");
	fixture_commit(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(replicated); i++) {
		g_autoptr(GString) got = g_string_new(NULL);

		WORKS(fixture, store_server_replicas(fixture->store, replicated[i].source, names,
						     got, &fixture->err));
		assert_string_equal(got->str, replicated[i].names);
	}
}

static void a_source_stays_while_it_has_replicas(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;
	int64_t of;

	fixture_begin(fixture);
	id = fixture_server(fixture, "db1");
	of = replica(fixture, "db2", "db1");
	(void)replica(fixture, "db3", "db2");
	assert_int_equal(store_server_remove(fixture->store, id, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg,
			    "server db2 replicates from db1: say that it does not any more with "
			    "`muster server set db2 replica-of=`");
	assert_int_equal(store_server_remove(fixture->store, of, &fixture->err), -1);
	fixture_commit(fixture);
}

static void what_is_gone_is_not_written(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { .id = 99, .name = g_strdup("db1") };

	fixture_begin(fixture);
	assert_int_equal(store_server_put(fixture->store, &server, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	fixture_commit(fixture);
}

static int add_found(const char *address, int64_t seen_at, int64_t number, void *ctx,
		     struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s %lld %lld|", address, (long long)seen_at,
			       (long long)number);
	return 0;
}

static void replicas_that_were_found_are_of_one_place_and_age(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture->store;
	g_autoptr(GString) got = g_string_new(NULL);
	int64_t one;
	int64_t two;

	fixture_begin(fixture);
	one = fixture_server(fixture, "db1");
	two = fixture_server(fixture, "db2");
	WORKS(fixture, store_replica_put(store, one, "b:3306", "here", 100, 7, &fixture->err));
	WORKS(fixture, store_replica_put(store, one, "a:3306", "here", 100, 7, &fixture->err));
	WORKS(fixture, store_replica_put(store, one, "a:3306", "here", 200, 7, &fixture->err));
	WORKS(fixture, store_replica_put(store, one, "c:3306", "there", 200, 7, &fixture->err));
	WORKS(fixture, store_replica_put(store, one, "d:3306", "here", 99, 7, &fixture->err));
	WORKS(fixture, store_replica_put(store, two, "e:3306", "here", 200, 7, &fixture->err));
	fixture_commit(fixture);
	fixture_reopen(fixture);
	WORKS(fixture,
	      store_replica_each(fixture->store, one, "here", 100, add_found, got, &fixture->err));
	assert_string_equal(got->str, "a:3306 200 7|b:3306 100 7|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_member_comes_back),
		STORE_TEST(a_change_counts_the_revision_and_replaces_labels),
		STORE_TEST(a_name_is_given_once),
		STORE_TEST(they_come_by_name_with_their_labels),
		STORE_TEST(it_goes_only_without_tenants),
		STORE_TEST(replicas_are_found_through_each_other),
		STORE_TEST(a_source_stays_while_it_has_replicas),
		STORE_TEST(what_is_gone_is_not_written),
		STORE_TEST(replicas_that_were_found_are_of_one_place_and_age),
	};

	return cmocka_run_group_tests_name("store_server", tests, NULL, NULL);
}
