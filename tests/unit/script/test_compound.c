#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "compound.h"
#include "err.h"

/* clang-format off */
static const struct {
	const char *text; size_t open;
} rows[] = {
	/* the statement so far                                             blocks open at its end */
	{ "CREATE PROCEDURE p() BEGIN",                                                1 },
	{ "CREATE PROCEDURE p() BEGIN SELECT 1; END",                                  0 },
	{ "CREATE PROCEDURE p() BEGIN IF a THEN",                                      2 },
	{ "CREATE PROCEDURE p() BEGIN IF a THEN SET b = 1; END IF",                    1 },
	{ "CREATE PROCEDURE p() BEGIN SET a = IF(b, c, d)",                            1 },
	{ "CREATE PROCEDURE p() BEGIN IF (a, b) = (c, d) THEN",                        2 },
	{ "CREATE PROCEDURE p() BEGIN SET a = CASE WHEN b THEN IF(c, d, e) END",       1 },
	{ "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SET b = 1; END CASE",         1 },
	{ "CREATE PROCEDURE p() BEGIN x: LOOP",                                        2 },
	{ "CREATE PROCEDURE p() BEGIN x: LOOP LEAVE x; END LOOP x",                    1 },
	{ "CREATE PROCEDURE p() BEGIN WHILE a DO",                                     2 },
	{ "CREATE PROCEDURE p() BEGIN REPEAT SET a = REPEAT('b', 3); UNTIL a END REPEAT", 1 },
	{ "CREATE PROCEDURE p() BEGIN FOR i IN 1..3 DO",                               2 },
	{ "CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1",                  1 },
	{ "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = 1",            0 },
	{ "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW IF NEW.a THEN",            1 },
	{ "CREATE DEFINER=`a`@`b` FUNCTION f() RETURNS INT COMMENT 'x' BEGIN",         1 },
	{ "CREATE OR REPLACE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN",                1 },
	{ "CREATE TABLE begin (a INT)",                                                0 },
	{ "CREATE VIEW v AS SELECT CASE WHEN a THEN b",                                0 },
	{ "BEGIN",                                                                     0 },
	{ "BEGIN WORK",                                                                0 },
	{ "BEGIN NOT ATOMIC SELECT 1",                                                 1 },
	{ "IF a THEN SELECT 1",                                                        1 },
	{ "SELECT IF(a, b, c)",                                                        0 },
	{ "INSERT INTO t VALUES ('BEGIN')",                                            0 },
};

/* clang-format on */

static void feed(struct compound *compound, const char *text)
{
	struct lex lex = { .text = text, .len = strlen(text) };
	struct lex_token token;

	while (lex_next_code(&lex, &token) != LEX_END) {
		compound_next(compound, &lex, &token);
	}
}

static void counts_open_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct compound compound = { 0 };

		compound_clear(&compound);
		feed(&compound, rows[i].text);
		if (compound_may_end(&compound) != (rows[i].open == 0) ||
		    compound.depth != rows[i].open) {
			fail_msg("%s: %zu open", rows[i].text, compound.depth);
		}
	}
}

static void forgets_on_clear(void **state)
{
	struct compound compound = { 0 };

	(void)state;
	compound_clear(&compound);
	feed(&compound, "CREATE PROCEDURE p() BEGIN");
	compound_clear(&compound);
	feed(&compound, "SELECT 1");
	assert_true(compound_may_end(&compound));
}

static void says_when_it_is_too_deep(void **state)
{
	GString *text = g_string_new("CREATE PROCEDURE p() ");
	struct compound compound = { 0 };

	(void)state;
	for (size_t i = 0; i < COMPOUND_DEPTH_MAX; i++) {
		g_string_append(text, "BEGIN ");
	}
	compound_clear(&compound);
	feed(&compound, text->str);
	assert_false(compound.too_deep);
	feed(&compound, "BEGIN");
	assert_true(compound.too_deep);
	g_string_free(text, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_open_blocks),
		cmocka_unit_test(forgets_on_clear),
		cmocka_unit_test(says_when_it_is_too_deep),
	};

	return cmocka_run_group_tests_name("compound", tests, NULL, NULL);
}
