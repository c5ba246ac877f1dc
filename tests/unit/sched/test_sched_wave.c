#include "sched_fixture.h"

/* Names of the tenants of a wave, by rank: "t01 t00". */
static int append_name(const struct store_task *task, void *ctx, struct err *err)
{
	GString **waves = ctx;

	(void)err;
	g_string_append_printf(waves[task->wave], "%s%s", waves[task->wave]->len > 0 ? " " : "",
			       task->tenant);
	return 0;
}

/* The smallest first as canaries; inside a wave the biggest first. */
static void canaries_are_small_and_big_ones_start_first(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .waves = "1,2,rest" };
	GString *waves[4];
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 6); /* t00 is the smallest, t05 the biggest */
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_DONE);
	for (size_t i = 0; i < G_N_ELEMENTS(waves); i++) {
		waves[i] = g_string_new(NULL);
	}
	must(store_task_each(fixture->store, id, -1, 0, 0, append_name, waves, &err), &err);
	assert_int_equal(waves[0]->len, 0);
	assert_int_equal(strlen(waves[1]->str), 3);
	assert_int_equal(strlen(waves[2]->str), 7);
	assert_int_equal(strlen(waves[3]->str), 11);
	for (size_t i = 0; i < G_N_ELEMENTS(waves); i++) {
		g_string_free(waves[i], TRUE);
	}
}

static void a_human_gate_waits_for_promote(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .waves = "1,rest", .gate = "human" };
	g_autofree char *reason = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "wave 1 has ended; promote starts the next");
	fixture_turns(fixture, 10);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE); /* the last wave has no gate */
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 3);
}

static void paused_at_a_gate_and_resumed_it_waits_there_again(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .waves = "1,rest", .gate = "human" };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_GATED);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void promote_full_opens_all_gates(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel",
					   .waves = "1,1,1,rest",
					   .gate = "human" };
	const struct sched_verb full = { .event = ROLLOUT_PROMOTE, .full = true };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	must(fixture_verb(fixture, id, &full, &err), &err);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void a_wave_bakes_before_the_next(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel",
					   .waves = "1,rest",
					   .bake_ms = 3600000 };
	int64_t now = tick_wall_ms();
	int64_t due;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	tick_fake(1000, now);
	id = fixture_start(fixture, &start);
	fixture_turns(fixture, 30);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	due = sched_turn(fixture->sched);
	assert_true(due > 0 && due <= 3600000); /* it wakes up for it by itself */
	/* a clock that is set back: not longer than that */
	tick_fake(1000, now - INT64_C(86400000));
	sched_clock_changed(fixture->sched);
	assert_in_range(sched_turn(fixture->sched), 1, 3600000);
	tick_fake(2000, now - INT64_C(86400000) + 3600000);
	fixture_until(fixture, id, ROLLOUT_DONE);
	tick_fake(-1, -1);
}

static void set_bake(struct fixture *fixture, const char *value)
{
	SCOPED(store_rollout) row = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(sched_rollout_set(fixture->sched, "r1", "bake", value, &fixture_actor, &row, &err),
	     &err);
	must(store_commit(fixture->store, &err), &err);
}

static void a_bake_that_has_begun_is_prolonged_and_shortened(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .waves = "1,rest", .bake_ms = 60000 };
	int64_t now = INT64_C(1795422600000);
	g_autofree char *reason = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	tick_fake(1000, now);
	id = fixture_start(fixture, &start);
	for (unsigned i = 0; i < 1000 && reason == NULL; i++) {
		fixture_turns(fixture, 1);
		reason = sched_rollout_bakes(fixture->sched, id);
	}
	assert_string_equal(reason, "wave 1 bakes until Mon 2026-11-23 08:31 UTC");
	tick_fake(1000, now + 30000);
	set_bake(fixture, "1h");
	g_free(reason);
	reason = sched_rollout_bakes(fixture->sched, id);
	assert_string_equal(reason, "wave 1 bakes until Mon 2026-11-23 09:30 UTC");
	tick_fake(1000, now + 3599000);
	fixture_turns(fixture, 10);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	set_bake(fixture, "59m");
	fixture_until(fixture, id, ROLLOUT_DONE);
	tick_fake(-1, -1);
}

static int add_state(const struct store_wave *row, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", wave_state_names[row->state]);
	return 0;
}

static void waves_of_an_aborted_rollout_are_cancelled(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .waves = "1,1,rest", .gate = "human" };
	g_autoptr(GString) states = g_string_new(NULL);
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_GATED);
	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	must(store_wave_each(fixture->store, id, add_state, states, &err), &err);
	assert_string_equal(states->str, "done cancelled cancelled ");
}

/* Wave 2 must not begin while one of wave 1 can still fail. */
static void the_budget_stops_a_bad_release_early(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .budget = "1" };
	SCOPED(store_rollout) row = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 8);
	fixture_add_release(fixture, "create table a (id int);\nalter table nowhere add b int;\n");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	must(store_rollout_get_id(fixture->store, id, &row, &err), &err);
	assert_true(row.over_budget);
	assert_string_equal(row.reason, "failure budget used up: 2 failed, 1 allowed");
	assert_int_equal(fixture_count(fixture, id, TASK_FAILED), 2);
	assert_int_equal(fixture_count(fixture, id, TASK_PENDING), 6);
}

static void ends_as_failed_within_the_budget(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .budget = "100%" };
	g_autofree char *reason = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	test_server_exec("create table `%s`.only_here (id int)", fixture_schema("t01"));
	fixture_add_release(fixture, "alter table only_here add b int;");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "it has ended; of 3 tenants 2 failed");
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(canaries_are_small_and_big_ones_start_first),
		SCENARIO(a_human_gate_waits_for_promote),
		SCENARIO(paused_at_a_gate_and_resumed_it_waits_there_again),
		SCENARIO(promote_full_opens_all_gates),
		SCENARIO(a_wave_bakes_before_the_next),
		SCENARIO(a_bake_that_has_begun_is_prolonged_and_shortened),
		SCENARIO(waves_of_an_aborted_rollout_are_cancelled),
		SCENARIO(the_budget_stops_a_bad_release_early),
		SCENARIO(ends_as_failed_within_the_budget),
	};

	return cmocka_run_group_tests_name("sched_wave", tests, NULL, NULL);
}
