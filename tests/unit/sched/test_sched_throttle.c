#include "throttle_fixture.h"

static void limits_are_set_live_and_survive_a_restart(void **state)
{
	const struct sched_limit all = { .signal = "threads_running", .hard = "7" };
	const struct sched_limit one = { .signal = "threads_running", .soft = "-", .hard = "9" };
	const struct sched_limit usual = { .signal = "threads_running", .soft = "", .hard = "" };
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };

	look_at_server(fixture, &seen);
	give(fixture, 8);
	give(fixture, 8);
	ORDER(fixture, sched_throttle_set(fixture->sched, NULL, &all, &fixture_actor, &order_err));
	look_at_server(fixture, &seen);
	assert_true(seen.hard == 7);
	assert_string_equal(seen.state, "paused");
	assert_non_null(strstr(seen.reason, "threads_running 8 > 7 (hard) since "));
	ORDER(fixture, sched_throttle_set(fixture->sched, "db1", &one, &fixture_actor, &order_err));
	look_at_server(fixture, &seen);
	assert_true(seen.hard == 9);
	fixture_close(fixture);
	fixture_open(fixture);
	look_at_server(fixture, &seen);
	give(fixture, 1);
	look_at_server(fixture, &seen);
	assert_true(seen.hard == 9);
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &usual, &fixture_actor, &order_err));
	look_at_server(fixture, &seen);
	assert_true(seen.hard == 7);
}

/* clang-format off */
static const struct {
	struct sched_limit limit; const char *says;
} refused[] = {
	{ { "lags", "1", NULL, NULL, NULL },             "\"lags\" is no signal" },
	{ { "lag", "much", NULL, NULL, NULL },           "soft: \"much\" is no limit" },
	{ { "lag", NULL, "-3", NULL, NULL },             "hard: \"-3\" is no limit" },
	{ { "lag", NULL, NULL, NULL, "select 1" },       "lag is built in" },
	{ { "sql:queue", "1", NULL, NULL, NULL },        "there is no signal sql:queue yet" },
	{ { "http:shop", NULL, NULL, NULL, "ftp://x" },  "http:// or https://" },
	{ { "file:stop", NULL, NULL, NULL, "here" },     "absolute path" },
};

/* clang-format on */

static void what_cannot_be_is_refused(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		struct err err = { 0 };

		must(store_begin(fixture->store, &err), &err);
		assert_int_equal(sched_throttle_set(fixture->sched, "db1", &refused[i].limit,
						    &fixture_actor, &err),
				 -1);
		assert_int_equal(err.code, ERR_INVALID);
		if (strstr(err.msg, refused[i].says) == NULL) {
			fail_msg("\"%s\" is not in \"%s\"", refused[i].says, err.msg);
		}
		store_rollback(fixture->store);
	}
}

static void what_this_kind_of_server_never_gives_is_refused(void **state)
{
	const struct sched_limit limit = { .signal = "flow_control", .hard = "5" };
	const struct sched_limit none = { .signal = "flow_control", .hard = "-" };
	struct fixture *fixture = *state;
	SCOPED(store_server) row = { 0 };
	struct err err = { 0 };

	must(store_server_get(fixture->store, "db1", &row, &err), &err);
	store_text_set(&row.flavor, "mysql");
	ORDER(fixture, store_server_put(fixture->store, &row, &order_err));
	must(store_begin(fixture->store, &err), &err);
	assert_int_equal(sched_throttle_set(fixture->sched, "db1", &limit, &fixture_actor, &err),
			 -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "server db1 is MySQL, which has no Galera"));
	store_rollback(fixture->store);
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &none, &fixture_actor, &order_err));
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, NULL, &limit, &fixture_actor, &order_err));
}

static void a_signal_of_an_operator_comes_and_goes(void **state)
{
	const struct sched_limit made = { "sql:queue", "10", NULL, NULL, "select 1" };
	const struct sched_limit more = { "sql:queue", NULL, "20", NULL, NULL };
	const struct sched_limit gone = { "sql:queue", NULL, NULL, NULL, "-" };
	struct fixture *fixture = *state;

	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &made, &fixture_actor, &order_err));
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &more, &fixture_actor, &order_err));
	assert_string_equal(((struct rule *)fixture->sched->rules->pdata[0])->row.soft, "10");
	assert_string_equal(((struct rule *)fixture->sched->rules->pdata[0])->row.hard, "20");
	assert_string_equal(((struct rule *)fixture->sched->rules->pdata[0])->row.source,
			    "select 1");
	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &gone, &fixture_actor, &order_err));
	assert_int_equal(fixture->sched->rules->len, 0);
}

static void each_kind_of_them_ends_with_a_dash(void **state)
{
	static const struct sched_limit made[] = {
		{ .signal = "http:shop", .text = "http://shop/ready" },
		{ .signal = "file:stop", .text = "/run/stop" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
		const struct sched_limit gone = { .signal = made[i].signal, .text = "-" };

		ORDER(fixture, sched_throttle_set(fixture->sched, "db1", &made[i], &fixture_actor,
						  &order_err));
		assert_int_equal(fixture->sched->rules->len, 1);
		ORDER(fixture,
		      sched_throttle_set(fixture->sched, "db1", &gone, &fixture_actor, &order_err));
		assert_int_equal(fixture->sched->rules->len, 0);
	}
}

static void a_hold_keeps_everything_and_a_release_ends_it(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "0" };
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, "db1", 3600000, &fixture_actor, &order_err));
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_turns(fixture, 30);
	assert_int_equal(fixture_count(fixture, id, TASK_PENDING), 3);
	look_at_server(fixture, &seen);
	assert_string_equal(seen.state, "paused");
	assert_string_equal(seen.hold, "a test");
	assert_true(g_str_has_prefix(seen.reason, "held by anna until "));
	assert_true(g_str_has_suffix(seen.reason, ": a test"));
	ORDER(fixture, sched_throttle_release(fixture->sched, "db1", &fixture_actor, &order_err));
	fixture_until(fixture, id, ROLLOUT_DONE);
	must(store_begin(fixture->store, &err), &err);
	assert_int_equal(sched_throttle_release(fixture->sched, NULL, &fixture_actor, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	store_rollback(fixture->store);
}

static void a_hold_ends_by_itself_leaves_no_rule_and_is_counted(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };
	int64_t end = tick_ms() + 60000;
	int64_t paused_ms;

	look_at_server(fixture, &seen);
	ORDER(fixture, sched_throttle_hold(fixture->sched, NULL, 300, &fixture_actor, &order_err));
	look_at_server(fixture, &seen);
	assert_string_equal(seen.state, "paused");
	while (fixture->sched->rules->len > 0 && tick_ms() < end) {
		int64_t wait_ms = sched_turn(fixture->sched);

		if (fixture->sched->rules->len > 0) {
			assert_in_range(wait_ms, 0, 300); /* the program would wake in time */
		}
		g_usleep(GIVE_US);
	}
	look_at_server(fixture, &seen);
	assert_string_not_equal(seen.state, "paused");
	paused_ms = seen.paused_ms;
	assert_in_range(paused_ms, 250, 5000);
	fixture_close(fixture);
	fixture_open(fixture);
	look_at_server(fixture, &seen);
	assert_int_equal(seen.paused_ms, paused_ms); /* written when it ended */
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, NULL, 60000, &fixture_actor, &order_err));
	g_usleep(GIVE_US);
	sched_stop(fixture->sched);
	(void)sched_turn(fixture->sched);
	fixture_close(fixture);
	fixture_open(fixture);
	look_at_server(fixture, &seen);
	assert_true(seen.paused_ms > paused_ms); /* and when the program stops */
}

static void an_end_is_needed(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	assert_int_equal(sched_throttle_hold(fixture->sched, "db1", 0, &fixture_actor, &err), -1);
	assert_non_null(strstr(err.msg, "it has to end by itself"));
	assert_int_equal(sched_throttle_ratio(fixture->sched, "db1", 0, 1000, &fixture_actor, &err),
			 -1);
	assert_int_equal(sched_throttle_ratio(fixture->sched, "db1", (double)NAN, 1000,
					      &fixture_actor, &err),
			 -1);
	assert_int_equal(sched_throttle_hold(fixture->sched, "db9", 1000, &fixture_actor, &err),
			 -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	store_rollback(fixture->store);
}

static void a_share_and_an_exemption_are_kept(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(seen) seen = { 0 };

	look_at_server(fixture, &seen);
	give(fixture, 50);
	give(fixture, 50);
	ORDER(fixture, sched_throttle_exempt(fixture->sched, "db1", "threads_running", 60000,
					     &fixture_actor, &order_err));
	ORDER(fixture,
	      sched_throttle_ratio(fixture->sched, "db1", 0.5, 60000, &fixture_actor, &order_err));
	look_at_server(fixture, &seen);
	assert_string_equal(seen.state, "slow");
	assert_true(g_str_has_prefix(seen.reason, "0.5 of its slots by anna until "));
	assert_true(seen.ratio == 0.5);
	assert_int_equal(seen.slots, 1);
	assert_int_equal(seen.slots_max, 2);
	assert_in_range(seen.exempt_until, tick_wall_ms(), tick_wall_ms() + 60000);
}

static void what_is_no_signal_cannot_be_exempt(void **state)
{
	const struct sched_limit made = { .signal = "sql:queue", .text = "select 1" };
	struct fixture *fixture = *state;
	struct err err = { 0 };

	ORDER(fixture,
	      sched_throttle_set(fixture->sched, "db1", &made, &fixture_actor, &order_err));
	must(store_begin(fixture->store, &err), &err);
	assert_int_equal(sched_throttle_exempt(fixture->sched, "db1", "sql:typo", 60000,
					       &fixture_actor, &err),
			 -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "there is no signal sql:typo on db1"));
	store_rollback(fixture->store);
	ORDER(fixture, sched_throttle_exempt(fixture->sched, "db1", "sql:queue", 60000,
					     &fixture_actor, &order_err));
	ORDER(fixture, sched_throttle_exempt(fixture->sched, NULL, "sql:queue", 60000,
					     &fixture_actor, &order_err));
}

static int add_label(const char *label, int64_t running, int64_t now, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s %lld %lld|", label, (long long)running, (long long)now);
	return 0;
}

static void labels_have_limits(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) labels = g_string_new(NULL);
	struct err err = { 0 };

	ORDER(fixture, sched_throttle_set_label(fixture->sched, "region=eu", 10, &fixture_actor,
						&order_err));
	ORDER(fixture,
	      sched_throttle_set_label(fixture->sched, "tier=gold", 1, &fixture_actor, &order_err));
	ORDER(fixture, sched_throttle_set_label(fixture->sched, "region=eu", -1, &fixture_actor,
						&order_err));
	must(sched_throttle_labels(fixture->sched, add_label, labels, &err), &err);
	assert_string_equal(labels->str, "tier=gold 1 0|");
	must(store_begin(fixture->store, &err), &err);
	assert_int_equal(
		sched_throttle_set_label(fixture->sched, "region", 1, &fixture_actor, &err), -1);
	assert_int_equal(sched_throttle_set_label(fixture->sched, "a=b", 0, &fixture_actor, &err),
			 -1);
	store_rollback(fixture->store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(limits_are_set_live_and_survive_a_restart),
		SCENARIO(what_cannot_be_is_refused),
		SCENARIO(what_this_kind_of_server_never_gives_is_refused),
		SCENARIO(a_signal_of_an_operator_comes_and_goes),
		SCENARIO(each_kind_of_them_ends_with_a_dash),
		SCENARIO(a_hold_keeps_everything_and_a_release_ends_it),
		SCENARIO(a_hold_ends_by_itself_leaves_no_rule_and_is_counted),
		SCENARIO(an_end_is_needed),
		SCENARIO(a_share_and_an_exemption_are_kept),
		SCENARIO(what_is_no_signal_cannot_be_exempt),
		SCENARIO(labels_have_limits),
	};

	return cmocka_run_group_tests_name("sched_throttle", tests, NULL, NULL);
}
