#include "chain.h"
#include "kit.h"

static void what_a_crash_could_not_be_judged_by_is_named(void **state)
{
	const char *schema = test_server_schema("cr_named");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TABLE t (n int);\nTRUNCATE TABLE t;\nINSERT INTO t VALUES (1);\n", NULL);
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHAIN, release, schema));
	SCOPED(chain) chain = { 0 };
	struct err err;

	(void)state;
	assert_true(result->ok);
	assert_int_equal(g_strv_length(result->warnings), 1);
	assert_string_equal(result->warnings[0],
			    "0001_a.sql:2 statement 2 of 3 empties a table: a crash while it runs "
			    "leaves the tenant in doubt");
	assert_int_equal(chain_parse(&chain, result->chain_text, &err), 0);
	assert_int_equal(chain.nr, 3);
	kit_assert_exists(schema, "t", false);
	kit_assert_value("0", "select count(*) from information_schema.schemata where schema_name "
			      "like 'muster\\_scratch\\_%'");
	release_unref(release);
}

static void many_for_one_reason_are_one_line(void **state)
{
	const char *schema = test_server_schema("cr_many");
	struct release *release = kit_release(
		"0001_a.sql",
		"ALTER TABLE nowhere ADD x int;\nCREATE TABLE a (n int);\nCREATE TABLE b (n int);\n"
		"TRUNCATE TABLE a;\nTRUNCATE TABLE b;\nCREATE TABLE c (n int);\nDROP TABLE c;\n",
		NULL);
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHAIN, release, schema));

	(void)state;
	assert_true(result->ok);
	assert_int_equal(g_strv_length(result->warnings), 4);
	assert_string_equal(result->warnings[1],
			    "0001_a.sql:1 statement 1 of 7 and 4 more behind it could not be tried "
			    "on a scratch copy: a crash while one of them runs leaves the tenant "
			    "in doubt");
	assert_true(g_str_has_prefix(result->warnings[3],
				     "0001_a.sql:5 statement 5 of 7 empties a table: "));
	release_unref(release);
}

static void what_nobody_waits_for_ends(void **state)
{
	const char *schema = test_server_schema("cr_stopped");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (n int);\n", NULL);
	struct exec_order *order = kit_order(EXEC_CHAIN, release, schema);
	struct exec_live live = { .stop = 1 };
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	order->live = &live;
	result = exec_run(order);
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_CANCELLED);
	kit_assert_value("0", "select count(*) from information_schema.schemata where schema_name "
			      "like 'muster\\_scratch\\_%'");
	release_unref(release);
}

static void what_would_fail_is_said(void **state)
{
	const char *schema = test_server_schema("cr_fails");
	struct release *release = kit_release(
		"0001_a.sql", "CREATE TABLE t (n int);\nALTER TABLE nowhere ADD x int;\n", NULL);
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHAIN, release, schema));

	(void)state;
	assert_true(result->ok);
	assert_true(g_str_has_prefix(result->warnings[0], "would fail: 0001_a.sql:2 statement 2 of "
							  "2: "));
	release_unref(release);
}

static void what_is_applied_is_not_tried(void **state)
{
	const char *schema = test_server_schema("cr_applied");
	struct release *first = kit_release("0001_a.sql", "CREATE TABLE t (n int);", NULL);
	struct release *both = kit_release("0001_a.sql", "CREATE TABLE t (n int);", "0002_b.sql",
					   "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED(chain) chain = { 0 };
	struct err err;

	(void)state;
	kit_expect(first, schema, TASK_APPLIED, NULL);
	result = exec_run(kit_order(EXEC_CHAIN, both, schema));
	assert_true(result->ok);
	assert_int_equal(chain_parse(&chain, result->chain_text, &err), 0);
	assert_int_equal(chain.nr, 1);
	assert_string_equal(chain.steps[0].version, "0002");
	release_unref(first);
	release_unref(both);
}

/* The file was mended behind what is done: only the rest is tried, on a copy of what is there. */
static void what_is_half_done_is_tried_from_there(void **state)
{
	const char *schema = test_server_schema("cr_half");
	struct release *was = kit_release(
		"0001_a.sql", "CREATE TABLE t (n int);\nINSERT INTO nowhere VALUES (1);\n", NULL);
	struct release *is = kit_release(
		"0001_a.sql",
		"CREATE TABLE t (n int);\nALTER TABLE t ADD m int;\nTRUNCATE TABLE t;\n",
		"0002_b.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) failed = kit_task(was, schema);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED(chain) chain = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(failed->event, TASK_REFUSED);
	result = exec_run(kit_order(EXEC_CHAIN, is, schema));
	assert_true(result->ok);
	assert_int_equal(g_strv_length(result->warnings), 1);
	assert_true(g_str_has_prefix(result->warnings[0],
				     "0001_a.sql:3 statement 3 of 3 empties a table: "));
	assert_int_equal(chain_parse(&chain, result->chain_text, &err), 0);
	assert_int_equal(chain.nr, 3);
	assert_int_equal(chain.steps[0].number, 2);
	assert_int_equal(chain.steps[2].number, 1);
	release_unref(was);
	release_unref(is);
}

static void what_is_not_settled_is_not_tried(void **state)
{
	const char *schema = test_server_schema("cr_flight");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_history set state = 'applying', in_flight = 1", schema);
	result = exec_run(kit_order(EXEC_CHAIN, release, schema));
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_CONFLICT);
	release_unref(release);
}

/* A look at the server of the socket, as musterd takes it when it starts. */
static unsigned count_left(const char *socket)
{
	struct exec_order *order = kit_order(EXEC_LEFT, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	g_free(order->addr.socket);
	order->addr.socket = g_strdup(socket);
	order->epoch = 5;
	result = exec_run(order);
	if (!result->ok) {
		fail_msg("%s", result->err.msg);
	}
	return g_strv_length(result->left_over);
}

static void what_is_left_is_dropped_where_it_was_made(void **state)
{
	const char *options[] = { NULL };
	struct test_server *server = test_server_start(options);
	const struct db_addr *addr = test_server_address(server);
	SCOPED_PTR(db_session) session = NULL;
	struct err err;

	(void)state;
	session = db_open(addr, &err);
	assert_non_null(session);
	assert_int_equal(count_left(addr->socket), 0);
	assert_int_equal(db_execf(session, &err, "create database muster_scratch_00000000000000aa"),
			 0);
	assert_int_equal(count_left(addr->socket), 1);
	assert_int_equal(db_execf(session, &err, "set global read_only = 1"), 0);
	assert_int_equal(count_left(addr->socket), 0); /* perhaps a replica */
	test_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_crash_could_not_be_judged_by_is_named),
		cmocka_unit_test(many_for_one_reason_are_one_line),
		cmocka_unit_test(what_nobody_waits_for_ends),
		cmocka_unit_test(what_would_fail_is_said),
		cmocka_unit_test(what_is_applied_is_not_tried),
		cmocka_unit_test(what_is_half_done_is_tried_from_there),
		cmocka_unit_test(what_is_not_settled_is_not_tried),
		cmocka_unit_test(what_is_left_is_dropped_where_it_was_made),
	};

	return cmocka_run_group_tests_name("chain_run", tests, NULL, NULL);
}
