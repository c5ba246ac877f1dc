#include "precheck_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

static void a_name_in_backticks_keeps_its_own(void **state)
{
	g_autofree char *name = precheck_text_quote("a`b");

	(void)state;
	assert_string_equal(name, "`a``b`");
}

static void a_key_is_read_item_by_item(void **state)
{
	g_auto(GStrv) items = precheck_text_items("(a, b(10), c desc) using btree");
	g_autofree char *column = NULL;
	unsigned long prefix = 0;

	(void)state;
	assert_int_equal(g_strv_length(items), 3);
	assert_true(precheck_text_item(items[1], &column, &prefix));
	assert_string_equal(column, "b");
	assert_int_equal(prefix, 10);
	assert_null(precheck_text_items("((lower(`a`)))"));
	assert_false(precheck_text_item("(a)", &column, &prefix));
}

static void types_are_told_by_their_first_word(void **state)
{
	(void)state;
	assert_int_equal(precheck_text_letters("varchar(80) not null"), 80);
	assert_int_equal(precheck_text_letters("varbinary(80)"), 0);
	assert_true(precheck_text_is_letters("mediumtext collate x"));
	assert_false(precheck_text_is_letters("blob"));
	assert_true(precheck_text_is_date("datetime(3) not null"));
	assert_true(precheck_text_is_date("date"));
	assert_false(precheck_text_is_date("datelike"));
	assert_false(precheck_text_is_date("time"));
	assert_true(precheck_text_has("int not null", " not null"));
	assert_true(precheck_text_is_type("datetime(3)", "datetime"));
	assert_false(precheck_text_is_type("datetime(3)", "date"));
}

static void character_sets_are_those_of_collations(void **state)
{
	g_autofree char *collation = precheck_text_collation("text collate utf8_bin not null");
	g_autofree char *charset = precheck_text_charset(collation);

	(void)state;
	assert_string_equal(collation, "utf8_bin");
	assert_string_equal(charset, "utf8mb3");
	assert_null(precheck_text_collation("text"));
	assert_true(precheck_text_holds("utf8mb4", "latin1"));
	assert_true(precheck_text_holds("latin1", "ascii"));
	assert_true(precheck_text_holds("koi8r", "koi8r"));
	assert_false(precheck_text_holds("latin1", "utf8mb4"));
	assert_false(precheck_text_holds("utf8mb3", "utf8mb4"));
}

static void what_mysql_escaped_is_read_as_a_statement(void **state)
{
	static const struct {
		const char *listed;
		const char *want;
	} rows[] = {
		{ "(`a` <> _utf8mb4\\'it\\\\\\'s\\')", "(`a` <> _utf8mb4'it\\'s')" },
		{ "(`a` <> _utf8mb4\\'a\\\\\\\\b\\')", "(`a` <> _utf8mb4'a\\\\b')" },
		{ "(`a` <> _utf8mb4\\'\"\\n\\')", "(`a` <> _utf8mb4'\"\n')" },
		{ "`it's` <> 'a\\\\b'", "`it's` <> 'a\\\\b'" }, /* MariaDB does not */
		{ "`a` <> 'it\\'s'", "`a` <> 'it\\'s'" },
		{ "'a' <> `a`", "'a' <> `a`" },
		{ "`a` > 0", "`a` > 0" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *clause = precheck_text_clause(rows[i].listed);

		assert_string_equal(clause, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_in_backticks_keeps_its_own),
		cmocka_unit_test(a_key_is_read_item_by_item),
		cmocka_unit_test(types_are_told_by_their_first_word),
		cmocka_unit_test(character_sets_are_those_of_collations),
		cmocka_unit_test(what_mysql_escaped_is_read_as_a_statement),
	};

	return cmocka_run_group_tests_name("precheck_text", tests, NULL, NULL);
}
