#include "sched_fixture.h"

struct seen {
	bool called;
	int64_t pending;
	int64_t up_to_date;
	int64_t statements;
	size_t nr_waves;
	char *held;
	char *missing;
};

static void on_preview(void *ctx, const struct sched_preview *preview)
{
	struct seen *seen = ctx;

	assert_int_equal(preview->err.code, ERR_NONE);
	assert_string_equal(preview->version, "0001");
	seen->called = true;
	seen->pending = preview->pending;
	seen->up_to_date = preview->up_to_date;
	seen->statements = preview->statements;
	seen->nr_waves = preview->nr_waves;
	seen->held = g_strjoinv(" ", (char **)(uintptr_t)preview->held);
	seen->missing = g_strjoinv(" ", (char **)(uintptr_t)preview->missing);
}

static void hold(struct fixture *fixture, const char *name)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	store_text_set(&tenant.hold, "audit");
	must(store_tenant_put(fixture->store, &tenant, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static void a_dry_run_says_all_and_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start first = { .release = "rel", .selector = "t00" };
	const struct sched_start all = { .release = "rel", .waves = "1,rest" };
	struct seen seen = { 0 };
	struct err err = { 0 };
	g_autofree char *tables = NULL;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);\ncreate table b (id int);");
	fixture_until(fixture, fixture_start(fixture, &first), ROLLOUT_DONE);
	hold(fixture, "t01");
	test_server_exec("drop database `%s`", fixture_schema("t02"));
	must(store_begin(fixture->store, &err), &err);
	assert_non_null(sched_rollout_preview(fixture->sched, &all, on_preview, &seen, &err));
	must(store_commit(fixture->store, &err), &err);
	fixture_turns(fixture, 10);
	assert_true(seen.called);
	assert_int_equal(seen.up_to_date, 1);
	assert_int_equal(seen.pending, 3);
	assert_int_equal(seen.statements, 6);
	assert_int_equal(seen.nr_waves, 2);
	assert_string_equal(seen.held, "t01");
	assert_string_equal(seen.missing, "t02");
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_schema='%s'",
				   fixture_schema("t03"));
	assert_string_equal(tables, "0");
	g_free(seen.held);
	g_free(seen.missing);
}

static void a_hold_or_its_end_during_the_survey_counts(void **state)
{
	const struct sched_start everything = { .release = "rel" };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_hold(fixture, "t02", "audit");
	id = fixture_start(fixture, &everything);
	fixture_turns(fixture, 1); /* they are being looked at */
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_SCHEDULED);
	fixture_hold(fixture, "t01", "hands off");
	fixture_hold(fixture, "t02", NULL);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_string_equal(task.reason, "the tenant is held: hands off");
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
}

static void who_has_another_text_has_nothing_to_do_and_says_so(void **state)
{
	const struct sched_start everything = { .release = "rel" };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	test_server_exec("update `%s`.muster_history set checksum = repeat('0', 64)",
			 fixture_schema("t00"));
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_DONE);
	assert_string_equal(task.reason, "nothing to do: it is at 0001, but has 0001 from another "
					 "text than the release");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_dry_run_says_all_and_changes_nothing),
		SCENARIO(a_hold_or_its_end_during_the_survey_counts),
		SCENARIO(who_has_another_text_has_nothing_to_do_and_says_so),
	};

	return cmocka_run_group_tests_name("sched_scheduled", tests, NULL, NULL);
}
