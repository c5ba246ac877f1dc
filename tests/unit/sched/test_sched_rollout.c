#include "sched_fixture.h"

static const struct sched_start everything = { .release = "rel", .budget = "10" };

static void pause_keeps_what_is_pending(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *reason = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "paused by anna: a test");
	assert_true(fixture_count(fixture, id, TASK_PENDING) > 0);
	fixture_turns(fixture, 20);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_PAUSED);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 6);
}

/* The big red button reaches a rollout whose tenants are still being looked at. */
static void paused_before_it_began_it_begins_when_resumed(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_turns(fixture, 20);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_PAUSED);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 3);
}

static void abort_cancels_what_has_not_begun(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	assert_true(fixture_count(fixture, id, TASK_CANCELLED) > 0);
	assert_int_equal(fixture_count(fixture, id, TASK_CANCELLED) +
				 fixture_count(fixture, id, TASK_DONE),
			 6);
}

static void retry_brings_failed_tasks_back(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "alter table later add b int;");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	test_server_exec("create table `%s`.later (id int)", fixture_schema("t00"));
	test_server_exec("create table `%s`.later (id int)", fixture_schema("t01"));
	fixture_do(fixture, id, ROLLOUT_RETRY);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
}

static void resume_over_budget_says_what_helps(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .budget = "0" };
	const struct sched_verb resume = { .event = ROLLOUT_RESUME };
	SCOPED(store_rollout) out = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "alter table nowhere add b int;");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	assert_int_equal(fixture_verb(fixture, id, &resume, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg,
			    "r1 has 1 failed tasks and a budget of 0: retry them with "
			    "\"muster rollout retry r1\" or allow more with \"muster rollout "
			    "set r1 budget=N\"");
	must(store_begin(fixture->store, &err), &err);
	must(sched_rollout_set(fixture->sched, "r1", "budget", "100%", &fixture_actor, &out, &err),
	     &err);
	must(store_commit(fixture->store, &err), &err);
	assert_int_equal(out.budget_limit, 3);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_FAILED);
}

static void nothing_is_set_on_what_never_runs_again(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_rollout) out = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	must(store_begin(fixture->store, &err), &err);
	assert_int_equal(
		sched_rollout_set(fixture->sched, "r1", "budget", "3", &fixture_actor, &out, &err),
		-1);
	store_rollback(fixture->store);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg, "r1 is aborted: nothing of it runs any more");
}

static void another_revision_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_verb verb = { .event = ROLLOUT_PAUSE, .revision = 77 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	assert_int_equal(fixture_verb(fixture, id, &verb, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(err.native, SCHED_REVISION_CONFLICT);
}

static void a_verb_the_state_does_not_take_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_verb verb = { .event = ROLLOUT_PROMOTE };
	SCOPED(store_rollout) row = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_verb(fixture, id, &verb, &err), -1);
	assert_string_equal(err.msg, "r1: the rollout is done and cannot take \"promote\"");
	must(store_rollout_get_id(fixture->store, id, &row, &err), &err);
	assert_string_equal(sched_rollout_actions(&row)[0], "retry"); /* of those that were held */
	assert_null(sched_rollout_actions(&row)[1]);
}

static void a_skipped_task_leaves_the_rollout(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	g_autofree char *reason = NULL;
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "alter table nowhere add b int;");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	must(store_begin(fixture->store, &err), &err);
	must(sched_task_skip(fixture->sched, "r1", "t01", &fixture_actor, &task, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	assert_int_equal(task.state, TASK_SKIPPED);
	assert_string_equal(task.reason, "skipped by anna: a test");
	assert_int_equal(fixture_count(fixture, id, TASK_FAILED), 1);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "it has ended; of 2 tenants 1 failed, 1 skipped");
}

/* It is done, but for one that was held. */
static void so_does_one_that_was_held(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	g_autofree char *before = NULL;
	g_autofree char *reason = NULL;
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_hold(fixture, "t01", "audit");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	before = fixture_reason(fixture, id);
	assert_string_equal(before, "it has ended; of 2 tenants 1 held");
	must(store_begin(fixture->store, &err), &err);
	must(sched_task_skip(fixture->sched, "r1", "t01", &fixture_actor, &task, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "it has ended; of 2 tenants 1 skipped");
}

static const struct {
	const char *text;
	int64_t tenants;
	int64_t limit;
} budgets[] = {
	{ "0", 100, 0 },  { "3", 100, 3 },  { "1%", 360, 4 }, { "1%", 1, 1 },
	{ "0%", 360, 0 }, { "100%", 7, 7 }, { "5%", 20, 1 },  { "5%", 21, 2 },
};

static void a_share_is_rounded_up(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(budgets); i++) {
		int64_t limit = -1;

		must(sched_budget_parse(budgets[i].text, budgets[i].tenants, &limit, &err), &err);
		assert_int_equal(limit, budgets[i].limit);
	}
	assert_int_equal(sched_budget_parse("101%", 5, &(int64_t){ 0 }, &err), -1);
	assert_string_equal(err.msg, "budget: \"101%\" is not a share of 0% to 100%");
	assert_int_equal(sched_budget_parse("-1", 5, &(int64_t){ 0 }, &err), -1);
	assert_int_equal(sched_budget_parse("%", 5, &(int64_t){ 0 }, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(pause_keeps_what_is_pending),
		SCENARIO(paused_before_it_began_it_begins_when_resumed),
		SCENARIO(abort_cancels_what_has_not_begun),
		SCENARIO(retry_brings_failed_tasks_back),
		SCENARIO(resume_over_budget_says_what_helps),
		SCENARIO(nothing_is_set_on_what_never_runs_again),
		SCENARIO(another_revision_is_refused),
		SCENARIO(a_verb_the_state_does_not_take_is_refused),
		SCENARIO(a_skipped_task_leaves_the_rollout),
		SCENARIO(so_does_one_that_was_held),
		cmocka_unit_test(a_share_is_rounded_up),
	};

	return cmocka_run_group_tests_name("sched_rollout", tests, NULL, NULL);
}
