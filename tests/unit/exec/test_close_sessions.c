#include "close_sessions.h"

#include "close_kit.h"
#include "tick.h"

static const char *schema;
static const char *user;

static int end_them(const char *whose, int64_t within_ms, bool ends, struct err *err)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED_PTR(exec_order) order = kit_order(EXEC_CLOSE, NULL, schema);
	g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func(g_free);
	const struct close_drain drain = {
		.order = order,
		.schema = schema,
		.users = users,
		.until_ms = tick_ms() + within_ms,
		.ends = ends,
	};

	g_ptr_array_add(users, g_strdup(whose));
	assert_int_equal(db_use(session, schema, err), 0);
	assert_int_equal(db_execf(session, err, "set session lock_wait_timeout = 1"), 0);
	if (close_sessions_end(session, &drain, err) < 0) {
		return -1;
	}
	return close_sessions_settle(session, &drain, err);
}

static void an_idle_session_is_ended_and_others_are_not(void **state)
{
	SCOPED_PTR(db_session) idle = session_of(user, schema);
	SCOPED_PTR(db_session) elsewhere = session_of(user, "information_schema");
	SCOPED_PTR(db_session) ours = test_server_open();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_use(ours, schema, &err), 0);
	assert_int_equal(end_them("nobody", 0, false, &err), 0);
	assert_int_equal(tried(idle, "select 1"), 0);
	/* its server may list it as busy for a moment more */
	assert_int_equal(end_them(user, 60000, false, &err), 0);
	assert_int_not_equal(tried(idle, "select 1"), 0);
	assert_int_equal(tried(elsewhere, "select 1"), 0);
	assert_int_equal(tried(ours, "select 1"), 0);
}

static void a_transaction_has_its_time_and_is_named(void **state)
{
	SCOPED_PTR(db_session) busy = session_of(user, schema);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(tried(busy, "start transaction"), 0);
	assert_int_equal(tried(busy, "insert into t (v) values (1)"), 0);
	assert_int_equal(end_them(user, 100, false, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_non_null(strstr(err.msg, user));
	assert_non_null(strstr(err.msg, "in a transaction"));
	assert_int_equal(tried(busy, "commit"), 0);
	assert_int_equal(end_them(user, 100, false, &err), 0);
}

static void or_is_rolled_back(void **state)
{
	SCOPED_PTR(db_session) busy = session_of(user, schema);
	g_autofree char *nr = NULL;
	struct err err = { 0 };

	(void)state;
	test_server_exec("delete from `%s`.t", schema);
	assert_int_equal(tried(busy, "start transaction"), 0);
	assert_int_equal(tried(busy, "insert into t (v) values (1)"), 0);
	if (end_them(user, 100, true, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	assert_int_not_equal(tried(busy, "commit"), 0);
	nr = test_server_value("select count(*) from `%s`.t", schema);
	assert_string_equal(nr, "0");
}

/* It never chose the database, and has written there all the same. */
static void a_write_from_elsewhere_is_waited_for(void **state)
{
	SCOPED_PTR(db_session) far = session_of(user, "information_schema");
	g_autofree char *insert = g_strdup_printf("insert into `%s`.t (v) values (1)", schema);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(tried(far, "start transaction"), 0);
	assert_int_equal(tried(far, insert), 0);
	assert_int_equal(end_them(user, 100, false, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(tried(far, "commit"), 0);
	if (end_them(user, 100, false, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static int setup(void **state)
{
	schema = schema_new("sessions");
	user = account_of_group("session", state);
	test_server_exec("grant all on `%s`.* to '%s'@'localhost'", schema, user);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_session_is_ended_and_others_are_not),
		cmocka_unit_test(a_transaction_has_its_time_and_is_named),
		cmocka_unit_test(or_is_rolled_back),
		cmocka_unit_test(a_write_from_elsewhere_is_waited_for),
	};

	return cmocka_run_group_tests_name("close_sessions", tests, setup, account_of_group_gone);
}
