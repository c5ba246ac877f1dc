#include "throttle_fixture.h"

/* Turns until the server of the fixture is known, with a real sampler. */
static void until_known(struct fixture *fixture, struct seen *seen)
{
	int64_t end = tick_ms() + 8000;

	look_at_server(fixture, seen);
	while (seen->nr_signals == 0 || isnan(seen->value)) {
		if (tick_ms() > end) {
			fail_msg("no sample: %s", seen->reason);
		}
		g_usleep(GIVE_US);
		(void)sched_turn(fixture->sched);
		look_at_server(fixture, seen);
	}
}

static void sample_from_now_on(struct fixture *fixture)
{
	struct sched_policy policy = fixture_policy();

	policy.throttle = true;
	sched_set_policy(fixture->sched, &policy);
}

static struct guard *guard_of(struct fixture *fixture)
{
	return g_hash_table_lookup(fixture->sched->guards, &fixture->server_id);
}

static void who_is_asked_about_is_sampled(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };

	sample_from_now_on(fixture);
	until_known(fixture, &seen);
	assert_string_equal(seen.state, "go");
	assert_true(seen.value >= 0 && seen.value < 16);
}

static void who_is_not_asked_about_any_more_is_not(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	int64_t end;

	sample_from_now_on(fixture);
	until_known(fixture, &seen);
	guard_of(fixture)->wanted_ms -= 60001;
	sched_samplers_trim(fixture->sched, tick_ms());
	assert_null(guard_of(fixture)->sampler);
	assert_int_equal(fixture->sched->retired->len, 1);
	end = tick_ms() + 5000;
	while (fixture->sched->retired->len > 0 && tick_ms() < end) {
		g_usleep(GIVE_US);
		sched_samplers_trim(fixture->sched, tick_ms());
	}
	assert_int_equal(fixture->sched->retired->len, 0);
	until_known(fixture, &seen); /* and again when somebody asks */
}

static void a_signal_of_an_operator_is_read_at_once(void **state)
{
	const struct sched_limit limit = { "sql:answer", NULL, "10", NULL, "select 42" };
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	int64_t end = tick_ms() + 8000;

	sample_from_now_on(fixture);
	until_known(fixture, &seen);
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &limit, &fixture_actor, &order_err));
	while (g_strcmp0(seen.state, "paused") != 0 && tick_ms() < end) {
		g_usleep(GIVE_US);
		(void)sched_turn(fixture->sched);
		look_at_server(fixture, &seen);
	}
	assert_non_null(seen.reason);
	assert_true(g_str_has_prefix(seen.reason, "sql:answer 42 > 10 (hard) since "));
}

static void a_server_that_is_not_there_is_silent_and_says_why(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	struct err err = { 0 };
	int64_t end = tick_ms() + 8000;

	(void)fixture_add_server(fixture, "db2", "/nowhere/sock");
	sample_from_now_on(fixture);
	do {
		(void)sched_turn(fixture->sched);
		g_usleep(GIVE_US);
		seen_release(&seen);
		must(sched_throttle_each(fixture->sched, "db2", see, &seen, &err), &err);
	} while (strcmp(seen.state, "paused") != 0 && tick_ms() < end);
	assert_string_equal(seen.state, "paused");
	assert_true(g_str_has_prefix(seen.reason, "no signal since "));
	assert_non_null(strstr(seen.reason, "/nowhere/sock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_is_asked_about_is_sampled),
		SCENARIO(who_is_not_asked_about_any_more_is_not),
		SCENARIO(a_signal_of_an_operator_is_read_at_once),
		SCENARIO(a_server_that_is_not_there_is_silent_and_says_why),
	};

	return cmocka_run_group_tests_name("sched_sampler", tests, NULL, NULL);
}
