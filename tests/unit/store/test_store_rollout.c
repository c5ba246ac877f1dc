#include "store_fixture.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

static void every_member_comes_back(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_rollout) back = { 0 };
	SCOPED(store_rollout)
	rollout = {
		.name = g_strdup("birthday"),
		.state = ROLLOUT_GATED,
		.reason = g_strdup("wave 1"),
		.selector = g_strdup("tier=gold"),
		.to_version = g_strdup("0003"),
		.waves = g_strdup("1, rest"),
		.bake_ms = 5000,
		.gate_human = true,
		.budget_limit = 3,
		.running_limit = 4,
		.per_server_limit = 2,
		.strategy = g_strdup("direct"),
		.stall_ms = 2500,
		.owner = g_strdup("anna"),
		.start_reason = g_strdup("TICKET-7"),
		.over_budget = true,
		.no_rewrite = true,
		.surveyed = true,
		.created_at = 10,
		.started_at = 20,
		.ended_at = 30,
	};

	fixture_begin(fixture);
	rollout.release_id = fixture_release(fixture);
	WORKS(fixture, store_rollout_put(fixture->store, &rollout, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_rollout_get(fixture->store, "birthday", &back, &fixture->err));
	assert_int_equal(back.id, rollout.id);
	assert_int_equal(back.release_id, rollout.release_id);
	assert_string_equal(back.release, "shop");
	assert_int_equal(back.state, ROLLOUT_GATED);
	assert_string_equal(back.reason, "wave 1");
	assert_int_equal(back.revision, 1);
	assert_string_equal(back.selector, "tier=gold");
	assert_string_equal(back.to_version, "0003");
	assert_string_equal(back.waves, "1, rest");
	assert_int_equal(back.bake_ms, 5000);
	assert_true(back.gate_human);
	assert_int_equal(back.budget_limit, 3);
	assert_int_equal(back.running_limit, 4);
	assert_int_equal(back.per_server_limit, 2);
	assert_string_equal(back.strategy, "direct");
	assert_int_equal(back.stall_ms, 2500);
	assert_string_equal(back.owner, "anna");
	assert_string_equal(back.start_reason, "TICKET-7");
	assert_true(back.over_budget);
	assert_true(back.no_rewrite);
	assert_true(back.surveyed);
	assert_int_equal(back.created_at, 10);
	assert_int_equal(back.started_at, 20);
	assert_int_equal(back.ended_at, 30);
}

static void it_has_a_name_that_is_not_the_id_of_another(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_rollout) back = { 0 };
	SCOPED(store_rollout) bad = { .name = g_strdup("r2"), .created_at = 1 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	WORKS(fixture, store_rollout_get_id(fixture->store, id, &back, &fixture->err));
	assert_string_equal(back.name, "r1");
	WORKS(fixture, store_rollout_get(fixture->store, "r1", &back, &fixture->err));
	WORKS(fixture, store_rollout_get(fixture->store, "1", &back, &fixture->err));
	WORKS(fixture, store_rollout_put(fixture->store, &back, &fixture->err));
	assert_int_equal(back.revision, 2);

	bad.release_id = back.release_id;
	assert_int_equal(store_rollout_put(fixture->store, &bad, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_INVALID);
	assert_string_equal(fixture->err.msg,
			    "a rollout cannot be named r2, which reads like the id of one");
	store_text_set(&bad.name, "x");
	WORKS(fixture, store_rollout_put(fixture->store, &bad, &fixture->err));
	bad.id = 0;
	assert_int_equal(store_rollout_put(fixture->store, &bad, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg,
			    "a rollout named x exists already; choose another name");
	assert_int_equal(store_rollout_get(fixture->store, "r99", &back, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	assert_string_equal(fixture->err.msg, "there is no rollout r99");
	fixture_commit(fixture);
}

static int states(const struct store_rollout *rollout, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", rollout_state_names[rollout->state]);
	return 0;
}

static void the_open_ones_are_those_that_have_not_ended(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);

	fixture_begin(fixture);
	for (int i = 0; i < ROLLOUT_STATE_NR; i++) {
		(void)fixture_rollout(fixture, (enum rollout_state)i);
	}
	fixture_commit(fixture);
	WORKS(fixture, store_rollout_each(fixture->store, true, states, got, &fixture->err));
	assert_string_equal(got->str, "aborting gated paused pausing running scheduled ");
	g_string_truncate(got, 0);
	WORKS(fixture, store_rollout_each(fixture->store, false, states, got, &fixture->err));
	assert_string_equal(got->str, "failed done aborted aborting gated paused pausing running "
				      "scheduled ");
}

static int sizes(const struct store_wave *wave, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%d:%d:%s ", (int)wave->seq, (int)wave->size,
			       wave_state_names[wave->state]);
	return 0;
}

static void waves_are_put_again_and_listed_in_order(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	SCOPED(store_wave) back = { 0 };
	struct store_wave wave = { .seq = 2, .size = 50 };

	fixture_begin(fixture);
	wave.rollout_id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	WORKS(fixture, store_wave_put(fixture->store, &wave, &fixture->err));
	wave = (struct store_wave){ .rollout_id = wave.rollout_id, .seq = 1, .size = 1 };
	WORKS(fixture, store_wave_put(fixture->store, &wave, &fixture->err));
	wave.state = WAVE_BAKING;
	wave.bake_until = 99;
	wave.gate = (char[]){ "human" };
	WORKS(fixture, store_wave_put(fixture->store, &wave, &fixture->err));
	WORKS(fixture, store_wave_each(fixture->store, wave.rollout_id, sizes, got, &fixture->err));
	assert_string_equal(got->str, "1:1:baking 2:50:pending ");
	WORKS(fixture, store_wave_get(fixture->store, wave.rollout_id, 1, &back, &fixture->err));
	assert_int_equal(back.bake_until, 99);
	assert_string_equal(back.gate, "human");
	assert_int_equal(store_wave_get(fixture->store, wave.rollout_id, 3, &back, &fixture->err),
			 -1);
	assert_string_equal(fixture->err.msg, "rollout r1 has no wave 3");
	fixture_commit(fixture);
}

static void a_key_is_remembered_for_a_week(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *keys = NULL;

	tick_fake(1, 100 * DAY_MS);
	fixture_begin(fixture);
	assert_int_equal(store_key_get(fixture->store, "k1", &fixture->err), 0);
	WORKS(fixture, store_key_put(fixture->store, "k1", 12, &fixture->err));
	assert_int_equal(store_key_put(fixture->store, "k1", 13, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	tick_fake(1, 107 * DAY_MS);
	assert_int_equal(store_key_get(fixture->store, "k1", &fixture->err), 12);
	tick_fake(1, 107 * DAY_MS + 1);
	assert_int_equal(store_key_get(fixture->store, "k1", &fixture->err), 0);
	WORKS(fixture, store_key_put(fixture->store, "k2", 14, &fixture->err));
	fixture_commit(fixture);
	keys = fixture_ask(fixture, "select group_concat(key) from request_key");
	assert_string_equal(keys, "k2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_member_comes_back),
		STORE_TEST(it_has_a_name_that_is_not_the_id_of_another),
		STORE_TEST(the_open_ones_are_those_that_have_not_ended),
		STORE_TEST(waves_are_put_again_and_listed_in_order),
		STORE_TEST(a_key_is_remembered_for_a_week),
	};

	return cmocka_run_group_tests_name("store_rollout", tests, NULL, NULL);
}
