#include "close_schema.h"

#include "close_kit.h"
#include "close_sessions.h"
#include "tick.h"

static const char *schema;
static const char *user;

static bool has_it(void)
{
	SCOPED_PTR(db_session) session = test_server_open();

	return db_flavor(session) == DB_MYSQL;
}

static struct db_session *ours(void)
{
	struct db_session *session = test_server_open();
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(db_execf(session, &err, "set session lock_wait_timeout = 1"), 0);
	return session;
}

static int change(bool shut, bool ends, struct err *err)
{
	SCOPED_PTR(db_session) session = ours();
	SCOPED_PTR(exec_order) order = kit_order(EXEC_CLOSE, NULL, schema);
	const struct close_drain drain = {
		.order = order,
		.schema = schema,
		.until_ms = tick_ms() + 100,
		.ends = ends,
	};

	return shut ? close_schema_shut(session, &drain, err)
		    : close_schema_open(session, &drain, err);
}

static bool is_shut(void)
{
	SCOPED_PTR(db_session) session = ours();
	bool shut = true;
	struct err err = { 0 };

	assert_int_equal(close_schema_get(session, &shut, &err), 0);
	return shut;
}

static void a_server_without_it_says_so_and_has_nothing_to_open(void **state)
{
	SCOPED_PTR(db_session) session = ours();
	struct err err = { 0 };
	g_autofree char *unable = close_schema_unable(session, &err);

	(void)state;
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(unable == NULL, has_it());
	assert_false(is_shut());
	assert_int_equal(change(false, false, &err), 0);
}

static void everybody_is_refused_at_once_and_then_no_more(void **state)
{
	SCOPED_PTR(db_session) there = NULL;
	SCOPED_PTR(db_session) us = NULL;
	struct err err = { 0 };

	(void)state;
	if (!has_it()) {
		skip();
	}
	there = session_of(user, schema);
	us = ours();
	assert_int_equal(tried(there, "insert into t (v) values (1)"), 0);
	for (int times = 0; times < 2; times++) {
		assert_int_equal(change(true, false, &err), 0);
		assert_true(is_shut());
	}
	assert_int_equal(tried(there, "insert into t (v) values (1)"), 3989);
	assert_int_equal(tried(there, "select * from t"), 0);
	assert_int_equal(tried(us, "insert into t (v) values (1)"), 3989);
	assert_int_equal(close_schema_prove(us, &err), 0);
	assert_int_equal(change(false, true, &err), 0);
	assert_int_equal(tried(there, "insert into t (v) values (1)"), 0);
	assert_int_equal(close_schema_prove(us, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
}

static void an_open_transaction_has_its_time_and_is_named(void **state)
{
	SCOPED_PTR(db_session) busy = NULL;
	struct err err = { 0 };

	(void)state;
	if (!has_it()) {
		skip();
	}
	busy = session_of(user, schema);
	assert_int_equal(tried(busy, "start transaction"), 0);
	assert_int_equal(tried(busy, "insert into t (v) values (2)"), 0);
	assert_int_equal(change(true, false, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_non_null(strstr(err.msg, user));
	assert_int_equal(tried(busy, "commit"), 0);
	must_be("1", test_server_value("select count(*) from `%s`.t where v = 2", schema));
	assert_false(is_shut());
}

static void or_is_ended_also_when_it_only_reads(void **state)
{
	SCOPED_PTR(db_session) reads = NULL;
	struct err err = { 0 };

	(void)state;
	if (!has_it()) {
		skip();
	}
	reads = session_of(user, schema);
	assert_int_equal(tried(reads, "start transaction"), 0);
	assert_int_equal(tried(reads, "select * from t"), 0);
	if (change(true, true, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	assert_int_not_equal(tried(reads, "select 1"), 0);
	assert_int_equal(change(false, true, &err), 0);
}

static int setup(void **state)
{
	schema = schema_new("shut");
	test_server_exec("create table `%s`.muster_write_mode (id int primary key)", schema);
	user = account_of_group("shut", state);
	test_server_exec("grant all on `%s`.* to '%s'@'localhost'", schema, user);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_without_it_says_so_and_has_nothing_to_open),
		cmocka_unit_test(everybody_is_refused_at_once_and_then_no_more),
		cmocka_unit_test(an_open_transaction_has_its_time_and_is_named),
		cmocka_unit_test(or_is_ended_also_when_it_only_reads),
	};

	return cmocka_run_group_tests_name("close_schema", tests, setup, account_of_group_gone);
}
