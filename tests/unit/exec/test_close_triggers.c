#include "close_triggers.h"

#include "close_kit.h"
#include "close_plan.h"
#include "close_sessions.h"
#include "tick.h"

static const char *schema;
static const char *user; /* may do anything anywhere */

static struct db_session *ours(void)
{
	struct db_session *session = test_server_open();
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(db_execf(session, &err, "set session lock_wait_timeout = 1"), 0);
	return session;
}

static void plan_it(struct close_plan *plan)
{
	SCOPED_PTR(db_session) session = ours();
	struct err err = { 0 };

	plan->method = CLOSE_TRIGGERS;
	assert_int_equal(close_triggers_plan(session, plan, &err), 0);
}

static int change(const struct close_plan *plan, bool put, bool ends, struct err *err)
{
	SCOPED_PTR(db_session) session = ours();
	SCOPED_PTR(exec_order) order = kit_order(EXEC_CLOSE, NULL, schema);
	const struct close_drain drain = {
		.order = order,
		.schema = schema,
		.until_ms = tick_ms() + 100,
		.ends = ends,
	};

	return put ? close_triggers_put(session, plan, &drain, err)
		   : close_triggers_drop(session, plan, &drain, err);
}

static void rows_are_ours_alone_to_change_while_they_are_there(void **state)
{
	static const char *const writes[] = { "insert into t (v) values (1)", "update t set v = 2",
					      "delete from t" };
	SCOPED_PTR(db_session) there = session_of(user, schema);
	SCOPED_PTR(db_session) us = ours();
	SCOPED(close_plan) plan = { 0 };
	SCOPED(close_plan) read = { 0 };
	g_autofree char *text = NULL;
	struct err err = { 0 };

	(void)state;
	plan_it(&plan);
	assert_int_equal(close_plan_items(&plan), 3);
	text = close_plan_format(&plan);
	if (close_plan_parse(&read, text, schema, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	for (int times = 0; times < 2; times++) {
		if (change(&read, true, true, &err) < 0) {
			fail_msg("%s", err.msg);
		}
	}
	assert_int_equal(close_triggers_prove(us, &err), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
		assert_int_equal(tried(there, writes[i]), 1644);
		assert_int_equal(tried(us, writes[i]), 0);
		assert_int_equal(tried(us, "insert into t (v) values (1)"), 0);
	}
	for (int times = 0; times < 2; times++) {
		assert_int_equal(change(&read, false, true, &err), 0);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(writes); i++) {
		assert_int_equal(tried(there, writes[i]), 0);
	}
	must_be("0", test_server_value("select count(*) from information_schema.triggers "
				       "where trigger_schema = '%s'",
				       schema));
}

static void a_table_without_them_is_found(void **state)
{
	SCOPED_PTR(db_session) us = ours();
	SCOPED(close_plan) plan = { 0 };
	struct err err = { 0 };

	(void)state;
	plan_it(&plan);
	assert_int_equal(change(&plan, true, true, &err), 0);
	test_server_exec("create table `%s`.late (id int)", schema);
	assert_int_equal(close_triggers_prove(us, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "late"));
	test_server_exec("drop table `%s`.late", schema);
	assert_int_equal(change(&plan, false, true, &err), 0);
}

static void a_table_that_is_gone_is_no_failure(void **state)
{
	SCOPED(close_plan) plan = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table `%s`.brief (id int)", schema);
	plan_it(&plan);
	test_server_exec("drop table `%s`.brief", schema);
	if (change(&plan, true, true, &err) < 0 || change(&plan, false, true, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static void whoever_uses_a_table_has_his_time_and_is_named(void **state)
{
	SCOPED_PTR(db_session) busy = session_of(user, schema);
	SCOPED(close_plan) plan = { 0 };
	struct err err = { 0 };

	(void)state;
	plan_it(&plan);
	assert_int_equal(tried(busy, "start transaction"), 0);
	assert_int_equal(tried(busy, "insert into t (v) values (2)"), 0);
	assert_int_equal(change(&plan, true, false, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(tried(busy, "commit"), 0);
	assert_int_equal(change(&plan, false, true, &err), 0);
}

static void the_account_of_the_tests_can(void **state)
{
	SCOPED_PTR(db_session) us = ours();
	struct err err = { 0 };

	(void)state;
	assert_null(close_triggers_unable(us, &err));
	assert_int_equal(err.code, ERR_NONE);
}

static int setup(void **state)
{
	schema = schema_new("triggers");
	user = account_of_group("global", state);
	test_server_exec("grant all on *.* to '%s'@'localhost'", user);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_ours_alone_to_change_while_they_are_there),
		cmocka_unit_test(a_table_without_them_is_found),
		cmocka_unit_test(a_table_that_is_gone_is_no_failure),
		cmocka_unit_test(whoever_uses_a_table_has_his_time_and_is_named),
		cmocka_unit_test(the_account_of_the_tests_can),
	};

	return cmocka_run_group_tests_name("close_triggers", tests, setup, account_of_group_gone);
}
