#include "store_chain.h"
#include "store_fixture.h"
#include "store_task.h"
#include "store_tenant.h"

static void a_chain_is_kept_by_rollout_server_and_class(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *content = NULL;
	int64_t rollout;
	int64_t server;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	rollout = fixture_rollout(fixture, ROLLOUT_RUNNING);
	WORKS(fixture, store_chain_put(fixture->store, rollout, server, "a", "one\n",
				       TASK_KIND_REBUILD, &fixture->err));
	WORKS(fixture, store_chain_put(fixture->store, rollout, server, "a", "two\n",
				       TASK_KIND_DATA, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture,
	      store_chain_get(fixture->store, rollout, server, "a", &content, &fixture->err));
	assert_string_equal(content, "two\n");
	g_clear_pointer(&content, g_free);
	WORKS(fixture,
	      store_chain_get(fixture->store, rollout, server, "b", &content, &fixture->err));
	assert_null(content);
}

static void a_task_is_of_the_kind_of_its_class(void **state)
{
	static const struct {
		const char *class;
		enum task_kind kind;
	} tasks[] = { { "a", TASK_KIND_REBUILD },
		      { "b", TASK_KIND_UNKNOWN },
		      { NULL, TASK_KIND_UNKNOWN } };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t rollout;
	int64_t server;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	rollout = fixture_rollout(fixture, ROLLOUT_RUNNING);
	(void)fixture_task(fixture, rollout, fixture_tenant(fixture, server, "t"), 1, 1);
	WORKS(fixture, store_task_get(fixture->store, rollout, "t", &task, &fixture->err));
	WORKS(fixture, store_chain_put(fixture->store, rollout, server, "a", "text",
				       TASK_KIND_REBUILD, &fixture->err));
	for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
		SCOPED(store_task) read = { 0 };

		WORKS(fixture,
		      store_task_class(fixture->store, task.id, tasks[i].class, &fixture->err));
		WORKS(fixture, store_task_get_id(fixture->store, task.id, &read, &fixture->err));
		assert_int_equal(read.kind, tasks[i].kind);
	}
	fixture_commit(fixture);
}

static void the_same_fingerprint_is_the_same_shape(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *content = NULL;

	fixture_begin(fixture);
	WORKS(fixture, store_shape_put(fixture->store, "f1", "first", &fixture->err));
	WORKS(fixture, store_shape_put(fixture->store, "f1", "second", &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_shape_get(fixture->store, "f1", &content, &fixture->err));
	assert_string_equal(content, "first");
	g_clear_pointer(&content, g_free);
	WORKS(fixture, store_shape_get(fixture->store, "f2", &content, &fixture->err));
	assert_null(content);
}

static void a_tenant_remembers_what_it_should_look_like(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_tenant(fixture, fixture_server(fixture, "db1"), "acme");
	WORKS(fixture,
	      store_tenant_shape(fixture->store, id, "f1", "0007", "table a: gone", &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_string_equal(tenant.shape, "f1");
	assert_string_equal(tenant.shape_version, "0007");
	assert_string_equal(tenant.drifted, "table a: gone");
	/* a put of the whole row leaves it alone */
	fixture_begin(fixture);
	WORKS(fixture, store_tenant_put(fixture->store, &tenant, &fixture->err));
	WORKS(fixture, store_tenant_shape(fixture->store, id, "f2", "0008", NULL, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_string_equal(tenant.shape, "f2");
	assert_null(tenant.drifted);
}

static void the_chain_of_the_latest_task_is_found_by_tenant(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_earlier) earlier = { 0 };
	int64_t rollouts[2];
	int64_t server;
	int64_t tenant;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	tenant = fixture_tenant(fixture, server, "acme");
	WORKS(fixture, store_chain_earlier(fixture->store, tenant, &earlier, &fixture->err));
	assert_int_equal(earlier.rollout_id, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(rollouts); i++) {
		SCOPED(store_task)
		task = {
			.tenant_id = tenant,
			.server_id = server,
			.state = TASK_DONE,
			.class = g_strdup("c1"),
		};

		rollouts[i] = fixture_rollout(fixture, ROLLOUT_DONE);
		task.rollout_id = rollouts[i];
		WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	}
	/* the later one had no chain */
	WORKS(fixture, store_chain_put(fixture->store, rollouts[0], server, "c1", "first",
				       TASK_KIND_DATA, &fixture->err));
	WORKS(fixture, store_chain_earlier(fixture->store, tenant, &earlier, &fixture->err));
	assert_int_equal(earlier.rollout_id, rollouts[0]);
	assert_string_equal(earlier.class, "c1");
	assert_string_equal(earlier.content, "first");
	WORKS(fixture, store_chain_put(fixture->store, rollouts[1], server, "c1", "second",
				       TASK_KIND_INSTANT, &fixture->err));
	WORKS(fixture, store_chain_earlier(fixture->store, tenant, &earlier, &fixture->err));
	assert_int_equal(earlier.rollout_id, rollouts[1]);
	assert_string_equal(earlier.content, "second");
	fixture_commit(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_chain_is_kept_by_rollout_server_and_class,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_chain_of_the_latest_task_is_found_by_tenant,
						fixture_setup, fixture_teardown),
		STORE_TEST(a_task_is_of_the_kind_of_its_class),
		cmocka_unit_test_setup_teardown(the_same_fingerprint_is_the_same_shape,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_tenant_remembers_what_it_should_look_like,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("store_chain", tests, NULL, NULL);
}
