#include <inttypes.h>

#include "kit.h"

static void check_says_what_the_server_is(void **state)
{
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHECK, NULL, NULL));
	struct exec_info info;

	(void)state;
	assert_true(result->ok);
	assert_int_equal(result->kind, EXEC_CHECK);
	exec_info_get(result, &info);
	assert_string_equal(info.flavor, db_flavor_names[test_server_flavor()]);
	assert_non_null(strchr(info.version, '.'));
	assert_true(g_str_has_prefix(info.account, "root@"));
	assert_true(info.max_connections > 0);
	assert_false(info.read_only);
	assert_non_null(info.missing);
	assert_null(info.missing[0]); /* root may everything */
}

static void a_closed_session_is_replaced_by_another(void **state)
{
	struct exec_order *order = kit_order(EXEC_DISCOVER, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	order->session = test_server_open();
	test_server_exec("kill connection %" PRIu64, db_connection_id(order->session));
	result = exec_run(order);
	assert_true(result->ok);
	assert_non_null(result->session);
}

/* The kept session would go on whatever has become of the account. */
static void check_tries_the_account_as_it_is(void **state)
{
	struct exec_order *order = kit_order(EXEC_CHECK, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	uint64_t kept;

	(void)state;
	order->session = test_server_open();
	kept = db_connection_id(order->session);
	result = exec_run(order);
	assert_true(result->ok);
	assert_non_null(result->session);
	assert_int_not_equal(db_connection_id(result->session), kept);
}

/* A task would fail, and the next one, too. */
static void an_option_file_that_cannot_be_read_is_waited_for(void **state)
{
	struct exec_order *order = kit_order(EXEC_CHECK, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	g_free(order->addr.defaults_file);
	order->addr.defaults_file = g_strdup("/nonexistent/my.cnf");
	result = exec_run(order);
	assert_false(result->ok);
	assert_true(result->server_denied);
	assert_int_equal(result->err.code, ERR_INVALID);
	assert_non_null(strstr(result->err.msg, "/nonexistent/my.cnf"));
}

static void check_of_no_server_says_so(void **state)
{
	struct exec_order *order = kit_order(EXEC_CHECK, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	g_free(order->addr.socket);
	order->addr.socket = g_strdup("/nonexistent/socket");
	result = exec_run(order);
	assert_false(result->ok);
	assert_true(result->server_down);
	assert_int_equal(result->err.code, ERR_UNREACHABLE);
	assert_null(result->session);
}

static int set_and_ask(struct db_session *session, const char *text, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_execf(session, err, "set @tried = 1") < 0 ||
	    db_query(session, &rows, text, err) < 0) {
		return -1;
	}
	return rows.nr == 1 ? 0 : err_set(err, ERR_INVALID, "%zu rows", rows.nr);
}

/* The word of the trial is the result; what it set is not in the session that is kept. */
static void a_trial_says_what_it_finds_and_leaves_nothing(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *message;
	} rows[] = {
		{ "select 1", ERR_NONE, "" },
		{ "select 1 union all select 2", ERR_INVALID, "2 rows" },
		{ "select nothing", ERR_DB, "nothing" },
	};
	struct db_session *session = NULL;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct exec_order *order = kit_order(EXEC_TRY, NULL, NULL);
		SCOPED_PTR(exec_result) result = NULL;
		SCOPED(db_rows) left = { 0 };
		struct err err = { 0 };

		order->session = session;
		order->word = g_strdup(rows[i].text);
		order->trial = set_and_ask;
		result = exec_run(order);
		assert_int_equal(result->ok, rows[i].code == ERR_NONE);
		assert_int_equal(result->err.code, rows[i].code);
		assert_non_null(strstr(result->err.msg, rows[i].message));
		assert_false(result->server_down);
		session = g_steal_pointer(&result->session);
		assert_non_null(session);
		assert_int_equal(db_query(session, &left, "select @tried is null", &err), 0);
		assert_string_equal(left.cells[0][0], "1");
	}
	db_session_free(session);
}

/* A server that is stopped, but not gone; whoever comes behind waits as long as it takes. */
static void an_order_waits_no_longer_than_its_patience(void **state)
{
	static const int64_t patience_ms[] = { 1000, 0 };
	struct db_session *session = NULL;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(patience_ms); i++) {
		struct exec_order *order = kit_order(EXEC_TRY, NULL, NULL);
		SCOPED_PTR(exec_result) result = NULL;

		order->session = session;
		order->word = g_strdup("select sleep(2)");
		order->trial = set_and_ask;
		order->patience_ms = patience_ms[i];
		result = exec_run(order);
		assert_int_equal(result->ok, patience_ms[i] == 0);
		assert_int_equal(result->err.code, patience_ms[i] == 0 ? ERR_NONE : ERR_TIMEOUT);
		assert_false(result->server_down);
		session = g_steal_pointer(&result->session);
		assert_int_equal(session != NULL, patience_ms[i] == 0);
	}
	db_session_free(session);
}

struct sleeper {
	struct db_session *session;
	struct err err;
	int ended;
};

static gpointer sleep_long(gpointer data)
{
	struct sleeper *sleeper = data;
	struct err err = { 0 };

	db_thread_init();
	sleeper->ended = db_execf(sleeper->session, &err, "do sleep(30)");
	sleeper->err = err;
	db_thread_end();
	return NULL;
}

static void wait_until_asleep(uint64_t id)
{
	g_autofree char *asleep = NULL;

	while (g_strcmp0(asleep, "1") != 0) {
		g_usleep(10000);
		g_free(asleep);
		asleep = test_server_value("select count(*) from information_schema.processlist "
					   "where id = %" PRIu64 " and info like 'do sleep%%'",
					   id);
	}
}

static void kill_ends_a_statement_and_not_the_session(void **state)
{
	struct sleeper sleeper = { .session = test_server_open() };
	struct exec_order *order = kit_order(EXEC_KILL, NULL, NULL);
	GThread *thread = g_thread_new("sleeper", sleep_long, &sleeper);
	gint64 began = g_get_monotonic_time();
	SCOPED_PTR(exec_result) result = NULL;
	struct err err;

	(void)state;
	order->connection_id = db_connection_id(sleeper.session);
	wait_until_asleep(order->connection_id);
	result = exec_run(order);
	(void)g_thread_join(thread);
	assert_true(result->ok);
	assert_true(g_get_monotonic_time() - began < 25 * G_USEC_PER_SEC);
	assert_int_equal(db_execf(sleeper.session, &err, "do 1"), 0);
	db_session_free(sleeper.session);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < EXEC_KIND_NR; i++) {
		assert_non_null(exec_kind_names[i]);
	}
	exec_order_free(NULL);
	exec_result_free(NULL);
}

static void an_order_that_never_ran_is_freed_whole(void **state)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, "x");

	(void)state;
	order->to_version = g_strdup("0001");
	order->word = g_strdup("w");
	order->schemas = g_strsplit("a,b", ",", 0);
	order->session = test_server_open();
	exec_order_free(order);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_says_what_the_server_is),
		cmocka_unit_test(a_closed_session_is_replaced_by_another),
		cmocka_unit_test(check_tries_the_account_as_it_is),
		cmocka_unit_test(an_option_file_that_cannot_be_read_is_waited_for),
		cmocka_unit_test(check_of_no_server_says_so),
		cmocka_unit_test(kill_ends_a_statement_and_not_the_session),
		cmocka_unit_test(a_trial_says_what_it_finds_and_leaves_nothing),
		cmocka_unit_test(an_order_waits_no_longer_than_its_patience),
		cmocka_unit_test(every_kind_has_a_name),
		cmocka_unit_test(an_order_that_never_ran_is_freed_whole),
	};
	struct err err = { 0 };
	int failed;

	if (exec_init(&err) < 0) {
		return 1;
	}
	exec_thread_init();
	failed = cmocka_run_group_tests_name("exec", tests, NULL, NULL);
	exec_thread_end();
	return failed;
}
