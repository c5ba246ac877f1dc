#include "precheck_fit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <cmocka.h>

#define LOOSE "'^[[:space:]]*[-+]?[0-9.]+([eE][-+]?[0-9]*)?[[:space:]]*$'"
#define WHOLE "'^[[:space:]]*[-+]?[0-9]{1,30}[[:space:]]*$'"
#define PLAIN "'^[[:space:]]*[-+]?[0-9]{1,30}([.][0-9]{1,30})?[[:space:]]*$'"
#define PLACE "'^[[:space:]]*[-+]?[0-9]'"
#define ALL   "`a` is not null"

/* clang-format off */
static const struct {
	const char *now; const char *then; const char *refused; const char *doubted;
} rows[] = {
	{ "bigint", "tinyint unsigned", "`a` < 0 or `a` > 255", NULL },
	{ "int", "int unsigned not null", "`a` < 0 or `a` > 4294967295", NULL },
	{ "decimal(12,4)", "decimal(8,2)", "abs(round(`a`, 2)) >= 1000000", NULL },
	{ "decimal(8,4)", "decimal(6,2)", "abs(round(`a`, 2)) >= 10000", NULL }, /* 9999.9999 */
	{ "decimal(8,2)", "decimal(9,2) unsigned",
	  "abs(round(`a`, 2)) >= 10000000 or `a` < 0", NULL },
	{ "int", "decimal(6,2)", "abs(round(`a`, 2)) >= 10000", NULL },
	{ "decimal(14,4)", "int", "round(`a`) < -2147483648 or round(`a`) > 2147483647", NULL },
	{ "decimal(4,2)", "tinyint unsigned", "`a` <= -0.5 or round(`a`) > 255",
	  "`a` < 0 and `a` > -0.5" },
	{ "double", "tinyint", "`a` < -128.5 or `a` >= 127.5", NULL },
	{ "float", "smallint unsigned", "`a` < -0.5 or `a` >= 65535.5", NULL },
	{ "double", "bigint", "`a` < -9223372036854775808 or `a` >= 9223372036854777856", NULL },
	{ "double", "bigint unsigned", "`a` < -0.5 or `a` >= 18446744073709551616", NULL },
	{ "double", "decimal(6,2)", "abs(`a`) >= 10000", NULL },
	{ "double", "float", "abs(`a`) > 3.4028236e38", NULL },
	{ "varchar(80)", "varchar(20)", "char_length(`a`) > 20", NULL },
	{ "text", "char(2)", "char_length(rtrim(`a`)) > 2", NULL },
	{ "longtext", "text", "octet_length(rtrim(`a`)) > 65535", NULL },
	{ "varchar(300)", "tinytext", "octet_length(rtrim(`a`)) > 255", NULL },
	{ "varchar(10)", "varbinary(5)", "octet_length(rtrim(`a`)) > 5", NULL },
	{ "longblob", "blob", "octet_length(`a`) > 65535", NULL },
	{ "varbinary(20)", "binary(5)", "octet_length(`a`) > 5", NULL },
	{ "int", "varchar(3)", "char_length(cast(`a` as char)) > 3", NULL },
	{ "double", "varchar(3)", NULL, "char_length(cast(`a` as char)) > 3" },
	{ "varchar(9)", "tinyint",
	  "`a` not regexp " LOOSE " or (`a` regexp " WHOLE " and (cast(`a` as decimal(65,0)) < -128 "
	  "or cast(`a` as decimal(65,0)) > 127))",
	  "`a` regexp " LOOSE " and `a` not regexp " WHOLE },
	{ "varchar(9)", "decimal(6,2)",
	  "`a` not regexp " LOOSE " or (`a` regexp " PLAIN " and abs(round(cast(`a` as "
	  "decimal(65,30)), 2)) >= 10000)",
	  "`a` regexp " LOOSE " and `a` not regexp " PLAIN },
	{ "text", "double", "`a` not regexp " LOOSE,
	  "`a` regexp " LOOSE " and `a` not regexp " PLAIN },
	{ "varchar(9)", "json", "json_valid(`a`) = 0", NULL },
	{ "enum('a','b','c')", "enum('a','b')",
	  "`a` not in ('a','b') and `a` <> '' and `a` not regexp " PLACE,
	  "`a` not in ('a','b') and `a` regexp " PLACE },
	{ "varchar(9)", "enum('a','b c') not null",
	  "rtrim(`a`) not in ('a','b c') and `a` not regexp " PLACE,
	  "rtrim(`a`) not in ('a','b c') and `a` regexp " PLACE },
	{ "int", "enum('a','b')", "`a` < 0 or `a` > 2", "`a` = 0" },
	{ "set('x','y','z','1')", "set('x')",
	  "find_in_set('y', `a`) > 0 or find_in_set('z', `a`) > 0", "find_in_set('1', `a`) > 0" },
	/* whatever is not known here is in doubt */
	{ "int", "date", NULL, ALL }, { "blob", "text", NULL, ALL }, { "time", "int", NULL, ALL },
	{ "datetime", "timestamp", NULL, ALL }, { "json", "text", NULL, ALL },
	{ "bit(8)", "bit(4)", NULL, ALL }, { "int", "float unsigned", NULL, ALL },
	{ "enum('a')", "set('a')", NULL, ALL }, { "uuid", "varbinary(16)", NULL, ALL },
	/* and this every row bears */
	{ "int", "int not null", NULL, NULL }, { "int", "bigint", NULL, NULL },
	{ "tinyint(1)", "tinyint", NULL, NULL }, { "int unsigned", "bigint", NULL, NULL },
	{ "decimal(8,4)", "decimal(9,2)", NULL, NULL }, { "int", "decimal(12,2)", NULL, NULL },
	{ "int unsigned", "decimal(12,2) unsigned", NULL, NULL },
	{ "decimal(8,2)", "int", NULL, NULL }, { "decimal(8,2)", "double", NULL, NULL },
	{ "varchar(20)", "text", NULL, NULL }, { "text", "longtext", NULL, NULL },
	{ "enum('a','b')", "enum('b','c','a')", NULL, NULL }, { "set('a')", "set('b','a')", NULL, NULL },
	{ "date", "datetime", NULL, NULL }, { "timestamp(6)", "datetime", NULL, NULL },
	{ "time(3)", "time", NULL, NULL }, { "varchar(9)", "varchar(9) not null", NULL, NULL },
	{ "int as (1) virtual", "tinyint as (1) virtual", NULL, NULL },
};

/* clang-format on */

static bool is_same(const char *a, const char *b)
{
	return g_strcmp0(a, b) == 0;
}

static void each_pair_of_types_asks_for_what_it_does_not_take(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct precheck_fit_column column = { .now = rows[i].now,
							    .then = rows[i].then,
							    .name = "`a`",
							    .text = "`a`" };
		SCOPED(precheck_fit) fit = { 0 };

		precheck_fit(&fit, &column);
		if (!is_same(fit.refused, rows[i].refused) ||
		    !is_same(fit.doubted, rows[i].doubted)) {
			fail_msg("%s -> %s: %s; %s", rows[i].now, rows[i].then,
				 fit.refused == NULL ? "-" : fit.refused,
				 fit.doubted == NULL ? "-" : fit.doubted);
		}
	}
}

static void what_it_must_be_is_said_as_people_read_it(void **state)
{
	const struct precheck_fit_column narrow = { .now = "text",
						    .then = "char(2) not null",
						    .name = "`a`",
						    .text = "`a`" };
	const struct precheck_fit_column words = { .now = "text",
						   .then = "enum('a b') not null",
						   .name = "`a`",
						   .text = "`a`" };
	const struct precheck_fit_column json = { .now = "text",
						  .then = "json",
						  .name = "`a`",
						  .text = "`a`" };
	SCOPED(precheck_fit) fit = { 0 };

	(void)state;
	precheck_fit(&fit, &narrow);
	assert_string_equal(fit.type, "2 characters");
	assert_int_equal(fit.kind, PRECHECK_TOO_LONG);
	assert_false(fit.always);
	precheck_fit(&fit, &words);
	assert_string_equal(fit.type, "enum('a b')");
	assert_int_equal(fit.kind, PRECHECK_OUT_OF_RANGE);
	precheck_fit(&fit, &json);
	assert_true(fit.always);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pair_of_types_asks_for_what_it_does_not_take),
		cmocka_unit_test(what_it_must_be_is_said_as_people_read_it),
	};

	return cmocka_run_group_tests_name("precheck_fit", tests, NULL, NULL);
}
