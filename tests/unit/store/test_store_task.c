#include "store_fixture.h"

static int names(const struct store_task *task, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", task->tenant);
	return 0;
}

static int64_t *fleet(struct fixture *fixture, int64_t rollout_id, int64_t *servers)
{
	int64_t *tasks = g_new0(int64_t, 6);

	for (int i = 0; i < 6; i++) { /* a c e on db1, b d f on db2; two to a wave */
		const char name[] = { (char)('a' + i), '\0' };
		int64_t tenant = fixture_tenant(fixture, servers[i % 2], name);

		tasks[i] = fixture_task(fixture, rollout_id, tenant, 1 + i / 2, 2 - i % 2);
	}
	return tasks;
}

static void set_state(struct fixture *fixture, int64_t id, enum task_state to, int64_t not_before)
{
	SCOPED(store_task) task = { 0 };

	WORKS(fixture, store_task_get_id(fixture->store, id, &task, &fixture->err));
	task.state = to;
	task.not_before = not_before;
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
}

static void every_member_comes_back(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) back = { 0 };
	SCOPED(store_task)
	task = {
		.wave = 2,
		.rank = 9,
		.state = TASK_FAILED,
		.reason = g_strdup("refused"),
		.migration = g_strdup("0002"),
		.statement = 3,
		.statements = 7,
		.attempt = 2,
		.err_code = g_strdup("db"),
		.err_native = 1064,
		.err_message = g_strdup("You have an error"),
		.not_before = 11,
		.started_at = 22,
		.finished_at = 33,
		.class = g_strdup("c1"),
		.difference = g_strdup("table a: gone"),
	};

	fixture_begin(fixture);
	task.server_id = fixture_server(fixture, "db1");
	task.tenant_id = fixture_tenant(fixture, task.server_id, "acme");
	task.rollout_id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	/* a new task has no difference yet */
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture,
	      store_task_get(fixture->store, task.rollout_id, "acme", &back, &fixture->err));
	assert_int_equal(back.id, task.id);
	assert_int_equal(back.rollout_id, task.rollout_id);
	assert_int_equal(back.tenant_id, task.tenant_id);
	assert_int_equal(back.server_id, task.server_id);
	assert_string_equal(back.tenant, "acme");
	assert_string_equal(back.server, "db1");
	assert_string_equal(back.schema, "s_acme");
	assert_int_equal(back.wave, 2);
	assert_int_equal(back.rank, 9);
	assert_int_equal(back.state, TASK_FAILED);
	assert_string_equal(back.reason, "refused");
	assert_string_equal(back.migration, "0002");
	assert_int_equal(back.statement, 3);
	assert_int_equal(back.statements, 7);
	assert_int_equal(back.attempt, 2);
	assert_string_equal(back.err_code, "db");
	assert_int_equal(back.err_native, 1064);
	assert_string_equal(back.err_message, "You have an error");
	assert_int_equal(back.not_before, 11);
	assert_int_equal(back.started_at, 22);
	assert_int_equal(back.finished_at, 33);
	assert_int_equal(back.bytes, 1000);
	assert_string_equal(back.class, "c1");
	assert_string_equal(back.difference, "table a: gone");
}

static void a_tenant_is_in_a_rollout_once(void **state)
{
	struct fixture *fixture = *state;
	struct store_task task = { .wave = 1, .rank = 2 };

	fixture_begin(fixture);
	task.server_id = fixture_server(fixture, "db1");
	task.tenant_id = fixture_tenant(fixture, task.server_id, "acme");
	task.rollout_id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	(void)fixture_task(fixture, task.rollout_id, task.tenant_id, 1, 1);
	assert_int_equal(store_task_put(fixture->store, &task, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, "tenant 1 is in rollout r1 already");
	task.id = 99;
	assert_int_equal(store_task_put(fixture->store, &task, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	fixture_commit(fixture);
}

static void they_are_listed_by_wave_and_rank(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	g_autofree int64_t *tasks = NULL;
	int64_t servers[2];
	int64_t id;

	fixture_begin(fixture);
	servers[0] = fixture_server(fixture, "db1");
	servers[1] = fixture_server(fixture, "db2");
	id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	tasks = fleet(fixture, id, servers);
	set_state(fixture, tasks[2], TASK_DONE, 0);
	set_state(fixture, tasks[5], TASK_DONE, 0);
	fixture_commit(fixture);
	WORKS(fixture, store_task_each(fixture->store, id, -1, 0, 0, names, got, &fixture->err));
	assert_string_equal(got->str, "b a d c f e ");
	g_string_truncate(got, 0);
	WORKS(fixture,
	      store_task_each(fixture->store, id, -1, tasks[3], 2, names, got, &fixture->err));
	assert_string_equal(got->str, "c f ");
	g_string_truncate(got, 0);
	WORKS(fixture,
	      store_task_each(fixture->store, id, TASK_DONE, 0, 0, names, got, &fixture->err));
	assert_string_equal(got->str, "c f ");
	g_string_truncate(got, 0);
	WORKS(fixture, store_task_each(fixture->store, id, TASK_PENDING, tasks[3], 1, names, got,
				       &fixture->err));
	assert_string_equal(got->str, "e ");
}

static void those_due_belong_to_rollouts_that_go_on(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	g_autofree int64_t *tasks = NULL;
	SCOPED(store_rollout) rollout = { 0 };
	int64_t servers[2];
	int64_t id;

	fixture_begin(fixture);
	servers[0] = fixture_server(fixture, "db1");
	servers[1] = fixture_server(fixture, "db2");
	id = fixture_rollout(fixture, ROLLOUT_PAUSED);
	tasks = fleet(fixture, id, servers);
	assert_int_equal(store_task_next_due(fixture->store, &fixture->err), 0);
	set_state(fixture, tasks[0], TASK_WAITING, 300);
	set_state(fixture, tasks[1], TASK_WAITING, 200);
	set_state(fixture, tasks[2], TASK_WAITING, 0); /* for something else than time */
	set_state(fixture, tasks[3], TASK_PENDING, 100);
	assert_int_equal(store_task_next_due(fixture->store, &fixture->err), 200);
	WORKS(fixture, store_task_due(fixture->store, 199, names, got, &fixture->err));
	assert_string_equal(got->str, "");
	WORKS(fixture, store_task_due(fixture->store, 300, names, got, &fixture->err));
	assert_string_equal(got->str, "b a ");

	WORKS(fixture, store_rollout_get_id(fixture->store, id, &rollout, &fixture->err));
	rollout.state = ROLLOUT_FAILED;
	WORKS(fixture, store_rollout_put(fixture->store, &rollout, &fixture->err));
	g_string_truncate(got, 0);
	WORKS(fixture, store_task_due(fixture->store, 300, names, got, &fixture->err));
	assert_string_equal(got->str, "");
	assert_int_equal(store_task_next_due(fixture->store, &fixture->err), 0);
	fixture_commit(fixture);
}

static int wake(const struct store_task *task, void *ctx, struct err *err)
{
	(void)err;
	set_state(ctx, task->id, TASK_PENDING, 0);
	return 0;
}

static void a_call_may_change_what_it_is_called_for(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	g_autofree int64_t *tasks = NULL;
	int64_t servers[2];
	int64_t id;

	fixture_begin(fixture);
	servers[0] = fixture_server(fixture, "db1");
	servers[1] = fixture_server(fixture, "db2");
	id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	tasks = fleet(fixture, id, servers);
	for (int i = 0; i < 6; i++) {
		set_state(fixture, tasks[i], i < 3 ? TASK_WAITING : TASK_VERIFYING, 5);
	}
	WORKS(fixture, store_task_running(fixture->store, names, got, &fixture->err));
	assert_string_equal(got->str, "d e f ");
	WORKS(fixture, store_task_due(fixture->store, 5, wake, fixture, &fixture->err));
	WORKS(fixture, store_task_running(fixture->store, wake, fixture, &fixture->err));
	g_string_truncate(got, 0);
	WORKS(fixture,
	      store_task_each(fixture->store, id, TASK_PENDING, 0, 0, names, got, &fixture->err));
	assert_string_equal(got->str, "b a d c f e ");
	fixture_commit(fixture);
}

static int server_names(const char *server, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", server);
	return 0;
}

/* A server whose tasks have all ended is not needed any more. */
static void servers_with_work_left_are_named(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) seen = g_string_new(NULL);
	g_autofree int64_t *tasks = NULL;
	int64_t servers[2];
	int64_t id;

	fixture_begin(fixture);
	servers[0] = fixture_server(fixture, "db2");
	servers[1] = fixture_server(fixture, "db1");
	(void)fixture_server(fixture, "db3");
	id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	tasks = fleet(fixture, id, servers);
	WORKS(fixture, store_task_servers(fixture->store, id, server_names, seen, &fixture->err));
	assert_string_equal(seen->str, "db1 db2 ");
	for (int i = 0; i < 6; i += 2) { /* all of db2 */
		set_state(fixture, tasks[i], i == 0 ? TASK_FAILED : TASK_DONE, 0);
	}
	set_state(fixture, tasks[1], TASK_WAITING, 0);
	g_string_truncate(seen, 0);
	WORKS(fixture, store_task_servers(fixture->store, id, server_names, seen, &fixture->err));
	assert_string_equal(seen->str, "db1 ");
	g_string_truncate(seen, 0);
	WORKS(fixture,
	      store_task_servers(fixture->store, id + 1, server_names, seen, &fixture->err));
	assert_string_equal(seen->str, "");
	fixture_commit(fixture);
}

static void check_counts(struct fixture *fixture, int64_t id, int64_t wave, const char *want)
{
	g_autoptr(GString) got = g_string_new(NULL);
	struct store_counts counts;

	WORKS(fixture, store_task_counts(fixture->store, id, wave, &counts, &fixture->err));
	g_string_append_printf(got, "%d", (int)counts.total);
	for (int i = 0; i < TASK_STATE_NR; i++) {
		if (counts.by_state[i] != 0) {
			g_string_append_printf(got, " %s %d", task_state_names[i],
					       (int)counts.by_state[i]);
		}
	}
	assert_string_equal(got->str, want);
}

static void counts_follow_every_change(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	g_autofree int64_t *tasks = NULL;
	int64_t servers[2];
	int64_t id;

	fixture_begin(fixture);
	servers[0] = fixture_server(fixture, "db1");
	servers[1] = fixture_server(fixture, "db2");
	id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	check_counts(fixture, id, 0, "0");
	tasks = fleet(fixture, id, servers);
	check_counts(fixture, id, 0, "6 pending 6");
	set_state(fixture, tasks[0], TASK_RUNNING, 0);
	set_state(fixture, tasks[0], TASK_RUNNING, 7);
	set_state(fixture, tasks[0], TASK_DONE, 0);
	set_state(fixture, tasks[2], TASK_IN_DOUBT, 0);
	check_counts(fixture, id, 0, "6 pending 4 done 1 in_doubt 1");
	check_counts(fixture, id, 1, "2 pending 1 done 1");
	WORKS(fixture, store_task_get_id(fixture->store, tasks[5], &task, &fixture->err));
	task.wave = 1; /* its place cannot change */
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	check_counts(fixture, id, 1, "2 pending 1 done 1");
	WORKS(fixture, store_savepoint(fixture->store, &fixture->err));
	set_state(fixture, tasks[1], TASK_FAILED, 0);
	store_savepoint_undo(fixture->store);
	check_counts(fixture, id, 1, "2 pending 1 done 1");
	fixture_commit(fixture);
}

static double us_each(gint64 begin, int nr)
{
	return (double)(g_get_monotonic_time() - begin) / nr;
}

static int count(const struct store_task *task, void *ctx, struct err *err)
{
	(void)err;
	*(int64_t *)ctx += task->rank;
	return 0;
}

/* 10,000 tasks of one server; tenants and the rollout are made, too. */
static int64_t many(struct fixture *fixture, int64_t server)
{
	int64_t id = fixture_rollout(fixture, ROLLOUT_RUNNING);

	for (int i = 0; i < 10000; i++) {
		g_autofree char *name = g_strdup_printf("client_%05d", i);

		(void)fixture_task(fixture, id, fixture_tenant(fixture, server, name), 1 + i / 2500,
				   i % 2500);
	}
	return id;
}

static void ten_thousand_are_few(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	struct store_counts counts;
	int64_t ranks = 0;
	int64_t server;
	int64_t id;
	gint64 begin;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	id = many(fixture, server);
	fixture_commit(fixture);

	fixture_begin(fixture);
	begin = g_get_monotonic_time();
	for (int64_t i = 1; i <= 5000; i++) {
		WORKS(fixture, store_task_get_id(fixture->store, i, &task, &fixture->err));
	}
	print_message("get_id   %6.1f us\n", us_each(begin, 5000));
	begin = g_get_monotonic_time();
	for (int64_t i = 1; i <= 5000; i++) {
		WORKS(fixture, store_task_get_id(fixture->store, i, &task, &fixture->err));
		task.state = TASK_DONE;
		WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	}
	print_message("get+put  %6.1f us, state changed\n", us_each(begin, 5000));
	begin = g_get_monotonic_time();
	for (int i = 0; i < 1000; i++) {
		WORKS(fixture, store_task_counts(fixture->store, id, 0, &counts, &fixture->err));
	}
	print_message("counts   %6.1f us\n", us_each(begin, 1000));
	begin = g_get_monotonic_time();
	WORKS(fixture, store_task_each(fixture->store, id, -1, 0, 0, count, &ranks, &fixture->err));
	print_message("each     %6.1f us a task\n", us_each(begin, 10000));
	begin = g_get_monotonic_time();
	fixture_commit(fixture);
	print_message("commit   %6.1f us\n", us_each(begin, 1));
	assert_int_equal(counts.by_state[TASK_DONE], 5000);
	assert_int_equal(counts.total, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_member_comes_back),
		STORE_TEST(a_tenant_is_in_a_rollout_once),
		STORE_TEST(they_are_listed_by_wave_and_rank),
		STORE_TEST(those_due_belong_to_rollouts_that_go_on),
		STORE_TEST(a_call_may_change_what_it_is_called_for),
		STORE_TEST(servers_with_work_left_are_named),
		STORE_TEST(counts_follow_every_change),
		STORE_TEST(ten_thousand_are_few),
	};

	return cmocka_run_group_tests_name("store_task", tests, NULL, NULL);
}
