#include "store_throttle.h"
#include "throttle_fixture.h"

static void put(struct fixture *fixture, int64_t server_id, enum store_rule_kind kind,
		int64_t left_ms, int64_t for_ms)
{
	SCOPED(store_rule) rule = { .server_id = server_id, .kind = kind, .for_ms = for_ms };
	struct err err = { 0 };

	store_text_set(&rule.name, "");
	store_text_set(&rule.owner, "anna");
	rule.until_at = tick_wall_ms() + left_ms;
	must(store_begin(fixture->store, &err), &err);
	must(store_rule_put(fixture->store, &rule, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	fixture->sched->rules_stale = true;
	sched_wake(fixture->sched);
	fixture_turns(fixture, 1);
}

static const struct rule *hold(struct fixture *fixture)
{
	return sched_rule_find(fixture->sched, fixture->server_id, STORE_RULE_HOLD, "");
}

static void what_is_over_is_not_read_again(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 0, STORE_RULE_HOLD, -5, 60000);
	assert_null(hold(fixture));
	fixture_close(fixture);
	fixture_open(fixture);
	fixture_turns(fixture, 1);
	assert_null(hold(fixture));
}

/* The clock was set back while musterd was down: the hold is not longer than it was meant. */
static void an_end_is_never_later_than_meant(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 0, STORE_RULE_HOLD, INT64_C(86400000), 60000);
	assert_non_null(hold(fixture));
	assert_in_range(hold(fixture)->deadline_ms, tick_ms() + 50000, tick_ms() + 60000);
}

static void a_jump_of_the_wall_clock_moves_no_end(void **state)
{
	struct fixture *fixture = *state;
	int64_t end;

	put(fixture, 0, STORE_RULE_HOLD, 60000, 60000);
	end = hold(fixture)->deadline_ms;
	tick_fake(tick_ms(), tick_wall_ms() + INT64_C(86400000));
	fixture->sched->rules_stale = true;
	sched_wake(fixture->sched);
	fixture_turns(fixture, 1);
	tick_fake(-1, -1);
	assert_non_null(hold(fixture));
	assert_int_equal(hold(fixture)->deadline_ms, end);
}

static void that_of_the_server_comes_before_that_of_all(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, fixture->server_id, STORE_RULE_RATIO, 60000, 60000);
	put(fixture, 0, STORE_RULE_RATIO, 60000, 60000);
	assert_int_equal(sched_rule_find(fixture->sched, fixture->server_id, STORE_RULE_RATIO, "")
				 ->row.server_id,
			 fixture->server_id);
	assert_int_equal(sched_rule_find(fixture->sched, 999, STORE_RULE_RATIO, "")->row.server_id,
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(what_is_over_is_not_read_again),
		SCENARIO(an_end_is_never_later_than_meant),
		SCENARIO(a_jump_of_the_wall_clock_moves_no_end),
		SCENARIO(that_of_the_server_comes_before_that_of_all),
	};

	return cmocka_run_group_tests_name("sched_rules", tests, NULL, NULL);
}
