#include "sched_fixture.h"
#include "sched_plan.h"

/* A rollout with tasks put by hand: two servers, waves 1 and 2, ranks out of order. */
static struct run *run_with_tasks(struct fixture *fixture, int64_t *other)
{
	static const struct {
		const char *tenant;
		bool other;
		int64_t wave;
		int64_t rank;
		enum task_state state;
	} rows[] = {
		{ "a", false, 1, 2, TASK_PENDING }, { "b", false, 1, 1, TASK_PENDING },
		{ "c", true, 1, 3, TASK_PENDING },  { "d", false, 2, 1, TASK_PENDING },
		{ "e", false, 1, 4, TASK_FAILED },  { "f", false, 0, 1, TASK_DONE },
	};

	SCOPED(store_rollout) rollout = { .state = ROLLOUT_RUNNING, .budget_limit = 3 };
	struct err err = { 0 };
	struct run *run;

	fixture_add_release(fixture, "select 1;");
	*other = fixture_add_server(fixture, "db2", "/nowhere.sock");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		fixture_add_tenant(fixture, rows[i].tenant,
				   rows[i].other ? *other : fixture->server_id, 1);
	}
	must(store_begin(fixture->store, &err), &err);
	rollout.release_id = fixture->release_id;
	store_text_set(&rollout.name, "byhand");
	store_text_set(&rollout.waves, "1,rest");
	store_text_set(&rollout.selector, "*");
	store_text_set(&rollout.strategy, "auto");
	store_text_set(&rollout.owner, "anna");
	must(store_rollout_put(fixture->store, &rollout, &err), &err);
	for (int64_t seq = 1; seq <= 2; seq++) {
		const struct store_wave wave = { .rollout_id = rollout.id, .seq = seq, .size = 2 };

		must(store_wave_put(fixture->store, &wave, &err), &err);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(store_tenant) tenant = { 0 };
		SCOPED(store_task)
		task = { .rollout_id = rollout.id,
			 .wave = rows[i].wave,
			 .rank = rows[i].rank,
			 .state = rows[i].state };

		must(store_tenant_get(fixture->store, rows[i].tenant, &tenant, &err), &err);
		task.tenant_id = tenant.id;
		task.server_id = tenant.server_id;
		must(store_task_put(fixture->store, &task, &err), &err);
	}
	run = run_new(rollout.id);
	must(run_load(run, fixture->store, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	return run;
}

static char *tenant_of(struct fixture *fixture, const struct run_task *item)
{
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };

	must(store_task_get_id(fixture->store, item->id, &task, &err), &err);
	return g_strdup(task.tenant);
}

static void gives_the_tasks_of_a_server_in_order(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GHashTable) busy = g_hash_table_new(g_int64_hash, g_int64_equal);
	int64_t other = 0;
	struct run *run = run_with_tasks(fixture, &other);
	const struct run_task *first = run_next(run, fixture->server_id, 1, busy);
	g_autofree char *first_name = tenant_of(fixture, first);
	const struct run_task *second;
	g_autofree char *second_name = NULL;
	int64_t tenant_id = first->tenant_id;

	assert_string_equal(first_name, "b"); /* rank 1 before rank 2 */
	g_hash_table_add(busy, &tenant_id);
	second = run_next(run, fixture->server_id, 1, busy);
	second_name = tenant_of(fixture, second);
	assert_string_equal(second_name, "a"); /* a busy tenant is passed over */
	assert_non_null(run_next(run, other, 1, busy));
	assert_null(run_next(run, 999, 2, busy));
	run_free(run);
}

static void counts_what_is_open_and_what_failed(void **state)
{
	int64_t other = 0;
	struct run *run = run_with_tasks(*state, &other);

	assert_int_equal(run_open_count(run, 1), 3);
	assert_int_equal(run_open_count(run, 2), 4);
	assert_int_equal(run_failed(run), 1);
	assert_int_equal(run_running(run), 0);
	assert_int_equal(run_count(run, -1, TASK_DONE), 1);
	assert_int_equal(run_current_wave(run)->row.seq, 1);
	assert_false(run_is_last_wave(run, 1));
	assert_true(run_is_last_wave(run, 2));
	run_free(run);
}

static void follows_a_task_that_moves(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GHashTable) busy = g_hash_table_new(g_int64_hash, g_int64_equal);
	int64_t other = 0;
	struct run *run = run_with_tasks(fixture, &other);
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };

	must(store_task_get(fixture->store, run->id, "b", &task, &err), &err);
	task.state = TASK_RUNNING;
	run_moved(run, &task, TASK_PENDING);
	assert_int_equal(run_running(run), 1);
	assert_int_not_equal(run_next(run, fixture->server_id, 1, busy)->id, task.id);
	task.state = TASK_PENDING; /* parked: it stands where it stood */
	run_moved(run, &task, TASK_RUNNING);
	assert_int_equal(run_next(run, fixture->server_id, 1, busy)->id, task.id);
	assert_int_equal(run_running(run), 0);
	run_free(run);
}

static void the_rate_is_that_of_half_a_minute(void **state)
{
	struct run *run = run_new(1);

	(void)state;
	assert_true(run_rate(run, 1000000) < 0.001);
	for (int64_t second = 0; second < 10; second++) {
		run_paced(run, 1000000 + second * 1000);
		run_paced(run, 1000000 + second * 1000 + 1);
	}
	assert_true(run_rate(run, 1009500) > 1.99 && run_rate(run, 1009500) < 2.01);
	assert_true(run_rate(run, 1100000) < 0.001); /* long ago does not count */
	run_free(run);
}

static void statements_are_rewritten_under_auto_alone(void **state)
{
	static const struct {
		const char *strategy;
		bool no_rewrite;
		bool rewrites;
	} policies[] = {
		{ "auto", false, true },
		{ "auto", true, false },
		{ "direct", false, false },
		{ "cold", false, false },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
		g_autofree char *strategy = g_strdup(policies[i].strategy);
		const struct store_rollout row = { .strategy = strategy,
						   .no_rewrite = policies[i].no_rewrite };
		const struct sched_start start = { .strategy = policies[i].strategy,
						   .no_rewrite = policies[i].no_rewrite };

		assert_int_equal(run_rewrites(&row), policies[i].rewrites);
		assert_int_equal(sched_start_ask(&start).rewrites, policies[i].rewrites);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_are_rewritten_under_auto_alone),
		cmocka_unit_test_setup_teardown(gives_the_tasks_of_a_server_in_order, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(counts_what_is_open_and_what_failed, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(follows_a_task_that_moves, fixture_setup,
						fixture_teardown),
		cmocka_unit_test(the_rate_is_that_of_half_a_minute),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
