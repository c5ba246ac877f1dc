#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "alter.h"
#include "alter_type.h"

/* clang-format off */
static const char *const kinds[ALTER_KIND_NR] = {
	[ALTER_CREATE_TABLE] = "create", [ALTER_DROP_TABLE] = "drop", [ALTER_RENAME_TABLE] = "rename",
	[ALTER_TRUNCATE] = "truncate", [ALTER_CREATE_VIEW] = "view", [ALTER_DROP_VIEW] = "drop-view",
	[ALTER_ADD_COLUMN] = "+", [ALTER_CHANGE_COLUMN] = "~", [ALTER_DROP_COLUMN] = "-",
	[ALTER_RENAME_COLUMN] = "=", [ALTER_SET_DEFAULT] = "default", [ALTER_DROP_DEFAULT] = "no-default",
	[ALTER_ADD_KEY] = "key", [ALTER_ADD_UNIQUE] = "unique", [ALTER_ADD_PRIMARY] = "primary",
	[ALTER_ADD_FOREIGN] = "foreign", [ALTER_ADD_CHECK] = "check", [ALTER_DROP_KEY] = "drop-key",
	[ALTER_DROP_PRIMARY] = "drop-primary", [ALTER_DROP_FOREIGN] = "drop-foreign",
	[ALTER_CONVERT] = "convert", [ALTER_CHARSET] = "charset", [ALTER_COLLATION] = "collation",
	[ALTER_ENGINE] = "engine", [ALTER_ROW_FORMAT] = "row-format",
	[ALTER_LOSE_PARTITION] = "lose",
};

static const struct {
	const char *sql; const char *want;
} rows[] = {
	/* statement                                          the changes */
	{ "CREATE TABLE IF NOT EXISTS s.`t` (a INT, `b` TEXT NOT NULL, PRIMARY KEY (a), KEY k (b(10) DESC)) ENGINE=InnoDB",
	  "create? t; + t a INT; + t b TEXT; primary t (a); key t k (b); engine t InnoDB" },
	{ "CREATE TABLE t (period INT, system INT, PERIOD FOR SYSTEM_TIME (a, b))",
	  "create t; + t period INT; + t system INT" },
	{ "CREATE TABLE t (a INT CHECK (a > (1)), CONSTRAINT c FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE, UNIQUE KEY `x` USING BTREE (a))",
	  "create t; + t a INT; foreign t c (a); unique t x (a)" },
	{ "CREATE TABLE t LIKE u",                            "create* t" },
	{ "CREATE TABLE t (LIKE u)",                          "create* t" },
	{ "CREATE TABLE t (a INT) AS SELECT 1",               "create* t; + t a INT" },
	{ "CREATE OR REPLACE TABLE t (a INT)",                "drop? t; create t; + t a INT" },
	{ "CREATE TEMPORARY TABLE t (a INT)",                 "" },
	{ "CREATE TABLE t (a INT) DEFAULT CHARACTER SET = utf8 COLLATE utf8_bin COMMENT 'ENGINE=x' PARTITION BY HASH (a) PARTITIONS 4",
	  "create t; + t a INT; charset t utf8; collation t utf8_bin" },
	{ "CREATE DEFINER=`a`@`%` SQL SECURITY DEFINER VIEW v AS SELECT 1", "view v" },
	{ "CREATE UNIQUE INDEX i ON t (a, (b + 1))",          "unique t i (a,?)" },
	{ "CREATE INDEX IF NOT EXISTS i USING BTREE ON t (a)", "key? t i (a)" },
	{ "CREATE PROCEDURE p() DROP TABLE t",                "" },
	{ "ALTER ONLINE IGNORE TABLE t ADD COLUMN IF NOT EXISTS a INT FIRST, ADD b INT AFTER a",
	  "+? t a INT; + t b INT" },
	{ "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, ADD (a INT, KEY (a), b INT)",
	  "+ t a INT; key t (a); + t b INT" },
	{ "ALTER TABLE t CHANGE COLUMN a b VARCHAR(9), MODIFY c INT", "~ t a: b VARCHAR(9); ~ t c: c INT" },
	{ "ALTER TABLE t DROP a, DROP COLUMN IF EXISTS b CASCADE, DROP PRIMARY KEY, DROP INDEX i, DROP FOREIGN KEY f, DROP CONSTRAINT c, DROP CHECK d",
	  "- t a; -? t b; drop-primary t; drop-key t i; drop-foreign t f; drop-key t c" },
	{ "ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX c TO d, RENAME AS u", "= t a u:b; rename t u:u" },
	{ "ALTER TABLE t ALTER a SET DEFAULT 1, ALTER COLUMN b DROP DEFAULT, ALTER INDEX i INVISIBLE",
	  "default t a; no-default t b" },
	{ "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, ROW_FORMAT=COMPACT KEY_BLOCK_SIZE=8",
	  "convert t utf8mb4_bin u:utf8mb4; row-format t u:COMPACT; row-format t u:COMPRESSED" },
	{ "ALTER TABLE t ADD PARTITION (PARTITION p VALUES LESS THAN (1)), ADD SYSTEM VERSIONING", "" },
	{ "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0), ADD CONSTRAINT UNIQUE (a)", "check t c; unique t (a)" },
	{ "DROP TABLE IF EXISTS a, s.b CASCADE",              "drop? a; drop? b" },
	{ "DROP VIEW v",                                      "drop-view v" },
	{ "DROP INDEX i ON t",                                "drop-key t i" },
	{ "RENAME TABLE a TO b, s.c TO s.d",                  "rename a u:b; rename c u:d" },
	{ "TRUNCATE t",                                       "truncate t" },
	{ "INSERT INTO t VALUES ('DROP TABLE t')",            "" },
	{ "ALTER TABLE",                                      "" },
	{ "ALTER TABLE t ADD",                                "" },
	{ "CREATE TABLE t (,",                                "create t" },
};

/* clang-format on */

static void append_columns(GString *out, const GPtrArray *columns)
{
	g_string_append(out, " (");
	for (guint i = 0; i < columns->len; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? "," : "",
				       columns->pdata[i] == NULL ? "?"
								 : (const char *)columns->pdata[i]);
	}
	g_string_append_c(out, ')');
}

static void append_change(GString *out, const struct alter_change *change)
{
	g_string_append_printf(out, "%s%s%s%s %s", out->len > 0 ? "; " : "", kinds[change->kind],
			       change->if_exists ? "?" : "", change->partial ? "*" : "",
			       change->table);
	if (change->name != NULL) {
		g_string_append_printf(out, " %s", change->name);
	}
	if (change->other != NULL) {
		g_string_append_printf(out, " %s%s", change->created ? "" : "u:", change->other);
	}
	if (change->columns != NULL) {
		append_columns(out, change->columns);
	}
	if (change->column.name != NULL) {
		g_string_append_printf(out, "%s %s ", change->name != NULL ? ":" : "",
				       change->column.name);
		alter_type_format(out, &change->column.type);
	}
}

static void reads_what_happens_to_tables(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct lex lex = { .text = rows[i].sql, .len = strlen(rows[i].sql) };
		g_autoptr(GArray) changes = alter_changes_new();
		g_autoptr(GString) got = g_string_new(NULL);

		alter_read(&lex, changes);
		for (guint c = 0; c < changes->len; c++) {
			const struct alter_change *change =
				&g_array_index(changes, struct alter_change, c);

			assert_true(change->at < lex.len);
			append_change(got, change);
		}
		if (strcmp(got->str, rows[i].want) != 0) {
			print_error("%s\n  want %s\n  have %s\n", rows[i].sql, rows[i].want,
				    got->str);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void never_leaves_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (size_t len = 0; len <= strlen(rows[i].sql); len++) {
			g_autofree char *cut = g_strndup(rows[i].sql, len);
			const struct lex lex = { .text = cut, .len = len };
			g_autoptr(GArray) changes = alter_changes_new();

			alter_read(&lex, changes);
			for (guint c = 0; c < changes->len; c++) {
				assert_non_null(
					g_array_index(changes, struct alter_change, c).table);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_happens_to_tables),
		cmocka_unit_test(never_leaves_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
