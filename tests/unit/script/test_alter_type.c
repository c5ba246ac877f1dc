#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "alter_column.h"
#include "alter_type.h"

/* clang-format off */
static const struct {
	const char *old; const char *now; enum alter_verdict verdict;
} rows[] = {
	/* was                       becomes                        verdict */
	{ "INT",                     "INT(5)",                      ALTER_SAME },
	{ "INT",                     "BIGINT",                      ALTER_SAME },
	{ "BIGINT",                  "INT",                         ALTER_NARROWER },
	{ "INT",                     "INT UNSIGNED",                ALTER_NARROWER },
	{ "INT UNSIGNED",            "INT",                         ALTER_NARROWER },
	{ "INT UNSIGNED",            "BIGINT",                      ALTER_SAME },
	{ "BOOLEAN",                 "TINYINT(1)",                  ALTER_SAME },
	{ "INT",                     "VARCHAR(20)",                 ALTER_RETYPED },
	{ "INT",                     "DECIMAL(20,0)",               ALTER_RETYPED },
	{ "DECIMAL",                 "DECIMAL(10,0)",               ALTER_SAME },
	{ "DECIMAL(10,2)",           "DECIMAL(12,4)",               ALTER_SAME },
	{ "DECIMAL(10,2)",           "DECIMAL(11,4)",               ALTER_NARROWER },
	{ "FLOAT",                   "DOUBLE",                      ALTER_SAME },
	{ "DOUBLE",                  "FLOAT",                       ALTER_NARROWER },
	{ "VARCHAR(50)",             "VARCHAR(60)",                 ALTER_SAME },
	{ "VARCHAR(50)",             "VARCHAR(20)",                 ALTER_NARROWER },
	{ "CHAR(20)",                "VARCHAR(20)",                 ALTER_SAME },
	{ "VARCHAR(20)",             "CHAR(20)",                    ALTER_NARROWER },
	{ "CHAR",                    "CHAR(1)",                     ALTER_SAME },
	{ "VARCHAR(255)",            "TEXT",                        ALTER_SAME },
	{ "VARCHAR(255)",            "TINYTEXT",                    ALTER_NARROWER },
	{ "VARCHAR(60)",             "TINYTEXT",                    ALTER_SAME },
	{ "TEXT",                    "VARCHAR(255)",                ALTER_NARROWER },
	{ "TEXT",                    "LONGTEXT",                    ALTER_SAME },
	{ "MEDIUMTEXT",              "TEXT",                        ALTER_NARROWER },
	{ "TEXT",                    "BLOB",                        ALTER_RETYPED },
	{ "VARBINARY(16)",           "BLOB",                        ALTER_SAME },
	{ "BLOB",                    "BINARY(16)",                  ALTER_NARROWER },
	{ "VARCHAR(9) CHARSET utf8mb4", "VARCHAR(9) CHARSET latin1", ALTER_NARROWER },
	{ "VARCHAR(9) CHARSET latin1",  "VARCHAR(9) CHARSET utf8mb4", ALTER_SAME },
	{ "VARCHAR(9) CHARSET latin1",  "VARCHAR(9)",               ALTER_SAME },
	{ "DATETIME(3)",             "DATETIME(6)",                 ALTER_SAME },
	{ "DATETIME(3)",             "DATETIME",                    ALTER_NARROWER },
	{ "DATETIME",                "DATE",                        ALTER_RETYPED },
	{ "DATETIME",                "TIMESTAMP",                   ALTER_RETYPED },
	{ "YEAR",                    "YEAR(4)",                     ALTER_SAME },
	{ "ENUM('a','b')",           "ENUM('a','b','c')",           ALTER_SAME },
	{ "ENUM('a','b')",           "ENUM('b','a')",               ALTER_MOVED },
	{ "SET('a','b')",            "SET('a')",                    ALTER_MOVED },
	{ "ENUM('a')",               "VARCHAR(9)",                  ALTER_RETYPED },
	{ "JSON",                    "JSON",                        ALTER_SAME },
	{ "JSON",                    "LONGTEXT",                    ALTER_RETYPED },
	{ "POINT",                   "POINT",                       ALTER_SAME },
	{ "POINT",                   "POLYGON",                     ALTER_RETYPED },
	{ "BIT(8)",                  "BIT(1)",                      ALTER_NARROWER },
	{ "WHATEVER",                "INT",                         ALTER_UNSURE },
	{ "INT",                     "WHATEVER",                    ALTER_UNSURE },
};

/* clang-format on */

static void read_type(struct alter_column *column, const char *type)
{
	g_autofree char *sql = g_strdup_printf("a %s", type);
	struct alter_cursor at = { .lex = { .text = sql, .len = strlen(sql) } };

	alter_step(&at);
	alter_read_column(&at, column);
}

static void knows_what_no_longer_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct alter_column old = { 0 };
		struct alter_column now = { 0 };
		enum alter_verdict verdict;

		read_type(&old, rows[i].old);
		read_type(&now, rows[i].now);
		verdict = alter_compare(&old.type, &now.type, NULL);
		if (verdict != rows[i].verdict) {
			fail_msg("%s -> %s: %d", rows[i].old, rows[i].now, (int)verdict);
		}
		alter_column_release(&old);
		alter_column_release(&now);
	}
}

static void says_which_value_moved(void **state)
{
	struct alter_column old = { 0 };
	struct alter_column now = { 0 };
	g_autoptr(GString) why = g_string_new(NULL);

	(void)state;
	read_type(&old, "ENUM('a','b','c','d','e')");
	read_type(&now, "ENUM('a','c')");
	assert_int_equal(alter_compare(&old.type, &now.type, why), ALTER_MOVED);
	assert_string_equal(why->str, "'b' is gone");
	g_string_truncate(why, 0);
	alter_type_format(why, &old.type);
	assert_string_equal(why->str, "ENUM('a','b','c','d',…)");
	alter_column_release(&old);
	alter_column_release(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_no_longer_fits),
		cmocka_unit_test(says_which_value_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
