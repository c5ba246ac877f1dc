#include "scratch_copy.h"
#include "shape_kit.h"

/* clang-format off */
static const char *const counted[][2] = {
	{ "CREATE TABLE `t` (\n  `id` int NOT NULL AUTO_INCREMENT\n) ENGINE=InnoDB AUTO_INCREMENT=47 DEFAULT CHARSET=utf8mb4",
	  "CREATE TABLE `t` (\n  `id` int NOT NULL AUTO_INCREMENT\n) ENGINE=InnoDB  DEFAULT CHARSET=utf8mb4" },
	{ "CREATE TABLE `t` (`AUTO_INCREMENT` int) COMMENT='AUTO_INCREMENT=4'",
	  "CREATE TABLE `t` (`AUTO_INCREMENT` int) COMMENT='AUTO_INCREMENT=4'" },
};

static const char *const defined[][2] = {
	{ "CREATE DEFINER=`root`@`localhost` TRIGGER `t`", "CREATE  TRIGGER `t`" },
	{ "CREATE ALGORITHM=UNDEFINED DEFINER=`a b`@`%` SQL SECURITY DEFINER VIEW v",
	  "CREATE ALGORITHM=UNDEFINED  SQL SECURITY DEFINER VIEW v" },
	{ "CREATE DEFINER=`some_role` PROCEDURE p() BEGIN END", "CREATE  PROCEDURE p() BEGIN END" },
	{ "CREATE VIEW v AS SELECT 'DEFINER=x'", "CREATE VIEW v AS SELECT 'DEFINER=x'" },
};

/* clang-format on */

static void a_counter_is_not_copied(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(counted); i++) {
		g_autofree char *text = scratch_copy_uncounted(counted[i][0]);

		assert_string_equal(text, counted[i][1]);
	}
}

static void a_definer_can_be_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(defined); i++) {
		g_autofree char *text = scratch_copy_undefined(defined[i][0]);

		assert_string_equal(text, defined[i][1]);
	}
}

static void a_copy_looks_like_its_source(void **state)
{
	const char *source = kit_schema("source");
	const char *to = test_server_schema("to");
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GHashTable) schemas = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *rows = NULL;
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("alter database %s character set utf8mb4 collate utf8mb4_bin", to);
	assert_int_equal(db_execf(session, &err, "set foreign_key_checks = 0, sql_mode = ''"), 0);
	if (scratch_copy(session, source, to, schemas, NULL, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	kit_read(&a, source);
	kit_read(&b, to);
	kit_assert_same(&a, &b);
	rows = test_server_value("select count(*) from %s.users", to);
	assert_string_equal(rows, "0");
}

static void a_default_that_names_the_schema_is_copied(void **state)
{
	const char *source = NULL;
	const char *to = NULL;
	SCOPED_PTR(db_session) session = NULL;
	g_autoptr(GHashTable) schemas = NULL;
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	struct err err = { 0 };

	(void)state;
	if (test_server_flavor() != DB_MARIADB) {
		skip(); /* only MariaDB has sequences */
	}
	session = test_server_open();
	schemas = g_hash_table_new(g_str_hash, g_str_equal);
	source = test_server_schema("numbers");
	to = test_server_schema("numbers_too");
	test_server_exec("create sequence %s.s increment by 3", source);
	test_server_exec("create table %s.t (id int default nextval(%s.s))", source, source);
	test_server_exec("do nextval(%s.s)", source);
	assert_int_equal(scratch_copy(session, source, to, schemas, NULL, &err), 0);
	kit_read(&a, source);
	kit_read(&b, to);
	kit_assert_same(&a, &b);
	assert_string_equal(shape_find(&b, "table t", "column id"), "int default nextval(`s`)");
	assert_non_null(shape_find(&b, "sequence s", "definition"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_not_copied),
		cmocka_unit_test(a_definer_can_be_left_out),
		cmocka_unit_test(a_copy_looks_like_its_source),
		cmocka_unit_test(a_default_that_names_the_schema_is_copied),
	};

	return cmocka_run_group_tests_name("scratch_copy", tests, NULL, NULL);
}
