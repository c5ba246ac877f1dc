#include "api_fixture.h"

static void three_tenants(struct fixture *fixture)
{
	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 3);
	fixture_add_release(fixture, "alter table users add x int;");
}

static void has_action(const struct wire_rollout *rollout, const char *action, bool wanted)
{
	bool found = false;

	for (size_t i = 0; i < rollout->available_actions.nr; i++) {
		found |= strcmp(rollout->available_actions.texts[i], action) == 0;
	}
	assert_int_equal(found, wanted);
}

static void a_rollout_goes_from_start_to_done(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	const struct wire_wave *waves;

	three_tenants(fixture);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"name\":\"r-one\",\"waves\":\"1,rest\","
		"\"reason\":\"go\",\"running\":2}");
	assert_string_equal(rollout.id, "r1");
	assert_string_equal(rollout.name, "r-one");
	assert_string_equal(rollout.state, "scheduled");
	assert_string_equal(rollout.release, "shop");
	assert_string_equal(rollout.version, "0002");
	assert_int_equal(rollout.running_limit, 2);
	assert_int_equal(rollout.eta_s, -1);
	has_action(&rollout, "abort", true);
	has_action(&rollout, "resume", false);
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "done");
	ask_for(fixture, &wire_rollout_type, &rollout, "GET /v1/rollouts/r-one", NULL);
	assert_int_equal(rollout.counts.total, 3);
	assert_int_equal(rollout.counts.done, 3);
	assert_int_equal(rollout.budget.failed, 0);
	assert_non_null(rollout.finished_at);
	assert_int_equal(rollout.waves.nr, 2);
	waves = rollout.waves.items;
	assert_int_equal(waves[1].seq, 2);
	assert_int_equal(waves[1].size, 2);
	assert_string_equal(waves[1].state, "done");
	assert_null(waves[1].gate);
	has_action(&rollout, "abort", false);
	has_action(&rollout, "retry", false);
	wire_release(&wire_rollout_type, &rollout);
}

static void the_same_key_is_the_same_rollout(void **state)
{
	struct fixture *fixture = *state;
	const char *request = "{\"release\":\"shop\",\"key\":\"k1\"}";
	struct wire_rollout rollout = { 0 };
	struct wire_list list = { 0 };

	three_tenants(fixture);
	for (int i = 0; i < 3; i++) {
		ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts", request);
		assert_string_equal(rollout.id, "r1");
		wire_release(&wire_rollout_type, &rollout);
	}
	ask_for_list(fixture, &wire_rollout_type, &list, "GET /v1/rollouts", NULL);
	assert_int_equal(list.nr, 1);
	wire_list_release(&wire_rollout_type, &list);
}

/* t1 has the table that the release makes. */
static void one_would_fail(struct fixture *fixture)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	three_tenants(fixture);
	must(store_tenant_get(fixture->store, "t1", &tenant, &err), &err);
	test_server_exec("create table `%s`.users (other int)", tenant.schema);
}

static void nothing_starts_when_a_tenant_would_fail(void **state)
{
	struct fixture *fixture = *state;
	struct wire_refusal refusal = { 0 };
	struct wire_preview preview = { 0 };
	struct wire_list list = { 0 };
	struct reply reply = { 0 };
	struct err err = { 0 };
	const struct wire_plan_failing *failing;

	one_would_fail(fixture);
	ask(fixture, &reply, "POST /v1/rollouts", "{\"release\":\"shop\"}");
	assert_int_equal(reply.status, 422);
	must(wire_decode(&wire_refusal_type, &refusal, reply.body, strlen(reply.body), true, &err),
	     &err);
	reply_clear(&reply);
	assert_string_equal(refusal.code, "conflict");
	assert_true(g_str_has_prefix(refusal.message, "1 of 3 tenants would fail"));
	assert_string_equal(refusal.hint, "muster rollout start shop --skip-failing");
	assert_int_equal(refusal.failing.nr, 1);
	failing = refusal.failing.items;
	assert_string_equal(failing->tenant, "t1");
	assert_string_equal(failing->check, "statement");
	assert_true(g_str_has_prefix(failing->message, "0001_users.sql:1 "));
	wire_release(&wire_refusal_type, &refusal);
	ask_for_list(fixture, &wire_rollout_type, &list, "GET /v1/rollouts", NULL);
	assert_int_equal(list.nr, 0);
	ask_for(fixture, &wire_preview_type, &preview, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"dry_run\":true}");
	assert_int_equal(preview.plan.failing.nr, 1);
	wire_release(&wire_preview_type, &preview);
	ask_refused(fixture, 400,
		    "skip_failing and dry_run need the plan that no_plan does without", NULL,
		    "POST /v1/rollouts",
		    "{\"release\":\"shop\",\"no_plan\":true,\"skip_failing\":true}");
}

static void who_would_fail_is_left_out_when_asked(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct wire_plan plan = { 0 };
	struct wire_task task = { 0 };

	one_would_fail(fixture);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"skip_failing\":true}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "done");
	ask_for(fixture, &wire_rollout_type, &rollout, "GET /v1/rollouts/r1", NULL);
	assert_int_equal(rollout.counts.done, 2);
	assert_int_equal(rollout.counts.skipped, 1);
	wire_release(&wire_rollout_type, &rollout);
	ask_for(fixture, &wire_task_type, &task, "GET /v1/rollouts/r1/tasks/t1", NULL);
	assert_string_equal(task.state, "skipped");
	assert_true(g_str_has_prefix(task.reason, "left out, it would fail: 0001_users.sql:1 "));
	wire_release(&wire_task_type, &task);
	ask_for(fixture, &wire_plan_type, &plan, "GET /v1/rollouts/r1/plan", NULL);
	assert_int_equal(plan.failing.nr, 1);
	assert_int_equal(plan.classes.nr, 2);
	wire_release(&wire_plan_type, &plan);
}

static void a_rollout_without_a_plan_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };

	one_would_fail(fixture);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"no_plan\":true,\"budget\":\"3\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "failed");
	ask_refused(fixture, 404,
		    "rollout shop was started without a plan (--no-plan, or by an older musterd)",
		    "muster rollout list", "GET /v1/rollouts/r1/plan", NULL);
}

static void a_dry_run_writes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct wire_preview preview = { 0 };
	struct wire_list list = { 0 };
	int64_t before;

	three_tenants(fixture);
	before = fixture_last_event(fixture);
	ask_for(fixture, &wire_preview_type, &preview, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"waves\":\"1,rest\",\"dry_run\":true}");
	assert_string_equal(preview.release, "shop");
	assert_int_equal(preview.tenants, 3);
	assert_int_equal(preview.pending, 3);
	assert_int_equal(preview.statements, 6);
	assert_int_equal(preview.waves.nr, 2);
	wire_release(&wire_preview_type, &preview);
	ask_for_list(fixture, &wire_rollout_type, &list, "GET /v1/rollouts", NULL);
	assert_int_equal(list.nr, 0);
	assert_true(fixture_last_event(fixture) <= before + 1); /* the server was seen up */
	ask_refused(fixture, 400, "bake_ms, running, per_server and stall_ms cannot be negative",
		    NULL, "POST /v1/rollouts", "{\"release\":\"shop\",\"running\":-1}");
	ask_refused(fixture, 400,
		    "key: an idempotency key cannot be empty: all rollouts with it would be one",
		    NULL, "POST /v1/rollouts", "{\"release\":\"shop\",\"key\":\"\"}");
}

static void verbs_are_refused_at_the_wrong_moment(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct reply reply = { 0 };

	three_tenants(fixture);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"waves\":\"1,rest\",\"gate\":\"human\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "gated");
	ask(fixture, &reply, "POST /v1/rollouts/r1/resume", "{}");
	assert_int_equal(reply.status, 409);
	assert_non_null(strstr(reply.body, "muster rollout show r1"));
	reply_clear(&reply);
	ask_for(fixture, &wire_rollout_type, &rollout, "GET /v1/rollouts/r1", NULL);
	assert_string_equal(((struct wire_wave *)rollout.waves.items)[0].gate, "promote");
	has_action(&rollout, "promote", true);
	wire_release(&wire_rollout_type, &rollout);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts/r1/promote",
		"{\"reason\":\"looks good\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "done");
	ask_refused(fixture, 400, "skip: say which tenant", NULL, "POST /v1/rollouts/r1/skip",
		    "{}");
}

static void limits_are_set_live(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	g_autofree char *stale = NULL;
	struct reply reply = { 0 };

	three_tenants(fixture);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"waves\":\"1,rest\",\"gate\":\"human\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "gated");
	ask_for(fixture, &wire_rollout_type, &rollout, "PATCH /v1/rollouts/r1",
		"{\"set\":[\"running=7\",\"budget=2\"]}");
	assert_int_equal(rollout.running_limit, 7);
	assert_int_equal(rollout.budget.limit, 2);
	stale = g_strdup_printf("{\"set\":[\"running=1\"],\"revision\":%lld}",
				(long long)rollout.revision + 5);
	wire_release(&wire_rollout_type, &rollout);
	ask(fixture, &reply, "PATCH /v1/rollouts/r1", stale);
	assert_int_equal(reply.status, 409);
	ask(fixture, &reply, "PATCH /v1/rollouts/r1", "{\"set\":[\"running\"]}");
	assert_int_equal(reply.status, 400);
	reply_clear(&reply);
}

static void lists_are_newest_first_and_paged(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };

	three_tenants(fixture);
	for (int i = 0; i < 3; i++) {
		struct wire_rollout rollout = { 0 };

		ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
			"{\"release\":\"shop\"}");
		wire_release(&wire_rollout_type, &rollout);
	}
	ask_for_list(fixture, &wire_rollout_type, &list, "GET /v1/rollouts?limit=2", NULL);
	assert_int_equal(list.nr, 2);
	assert_string_equal(((struct wire_rollout *)list.items)[0].id, "r3");
	wire_list_release(&wire_rollout_type, &list);
	ask_for_list(fixture, &wire_rollout_type, &list, "GET /v1/rollouts?after=r2", NULL);
	assert_int_equal(list.nr, 1);
	assert_string_equal(((struct wire_rollout *)list.items)[0].id, "r1");
	wire_list_release(&wire_rollout_type, &list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rollout_goes_from_start_to_done),
		TEST(the_same_key_is_the_same_rollout),
		TEST(nothing_starts_when_a_tenant_would_fail),
		TEST(who_would_fail_is_left_out_when_asked),
		TEST(a_rollout_without_a_plan_says_so),
		TEST(a_dry_run_writes_nothing),
		TEST(verbs_are_refused_at_the_wrong_moment),
		TEST(limits_are_set_live),
		TEST(lists_are_newest_first_and_paged),
	};

	return cmocka_run_group_tests_name("ops_rollout", tests, NULL, NULL);
}
