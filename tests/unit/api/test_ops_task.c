#include "api_fixture.h"

/* Three tenants; the second statement of the release is refused by the server for t1 only. */
static void one_of_three_fails(struct fixture *fixture)
{
	struct wire_rollout rollout = { 0 };

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 3);
	fixture_add_release(fixture, "create table extra (id int);");
	test_server_exec("create table `t1_%d`.extra (id int)", (int)getpid());
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts",
		"{\"release\":\"shop\",\"budget\":\"3\",\"no_plan\":true}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "failed");
}

static void a_failed_task_says_what_and_what_helps(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct wire_task task = { 0 };

	one_of_three_fails(fixture);
	ask_for(fixture, &wire_task_type, &task, "GET /v1/rollouts/r1/tasks/t1", NULL);
	assert_string_equal(task.rollout, "r1");
	assert_string_equal(task.tenant, "t1");
	assert_string_equal(task.server, "db1");
	assert_string_equal(task.state, "failed");
	assert_string_equal(task.migration, "0002");
	assert_int_equal(task.statement, 1);
	assert_int_equal(task.statements, 2);
	assert_true(task.progress > 0.4 && task.progress < 0.6);
	assert_string_equal(task.error.code, "db");
	assert_int_equal(task.error.native, 1050);
	assert_non_null(strstr(task.error.message, "extra"));
	assert_string_equal(task.error.hint, "muster rollout retry r1 -t t1");
	assert_non_null(task.started_at);
	assert_non_null(task.finished_at);
	wire_release(&wire_task_type, &task);
	ask_for(fixture, &wire_task_type, &task, "GET /v1/rollouts/r1/tasks/t0", NULL);
	assert_string_equal(task.state, "done");
	assert_true(task.progress == 1.0);
	assert_null(task.error.code);
	wire_release(&wire_task_type, &task);
	ask_for(fixture, &wire_rollout_type, &rollout, "GET /v1/rollouts/r1", NULL);
	assert_int_equal(rollout.budget.failed, 1);
	assert_int_equal(rollout.budget.limit, 3);
	wire_release(&wire_rollout_type, &rollout);
}

static void a_retry_after_the_cause_is_gone_ends_well(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };

	one_of_three_fails(fixture);
	test_server_exec("drop table `t1_%d`.extra", (int)getpid());
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts/r1/retry",
		"{\"tenant\":\"t1\",\"reason\":\"dropped the leftover\"}");
	wire_release(&wire_rollout_type, &rollout);
	fixture_rollout_until(fixture, "done");
}

/* Names of all pages of a query together. */
static char *tenants_of(struct fixture *fixture, const char *query, int *pages)
{
	GString *names = g_string_new(NULL);
	char *after = g_strdup("0");

	for (*pages = 0; after != NULL && *pages < 100; (*pages)++) {
		g_autofree char *line =
			g_strdup_printf("GET /v1/rollouts/r1/tasks?after=%s%s", after, query);
		struct wire_task_page page = { 0 };
		const struct wire_task *tasks;

		ask_for(fixture, &wire_task_page_type, &page, line, NULL);
		tasks = page.items.items;
		for (size_t i = 0; i < page.items.nr; i++) {
			g_string_append(names, tasks[i].tenant);
		}
		g_free(after);
		after = g_steal_pointer(&page.next);
		wire_release(&wire_task_page_type, &page);
	}
	return g_string_free(names, FALSE);
}

static void lists_are_paged_and_filtered(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *all = NULL;
	g_autofree char *paged = NULL;
	g_autofree char *failed = NULL;
	int pages;

	one_of_three_fails(fixture);
	all = tenants_of(fixture, "", &pages);
	assert_int_equal(strlen(all), 6);
	assert_int_equal(pages, 1);
	paged = tenants_of(fixture, "&limit=1", &pages);
	assert_string_equal(all, paged);
	assert_int_equal(pages, 3);
	failed = tenants_of(fixture, "&state=failed", &pages);
	assert_string_equal(failed, "t1");
	ask_refused(fixture, 400,
		    "a task is never \"broken\"; known: pending waiting running verifying done "
		    "failed in_doubt skipped held cancelled",
		    NULL, "GET /v1/rollouts/r1/tasks?state=broken", NULL);
}

static void what_is_not_there_is_told_with_the_list_of_what_is(void **state)
{
	struct fixture *fixture = *state;
	struct wire_error error = { 0 };
	struct reply reply = { 0 };
	struct err err = { 0 };

	one_of_three_fails(fixture);
	ask(fixture, &reply, "GET /v1/rollouts/r1/tasks/zz", NULL);
	assert_int_equal(reply.status, 404);
	must(wire_decode(&wire_error_type, &error, reply.body, strlen(reply.body), false, &err),
	     &err);
	assert_string_equal(error.hint, "muster task list r1");
	wire_release(&wire_error_type, &error);
	ask(fixture, &reply, "GET /v1/rollouts/r9/tasks", NULL);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "muster rollout list"));
	ask(fixture, &reply, "POST /v1/rollouts/r1/tasks/t0/kill", "{}");
	assert_int_equal(reply.status, 409); /* it does not run */
	assert_non_null(strstr(reply.body, "muster task show r1/t0"));
	ask(fixture, &reply, "POST /v1/rollouts/r1/tasks/t0/resolve", "{\"as\":\"applied\"}");
	assert_int_equal(reply.status, 409); /* it is not in doubt */
	ask(fixture, &reply, "POST /v1/rollouts/r1/tasks/t0/resolve", "{}");
	assert_int_equal(reply.status, 400);
	reply_clear(&reply);
}

static void a_skipped_task_leaves_the_rollout(void **state)
{
	struct fixture *fixture = *state;
	struct wire_rollout rollout = { 0 };
	struct wire_task task = { 0 };

	one_of_three_fails(fixture);
	ask_for(fixture, &wire_rollout_type, &rollout, "POST /v1/rollouts/r1/skip",
		"{\"tenant\":\"t1\",\"reason\":\"later\"}");
	assert_int_equal(rollout.counts.skipped, 1);
	assert_int_equal(rollout.counts.failed, 0);
	wire_release(&wire_rollout_type, &rollout);
	ask_for(fixture, &wire_task_type, &task, "GET /v1/rollouts/r1/tasks/t1", NULL);
	assert_string_equal(task.state, "skipped");
	wire_release(&wire_task_type, &task);
}

static void the_log_of_a_task_is_its_own(void **state)
{
	struct fixture *fixture = *state;
	const struct wire_log *lines;
	struct wire_list log = { 0 };
	struct reply reply = { 0 };

	one_of_three_fails(fixture);
	ask_for_list(fixture, &wire_log_type, &log, "GET /v1/rollouts/r1/tasks/t1/log", NULL);
	assert_int_equal(log.nr, 1);
	lines = log.items;
	assert_string_equal(lines[0].kind, "task");
	assert_string_equal(lines[0].state, "failed");
	assert_non_null(lines[0].at);
	assert_null(lines[0].output);
	wire_list_release(&wire_log_type, &log);
	ask_for_list(fixture, &wire_log_type, &log, "GET /v1/rollouts/r1/log", NULL);
	lines = log.items;
	assert_true(log.nr >= 2);
	assert_string_equal(lines[0].kind, "rollout");
	assert_string_equal(lines[log.nr - 1].state, "failed");
	wire_list_release(&wire_log_type, &log);
	ask(fixture, &reply, "GET /v1/rollouts/r1/tasks/zz/log", NULL);
	assert_int_equal(reply.status, 404);
	reply_clear(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failed_task_says_what_and_what_helps),
		TEST(a_retry_after_the_cause_is_gone_ends_well),
		TEST(lists_are_paged_and_filtered),
		TEST(what_is_not_there_is_told_with_the_list_of_what_is),
		TEST(a_skipped_task_leaves_the_rollout),
		TEST(the_log_of_a_task_is_its_own),
	};

	return cmocka_run_group_tests_name("ops_task", tests, NULL, NULL);
}
