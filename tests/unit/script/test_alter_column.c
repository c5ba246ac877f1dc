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
	const char *sql; const char *type; const char *says;
} rows[] = {
	/* definition                                         type                  what it says besides */
	{ "a INT",                                            "INT",                "" },
	{ "`a b` int(10) unsigned NOT NULL DEFAULT 0 COMMENT 'NULL'", "INT UNSIGNED", "not-null default" },
	{ "a BIGINT AUTO_INCREMENT PRIMARY KEY",              "BIGINT",             "not-null auto primary" },
	{ "a SERIAL",                                         "SERIAL UNSIGNED",    "not-null auto unique" },
	{ "a DECIMAL(10, 2) NULL",                            "DECIMAL(10,2)",      "null" },
	{ "a DOUBLE PRECISION DEFAULT -1.5",                  "DOUBLE",             "default" },
	{ "a VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL",
	  "VARCHAR(20) CHARACTER SET latin1", "default null-default" },
	{ "a NATIONAL CHARACTER VARYING(20)",                 "CHARACTER(20)",      "" },
	{ "a LONG VARCHAR",                                   "LONG",               "" },
	{ "a ENUM('x','y;)','z') NOT NULL DEFAULT 'x'",       "ENUM('x','y;)','z')", "not-null default" },
	{ "a SET('x')",                                       "SET('x')",           "" },
	{ "a DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3) NOT NULL",
	  "DATETIME(3)", "not-null default now" },
	{ "a DATE DEFAULT '0000-00-00'",                      "DATE",               "default zero" },
	{ "a CHAR(36) DEFAULT (uuid()) UNIQUE KEY",           "CHAR(36)",           "default now unique" },
	{ "a INT GENERATED ALWAYS AS (b + (1)) STORED NOT NULL", "INT",             "not-null generated" },
	{ "a INT REFERENCES t (id) ON DELETE SET NULL ON UPDATE NO ACTION NOT NULL", "INT", "not-null references" },
	{ "a INT CHECK (a > 0) CONSTRAINT c AFTER b",         "INT",                "check" },
	{ "a JSON FIRST",                                     "JSON",               "" },
	{ "a whatever(3) NOT NULL",                           "WHATEVER(3)",        "not-null" },
	{ "a INT NOT NULL, b INT NULL",                       "INT",                "not-null" },
	{ "a INT NOT NULL) ENGINE = x",                       "INT",                "not-null" },
};

/* clang-format on */

static char *says(const struct alter_column *column)
{
	const struct {
		bool is;
		const char *word;
	} words[] = {
		{ column->not_null, "not-null" },     { column->says_null, "null" },
		{ column->has_default, "default" },   { column->null_default, "null-default" },
		{ column->zero_default, "zero" },     { column->now_default, "now" },
		{ column->auto_increment, "auto" },   { column->generated, "generated" },
		{ column->unique, "unique" },         { column->primary, "primary" },
		{ column->references, "references" }, { column->check, "check" },
	};

	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (words[i].is) {
			g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", words[i].word);
		}
	}
	return g_string_free(out, FALSE);
}

static void reads_a_definition(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct alter_cursor at = { .lex = { .text = rows[i].sql,
						    .len = strlen(rows[i].sql) } };
		struct alter_column column = { 0 };
		struct alter_column copy = { 0 };
		g_autoptr(GString) type = g_string_new(NULL);
		g_autofree char *said = NULL;

		alter_step(&at);
		alter_read_column(&at, &column);
		alter_column_copy(&copy, &column);
		alter_column_release(&column);
		alter_type_format(type, &copy.type);
		said = says(&copy);
		assert_true(g_str_has_prefix(copy.name, "a"));
		assert_string_equal(type->str, rows[i].type);
		assert_string_equal(said, rows[i].says);
		alter_column_release(&copy);
	}
}

static void a_name_is_its_last_part(void **state)
{
	static const char *const names[] = { "t", "`t`", "s.t", "`s`.`t`", "{SCHEMA}.t", "s . t" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct alter_cursor at = { .lex = { .text = names[i], .len = strlen(names[i]) } };
		g_autofree char *name = NULL;

		alter_step(&at);
		name = alter_name(&at);
		assert_string_equal(name, "t");
		assert_int_equal(at.now.kind, LEX_END);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_definition),
		cmocka_unit_test(a_name_is_its_last_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
