#include "close_sql.h"

#include "close_kit.h"
#include "close_plan.h"

static const char *schema;

struct row {
	enum close_kind kind;
	const char *grant; /* %1$s: schema, %2$s: user */
	const char *object;
	const char *part;
	const char *takes;
	const char *lends;
	const char *sql; /* what works before, and not while it is taken */
};

/* clang-format off */
static const struct row rows[] = {
	{ CLOSE_DATABASE, "grant select, insert on `%1$s`.* to '%2$s'@'localhost' with grant option",
	  NULL, "", "INSERT", "", "insert into t (v) values (1)" },
	{ CLOSE_DATABASE, "grant insert on `%1$s`.* to '%2$s'@'localhost'",
	  NULL, "", "INSERT", CLOSE_PLACEHOLDER, "insert into t (v) values (1)" },
	{ CLOSE_TABLE, "grant select, insert on `%1$s`.t to '%2$s'@'localhost'",
	  "t", "", "INSERT", "", "insert into t (v) values (1)" },
	{ CLOSE_COLUMN, "grant select (id, v), update (v), insert (v) on `%1$s`.t to '%2$s'@'localhost'",
	  "t", "v", "INSERT, UPDATE", "", "update t set v = 2" },
	{ CLOSE_DATABASE, "grant select, create on `%1$s`.* to '%2$s'@'localhost'",
	  NULL, "", "CREATE", "", "create table if not exists n (id int)" },
};

/* clang-format on */

static void set(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

static int tried_there(const char *user, const char *sql)
{
	SCOPED_PTR(db_session) session = session_of(user, schema);

	return tried(session, sql);
}

static struct close_item *item_of(struct close_plan *plan, const struct row *row, const char *user)
{
	struct close_item *item = close_plan_add(plan, row->kind, user, "localhost");

	set(&item->object, row->object == NULL ? schema : row->object);
	set(&item->part, row->part);
	set(&item->takes, row->takes);
	set(&item->lends, row->lends);
	return item;
}

static void take_and_give(struct db_session *session, const struct row *row, const char *user)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	SCOPED(close_plan) plan = { 0 };
	struct close_item *item = item_of(&plan, row, user);
	struct err err = { 0 };

	assert_int_equal(tried_there(user, row->sql), 0);
	for (int times = 0; times < 2; times++) {
		if (close_take(session, schema, item, &err) < 0) {
			fail_msg("%s: %s", row->grant, err.msg);
		}
		assert_int_not_equal(tried_there(user, row->sql), 0);
	}
	for (int times = 0; times < 2; times++) {
		if (close_give(session, schema, item, notes, &err) < 0) {
			fail_msg("%s: %s", row->grant, err.msg);
		}
		assert_int_equal(tried_there(user, row->sql), 0);
	}
	assert_int_equal(notes->len, 0);
}

static void what_is_taken_is_given_back_to_the_letter(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *user = account("taken");
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		/* NOLINTNEXTLINE: the texts stand above */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		test_server_exec(rows[i].grant, schema, user);
#pragma GCC diagnostic pop
		before = grants_of(user);
		take_and_give(session, &rows[i], user);
		after = grants_of(user);
		assert_string_equal(before, after);
		account_gone(user);
	}
}

static void a_right_on_a_routine_is_taken_and_given(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	const char *user = account("routine");
	g_autofree char *before = NULL;
	g_autofree char *taken = NULL;
	g_autofree char *after = NULL;
	SCOPED(close_plan) plan = { 0 };
	struct close_item *item = close_plan_add(&plan, CLOSE_ROUTINE, user, "localhost");
	struct err err = { 0 };

	(void)state;
	set(&item->object, "p");
	set(&item->part, "PROCEDURE");
	set(&item->takes, "ALTER ROUTINE");
	test_server_exec("grant alter routine, execute on procedure `%s`.p to '%s'@'localhost'",
			 schema, user);
	before = grants_of(user);
	assert_int_equal(close_take(session, schema, item, &err), 0);
	taken = grants_of(user);
	assert_non_null(strstr(before, "ALTER ROUTINE"));
	assert_null(strstr(taken, "ALTER ROUTINE"));
	assert_int_equal(close_give(session, schema, item, notes, &err), 0);
	after = grants_of(user);
	assert_string_equal(before, after);
	account_gone(user);
}

static void a_shadow_stands_before_a_pattern(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	const char *user = account("shadow");
	g_autofree char *pattern = g_strdup_printf("%.4s%%", schema);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	SCOPED(close_plan) plan = { 0 };
	struct close_item *item;
	struct err err = { 0 };

	(void)state;
	test_server_exec("grant select, insert on `%s`.* to '%s'@'localhost'", pattern, user);
	before = grants_of(user);
	item = close_plan_add(&plan, CLOSE_SHADOW, user, "localhost");
	g_free(item->object);
	item->object = close_escape(schema);
	set(&item->lends, "SELECT");
	assert_int_equal(close_take(session, schema, item, &err), 0);
	assert_int_equal(tried_there(user, "insert into t (v) values (1)"), 1142);
	assert_int_equal(tried_there(user, "select 1 from t"), 0);
	assert_int_equal(close_give(session, schema, item, notes, &err), 0);
	assert_int_equal(close_give(session, schema, item, notes, &err), 0);
	after = grants_of(user);
	assert_string_equal(before, after);
	account_gone(user);
}

static void what_is_gone_is_a_note_and_no_failure(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	const char *user = account("gone");
	SCOPED(close_plan) plan = { 0 };
	struct close_item *table = close_plan_add(&plan, CLOSE_TABLE, user, "localhost");
	struct close_item *database = close_plan_add(&plan, CLOSE_DATABASE, user, "localhost");
	struct err err = { 0 };

	(void)state;
	set(&table->object, "nosuch");
	set(&table->takes, "INSERT");
	set(&database->object, schema);
	set(&database->takes, "INSERT");
	assert_int_equal(close_give(session, schema, table, notes, &err), 0);
	assert_int_equal(notes->len, 1);
	account_gone(user);
	if (close_give(session, schema, database, notes, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	assert_int_equal(notes->len, 2);
	assert_non_null(strstr(g_ptr_array_index(notes, 1), "INSERT of gone_"));
	kit_assert_value("0", "select count(*) from mysql.user where user like 'gone\\_%'");
}

static void a_digest_changes_with_the_grants_alone(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *user = account("digest");
	g_autofree char *before = NULL;
	g_autofree char *password = NULL;
	g_autofree char *after = NULL;
	struct err err = { 0 };

	(void)state;
	before = close_grants_digest(session, user, "localhost", schema, &err);
	test_server_exec("alter user '%s'@'localhost' identified by 'another'", user);
	password = close_grants_digest(session, user, "localhost", schema, &err);
	assert_string_equal(before, password);
	test_server_exec("grant select on `%s`.* to '%s'@'localhost'", schema, user);
	after = close_grants_digest(session, user, "localhost", schema, &err);
	assert_string_not_equal(before, after);
	account_gone(user);
	assert_null(close_grants_digest(session, user, "localhost", schema, &err));
}

/* clang-format off */
static const struct {
	const char *grant; /* %s: user */
	bool concerns; /* the database sql_of_ours */
} told[] = {
	{ "grant insert on `sql\\_of\\_others`.* to '%s'@'localhost'",  false },
	{ "grant select on `sql_of_others`.t to '%s'@'localhost'",        false },
	{ "grant select (id) on sql_of_others.t to '%s'@'localhost'",     false },
	{ "grant execute on procedure sql_of_others.p to '%s'@'localhost'", false },
	{ "grant insert on `sql\\_of\\_ours`.* to '%s'@'localhost'",    true },
	{ "grant select on `sql\\_of\\_%%`.* to '%s'@'localhost'",      true },
	{ "grant select (id, ` ON ``x`) on sql_of_ours.t to '%s'@'localhost'", true },
	{ "grant execute on procedure sql_of_ours.p to '%s'@'localhost'", true },
	{ "grant process on *.* to '%s'@'localhost'",                     true },
};

/* clang-format on */

static void it_is_about_one_database(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *user = account("about");
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "sql_of_ours" : "sql_of_others";

		test_server_exec("drop database if exists %s", name);
		test_server_exec("create database %s", name);
		test_server_exec("create table %s.t (id int, ` ON ``x` int)", name);
		test_server_exec("create procedure %s.p() select 1", name);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
		g_autofree char *before =
			close_grants_digest(session, user, "localhost", "sql_of_ours", &err);
		g_autofree char *after = NULL;

		/* NOLINTNEXTLINE: the texts stand above */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		test_server_exec(told[i].grant, user);
#pragma GCC diagnostic pop
		after = close_grants_digest(session, user, "localhost", "sql_of_ours", &err);
		if ((strcmp(before, after) != 0) != told[i].concerns) {
			fail_msg("%s", told[i].grant);
		}
	}
	account_gone(user);
	test_server_exec("drop database sql_of_ours");
	test_server_exec("drop database sql_of_others");
}

static int setup(void **state)
{
	(void)state;
	schema = schema_new("sql");
	test_server_exec("insert into `%s`.t (v) values (1)", schema);
	test_server_exec("create procedure `%s`.p() select 1", schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_is_given_back_to_the_letter),
		cmocka_unit_test(a_right_on_a_routine_is_taken_and_given),
		cmocka_unit_test(a_shadow_stands_before_a_pattern),
		cmocka_unit_test(what_is_gone_is_a_note_and_no_failure),
		cmocka_unit_test(a_digest_changes_with_the_grants_alone),
		cmocka_unit_test(it_is_about_one_database),
	};

	return cmocka_run_group_tests_name("close_sql", tests, setup, NULL);
}
