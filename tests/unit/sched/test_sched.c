#include "sched_fixture.h"

static const struct sched_start everything = { .release = "rel" };

static void brings_every_tenant_to_the_release(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 5);
	fixture_add_release(fixture, "create table a (id int primary key);\n"
				     "alter table a add column b int;\n");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 5);
	for (unsigned i = 0; i < 5; i++) {
		g_autofree char *name = g_strdup_printf("t%02u", i);
		g_autofree char *columns = test_server_value(
			"select count(*) from information_schema.columns where table_name='a' and "
			"table_schema='%s'",
			fixture_schema(name));

		assert_string_equal(columns, "2");
	}
}

static void a_second_rollout_finds_nothing_to_do(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_DONE);
	assert_int_equal(task.attempt, 0); /* no worker was sent */
	assert_string_equal(task.reason, "nothing to do: it is at 0001");
}

static void a_turn_without_facts_is_never_due(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(sched_turn(fixture->sched), -1);
	assert_true(sched_is_idle(fixture->sched));
}

static void a_stopped_scheduler_starts_nothing(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	sched_stop(fixture->sched);
	id = fixture_start(fixture, &everything);
	fixture_turns(fixture, 20);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_SCHEDULED);
	assert_true(sched_is_idle(fixture->sched));
}

/* What is believed is thrown away between any two turns: the store alone must do. */
static void remembers_nothing_that_the_store_does_not(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		sched_forget(fixture->sched);
		fixture_turns(fixture, 1);
	}
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 4);
}

static void count_commit(void *ctx, bool tasks_only)
{
	unsigned *commits = ctx;

	commits[tasks_only ? 1 : 0]++;
}

static void says_when_events_were_written(void **state)
{
	struct fixture *fixture = *state;
	unsigned commits[2] = { 0 };

	sched_on_commit(fixture->sched, count_commit, commits);
	fixture_turns(fixture, 3);
	assert_int_equal(commits[0] + commits[1], 0);
	fixture_add_tenants(fixture, 10);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	assert_true(commits[0] > 0); /* that it started, that it is done */
	assert_true(commits[1] > 0); /* that one of its tasks is */
}

static void keeps_sessions_and_counts_them(void **state)
{
	struct fixture *fixture = *state;
	struct sched_stats stats;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	sched_stats_get(fixture->sched, &stats);
	assert_int_equal(stats.tasks_done, 6);
	assert_true(stats.sessions >= 1 && stats.sessions <= 2 + LINK_JOBS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(brings_every_tenant_to_the_release),
		SCENARIO(a_second_rollout_finds_nothing_to_do),
		SCENARIO(a_turn_without_facts_is_never_due),
		SCENARIO(a_stopped_scheduler_starts_nothing),
		SCENARIO(remembers_nothing_that_the_store_does_not),
		SCENARIO(says_when_events_were_written),
		SCENARIO(keeps_sessions_and_counts_them),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
