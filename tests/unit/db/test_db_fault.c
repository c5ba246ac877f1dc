#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db_fault.h"

/* clang-format off */
static const struct {
	enum db_flavor flavor; int number; enum db_fault fault;
} classes[] = {
	{ DB_MARIADB, 1205, DB_FAULT_LOCK_WAIT },
	{ DB_MYSQL,   1205, DB_FAULT_LOCK_WAIT },
	{ DB_MYSQL,   3572, DB_FAULT_LOCK_WAIT },
	{ DB_MARIADB, 1213, DB_FAULT_DEADLOCK },
	{ DB_MARIADB, 1020, DB_FAULT_DEADLOCK },	/* snapshot isolation, MariaDB alone */
	{ DB_MYSQL,   1020, DB_FAULT_REFUSED },
	{ DB_MARIADB, 1317, DB_FAULT_INTERRUPTED },
	{ DB_MARIADB, 1969, DB_FAULT_INTERRUPTED },
	{ DB_MYSQL,   3024, DB_FAULT_INTERRUPTED },
	{ DB_MARIADB, 3024, DB_FAULT_REFUSED },
	{ DB_MARIADB, 1040, DB_FAULT_NO_CONNECT },
	{ DB_UNKNOWN, 2002, DB_FAULT_NO_CONNECT },
	{ DB_MARIADB, 2006, DB_FAULT_LOST },
	{ DB_MYSQL,   2013, DB_FAULT_LOST },
	{ DB_MYSQL,   4031, DB_FAULT_LOST },		/* idle on MySQL, … */
	{ DB_MARIADB, 4031, DB_FAULT_REFUSED },		/* … a trigger on MariaDB */
	{ DB_MARIADB, 1927, DB_FAULT_LOST },
	{ DB_MARIADB, 1142, DB_FAULT_DENIED },
	{ DB_MARIADB, 4151, DB_FAULT_DENIED },
	{ DB_MYSQL,   3118, DB_FAULT_DENIED },
	{ DB_MYSQL,   1114, DB_FAULT_SPACE },
	{ DB_MYSQL,   3675, DB_FAULT_SPACE },
	{ DB_MARIADB, 1878, DB_FAULT_SPACE },
	{ DB_MYSQL,   1290, DB_FAULT_READ_ONLY },
	{ DB_MYSQL,   3989, DB_FAULT_SHUT },
	{ DB_MARIADB, 1049, DB_FAULT_NO_SCHEMA },
	{ DB_MARIADB, 1062, DB_FAULT_REFUSED },
	{ DB_MARIADB, 4025, DB_FAULT_REFUSED },		/* CHECK failed, … */
	{ DB_MYSQL,   3819, DB_FAULT_REFUSED },		/* … the same on MySQL */
	{ DB_MYSQL,   1064, DB_FAULT_REFUSED },
	{ DB_MARIADB, 99999, DB_FAULT_REFUSED },	/* what nobody knows needs a human */
};

static const struct {
	int number; const char *text; const char *shown;
} texts[] = {
	{ 1062, "Duplicate entry 'a@b.c' for key 'email'",    "Duplicate entry '…' for key 'email'" },
	{ 1062, "Duplicate entry 'x' for key 'y' for key 'k'", "Duplicate entry '…' for key 'k'" },
	{ 1062, "Duplicate entry 'cut by the ser",            "Duplicate entry '…" },
	{ 1586, "Duplicate entry '7' for key 't.k'",          "Duplicate entry '…' for key 't.k'" },
	{ 1292, "Truncated incorrect DOUBLE value: 'secret'", "Truncated incorrect DOUBLE value: '…'" },
	{ 1366, "Incorrect integer value: 'x' for column `d`.`t`.`c` at row 1",
		"Incorrect integer value: '…' for column `d`.`t`.`c` at row 1" },
	{ 1526, "Table has no partition for value 77",        "Table has no partition for value …" },
	{ 1406, "Data too long for column 'c' at row 1",      "Data too long for column 'c' at row 1" },
	{ 1265, "Data truncated for column 'c' at row 1",     "Data truncated for column 'c' at row 1" },
	{ 1146, "Table 'd.t' doesn't exist",                  "Table 'd.t' doesn't exist" },
	{ 1064, "near 'FOO' at line 1",                       "near 'FOO' at line 1" },
	{ 1146, "Table 'd.\xff' doesn't exist",               "Table 'd.\xef\xbf\xbd' doesn't exist" },
};

/* clang-format on */

static void a_number_means_what_it_means_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(classes); i++) {
		enum db_fault fault = db_fault_classify(classes[i].flavor, classes[i].number);

		if (fault != classes[i].fault) {
			fail_msg("%s %d: %s", db_flavor_names[classes[i].flavor], classes[i].number,
				 db_fault_names[fault]);
		}
	}
}

static void a_clients_value_is_not_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *shown = db_fault_text(texts[i].number, texts[i].text);

		assert_string_equal(shown, texts[i].shown);
	}
}

static void a_file_is_to_be_mended_only_where_nothing_else_helps(void **state)
{
	static const int of_text[] = { 1054, 1064, 1072, 1149, 1231, 1305 };
	static const int of_others[] = { 1050, 1062, 1114, 1146, 1205, 1213, 2013, 4025, 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(of_text); i++) {
		assert_true(db_fault_is_of_text(of_text[i]));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(of_others); i++) {
		assert_false(db_fault_is_of_text(of_others[i]));
	}
	for (int number = 1; number < 10000; number++) {
		if (db_fault_is_of_text(number)) {
			assert_int_equal(db_fault_classify(DB_MARIADB, number), DB_FAULT_REFUSED);
			assert_int_equal(db_fault_classify(DB_MYSQL, number), DB_FAULT_REFUSED);
		}
	}
}

static void every_fault_has_a_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < DB_FAULT_NR; i++) {
		assert_non_null(db_fault_names[i]);
	}
}

static void a_table_that_is_not_there_is_known(void **state)
{
	struct err err = { 0 };

	(void)state;
	(void)err_set_native(&err, ERR_DB, 1146, "Table 'a.t' doesn't exist");
	assert_true(db_fault_is_no_table(&err));
	(void)err_set_native(&err, ERR_DB, 1049, "Unknown database 'a'");
	assert_false(db_fault_is_no_table(&err));
	(void)err_set_native(&err, ERR_UNREACHABLE, 1146, "of something else");
	assert_false(db_fault_is_no_table(&err));
}

static void only_the_servers_own_word_is_a_fault(void **state)
{
	struct err err;

	(void)state;
	(void)err_set_native(&err, ERR_DB, 1142, "SELECT command denied");
	assert_true(db_fault_is(DB_MYSQL, &err, DB_FAULT_DENIED));
	assert_false(db_fault_is(DB_MYSQL, &err, DB_FAULT_INTERRUPTED));
	(void)err_set_native(&err, ERR_UNREACHABLE, 1142, "of something else");
	assert_false(db_fault_is(DB_MYSQL, &err, DB_FAULT_DENIED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_that_is_not_there_is_known),
		cmocka_unit_test(only_the_servers_own_word_is_a_fault),
		cmocka_unit_test(a_number_means_what_it_means_there),
		cmocka_unit_test(a_clients_value_is_not_shown),
		cmocka_unit_test(a_file_is_to_be_mended_only_where_nothing_else_helps),
		cmocka_unit_test(every_fault_has_a_name),
	};

	return cmocka_run_group_tests_name("db_fault", tests, NULL, NULL);
}
