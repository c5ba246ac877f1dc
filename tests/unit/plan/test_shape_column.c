#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "shape_column.h"

/* The same column as MariaDB and as MySQL tell it. */
static const struct {
	const char *want;
	struct shape_column mariadb;
	struct shape_column mysql;
} columns[] = {
	{ "int unsigned not null auto_increment",
	  { .type = "int(10) unsigned", .extra = "auto_increment" },
	  { .type = "int unsigned", .extra = "auto_increment" } },
	{ "int default 7",
	  { .type = "int(11)", .is_nullable = true, .default_value = "7" },
	  { .type = "int", .is_nullable = true, .default_value = "7" } },
	{ "varchar(9) default 'it''s'",
	  { .type = "varchar(9)", .is_nullable = true, .default_value = "'it''s'" },
	  { .type = "varchar(9)", .is_nullable = true, .default_value = "it's" } },
	{ "varchar(9)",
	  { .type = "varchar(9)", .is_nullable = true, .default_value = "NULL" },
	  { .type = "varchar(9)", .is_nullable = true } },
	{ "timestamp not null default current_timestamp on update current_timestamp",
	  { .type = "timestamp",
	    .default_value = "current_timestamp()",
	    .extra = "on update current_timestamp()" },
	  { .type = "timestamp",
	    .default_value = "CURRENT_TIMESTAMP",
	    .extra = "DEFAULT_GENERATED on update CURRENT_TIMESTAMP" } },
	{ "datetime(3) default current_timestamp(3)",
	  { .type = "datetime(3)", .is_nullable = true, .default_value = "current_timestamp(3)" },
	  { .type = "datetime(3)",
	    .is_nullable = true,
	    .default_value = "CURRENT_TIMESTAMP(3)",
	    .extra = "DEFAULT_GENERATED" } },
	{ "int as (`a` + 1) stored",
	  { .type = "int(11)",
	    .is_nullable = true,
	    .generated = "`a` + 1",
	    .extra = "STORED GENERATED" },
	  { .type = "int",
	    .is_nullable = true,
	    .generated = "`a` + 1",
	    .extra = "STORED GENERATED" } },
	{ "int invisible comment 'x'",
	  { .type = "int(11)", .is_nullable = true, .extra = "INVISIBLE", .comment = "x" },
	  { .type = "int", .is_nullable = true, .extra = "INVISIBLE", .comment = "x" } },
	{ "text collate utf8mb3_bin",
	  { .type = "text", .is_nullable = true, .collation = "utf8_bin" },
	  { .type = "text", .is_nullable = true, .collation = "utf8mb3_bin" } },
};

static const char *const types[][2] = {
	{ "int(11)", "int" },
	{ "bigint(20) unsigned", "bigint unsigned" },
	{ "tinyint(1)", "tinyint(1)" },
	{ "tinyint(4)", "tinyint" },
	{ "int(5) unsigned zerofill", "int(5) unsigned zerofill" },
	{ "year(4)", "year" },
	{ "decimal(10,2)", "decimal(10,2)" },
	{ "enum('int(3)')", "enum('int(3)')" },
};

static char *text_of(const struct shape_column *column, bool is_mariadb)
{
	struct shape_column full = *column;

	full.is_mariadb = is_mariadb;
	full.collation = full.collation == NULL ? "utf8mb4_bin" : full.collation;
	full.table_collation = "utf8mb4_bin";
	full.extra = full.extra == NULL ? "" : full.extra;
	full.comment = full.comment == NULL ? "" : full.comment;
	full.generated = full.generated == NULL ? "" : full.generated;
	return shape_column_text(&full);
}

static void both_servers_mean_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_autofree char *mariadb = text_of(&columns[i].mariadb, true);
		g_autofree char *mysql = text_of(&columns[i].mysql, false);

		assert_string_equal(mariadb, columns[i].want);
		assert_string_equal(mysql, columns[i].want);
	}
}

static void a_display_width_is_no_part_of_a_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autofree char *text = shape_column_type(types[i][0], "", "");

		assert_string_equal(text, types[i][1]);
	}
}

static void a_word_leaves_its_list(void **state)
{
	char list[] = "row_format=compressed partitioned";
	char all[] = "partitioned";
	char part[] = "unpartitioned";
	char between[] = "checksum=1 partitioned transactional=1";

	(void)state;
	assert_true(shape_column_drop_word(list, "partitioned"));
	assert_string_equal(list, "row_format=compressed");
	assert_false(shape_column_drop_word(all, "partitioned"));
	assert_true(shape_column_drop_word(part, "partitioned"));
	assert_string_equal(part, "unpartitioned");
	assert_true(shape_column_drop_word(between, "partitioned"));
	assert_string_equal(between, "checksum=1 transactional=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_servers_mean_the_same),
		cmocka_unit_test(a_display_width_is_no_part_of_a_type),
		cmocka_unit_test(a_word_leaves_its_list),
	};

	return cmocka_run_group_tests_name("shape_column", tests, NULL, NULL);
}
