#include "store_fixture.h"

#include "store_window.h"

static int collect(const struct store_window *window, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s %s %s %lld-%lld %s;", window->scope, window->name,
			       window->window != NULL ? window->window : "-",
			       (long long)window->freeze_from, (long long)window->freeze_until,
			       window->freeze_reason != NULL ? window->freeze_reason : "-");
	return 0;
}

static void put_label(struct fixture *fixture, const char *label, const char *window, int64_t until)
{
	SCOPED(store_window)
	row = {
		.name = g_strdup(label),
		.window = g_strdup(window),
		.freeze_from = until > 0 ? 1 : 0,
		.freeze_until = until,
		.freeze_reason = until > 0 ? g_strdup("quiet") : NULL,
	};

	WORKS(fixture, store_label_window_put(fixture->store, &row, &fixture->err));
}

static void all_that_is_set_is_listed(void **state)
{
	g_autoptr(GString) found = g_string_new(NULL);
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_server) server = { 0 };
	int64_t server_id;

	fixture_begin(fixture);
	server_id = fixture_server(fixture, "db1");
	WORKS(fixture, store_server_get_id(fixture->store, server_id, &server, &fixture->err));
	server.freeze_from = 5;
	server.freeze_until = 9;
	store_text_set(&server.freeze_reason, "moves");
	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	WORKS(fixture,
	      store_tenant_get_id(fixture->store, fixture_tenant(fixture, server_id, "acme"),
				  &tenant, &fixture->err));
	(void)fixture_tenant(fixture, server_id, "free");
	store_text_set(&tenant.window, "Sun 02:00-05:00 UTC");
	WORKS(fixture, store_tenant_put(fixture->store, &tenant, &fixture->err));
	put_label(fixture, "region=au", "Mon 02:00-05:00 UTC", 7);
	fixture_commit(fixture);
	fixture_reopen(fixture);
	WORKS(fixture, store_window_each(fixture->store, collect, found, &fixture->err));
	assert_string_equal(found->str, "server db1 - 5-9 moves;"
					"label region=au Mon 02:00-05:00 UTC 1-7 quiet;"
					"tenant acme Sun 02:00-05:00 UTC 0-0 -;");
}

static void a_label_without_either_is_forgotten(void **state)
{
	g_autoptr(GString) found = g_string_new(NULL);
	struct fixture *fixture = *state;
	SCOPED(store_window) row = { 0 };

	fixture_begin(fixture);
	put_label(fixture, "region=au", "Mon 02:00-05:00 UTC", 0);
	put_label(fixture, "region=au", "Tue 02:00-05:00 UTC", 0);
	WORKS(fixture, store_label_window_get(fixture->store, "region=au", &row, &fixture->err));
	assert_string_equal(row.window, "Tue 02:00-05:00 UTC");
	put_label(fixture, "region=au", NULL, 0);
	WORKS(fixture, store_label_window_get(fixture->store, "region=au", &row, &fixture->err));
	assert_null(row.window);
	assert_string_equal(row.name, "region=au");
	WORKS(fixture, store_window_each(fixture->store, collect, found, &fixture->err));
	assert_string_equal(found->str, "");
	fixture_commit(fixture);
}

static int count(const struct store_task *task, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s@%lld ", task->tenant, (long long)task->window_at);
	return 0;
}

static void wait_for(struct fixture *fixture, int64_t task_id, int64_t window_at)
{
	SCOPED(store_task) task = { 0 };

	WORKS(fixture, store_task_get_id(fixture->store, task_id, &task, &fixture->err));
	task.state = TASK_WAITING;
	task.window_at = window_at;
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
}

static void who_waits_is_counted(void **state)
{
	g_autoptr(GString) found = g_string_new(NULL);
	struct fixture *fixture = *state;
	struct store_waits waits = { .nr = 7 };
	int64_t server_id;
	int64_t rollout_id;

	fixture_begin(fixture);
	server_id = fixture_server(fixture, "db1");
	rollout_id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	WORKS(fixture, store_task_waits(fixture->store, rollout_id, &waits, &fixture->err));
	assert_int_equal(waits.nr, 0);
	assert_int_equal(waits.first_at, 0);
	for (int i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("t%d", i);
		int64_t tenant_id = fixture_tenant(fixture, server_id, name);

		wait_for(fixture, fixture_task(fixture, rollout_id, tenant_id, 1, i + 1),
			 i == 0 ? 0 : 1000 - i);
	}
	WORKS(fixture, store_task_waits(fixture->store, rollout_id, &waits, &fixture->err));
	assert_int_equal(waits.nr, 2);
	assert_int_equal(waits.first_at, 998);
	assert_int_equal(waits.last_at, 999);
	WORKS(fixture, store_task_waits_each(fixture->store, count, found, &fixture->err));
	assert_string_equal(found->str, "t2@998 t1@999 ");
	fixture_commit(fixture);
}

static void pace(int64_t bytes, int64_t ms, void *ctx)
{
	g_string_append_printf(ctx, "%lld:%lld ", (long long)bytes, (long long)ms);
}

static void only_tasks_that_did_something_have_a_pace(void **state)
{
	g_autoptr(GString) found = g_string_new(NULL);
	struct fixture *fixture = *state;
	SCOPED(store_rollout) rollout = { 0 };
	int64_t server_id;
	int64_t rollout_id;

	fixture_begin(fixture);
	server_id = fixture_server(fixture, "db1");
	rollout_id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	for (int i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("t%d", i);
		int64_t tenant_id = fixture_tenant(fixture, server_id, name);
		SCOPED(store_task) task = { 0 };

		WORKS(fixture,
		      store_task_get_id(fixture->store,
					fixture_task(fixture, rollout_id, tenant_id, 1, i + 1),
					&task, &fixture->err));
		task.state = i == 2 ? TASK_FAILED : TASK_DONE;
		task.statement = i == 0 ? 0 : 3;
		task.started_at = 100;
		task.finished_at = 350;
		WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	}
	WORKS(fixture, store_rollout_get_id(fixture->store, rollout_id, &rollout, &fixture->err));
	WORKS(fixture,
	      store_task_paces(fixture->store, rollout.release_id, pace, found, &fixture->err));
	assert_string_equal(found->str, "1000:250 ");
	fixture_commit(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(all_that_is_set_is_listed),
		STORE_TEST(a_label_without_either_is_forgotten),
		STORE_TEST(who_waits_is_counted),
		STORE_TEST(only_tasks_that_did_something_have_a_pace),
	};

	return cmocka_run_group_tests_name("store_window", tests, NULL, NULL);
}
