#include "sched_hook_kit.h"

static int64_t start(struct fixture *fixture, const char *first, const char *second)
{
	char *words[] = { (char *)(uintptr_t)first, (char *)(uintptr_t)second, NULL };
	const struct sched_start asked = { .release = "rel", .hooks = words };

	return fixture_start(fixture, &asked);
}

static void one_before_may_refuse_it(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *reason = NULL;
	SCOPED(hooks) hooks = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	id = start(fixture, "before-rollout=refuses", NULL);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "hook refuses said no, exit code 3: the queue is full");
	assert_int_equal(fixture_count(fixture, id, TASK_PENDING), 0);
}

static void one_afterwards_is_told_how_it_ended(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	id = start(fixture, "before-rollout=tells", "after-rollout=tells");
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_turns(fixture, 3);
	hooks_expect(&hooks, "before-rollout\nafter-rollout done\n");
}

static void each_end_is_told(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "alter table nowhere add a int;");
	hooks_begin(fixture, &hooks);
	id = start(fixture, "after-rollout=tells", NULL);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	hooks_expect(&hooks, "after-rollout failed\n");
	fixture_do(fixture, id, ROLLOUT_RETRY);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	hooks_expect(&hooks, "after-rollout failed\n");
}

static void one_that_says_no_afterwards_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	id = start(fixture, "after-rollout=refuses", NULL);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void an_aborted_one_is_told_too(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	id = start(fixture, "before-rollout=tells", "after-rollout=tells");
	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	hooks_expect(&hooks, "after-rollout aborted\n");
}

static void one_about_closing_needs_a_rollout_that_closes(void **state)
{
	struct fixture *fixture = *state;
	char *words[] = { (char *)(uintptr_t) "before-close=tells", NULL };
	struct sched_start asked = { .release = "rel", .hooks = words };
	SCOPED(hooks) hooks = { 0 };
	struct err err = { 0 };
	int64_t id = 0;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	assert_int_equal(fixture_try_start(fixture, &asked, &id, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "give --readonly, too"));
	asked.readonly = true;
	asked.accept_holes = true;
	must(fixture_try_start(fixture, &asked, &id, &err), &err);
	fixture_until(fixture, id, ROLLOUT_DONE);
	hooks_expect(&hooks, "before-close t00 closing\n");
}

static void the_application_closes_itself_when_a_hook_tells_it(void **state)
{
	struct fixture *fixture = *state;
	char *words[] = { (char *)(uintptr_t) "after-close=tells", NULL };
	struct sched_start asked = {
		.release = "rel",
		.readonly = true,
		.close_method = "hook",
	};
	SCOPED(hooks) hooks = { 0 };
	struct err err = { 0 };
	const char *user;
	int64_t id = 0;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	assert_int_equal(fixture_try_start(fixture, &asked, &id, &err), -1);
	assert_non_null(strstr(err.msg, "--hook before-close=NAME"));
	asked.hooks = words;
	asked.close_method = "schema";
	assert_int_equal(fixture_try_start(fixture, &asked, &id, &err), -1);
	assert_non_null(strstr(err.msg, "it is privileges, triggers or hook"));
	asked.close_method = "hook";
	must(fixture_try_start(fixture, &asked, &id, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	assert_true(kit_may_write(user, "t00")); /* nothing was taken */
	fixture_until(fixture, id, ROLLOUT_DONE);
	hooks_expect(&hooks, "after-close t00 closing\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(one_before_may_refuse_it),
		SCENARIO(one_afterwards_is_told_how_it_ended),
		SCENARIO(each_end_is_told),
		SCENARIO(one_that_says_no_afterwards_changes_nothing),
		SCENARIO(an_aborted_one_is_told_too),
		SCENARIO(one_about_closing_needs_a_rollout_that_closes),
		SCENARIO(the_application_closes_itself_when_a_hook_tells_it),
	};

	return cmocka_run_group_tests_name("sched_rollout_hook", tests, NULL, NULL);
}
