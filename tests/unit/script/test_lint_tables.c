#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "lint_tables.h"

static void run(struct lint_tables *tables, const char *sql, size_t migration)
{
	const struct lex lex = { .text = sql, .len = strlen(sql) };
	g_autoptr(GArray) changes = alter_changes_new();

	alter_read(&lex, changes);
	for (guint i = 0; i < changes->len; i++) {
		lint_tables_apply(tables, &g_array_index(changes, struct alter_change, i),
				  (struct lint_place){ migration, 1 });
	}
}

static void remembers_what_was_made(void **state)
{
	struct lint_tables *tables = lint_tables_new();
	const struct lint_column *column;

	(void)state;
	run(tables, "CREATE TABLE t (Id INT, n VARCHAR(9), PRIMARY KEY (id))", 3);
	assert_true(lint_tables_find(tables, "t")->whole);
	assert_int_equal(lint_tables_find(tables, "t")->born, 3);
	column = lint_table_column(lint_tables_find(tables, "t"), "ID");
	assert_int_equal(column->born, 3);
	assert_true(column->def.not_null);
	assert_null(lint_table_column(lint_tables_find(tables, "t"), "x"));
	assert_null(lint_tables_find(tables, "T"));
	run(tables, "ALTER TABLE t CHANGE n name VARCHAR(5), ADD a INT, ALTER a SET DEFAULT 1", 4);
	column = lint_table_column(lint_tables_find(tables, "t"), "name");
	assert_int_equal(column->born, 3);
	assert_int_equal(column->said.migration, 4);
	assert_int_equal(column->def.type.length, 5);
	assert_null(lint_table_column(lint_tables_find(tables, "t"), "n"));
	assert_true(lint_table_column(lint_tables_find(tables, "t"), "a")->def.has_default);
	run(tables, "ALTER TABLE t RENAME COLUMN a TO b", 5);
	assert_int_equal(lint_table_column(lint_tables_find(tables, "t"), "b")->born, 4);
	run(tables, "ALTER TABLE t DROP b", 5);
	assert_null(lint_table_column(lint_tables_find(tables, "t"), "b"));
	run(tables, "RENAME TABLE t TO u", 6);
	assert_null(lint_tables_find(tables, "t"));
	assert_non_null(lint_table_column(lint_tables_find(tables, "u"), "name"));
	run(tables, "DROP TABLE u", 7);
	assert_null(lint_tables_find(tables, "u"));
	lint_tables_free(tables);
}

static void a_table_from_outside_is_never_whole(void **state)
{
	struct lint_tables *tables = lint_tables_new();

	(void)state;
	run(tables, "ALTER TABLE t ADD a INT", 1);
	assert_false(lint_tables_find(tables, "t")->whole);
	assert_int_equal(lint_tables_find(tables, "t")->born, LINT_OUTSIDE);
	assert_int_equal(lint_table_column(lint_tables_find(tables, "t"), "a")->born, 1);
	run(tables, "CREATE TABLE c LIKE t", 2);
	assert_false(lint_tables_find(tables, "c")->whole);
	lint_tables_free(tables);
}

static void if_not_exists_changes_nothing_that_is_there(void **state)
{
	struct lint_tables *tables = lint_tables_new();
	const struct lint_table *table;

	(void)state;
	run(tables, "CREATE TABLE t (a INT)", 1);
	run(tables, "CREATE TABLE IF NOT EXISTS t (a BIGINT, b INT)", 2);
	run(tables, "ALTER TABLE t ADD COLUMN IF NOT EXISTS a BIGINT", 2);
	table = lint_tables_find(tables, "t");
	assert_int_equal(table->born, 1);
	assert_string_equal(lint_table_column(table, "a")->def.type.word, "INT");
	assert_null(lint_table_column(table, "b"));
	lint_tables_free(tables);
}

static void keys_that_are_gone_are_remembered(void **state)
{
	struct lint_tables *tables = lint_tables_new();
	const struct lint_key *key;

	(void)state;
	run(tables, "CREATE TABLE t (a INT UNIQUE, b INT, UNIQUE KEY k (a, b))", 1);
	run(tables, "ALTER TABLE t DROP KEY K", 2);
	key = &g_array_index(lint_tables_find(tables, "t")->keys, struct lint_key, 0);
	assert_string_equal(key->name, "a");
	assert_int_equal(key->gone, LINT_OUTSIDE);
	key = &g_array_index(lint_tables_find(tables, "t")->keys, struct lint_key, 1);
	assert_int_equal(key->gone, 2);
	assert_int_equal(key->columns->len, 2);
	lint_tables_free(tables);
}

static void everything_is_forgotten_when_nothing_is_certain(void **state)
{
	struct lint_tables *tables = lint_tables_new();

	(void)state;
	run(tables, "CREATE TABLE t (a INT)", 1);
	lint_tables_forget(tables);
	assert_null(lint_tables_find(tables, "t"));
	assert_null(lint_tables_find(tables, NULL));
	assert_null(lint_table_column(NULL, "a"));
	lint_tables_free(tables);
	lint_tables_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers_what_was_made),
		cmocka_unit_test(a_table_from_outside_is_never_whole),
		cmocka_unit_test(if_not_exists_changes_nothing_that_is_there),
		cmocka_unit_test(keys_that_are_gone_are_remembered),
		cmocka_unit_test(everything_is_forgotten_when_nothing_is_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
