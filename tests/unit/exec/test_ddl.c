#include <inttypes.h>

#include "ddl.h"
#include "kit.h"

struct said {
	char last[512];
	int nr;
};

static void remember(void *ctx, int64_t id, const char *text)
{
	struct said *said = ctx;

	assert_int_equal(id, 7);
	g_strlcpy(said->last, text, sizeof(said->last));
	said->nr++;
}

/* A session of an application that has read from the table and keeps its transaction. */
static struct db_session *reader(const char *schema)
{
	struct db_session *session = test_server_open();
	SCOPED(db_rows) rows = { 0 };
	struct err err;

	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(db_execf(session, &err, "begin"), 0);
	assert_int_equal(db_query(session, &rows, "select * from a", &err), 0);
	return session;
}

static void who_blocks_is_named_and_given_up_on(void **state)
{
	const char *schema = test_server_schema("mdl");
	struct release *release = kit_release("0001_a.sql", "ALTER TABLE a ADD b int;", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(db_session) other = NULL;
	SCOPED_PTR(exec_result) result = NULL;
	g_autofree char *holder = NULL;
	struct said said = { 0 };

	(void)state;
	test_server_exec("create table %s.a (id int)", schema);
	other = reader(schema);
	holder = g_strdup_printf("held by connection %" PRIu64 " ", db_connection_id(other));
	order->stall_ms = 1500;
	order->say = remember;
	order->say_ctx = &said;
	result = exec_run(order);
	assert_int_equal(result->event, TASK_REFUSED);
	assert_int_equal(result->err.native, 1205);
	assert_true(g_str_has_prefix(result->reason,
				     "0001_a.sql:1 statement 1 of 1: gave up after 2 s of lock "
				     "waits; held by connection "));
	assert_non_null(strstr(result->reason, holder));
	assert_true(said.nr >= 1);
	assert_true(g_str_has_prefix(said.last, "statement 1 of 0001 waits for a lock: held by "));
	kit_assert_history(schema, "0001 failed 0/1 0");
	release_unref(release);
}

static void a_lock_that_goes_away_is_not_a_failure(void **state)
{
	const char *schema = test_server_schema("goes");
	struct release *release = kit_release("0001_a.sql", "ALTER TABLE a ADD b int;", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED_PTR(db_session) other = NULL;
	struct err err;

	(void)state;
	test_server_exec("create table %s.a (id int)", schema);
	other = reader(schema);
	/* the server ends the reader's transaction with its session after two seconds */
	assert_int_equal(db_execf(other, &err, "set wait_timeout = 2"), 0);
	order->stall_ms = 20000;
	result = exec_run(order);
	assert_int_equal(result->event, TASK_APPLIED);
	release_unref(release);
}

static void a_stop_ends_the_waiting(void **state)
{
	const char *schema = test_server_schema("stops");
	struct release *release = kit_release("0001_a.sql", "ALTER TABLE a ADD b int;", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	struct exec_live live = { .migration = -1 };
	struct kit_stopper stopper;
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED_PTR(db_session) other = NULL;
	gint64 began = g_get_monotonic_time();

	(void)state;
	test_server_exec("create table %s.a (id int)", schema);
	other = reader(schema);
	order->stall_ms = 60000;
	order->live = &live;
	kit_stopper_start(&stopper, &live, 300);
	result = exec_run(order);
	kit_stopper_join(&stopper);
	assert_int_equal(result->event, TASK_PARK);
	assert_true(g_get_monotonic_time() - began < 30 * G_USEC_PER_SEC);
	kit_assert_history(schema, "0001 applying 0/1 0");
	release_unref(release);
}

static void a_procedure_is_never_repeated(void **state)
{
	const char *schema = test_server_schema("proc");
	struct release *release = kit_release("0001_a.sql", "CALL p();", NULL);
	g_autofree char *sql = g_strdup_printf("select count(*) from %s.tries", schema);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED_PTR(db_session) other = NULL;

	(void)state;
	test_server_exec("create table %s.a (id int)", schema);
	test_server_exec("create table %s.tries (id int)", schema);
	test_server_exec("create procedure %s.p() begin insert into %s.tries values (1); "
			 "alter table %s.a add b int; end",
			 schema, schema, schema);
	other = reader(schema);
	order->stall_ms = 10000;
	result = exec_run(order);
	assert_int_equal(result->event, TASK_REFUSED);
	assert_int_equal(result->err.native, 1205);
	kit_assert_value("1", sql);
	release_unref(release);
}

static void the_mark_stands_in_front(void **state)
{
	const char *schema = test_server_schema("mark");
	struct release *release = kit_release(
		"0001_a.sql",
		"-- muster: allow=MU204 reason=\"our own session\"\n"
		"CREATE TABLE a AS SELECT info FROM information_schema.processlist WHERE id = "
		"connection_id();",
		NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	g_autofree char *sql = g_strdup_printf("select left(info, 30) from %s.a", schema);

	(void)state;
	g_free(order->label);
	order->label = g_strdup("r12/ac*/me");
	exec_result_free(exec_run(order));
	kit_assert_value("/* muster:r12/ac_/me:0001:1 */", sql);
	release_unref(release);
}

static void the_schema_is_put_in(void **state)
{
	const char *schema = test_server_schema("own");
	struct release *release =
		kit_release("0001_a.sql", "CREATE TABLE {SCHEMA}.a (id int);", NULL);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_exists(schema, "a", true);
	release_unref(release);
}

static void too_large_is_not_sent(void **state)
{
	const char *schema = test_server_schema("large");
	SCOPED_PTR(db_session) session = test_server_open();
	size_t len = db_max_packet(session);
	g_autofree char *text = g_malloc0(len + 64);
	struct release *release;
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	g_strlcpy(text, "DO '", len);
	memset(text + 4, 'x', len);
	g_strlcpy(text + 4 + len, "';", 8);
	release = kit_release("0001_a.sql", text, NULL);
	result = kit_task(release, schema);
	assert_int_equal(result->event, TASK_REFUSED);
	assert_non_null(strstr(result->reason, "max_allowed_packet"));
	assert_non_null(result->session); /* the link is as it was */
	kit_assert_history(schema, "0001 failed 0/1 0");
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_blocks_is_named_and_given_up_on),
		cmocka_unit_test(a_lock_that_goes_away_is_not_a_failure),
		cmocka_unit_test(a_stop_ends_the_waiting),
		cmocka_unit_test(a_procedure_is_never_repeated),
		cmocka_unit_test(the_mark_stands_in_front),
		cmocka_unit_test(the_schema_is_put_in),
		cmocka_unit_test(too_large_is_not_sent),
	};

	return cmocka_run_group_tests_name("ddl", tests, NULL, NULL);
}
