#include "throttle_fixture.h"

static void check(struct fixture *fixture, bool low, int status, const char *says)
{
	struct sched_answer answer;
	struct err err = { 0 };

	must(sched_throttle_check(fixture->sched, "ghost", "db1", low, &answer, &err), &err);
	assert_int_equal(answer.status, status);
	if (strstr(answer.message, says) == NULL) {
		fail_msg("\"%s\" is not in \"%s\"", says, answer.message);
	}
}

static void others_are_answered_as_freno_does(void **state)
{
	struct fixture *fixture = *state;
	struct sched_answer answer;
	struct err err = { 0 };

	must(sched_throttle_check(fixture->sched, "ghost", "db9", false, &answer, &err), &err);
	assert_int_equal(answer.status, 404);
	check(fixture, false, 200, "");
	give(fixture, 20);
	give(fixture, 20);
	check(fixture, false, 200, "");
	check(fixture, true, 429, "threads_running 20 > 16 (soft)");
	give(fixture, 50);
	give(fixture, 50);
	check(fixture, false, 429, "threads_running 50 > 32 (hard)");
	must(sched_throttle_check(fixture->sched, "ghost", "db1", false, &answer, &err), &err);
	assert_true(answer.value == 50 && answer.threshold == 32);
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, "db1", 60000, &fixture_actor, &order_err));
	check(fixture, false, 417, "held by anna");
}

static void low_priority_stands_back_for_a_second_after_a_refusal(void **state)
{
	struct fixture *fixture = *state;
	struct guard *guard;

	check(fixture, true, 200, "");
	give(fixture, 50);
	give(fixture, 50);
	guard = g_hash_table_lookup(fixture->sched->guards, &fixture->server_id);
	check(fixture, true, 429, "(hard)");
	assert_int_equal(guard->refused_ms, 0); /* they do not make each other wait */
	check(fixture, false, 429, "(hard)");
	assert_true(guard->refused_ms > 0);
	ORDER(fixture, sched_throttle_exempt(fixture->sched, "db1", "threads_running", 60000,
					     &fixture_actor, &order_err));
	check(fixture, false, 200, "");
	guard->refused_ms = tick_ms();
	check(fixture, true, 429, "ghost has low priority");
	guard->refused_ms -= 1000;
	check(fixture, true, 200, "");
}

static void a_share_is_a_share_of_the_questions(void **state)
{
	struct fixture *fixture = *state;
	struct sched_answer answer;
	struct err err = { 0 };
	int passed = 0;

	ORDER(fixture,
	      sched_throttle_ratio(fixture->sched, "db1", 0.25, 60000, &fixture_actor, &order_err));
	for (int i = 0; i < 100; i++) {
		must(sched_throttle_check(fixture->sched, "x", "db1", false, &answer, &err), &err);
		assert_true(answer.status == 200 || answer.status == 417);
		passed += answer.status == 200;
	}
	assert_int_equal(passed, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(others_are_answered_as_freno_does),
		SCENARIO(low_priority_stands_back_for_a_second_after_a_refusal),
		SCENARIO(a_share_is_a_share_of_the_questions),
	};

	return cmocka_run_group_tests_name("sched_check", tests, NULL, NULL);
}
