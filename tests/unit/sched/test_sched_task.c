#include "db_guard.h"
#include "sched_fixture.h"

static char second[] = "0001";
static char db_code[] = "db";

static const struct sched_start everything = { .release = "rel", .budget = "10" };

static void a_failure_keeps_position_and_error(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);\nalter table a add;\n"
				     "create table c (id int);\n");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_FAILED);
	assert_int_equal(task.statement, 1);
	assert_int_equal(task.statements, 3);
	assert_string_equal(task.migration, "0001");
	assert_string_equal(task.err_code, "db");
	assert_int_equal(task.err_native, 1064);
	assert_non_null(strstr(task.err_message, "0001_first.sql:2 statement 2 of 3"));
	assert_true(task.finished_at >= task.started_at && task.started_at > 0);
}

static void the_version_of_the_tenant_follows(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	must(store_tenant_get(fixture->store, "t00", &tenant, &err), &err);
	assert_string_equal(tenant.version, "0001");
	assert_true(tenant.bytes >= 0);
}

/* Somebody else holds the tenant's lock: it waits with that reason, and then goes on. */
static void waits_for_the_lock_of_the_tenant(void **state)
{
	const struct sched_start impatient = { .release = "rel", .budget = "10", .stall_ms = 1000 };
	struct fixture *fixture = *state;
	struct db_session *session = test_server_open();
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	must(db_lock(session, fixture_schema("t00"), 1, &err), &err);
	id = fixture_start(fixture, &impatient);
	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_count(fixture, id, TASK_WAITING) == 0;
	     i++) {
		fixture_turns(fixture, 1);
	}
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_WAITING);
	assert_true(task.not_before > tick_wall_ms() - 1000);
	assert_false(sched_task_is_overlong(&task));
	db_session_free(session);
	tick_fake(tick_ms(), task.not_before + 1); /* its time has come */
	fixture_until(fixture, id, ROLLOUT_DONE);
	tick_fake(-1, -1);
}

/* clang-format off */
static const struct { int64_t attempt; int64_t statement; char *migration; const char *why; } stands[] = {
	{ 0, 0, NULL,   "the rollout was aborted before it began" },
	{ 1, 0, NULL,   "the rollout was aborted before it ended" },
	{ 1, 1, second, "the rollout was aborted at 1/2 of 0001; the next rollout goes on there" },
};

/* clang-format on */

/* As a worker leaves a task that it parks. */
static void stand_at(struct fixture *fixture, struct store_task *task, size_t i)
{
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	task->attempt = stands[i].attempt;
	task->statement = stands[i].statement;
	task->statements = 2;
	store_text_set(&task->migration, stands[i].migration);
	must(store_task_put(fixture->store, task, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

/* A task that was parked half way is not told that it never began. */
static void an_aborted_task_says_where_it_stopped(void **state)
{
	static const char *const tenants[] = { "t00", "t01", "t02", "t03" };
	const struct sched_start gated = { .release = "rel",
					   .budget = "10",
					   .waves = "1, rest",
					   .gate = "human" };
	const char *at[G_N_ELEMENTS(stands)] = { NULL };
	struct fixture *fixture = *state;
	size_t nr = 0;
	int64_t id;

	fixture_add_tenants(fixture, G_N_ELEMENTS(tenants));
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &gated);
	fixture_until(fixture, id, ROLLOUT_GATED);
	for (size_t i = 0; i < G_N_ELEMENTS(tenants); i++) {
		SCOPED(store_task) task = { 0 };

		fixture_task(fixture, id, tenants[i], &task);
		if (task.state == TASK_PENDING) {
			at[nr] = tenants[i];
			stand_at(fixture, &task, nr++);
		}
	}
	assert_int_equal(nr, G_N_ELEMENTS(stands));
	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	for (size_t i = 0; i < nr; i++) {
		SCOPED(store_task) task = { 0 };

		fixture_task(fixture, id, at[i], &task);
		assert_int_equal(task.state, TASK_CANCELLED);
		assert_string_equal(task.reason, stands[i].why);
	}
}

static void what_a_retry_cannot_help_is_the_text(void **state)
{
	struct store_task task = { .err_code = db_code, .err_native = 1064 };

	(void)state;
	assert_true(sched_task_is_of_text(&task));
	task.err_native = 1205;
	assert_false(sched_task_is_of_text(&task));
	task = (struct store_task){ .err_native = 1064 };
	assert_false(sched_task_is_of_text(&task));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_failure_keeps_position_and_error),
		SCENARIO(the_version_of_the_tenant_follows),
		SCENARIO(waits_for_the_lock_of_the_tenant),
		SCENARIO(an_aborted_task_says_where_it_stopped),
		cmocka_unit_test(what_a_retry_cannot_help_is_the_text),
	};

	return cmocka_run_group_tests_name("sched_task", tests, NULL, NULL);
}
