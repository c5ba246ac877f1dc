#include "throttle_fixture.h"

static const struct sched_start start = { .release = "rel", .budget = "0" };

static int64_t begin(struct fixture *fixture)
{
	int64_t id;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	return id;
}

static void a_flood_pauses_the_rollout_and_it_goes_on_by_itself(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);
	g_autofree char *reason = NULL;
	int64_t done;

	give(fixture, 1);
	give_until(fixture, 200, id, ROLLOUT_PAUSED);
	reason = fixture_reason(fixture, id);
	done = fixture_count(fixture, id, TASK_DONE);
	assert_true(done < 6);
	assert_non_null(strstr(reason, " > 100 (critical) since "));
	for (int i = 0; i < 20; i++) {
		give(fixture, 200);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), done);
	give_until(fixture, 1, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 6);
}

static void one_sample_pauses_nothing(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);

	give(fixture, 1);
	give(fixture, 5000);
	give(fixture, 1);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void a_hard_limit_lets_nothing_new_start_and_pauses_no_rollout(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);
	int64_t open;

	give(fixture, 50);
	give(fixture, 50);
	give(fixture, 50);
	open = fixture_count(fixture, id, TASK_PENDING);
	assert_true(open > 0);
	for (int i = 0; i < 20; i++) {
		give(fixture, 50);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_PENDING), open);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_RUNNING);
	assert_string_equal(sched_throttle_reason(fixture->sched, fixture->server_id),
			    "threads_running 50 > 32 (hard)");
	give_until(fixture, 1, id, ROLLOUT_DONE);
	assert_null(sched_throttle_reason(fixture->sched, fixture->server_id));
}

static void whom_a_human_paused_the_throttle_does_not_resume(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);
	g_autofree char *reason = NULL;
	int64_t end;

	give_until(fixture, 200, id, ROLLOUT_PAUSED);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	sched_wake(fixture->sched);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "paused by anna: a test");
	end = tick_ms() + GOVERNOR_CALM_MS + 1000;
	while (tick_ms() < end) {
		give(fixture, 1);
		assert_int_equal(fixture_state(fixture, id), ROLLOUT_PAUSED);
		g_usleep(GIVE_US);
	}
	fixture_do(fixture, id, ROLLOUT_RESUME);
	sched_wake(fixture->sched);
	give_until(fixture, 1, id, ROLLOUT_DONE);
}

static void another_server_that_is_held_does_not_keep_it_paused(void **state)
{
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", test_server_addr()->socket);
	int64_t id;

	fixture_add_tenant(fixture, "held", other, 1000);
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, "db2", 60000, &fixture_actor, &order_err));
	id = begin(fixture);
	give_until(fixture, 200, id, ROLLOUT_PAUSED);
	give_until(fixture, 1, id, ROLLOUT_RUNNING);
	while (fixture_count(fixture, id, TASK_DONE) < 6) {
		give(fixture, 1);
		g_usleep(GIVE_US);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_PENDING), 1);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_RUNNING);
	ORDER(fixture, sched_throttle_release(fixture->sched, "db2", &fixture_actor, &order_err));
	give_until(fixture, 1, id, ROLLOUT_DONE);
}

/* Its tenant failed, was removed with its server, and is tried again while the throttle pauses. */
static void what_is_left_of_a_removed_server_stops_nothing(void **state)
{
	const struct sched_start many = { .release = "rel", .budget = "9" };
	const struct sched_verb again[] = { { .event = ROLLOUT_RETRY, .tenant = "t00" },
					    { .event = ROLLOUT_RETRY, .tenant = "gone" } };
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", test_server_addr()->socket);
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_tenant(fixture, "gone", other, 1000);
	test_server_exec("create table `%s`.a (b int)", fixture_schema("t00"));
	test_server_exec("create table `%s`.a (b int)", fixture_schema("gone"));
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &many);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	fixture_remove_tenant(fixture, "gone");
	ORDER(fixture, store_server_remove(fixture->store, other, &order_err));
	sched_server_changed(fixture->sched, other);
	test_server_exec("drop table `%s`.a", fixture_schema("t00"));
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, "db1", 60000, &fixture_actor, &order_err));
	must(fixture_verb(fixture, id, &again[0], &err), &err);
	give_until(fixture, 200, id, ROLLOUT_PAUSED);
	must(fixture_verb(fixture, id, &again[1], &err), &err);
	ORDER(fixture, sched_throttle_release(fixture->sched, "db1", &fixture_actor, &order_err));
	give_until(fixture, 1, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_SKIPPED), 1);
}

static void a_restart_does_not_forget_who_paused_it(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);

	give_until(fixture, 200, id, ROLLOUT_PAUSED);
	fixture_close(fixture);
	fixture_open(fixture);
	give_until(fixture, 1, id, ROLLOUT_DONE);
}

static void a_sample_that_changes_nothing_costs_no_turn(void **state)
{
	struct fixture *fixture = *state;
	struct sched_stats before;
	struct sched_stats after;
	SCOPED(seen) seen = { 0 };

	look_at_server(fixture, &seen); /* from here on it is watched */
	for (int i = 0; i < 3; i++) {   /* until it is known */
		give(fixture, 1);
	}
	fixture_turns(fixture, 10); /* all that was to do is done */
	sched_stats_get(fixture->sched, &before);
	for (int i = 0; i < 50; i++) {
		give(fixture, 1);
	}
	sched_stats_get(fixture->sched, &after);
	assert_int_equal(after.turns, before.turns);
	look_at_server(fixture, &seen);
	assert_true(seen.value == 1);
}

static int count_throttle(const struct store_event *event, void *ctx, struct err *err)
{
	(void)err;
	if (strcmp(event->kind, "throttle") == 0) {
		g_string_append_printf(ctx, "%s %s|", event->object, event->state);
	}
	return 0;
}

static void what_it_did_is_in_the_audit_trail(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);
	g_autoptr(GString) events = g_string_new(NULL);
	struct err err = { 0 };

	give_until(fixture, 200, id, ROLLOUT_PAUSED);
	give_until(fixture, 1, id, ROLLOUT_DONE);
	must(store_event_each(fixture->store, 0, 0, 1000, count_throttle, events, &err), &err);
	assert_string_equal(events->str, "server/db1 stopped|server/db1 paused|server/db1 go|");
}

static struct running *runs_there(struct fixture *fixture, int64_t id, bool killable)
{
	struct running *running = g_new0(struct running, 1);

	running->task_id = id;
	running->server_id = fixture->server_id;
	atomic_init(&running->live.killable, killable);
	g_hash_table_insert(fixture->sched->running, g_memdup2(&id, sizeof(id)), running);
	return running;
}

static void a_soft_load_asks_for_smaller_pieces(void **state)
{
	struct fixture *fixture = *state;
	struct running *running = runs_there(fixture, 901, true);
	SCOPED(seen) seen = { 0 };

	look_at_server(fixture, &seen);
	give(fixture, 1);
	give(fixture, 1);
	assert_int_equal(running->live.slow, 0);
	give(fixture, 20);
	give(fixture, 20);
	assert_int_equal(running->live.slow, 1);
	assert_int_equal(running->live.wait, 0);
	g_hash_table_remove_all(fixture->sched->running);
}

static void a_critical_load_ends_what_can_be_ended_where_that_is_wanted(void **state)
{
	struct fixture *fixture = *state;
	struct sched_policy policy = fixture_policy();
	struct running *safe = runs_there(fixture, 901, true);
	struct running *unsafe = runs_there(fixture, 902, false);
	SCOPED(seen) seen = { 0 };

	look_at_server(fixture, &seen);
	for (int i = 0; i < 3; i++) {
		give(fixture, 500);
	}
	assert_int_equal(safe->live.stop, 0); /* the usual policy waits */
	assert_int_equal(safe->live.wait, 1);
	governor_begin(
		((struct guard *)g_hash_table_lookup(fixture->sched->guards, &fixture->server_id))
			->governor,
		false, tick_ms());
	give(fixture, 1);
	give(fixture, 1);
	assert_int_equal(safe->live.wait, 0);
	policy.throttle_kills = true;
	sched_set_policy(fixture->sched, &policy);
	for (int i = 0; i < 3; i++) {
		give(fixture, 500);
	}
	assert_int_equal(safe->live.stop, 1);
	assert_int_equal(unsafe->live.stop, 0);
	g_hash_table_remove_all(fixture->sched->running);
}

static void who_has_not_rested_lets_its_server_rest(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = begin(fixture);
	struct guard *guard = g_hash_table_lookup(fixture->sched->guards, &fixture->server_id);
	int64_t rests_ms;

	sched_guard_rest(fixture->sched, fixture->server_id, 60000);
	assert_int_equal(sched_guard_rests_ms(guard, tick_ms()), 0); /* all of its time */
	ORDER(fixture,
	      sched_throttle_ratio(fixture->sched, "db1", 0.1, 60000, &fixture_actor, &order_err));
	sched_guard_rest(fixture->sched, fixture->server_id, 2000);
	rests_ms = sched_guard_rests_ms(guard, tick_ms());
	assert_in_range(rests_ms, 2001, 6000); /* three times as long, less what has passed */
	assert_in_range(sched_guards_due(fixture->sched, tick_ms()), 0, 6000);
	ORDER(fixture, sched_throttle_release(fixture->sched, "db1", &fixture_actor, &order_err));
	fixture_until(fixture, id, ROLLOUT_DONE); /* and does not wait for what was */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_flood_pauses_the_rollout_and_it_goes_on_by_itself),
		SCENARIO(one_sample_pauses_nothing),
		SCENARIO(a_hard_limit_lets_nothing_new_start_and_pauses_no_rollout),
		SCENARIO(whom_a_human_paused_the_throttle_does_not_resume),
		SCENARIO(another_server_that_is_held_does_not_keep_it_paused),
		SCENARIO(what_is_left_of_a_removed_server_stops_nothing),
		SCENARIO(a_restart_does_not_forget_who_paused_it),
		SCENARIO(a_sample_that_changes_nothing_costs_no_turn),
		SCENARIO(what_it_did_is_in_the_audit_trail),
		SCENARIO(a_soft_load_asks_for_smaller_pieces),
		SCENARIO(a_critical_load_ends_what_can_be_ended_where_that_is_wanted),
		SCENARIO(who_has_not_rested_lets_its_server_rest),
	};

	return cmocka_run_group_tests_name("sched_guard", tests, NULL, NULL);
}
