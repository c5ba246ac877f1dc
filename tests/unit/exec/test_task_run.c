#include <inttypes.h>
#include <signal.h>

#include "rewrite_kit.h"

static void three_statements_are_applied_and_recorded(void **state)
{
	const char *schema = test_server_schema("ok");
	struct release *release = kit_release(
		"0001_users.sql",
		"CREATE TABLE users (id int primary key);\nALTER TABLE users ADD birthday date;\n"
		"CREATE INDEX b ON users (birthday);\n",
		NULL);
	struct exec_live live = { .migration = -1 };
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	order->live = &live;
	result = exec_run(order);
	assert_true(result->ok);
	assert_int_equal(result->event, TASK_APPLIED);
	assert_null(result->reason);
	assert_string_equal(result->version, "0001");
	assert_int_equal(result->id, 7);
	assert_int_equal(result->server_id, 3);
	assert_int_equal(result->statement, 3);
	assert_int_equal(result->statements, 3);
	assert_non_null(result->session);
	assert_int_equal(live.statement, 3);
	assert_int_equal(live.statements, 3);
	assert_int_equal(live.migration, 0);
	assert_int_equal(live.connection_id, 0);
	kit_assert_history(schema, "0001 applied 3/3 0");
	kit_expect(release, schema, TASK_NOTHING, NULL);
	release_unref(release);
}

static void epoch_and_rollout_are_written(void **state)
{
	const char *schema = test_server_schema("epoch");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	g_autofree char *sql =
		g_strdup_printf("select concat(h.rollout, ' ', h.epoch, ' ', s.epoch, ' ', h.name, "
				"' ', h.finished_at is not null) "
				"from %s.muster_history h join %s.muster_state s",
				schema, schema);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_value("r12/acme 5 5 a 1", sql);
	release_unref(release);
}

static void a_newer_daemon_keeps_the_older_out(void **state)
{
	const char *schema = test_server_schema("newer");
	struct release *first = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct release *second = kit_release("0001_a.sql", "CREATE TABLE a (id int);", "0002_b.sql",
					     "CREATE TABLE b (id int);", NULL);

	(void)state;
	kit_expect(first, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_state set epoch = 6", schema);
	kit_expect(second, schema, TASK_REFUSED,
		   "a newer musterd (epoch 6) works here, this one has epoch 5: stop the older of "
		   "the two; where the newer one has gone, restart this one");
	kit_assert_exists(schema, "b", false);
	release_unref(first);
	release_unref(second);
}

static void a_mended_file_goes_on_at_the_failed_statement(void **state)
{
	const char *schema = test_server_schema("mend");
	struct release *wrong = kit_release("0001_a.sql",
					    "CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n"
					    "CREATE TABLE c (id int);\n",
					    NULL);
	struct release *mended = kit_release("0001_a.sql",
					     "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n"
					     "CREATE TABLE c (id int);\n",
					     NULL);
	SCOPED_PTR(exec_result) result = kit_task(wrong, schema);

	(void)state;
	assert_int_equal(result->event, TASK_REFUSED);
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_DB);
	assert_int_equal(result->err.native, 1064);
	assert_true(g_str_has_prefix(result->reason, "0001_a.sql:2 statement 2 of 3: "));
	assert_non_null(strstr(result->reason, "You have an error in your SQL syntax"));
	assert_string_equal(result->migration, "0001");
	assert_int_equal(result->statement, 1);
	assert_int_equal(result->statements, 3);
	kit_assert_history(schema, "0001 failed 1/3 0");
	kit_assert_exists(schema, "c", false);

	kit_expect(mended, schema, TASK_APPLIED, NULL); /* a would exist already */
	kit_assert_history(schema, "0001 applied 3/3 0");
	kit_assert_exists(schema, "b", true);
	kit_assert_exists(schema, "c", true);
	release_unref(wrong);
	release_unref(mended);
}

static void a_changed_beginning_is_refused(void **state)
{
	const char *schema = test_server_schema("prefix");
	struct release *wrong = kit_release(
		"0001_a.sql", "CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n", NULL);
	struct release *changed = kit_release(
		"0001_a.sql", "CREATE TABLE z (id int);\nCREATE TABLE b (id int);\n", NULL);
	struct release *shorter = kit_release("0001_a.sql", "-- nothing is left\n", NULL);

	(void)state;
	exec_result_free(kit_task(wrong, schema));
	kit_expect(changed, schema, TASK_REFUSED,
		   "the first 1 statements of 0001_a.sql were already applied here and have been "
		   "changed since: restore them and mend only what follows");
	kit_expect(shorter, schema, TASK_REFUSED,
		   "0001_a.sql has 0 statements, but 1 were already applied here: give the release "
		   "a file that begins with those");
	kit_assert_history(schema, "0001 failed 1/2 0");
	release_unref(wrong);
	release_unref(changed);
	release_unref(shorter);
}

static void what_changed_after_it_was_applied_is_refused(void **state)
{
	const char *schema = test_server_schema("changed");
	struct release *first = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct release *second = kit_release("0001_a.sql", "CREATE TABLE a (id bigint);",
					     "0002_b.sql", "CREATE TABLE b (id int);", NULL);

	(void)state;
	kit_expect(first, schema, TASK_APPLIED, NULL);
	kit_expect(second, schema, TASK_REFUSED,
		   "migration 0001 was changed after it was applied here: restore 0001_a.sql as it "
		   "was, or skip it in release.cfg once every tenant has it");
	kit_assert_exists(schema, "b", false);
	release_unref(first);
	release_unref(second);
}

static void a_tenant_that_is_ahead_is_left_alone(void **state)
{
	const char *schema = test_server_schema("ahead");
	struct release *newer = kit_release("0002_b.sql", "CREATE TABLE b (id int);", NULL);
	struct release *older = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);

	(void)state;
	kit_expect(newer, schema, TASK_APPLIED, NULL);
	kit_expect(older, schema, TASK_AHEAD, "history holds 0002, which the release does not");
	kit_assert_exists(schema, "a", false);
	release_unref(newer);
	release_unref(older);
}

static void a_database_that_is_gone_is_named(void **state)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);

	(void)state;
	kit_expect(release, "no_such_tenant", TASK_REFUSED,
		   "database no_such_tenant is not on the server");
	release_unref(release);
}

static void a_missing_lower_number_is_applied_too(void **state)
{
	const char *schema = test_server_schema("late");
	struct release *first = kit_release("0002_b.sql", "CREATE TABLE b (id int);", NULL);
	struct release *second = kit_release("0001_a.sql", "CREATE TABLE a (id int);", "0002_b.sql",
					     "CREATE TABLE b (id int);", "0003_c.sql",
					     "CREATE TABLE c (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, second, schema);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(first, schema, TASK_APPLIED, NULL);
	order->to_version = g_strdup("0002");
	result = exec_run(order);
	assert_int_equal(result->event, TASK_APPLIED);
	assert_string_equal(result->version, "0002");
	kit_assert_history(schema, "0002 applied 1/1 0, 0001 applied 1/1 0");
	kit_assert_exists(schema, "c", false);
	release_unref(first);
	release_unref(second);
}

static void a_crash_in_the_middle_is_in_doubt_when_nothing_is_known(void **state)
{
	const char *schema = test_server_schema("doubt");
	struct release *release =
		kit_release("0001_a.sql", "CREATE TABLE a (id int);CREATE TABLE b (id int);", NULL);
	struct exec_order *quoted = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_history set state = 'applying', in_flight = 1, "
			 "statements_done = 0",
			 schema);
	kit_expect(
		release, schema, TASK_DOUBT,
		"0001_a.sql:1 statement 1 of 2 is in doubt: what it does to the schema is not "
		"known; see `muster task show r12/acme`, then `muster task resolve r12/acme --as "
		"applied|not-applied|at=N`");
	kit_assert_history(schema, "0001 applying 0/2 1");
	g_free(quoted->label);
	quoted->label = g_strdup("r12/o'neil");
	result = exec_run(quoted);
	assert_non_null(strstr(result->reason, "`muster task resolve 'r12/o'\\''neil' --as"));
	release_unref(release);
}

static void who_holds_the_lock_is_waited_for_and_named(void **state)
{
	const char *schema = test_server_schema("busy");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, schema, -1);
	SCOPED_PTR(db_session) other = test_server_open();
	SCOPED_PTR(exec_result) result = NULL;
	g_autofree char *holder = NULL;
	struct err err;

	(void)state;
	assert_int_equal(db_execf(other, &err, "do get_lock('muster:%.57s', 0)", digest), 0);
	holder = g_strdup_printf("connection %" PRIu64, db_connection_id(other));
	order->stall_ms = 500;
	result = exec_run(order);
	assert_int_equal(result->event, TASK_TRANSIENT);
	assert_int_equal(result->err.code, ERR_BUSY);
	assert_false(result->server_down);
	assert_non_null(strstr(result->reason, holder));
	assert_non_null(result->session);
	kit_assert_exists(schema, "muster_history", false);
	release_unref(release);
}

static void a_server_that_is_not_there_costs_nothing(void **state)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, "x");
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	g_free(order->addr.socket);
	order->addr.socket = g_strdup("/nonexistent/socket");
	result = exec_run(order);
	assert_int_equal(result->event, TASK_TRANSIENT);
	assert_true(result->server_down);
	assert_false(result->server_denied);
	assert_null(result->session);
	release_unref(release);
}

static void a_server_that_went_away_costs_nothing(void **state)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, "mysql");
	struct test_server *server = test_server_start(NULL);
	SCOPED_PTR(exec_result) result = NULL;
	struct err err;

	(void)state;
	g_free(order->addr.socket);
	order->addr.socket = g_strdup(test_server_address(server)->socket);
	order->session = db_open(test_server_address(server), &err);
	assert_non_null(order->session);
	test_server_stop(server);
	result = exec_run(order);
	assert_int_equal(result->event, TASK_TRANSIENT);
	assert_true(result->server_down);
	assert_null(result->session);
	release_unref(release);
}

static void a_wrong_account_is_told_apart(void **state)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, "x");
	g_autofree char *path = g_strdup("/tmp/muster-test-exec-XXXXXX");
	SCOPED_PTR(exec_result) result = NULL;
	int fd = g_mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_true(
		g_file_set_contents(path, "[client]\nuser=nobody_here\npassword=x\n", -1, NULL));
	g_free(order->addr.defaults_file);
	order->addr.defaults_file = g_strdup(path);
	result = exec_run(order);
	(void)close(fd);
	(void)unlink(path);
	assert_int_equal(result->event, TASK_TRANSIENT);
	assert_true(result->server_denied);
	assert_false(result->server_down);
	release_unref(release);
}

static void a_read_only_server_is_not_written_to(void **state)
{
	const char *options[] = { "--read-only=1", NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, "tenant");
	struct test_server *server = test_server_start(options);
	SCOPED_PTR(exec_result) result = NULL;
	struct err err;

	(void)state;
	g_free(order->addr.socket);
	order->addr.socket = g_strdup(test_server_address(server)->socket);
	order->session = db_open(test_server_address(server), &err);
	assert_non_null(order->session);
	assert_int_equal(db_execf(order->session, &err, "create database tenant"), 0);
	result = exec_run(order);
	assert_int_equal(result->event, TASK_TRANSIENT);
	assert_true(result->server_down);
	assert_true(g_str_has_prefix(result->reason, "server is read only"));
	test_server_stop(server);
	release_unref(release);
}

/* The end of the first try may not have been heard. */
static void another_try_knows_what_the_first_has_left(void **state)
{
	const char *schema = test_server_schema("twice");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);",
					      "0002_b.sql", "CREATE TABLE b (id int);", NULL);
	struct chain *chain = kit_rewrite_chain(release, schema);
	SCOPED_PTR(exec_result) first = kit_rewrite_task(release, schema, chain, NULL);
	SCOPED_PTR(exec_result) second = kit_rewrite_task(release, schema, chain, NULL);
	SCOPED_PTR(exec_result) blind = kit_rewrite_task(release, schema, NULL, NULL);

	(void)state;
	assert_int_equal(first->event, TASK_APPLIED);
	assert_int_equal(second->event, TASK_NOTHING);
	assert_string_equal(second->fingerprint, first->fingerprint);
	assert_null(blind->fingerprint);
	exec_chain_unref(chain);
	release_unref(release);
}

static void an_unknown_target_is_refused(void **state)
{
	const char *schema = test_server_schema("target");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	order->to_version = g_strdup("0009");
	result = exec_run(order);
	assert_int_equal(result->event, TASK_REFUSED);
	assert_string_equal(result->reason,
			    "the release has no migration 0009: see `muster release show`");
	release_unref(release);
}

static void a_file_that_needs_it_closed_is_not_run_while_it_is_open(void **state)
{
	const char *schema = test_server_schema("open");
	struct release *release =
		kit_release("0001_a.sql", "CREATE TABLE a (id int);", "0002_b.sql",
			    "-- muster: readonly=on\nCREATE TABLE b (id int);", NULL);
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_TASK, release, schema));

	(void)state;
	assert_int_equal(result->event, TASK_PARK);
	assert_true(result->wants_closed);
	assert_string_equal(result->reason,
			    "0002_b.sql needs the tenant closed for writes: that is done first");
	kit_assert_exists(schema, "a", false);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_statements_are_applied_and_recorded),
		cmocka_unit_test(epoch_and_rollout_are_written),
		cmocka_unit_test(a_newer_daemon_keeps_the_older_out),
		cmocka_unit_test(a_mended_file_goes_on_at_the_failed_statement),
		cmocka_unit_test(a_changed_beginning_is_refused),
		cmocka_unit_test(what_changed_after_it_was_applied_is_refused),
		cmocka_unit_test(a_tenant_that_is_ahead_is_left_alone),
		cmocka_unit_test(a_database_that_is_gone_is_named),
		cmocka_unit_test(a_missing_lower_number_is_applied_too),
		cmocka_unit_test(a_crash_in_the_middle_is_in_doubt_when_nothing_is_known),
		cmocka_unit_test(who_holds_the_lock_is_waited_for_and_named),
		cmocka_unit_test(a_server_that_is_not_there_costs_nothing),
		cmocka_unit_test(a_server_that_went_away_costs_nothing),
		cmocka_unit_test(a_wrong_account_is_told_apart),
		cmocka_unit_test(a_read_only_server_is_not_written_to),
		cmocka_unit_test(another_try_knows_what_the_first_has_left),
		cmocka_unit_test(an_unknown_target_is_refused),
		cmocka_unit_test(a_file_that_needs_it_closed_is_not_run_while_it_is_open),
	};

	return cmocka_run_group_tests_name("task_run", tests, NULL, NULL);
}
