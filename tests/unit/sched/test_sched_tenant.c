#include "sched_fixture.h"

static const struct sched_start everything = { .release = "rel", .budget = "10" };

static void set_hold(struct fixture *fixture, const char *name, const char *reason)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	store_text_set(&tenant.hold, reason);
	must(store_tenant_put(fixture->store, &tenant, &err), &err);
	must(sched_tenant_changed(fixture->sched, &tenant, &fixture_actor, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static void a_held_tenant_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *tables = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	set_hold(fixture, "t01", "their audit");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE); /* a hold does not keep a rollout open */
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 1);
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_schema='%s'",
				   fixture_schema("t01"));
	assert_string_equal(tables, "0");
}

static void a_hold_reaches_an_open_rollout_and_back(void **state)
{
	const struct sched_start slow = { .release = "rel", .budget = "0" };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &slow);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	set_hold(fixture, "t00", "their audit");
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_string_equal(task.reason, "the tenant is held: their audit");
	set_hold(fixture, "t00", NULL);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 4);
}

static void on_done(void *ctx, const struct err *err)
{
	*(int *)ctx = err == NULL ? 1 : -1;
}

/* What a killed daemon leaves: a row that says a statement may be running. */
static void leave_in_doubt(const char *tenant)
{
	test_server_exec("update `%s`.muster_history set state='applying', in_flight=1, "
			 "statements_done=0, finished_at=null",
			 fixture_schema(tenant));
}

static void a_task_in_doubt_is_settled_by_a_human(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	int settled = 0;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	leave_in_doubt("t00");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	assert_int_equal(fixture_count(fixture, id, TASK_IN_DOUBT), 1);
	assert_int_equal(sched_task_resolve(fixture->sched, "r2", "t00", "maybe", &fixture_actor,
					    on_done, &settled, &err),
			 -1);
	assert_string_equal(err.msg, "\"maybe\" is not \"applied\", \"not-applied\" or \"at=N\" (N "
				     "statements have run)");
	must(sched_task_resolve(fixture->sched, "r2", "t00", "applied", &fixture_actor, on_done,
				&settled, &err),
	     &err);
	fixture_turns(fixture, 10);
	assert_int_equal(settled, 1);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_held_tenant_is_left_alone),
		SCENARIO(a_hold_reaches_an_open_rollout_and_back),
		SCENARIO(a_task_in_doubt_is_settled_by_a_human),
	};

	return cmocka_run_group_tests_name("sched_tenant", tests, NULL, NULL);
}
