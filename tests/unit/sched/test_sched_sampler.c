#include "throttle_fixture.h"

/* Turns until the server of the fixture is known, with a real sampler. */
static void until_known(struct fixture *fixture, struct seen *seen)
{
	int64_t end = tick_ms() + 60000;

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

static void a_server_is_watched_closely_from_its_first_task_on(void **state)
{
	static const struct sched_start start = { .release = "rel", .budget = "0" };
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	int64_t end = tick_ms() + 20000;
	int64_t id;

	sample_from_now_on(fixture);
	until_known(fixture, &seen);
	while (guard_of(fixture)->verdict.period_ms < GOVERNOR_PERIOD_MS && tick_ms() < end) {
		(void)sched_turn(fixture->sched);
		g_usleep(GIVE_US);
	}
	assert_int_equal(guard_of(fixture)->verdict.period_ms, GOVERNOR_PERIOD_MS);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	while (guard_of(fixture)->verdict.period_ms > GOVERNOR_FAST_MS && tick_ms() < end) {
		(void)sched_turn(fixture->sched);
	}
	assert_true(guard_of(fixture)->verdict.period_ms <= GOVERNOR_FAST_MS);
	assert_true(guard_of(fixture)->period_ms <= GOVERNOR_FAST_MS); /* the sampler knows */
	fixture_until(fixture, id, ROLLOUT_DONE);
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
	end = tick_ms() + 60000;
	while (fixture->sched->retired->len > 0 && tick_ms() < end) {
		g_usleep(GIVE_US);
		sched_samplers_trim(fixture->sched, tick_ms());
	}
	assert_int_equal(fixture->sched->retired->len, 0);
	until_known(fixture, &seen); /* and again when somebody asks */
}

static bool is_about(const struct seen *seen, const char *reason)
{
	return seen->reason != NULL && g_str_has_prefix(seen->reason, reason);
}

static void a_signal_of_an_operator_is_read_at_once(void **state)
{
	const struct sched_limit limit = { "sql:answer", NULL, "10", NULL, "select 42" };
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	int64_t end = tick_ms() + 60000;

	sample_from_now_on(fixture);
	until_known(fixture, &seen);
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &limit, &fixture_actor, &order_err));
	/* until the first answer the server is paused for another reason: it waits for that */
	do {
		g_usleep(GIVE_US);
		(void)sched_turn(fixture->sched);
		look_at_server(fixture, &seen);
	} while (!is_about(&seen, "sql:answer 42 > 10 (hard) since ") && tick_ms() < end);
	assert_true(is_about(&seen, "sql:answer 42 > 10 (hard) since "));
}

static bool is_watched(const struct fixture *fixture, const char *name)
{
	g_auto(GStrv) names = sched_replicas(fixture->sched, fixture->server_id);

	return g_strv_contains((const char *const *)names, name);
}

static void until_watched(struct fixture *fixture, const char *name, bool want)
{
	int64_t end = tick_ms() + 60000;

	while (is_watched(fixture, name) != want) {
		if (tick_ms() > end) {
			fail_msg("%s is %swatched", name, want ? "not " : "");
		}
		(void)sched_turn(fixture->sched);
		g_usleep(GIVE_US);
	}
}

/* db2 replicates from source (NULL: nobody), and what that means is told. */
static void set_source(struct fixture *fixture, const char *source)
{
	SCOPED(store_server) row = { 0 };
	struct err err = { 0 };

	must(store_server_get(fixture->store, "db2", &row, &err), &err);
	store_text_set(&row.replica_of, source);
	ORDER(fixture, store_server_put(fixture->store, &row, &order_err));
	must(sched_replica_changed(fixture->sched, "db1", &err), &err);
}

static bool is_silent(const struct seen *seen)
{
	return seen->reason != NULL && strstr(seen->reason, " silent since ") != NULL;
}

static void replicas_that_are_named_are_watched_at_once(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) row = { 0 };
	SCOPED(seen) seen = { 0 };
	struct err err = { 0 };
	int64_t end = tick_ms() + 60000;

	(void)fixture_add_server(fixture, "db2", "/nowhere/sock");
	sample_from_now_on(fixture);
	until_known(fixture, &seen);
	assert_false(is_watched(fixture, "db2"));
	set_source(fixture, "db1");
	until_watched(fixture, "db2", true);
	while (!is_silent(&seen) && tick_ms() < end) {
		(void)sched_turn(fixture->sched);
		g_usleep(GIVE_US);
		look_at_server(fixture, &seen);
		assert_string_equal(seen.state, "paused"); /* it is waited for from the start */
	}
	assert_true(g_str_has_prefix(seen.reason, "signal lag silent since "));
	assert_non_null(strstr(seen.reason, "replica db2: "));

	set_source(fixture, NULL);
	until_watched(fixture, "db2", false);
	must(store_server_get(fixture->store, "db1", &row, &err), &err);
	store_text_set(&row.replicas, "/nowhere/r1,/nowhere/r2");
	ORDER(fixture, store_server_put(fixture->store, &row, &order_err));
	sched_server_changed(fixture->sched, fixture->server_id);
	until_watched(fixture, "/nowhere/r2", true);
	assert_true(is_watched(fixture, "/nowhere/r1"));
}

static void a_server_that_is_not_there_is_silent_and_says_why(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	struct err err = { 0 };
	int64_t end = tick_ms() + 60000;

	(void)fixture_add_server(fixture, "db2", "/nowhere/sock");
	sample_from_now_on(fixture);
	do {
		(void)sched_turn(fixture->sched);
		g_usleep(GIVE_US);
		seen_release(&seen);
		must(sched_throttle_each(fixture->sched, "db2", see, &seen, &err), &err);
		assert_string_equal(seen.state, "paused");
	} while (strstr(seen.reason, "no signal since ") == NULL && tick_ms() < end);
	assert_true(g_str_has_prefix(seen.reason, "no signal since "));
	assert_non_null(strstr(seen.reason, "/nowhere/sock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_is_asked_about_is_sampled),
		SCENARIO(a_server_is_watched_closely_from_its_first_task_on),
		SCENARIO(who_is_not_asked_about_any_more_is_not),
		SCENARIO(a_signal_of_an_operator_is_read_at_once),
		SCENARIO(replicas_that_are_named_are_watched_at_once),
		SCENARIO(a_server_that_is_not_there_is_silent_and_says_why),
	};

	return cmocka_run_group_tests_name("sched_sampler", tests, NULL, NULL);
}
