#include "close_choose.h"

#include "close_kit.h"

static const char *schema;
static const char *user;

static bool is_mysql(void)
{
	SCOPED_PTR(db_session) session = test_server_open();

	return db_flavor(session) == DB_MYSQL;
}

static int choose(const char *wanted, bool unaltered, struct close_choice *choice, struct err *err)
{
	SCOPED_PTR(db_session) session = test_server_open();

	assert_int_equal(db_use(session, schema, err), 0);
	return close_choose(session, schema, wanted, unaltered, choice, err);
}

static void rights_are_taken_when_that_closes_every_way(void **state)
{
	SCOPED(close_choice) choice = { 0 };
	struct err err = { 0 };

	(void)state;
	if (choose(NULL, true, &choice, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	/* on a MariaDB as it was made there are more accounts named root */
	if (choice.holes->len == 0) {
		assert_int_equal(choice.plan.method, CLOSE_PRIVILEGES);
		assert_non_null(strstr(choice.why, "leaves no way to write"));
	}
	assert_non_null(strstr(choice.proof, "the rights are read again"));
}

static void else_what_closes_more_unless_a_migration_follows(void **state)
{
	struct err err = { 0 };

	(void)state;
	test_server_exec("grant insert on *.* to '%s'@'localhost'", user);
	for (int unaltered = 0; unaltered < 2; unaltered++) {
		SCOPED(close_choice) choice = { 0 };
		bool shuts = unaltered == 1 && is_mysql();

		if (choose(NULL, unaltered == 1, &choice, &err) < 0) {
			fail_msg("%s", err.msg);
		}
		assert_int_equal(choice.plan.method, shuts ? CLOSE_SCHEMA : CLOSE_PRIVILEGES);
		assert_int_equal(choice.holes->len == 0, shuts);
		assert_non_null(strstr(choice.why, shuts ? "would leave a way open"
							 : "method schema would close more"));
	}
	test_server_exec("revoke insert on *.* from '%s'@'localhost'", user);
}

/* clang-format off */
static const struct {
	const char *method;
	bool unaltered;
	bool on_mariadb;
	bool on_mysql;
} rows[] = {
	{ "privileges", false, true,  true  },
	{ "triggers",   false, true,  true  },
	{ "hook",       false, true,  true  },
	{ "schema",     true,  false, true  },
	{ "schema",     false, false, false },
	{ "magic",      true,  false, false },
};

/* clang-format on */

static void what_was_asked_for_is_taken_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(close_choice) choice = { 0 };
		bool may = is_mysql() ? rows[i].on_mysql : rows[i].on_mariadb;
		struct err err = { 0 };
		int made = choose(rows[i].method, rows[i].unaltered, &choice, &err);

		if ((made == 0) != may) {
			fail_msg("%s: %s", rows[i].method, err.msg);
		}
		if (made == 0) {
			assert_string_equal(close_method_names[choice.plan.method], rows[i].method);
			assert_non_null(choice.proof);
		} else {
			assert_int_equal(err.code, ERR_INVALID);
		}
	}
}

static void what_somebody_else_has_closed_is_left_alone(void **state)
{
	SCOPED(close_choice) choice = { 0 };
	struct err err = { 0 };

	(void)state;
	if (!is_mysql()) {
		skip();
	}
	test_server_exec("alter schema `%s` read only = 1", schema);
	assert_int_equal(choose(NULL, true, &choice, &err), -1);
	test_server_exec("alter schema `%s` read only = 0", schema);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "not by muster"));
}

static int setup(void **state)
{
	schema = schema_new("choose");
	user = account_of_group("chosen", state);
	test_server_exec("grant all on `%s`.* to '%s'@'localhost'", schema, user);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights_are_taken_when_that_closes_every_way),
		cmocka_unit_test(else_what_closes_more_unless_a_migration_follows),
		cmocka_unit_test(what_was_asked_for_is_taken_or_refused),
		cmocka_unit_test(what_somebody_else_has_closed_is_left_alone),
	};

	return cmocka_run_group_tests_name("close_choose", tests, setup, account_of_group_gone);
}
