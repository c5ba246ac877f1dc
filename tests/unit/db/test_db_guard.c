#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db_guard.h"
#include "test_server.h"

static const struct db_pin plain = { .lock_wait_s = 2 };

static int open_session(void **state)
{
	*state = test_server_open();
	return 0;
}

static int close_session(void **state)
{
	db_session_free(*state);
	return 0;
}

static void run(struct db_session *session, const char *sql)
{
	struct err err = { 0 };

	if (db_exec(session, sql, strlen(sql), &err) < 0) {
		fail_msg("%s: %s", sql, err.msg);
	}
}

static void value_is(struct db_session *session, const char *expression, const char *value)
{
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	if (db_queryf(session, &rows, &err, "select %s", expression) < 0) {
		fail_msg("%s: %s", expression, err.msg);
	}
	if (g_strcmp0(rows.cells[0][0], value) != 0) {
		fail_msg("%s is %s, not %s", expression, rows.cells[0][0], value);
	}
}

/* clang-format off */
static const struct {
	enum db_flavor flavor; const char *expression; const char *value;
} pinned[] = {
	{ DB_UNKNOWN, "@@character_set_client",       "utf8mb4" },
	{ DB_UNKNOWN, "@@character_set_connection",   "utf8mb4" },
	{ DB_UNKNOWN, "@@character_set_results",      "utf8mb4" },
	{ DB_UNKNOWN, "@@time_zone",                  "+00:00" },
	{ DB_UNKNOWN, "@@autocommit",                 "1" },
	{ DB_UNKNOWN, "@@foreign_key_checks",         "1" },
	{ DB_UNKNOWN, "@@unique_checks",              "1" },
	{ DB_UNKNOWN, "@@lock_wait_timeout",          "2" },
	{ DB_UNKNOWN, "@@innodb_lock_wait_timeout",   "2" },
	{ DB_UNKNOWN, "@@wait_timeout",               "120" },
	{ DB_UNKNOWN, "@@sql_mode = @@global.sql_mode", "1" },
	/* what the stock client sees stays as the server has it */
	{ DB_UNKNOWN, "@@group_concat_max_len = @@global.group_concat_max_len", "1" },
	{ DB_MARIADB, "@@tx_isolation = @@global.tx_isolation",                 "1" },
	{ DB_MYSQL,   "@@transaction_isolation = @@global.transaction_isolation", "1" },
	{ DB_MARIADB, "@@max_statement_time",         "0.000000" },
	{ DB_MARIADB, "@@idle_transaction_timeout",   "0" },
	{ DB_MYSQL,   "@@max_execution_time",         "0" },
};

/* clang-format on */

static void pinned_check(struct db_session *session)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pinned); i++) {
		if (pinned[i].flavor == DB_UNKNOWN || pinned[i].flavor == db_flavor(session)) {
			value_is(session, pinned[i].expression, pinned[i].value);
		}
	}
}

static void a_pinned_session_is_the_same_whatever_was_before(void **state)
{
	struct db_session *session = *state;
	struct err err = { 0 };

	assert_int_equal(db_pin(session, &plain, &err), 0);
	pinned_check(session);
	run(session, "set time_zone = '+05:00', autocommit = 0, foreign_key_checks = 0, "
		     "unique_checks = 0, lock_wait_timeout = 77, wait_timeout = 5, "
		     "sql_mode = 'ANSI'");
	run(session, "set names latin1");
	assert_int_equal(db_pin(session, &plain, &err), 0);
	pinned_check(session);
	assert_int_equal(db_reset(session, &err), 0);
	assert_int_equal(db_pin(session, &plain, &err), 0);
	pinned_check(session);
}

static void what_the_release_says_is_pinned(void **state)
{
	const struct db_pin pin = { .sql_mode = "ANSI_QUOTES,NO_ZERO_DATE",
				    .collation = "utf8mb4_bin",
				    .lock_wait_s = 0 };
	struct db_session *session = *state;
	struct err err = { 0 };

	assert_int_equal(db_pin(session, &pin, &err), 0);
	value_is(session, "@@sql_mode like 'ANSI_QUOTES,NO_ZERO_DATE%'", "1");
	value_is(session, "@@collation_connection", "utf8mb4_bin");
	value_is(session, "@@lock_wait_timeout", "1"); /* 0 would be none on one of them */
	assert_int_equal(db_pin(session, &plain, &err), 0);
	value_is(session, "@@collation_connection = 'utf8mb4_bin'", "0");
}

static void small_tables_change_mysql_only(void **state)
{
	const struct db_pin pin = { .lock_wait_s = 1, .small_tables = true };
	struct db_session *session = *state;
	struct err err = { 0 };

	assert_int_equal(db_pin(session, &pin, &err), 0);
	if (db_flavor(session) == DB_MYSQL) {
		value_is(session, "@@innodb_ddl_threads", "1");
		value_is(session, "@@innodb_parallel_read_threads", "1");
	}
}

static void a_wrong_setting_is_refused_in_words(void **state)
{
	const struct db_pin mode = { .sql_mode = "STRICT', autocommit = 0, x = '" };
	const struct db_pin collation = { .collation = "klingon_ci" };
	struct err err = { 0 };

	assert_int_equal(db_pin(*state, &mode, &err), -1);
	assert_int_equal(err.native, 1231);
	assert_true(g_str_has_prefix(err.msg, "session settings: "));
	assert_int_equal(db_pin(*state, &collation, &err), -1);
	assert_int_equal(err.native, 1273);
	assert_int_equal(err.code, ERR_DB);
}

static void pinning_a_broken_link_harms_nobody(void **state)
{
	struct db_session *session = *state;
	struct err err = { 0 };

	test_server_exec("kill connection %" G_GUINT64_FORMAT, db_connection_id(session));
	assert_int_equal(db_pin(session, &plain, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
}

/* ---- the lock -------------------------------------------------------------------- */

static void one_session_holds_the_lock(void **state)
{
	struct db_session *session = *state;
	SCOPED_PTR(db_session) other = test_server_open();
	g_autofree char *holder = g_strdup_printf(
		"shop is locked by connection %" G_GUINT64_FORMAT " (", db_connection_id(session));
	struct err err = { 0 };

	assert_int_equal(db_lock(session, "shop", 0, &err), 0);
	assert_int_equal(db_lock_check(session, "shop", &err), 0);
	assert_int_equal(db_lock(other, "shop", 0, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	if (!g_str_has_prefix(err.msg, holder)) {
		fail_msg("%s", err.msg);
	}
	assert_int_equal(db_lock(other, "Shop", 0, &err), 0); /* another schema */
	assert_int_equal(db_lock_check(other, "shop", &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(db_unlock(other, "shop", &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(db_unlock(session, "shop", &err), 0);
	assert_int_equal(db_lock(other, "shop", 0, &err), 0);
}

static void a_lock_taken_twice_is_freed_once(void **state)
{
	struct db_session *session = *state;
	SCOPED_PTR(db_session) other = test_server_open();
	struct err err = { 0 };

	assert_int_equal(db_lock(session, "twice", 0, &err), 0);
	assert_int_equal(db_lock(session, "twice", 0, &err), 0);
	assert_int_equal(db_unlock(session, "twice", &err), 0);
	assert_int_equal(db_lock(other, "twice", 0, &err), 0);
}

static void the_lock_an_answer_and_the_tenant_come_together(void **state)
{
	const char *schema = test_server_schema("enter");
	struct db_session *session = *state;
	SCOPED_PTR(db_session) other = test_server_open();
	struct db_entry entry = { .ask = "select database()" };
	struct db_entry missing = { .ask = "select * from no_such_table" };
	struct db_entry unclaimed = { .ask = "select 1", .claim_id = 1 };
	struct err err = { 0 };

	assert_int_equal(db_enter(session, schema, &entry, &err), 0);
	assert_int_equal(entry.asked.code, ERR_NONE);
	assert_string_equal(entry.rows.cells[0][0], schema);
	assert_int_equal(db_enter(session, schema, &missing, &err), 0);
	assert_int_equal(missing.asked.native, 1146);
	assert_int_equal(db_lock_check(session, schema, &err), 0);
	assert_int_equal(db_enter(other, schema, &entry, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	assert_false(entry.lost);
	assert_int_equal(db_enter(other, "no_such_schema", &entry, &err), -1);
	assert_int_equal(err.native, 1049);
	assert_int_equal(db_unlock(session, schema, &err), 0);
	assert_int_equal(db_enter(other, schema, &unclaimed, &err), -1);
	assert_true(unclaimed.lost);
	assert_int_equal(db_lock(session, schema, 0, &err), 0);
	db_rows_release(&entry.rows);
	db_rows_release(&unclaimed.rows);
}

static void the_lock_goes_behind_what_succeeds(void **state)
{
	struct db_session *session = *state;
	SCOPED_PTR(db_session) other = test_server_open();
	struct err err = { 0 };
	bool unlocked = false;

	assert_int_equal(db_lock(session, "behind", 0, &err), 0);
	assert_int_equal(db_unlock_behind(session, "no such statement", "behind", &unlocked, &err),
			 -1);
	assert_int_equal(err.native, 1064);
	assert_false(unlocked);
	assert_int_equal(db_lock_check(session, "behind", &err), 0);
	assert_int_equal(db_unlock_behind(session, "do 1", "behind", &unlocked, &err), 0);
	assert_true(unlocked);
	assert_int_equal(db_lock(other, "behind", 0, &err), 0);
	assert_int_equal(db_unlock_behind(session, "do 1", "behind", &unlocked, &err), 0);
	assert_false(unlocked); /* it was somebody else's */
}

static void the_lock_outlives_commit_and_ends_with_reset(void **state)
{
	const char *schema = test_server_schema("lock");
	struct db_session *session = *state;
	struct err err = { 0 };

	assert_int_equal(db_lock(session, schema, 0, &err), 0);
	assert_int_equal(db_use(session, schema, &err), 0);
	run(session, "create table t (a int)");
	run(session, "start transaction");
	run(session, "rollback");
	assert_int_equal(db_pin(session, &plain, &err), 0);
	assert_int_equal(db_lock_check(session, schema, &err), 0);
	assert_int_equal(db_reset(session, &err), 0);
	assert_int_equal(db_lock_check(session, schema, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
}

static void names_of_any_length_and_alphabet_are_locked(void **state)
{
	static const char *const names[] = {
		"a-b`c", "Größe_тест",
		"0123456789012345678901234567890123456789012345678901234567890123"
	};
	struct err err = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		assert_int_equal(db_lock(*state, names[i], 0, &err), 0);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		assert_int_equal(db_lock_check(*state, names[i], &err), 0);
	}
}

/* ---- blockers -------------------------------------------------------------------- */

static void the_open_transaction_is_named(void **state)
{
	const char *schema = test_server_schema("blocked");
	struct db_session *session = *state;
	SCOPED_PTR(db_session) reader = test_server_open();
	g_autofree char *named = NULL;
	g_autofree char *prefix = NULL;
	struct err err = { 0 };

	test_server_exec("create table `%s`.t (a int)", schema);
	assert_int_equal(db_use(reader, schema, &err), 0);
	run(reader, "start transaction");
	run(reader, "select * from t");
	named = db_blockers(session, schema);
	prefix = g_strdup_printf("connection %" G_GUINT64_FORMAT
				 " root@localhost, in a transaction for ",
				 db_connection_id(reader));
	assert_non_null(named);
	if (!g_str_has_prefix(named, prefix) || !g_str_has_suffix(named, " s")) {
		fail_msg("%s", named);
	}
}

static void nobody_in_the_way_is_nobody(void **state)
{
	const char *schema = test_server_schema("quiet");
	struct db_session *session = *state;
	struct err err = { 0 };
	g_autofree char *line = NULL;

	assert_int_equal(db_use(session, schema, &err), 0); /* we ourselves do not count */
	run(session, "create table t (a int)");
	run(session, "start transaction");
	run(session, "select * from t");
	line = db_blockers(session, schema);
	assert_null(line);
	run(session, "do 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_SESSION(f) cmocka_unit_test_setup_teardown(f, open_session, close_session)
		WITH_SESSION(a_pinned_session_is_the_same_whatever_was_before),
		WITH_SESSION(what_the_release_says_is_pinned),
		WITH_SESSION(small_tables_change_mysql_only),
		WITH_SESSION(a_wrong_setting_is_refused_in_words),
		WITH_SESSION(pinning_a_broken_link_harms_nobody),
		WITH_SESSION(one_session_holds_the_lock),
		WITH_SESSION(a_lock_taken_twice_is_freed_once),
		WITH_SESSION(the_lock_an_answer_and_the_tenant_come_together),
		WITH_SESSION(the_lock_goes_behind_what_succeeds),
		WITH_SESSION(the_lock_outlives_commit_and_ends_with_reset),
		WITH_SESSION(names_of_any_length_and_alphabet_are_locked),
		WITH_SESSION(the_open_transaction_is_named),
		WITH_SESSION(nobody_in_the_way_is_nobody),
	};
	struct err err;

	if (db_library_init(&err) < 0) {
		return 1;
	}
	return cmocka_run_group_tests_name("db_guard", tests, NULL, NULL);
}
