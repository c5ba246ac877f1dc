#include "sched_fixture.h"

#define NOBODY 4000000000U /* no connection has this id */

enum { HERE = 7, THERE = 8 }; /* rollouts */

/* As a worker shows what it runs. */
static struct running *runs(struct fixture *fixture, int64_t id, int64_t rollout_id, int keeps,
			    int killable)
{
	struct running *running = g_new0(struct running, 1);
	struct link *link = NULL;
	struct err err = { 0 };

	must(sched_link_get(fixture->sched, fixture->server_id, &link, &err), &err);
	running->task_id = id;
	running->rollout_id = rollout_id;
	running->server_id = fixture->server_id;
	atomic_init(&running->live.connection_id, NOBODY);
	atomic_init(&running->live.keeps, keeps);
	atomic_init(&running->live.killable, killable);
	g_hash_table_insert(fixture->sched->running, g_memdup2(&id, sizeof(id)), running);
	return running;
}

static bool is_stopped(const struct running *running)
{
	assert_int_equal(running->killed, atomic_load(&running->live.stop) != 0);
	return running->killed;
}

/* The KILLs are sent and answered. */
static void settle(struct fixture *fixture)
{
	g_hash_table_remove_all(fixture->sched->running);
	fixture_turns(fixture, 5);
	assert_int_equal(g_hash_table_size(fixture->sched->jobs), 0);
}

static void the_throttle_ends_what_can_be_ended_without_harm(void **state)
{
	struct fixture *fixture = *state;
	struct running *index = runs(fixture, 1, HERE, 0, 1);
	struct running *rebuild = runs(fixture, 2, HERE, 0, 0);
	struct running *closing = runs(fixture, 3, HERE, 0, 1);
	struct running *elsewhere = runs(fixture, 4, HERE, 0, 1);

	closing->close = CLOSE_WORKS;
	elsewhere->server_id++;
	sched_kill_on_server(fixture->sched, fixture->server_id);
	assert_true(is_stopped(index));
	assert_false(is_stopped(rebuild));
	assert_false(is_stopped(closing));
	assert_false(is_stopped(elsewhere));
	settle(fixture);
}

static void an_operator_ends_what_would_not_fail(void **state)
{
	struct fixture *fixture = *state;
	struct running *rebuild = runs(fixture, 1, HERE, 0, 0);
	struct running *update = runs(fixture, 2, HERE, 1, 0);
	struct running *other = runs(fixture, 3, THERE, 0, 1);

	sched_kill_of_rollout(fixture->sched, HERE);
	assert_true(is_stopped(rebuild));
	assert_false(is_stopped(update));
	assert_false(is_stopped(other));
	settle(fixture);
}

static void a_stop_that_takes_too_long_ends_everything(void **state)
{
	struct fixture *fixture = *state;
	struct running *update = runs(fixture, 1, HERE, 1, 0);
	struct running *ended = runs(fixture, 2, THERE, 0, 0);

	atomic_store(&ended->live.connection_id, 0);
	sched_kill_all(fixture->sched);
	assert_true(is_stopped(update));
	assert_false(ended->killed); /* its session may be another task's by now */
	settle(fixture);
}

/* Its number is that of another connection by now. */
static void nobody_is_killed_at_another_address(void **state)
{
	struct fixture *fixture = *state;
	struct running *moved = runs(fixture, 1, HERE, 0, 1);

	moved->addr_nr = -1;
	sched_kill_one(fixture->sched, moved);
	assert_int_equal(atomic_load(&moved->live.stop), 1);
	assert_false(moved->killed);
	assert_int_equal(g_hash_table_size(fixture->sched->jobs), 0);
	settle(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(the_throttle_ends_what_can_be_ended_without_harm),
		SCENARIO(an_operator_ends_what_would_not_fail),
		SCENARIO(a_stop_that_takes_too_long_ends_everything),
		SCENARIO(nobody_is_killed_at_another_address),
	};

	return cmocka_run_group_tests_name("sched_kill", tests, NULL, NULL);
}
