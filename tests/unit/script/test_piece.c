#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "piece.h"
#include "split.h"

/* clang-format off */
static const struct {
	const char *text; const char *want;
} rows[] = {
	/* statement                                          its pieces, parted by | */
	{ "UPDATE t SET a = CASE WHEN b THEN c ELSE d END",   "UPDATE t SET a = CASE WHEN b THEN c ELSE d END" },
	{ "CREATE TABLE t (a INT)",                           "CREATE TABLE t (a INT)" },
	{ "CREATE PROCEDURE p() UPDATE t SET a = 1",          "CREATE PROCEDURE p()|UPDATE t SET a = 1" },
	{ "CREATE DEFINER=`a`@`b` PROCEDURE p() BEGIN DROP TABLE t; CALL q(); END",
	  "CREATE DEFINER=`a`@`b` PROCEDURE p() BEGIN|DROP TABLE t|CALL q()|END" },
	{ "CREATE PROCEDURE p() BEGIN IF a THEN DELETE FROM t; ELSE INSERT INTO t SELECT 1; END IF; END",
	  "CREATE PROCEDURE p() BEGIN IF a THEN|DELETE FROM t|ELSE|INSERT INTO t SELECT 1|END IF|END" },
	{ "CREATE PROCEDURE p() BEGIN SET a = CASE WHEN b THEN REPLACE(c, 1, 2) END; END",
	  "CREATE PROCEDURE p() BEGIN|SET a = CASE WHEN b THEN REPLACE(c, 1, 2) END|END" },
	{ "CREATE PROCEDURE p() BEGIN INSERT INTO t (a) SELECT 1; END",
	  "CREATE PROCEDURE p() BEGIN|INSERT INTO t (a) SELECT 1|END" },
	{ "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1",
	  "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW|SET NEW.a = 1" },
	{ "BEGIN NOT ATOMIC ALTER TABLE t ADD a INT; END",    "BEGIN NOT ATOMIC|ALTER TABLE t ADD a INT|END" },
	{ "SELECT 'BEGIN DROP TABLE t; END'",                 "SELECT 'BEGIN DROP TABLE t; END'" },
};

/* clang-format on */

static char *pieces_of(const struct statement *statement)
{
	GString *out = g_string_new(NULL);
	struct piece_walk walk;
	struct piece piece;

	piece_begin(&walk, statement);
	while (piece_next(&walk, &piece)) {
		g_autofree char *text =
			g_strndup(piece.lex.text + piece.lex.at, piece.lex.len - piece.lex.at);

		g_strstrip(text);
		if (text[0] != '\0') {
			assert_int_equal(piece.body, out->len > 0);
			g_string_append_printf(out, "%s%s", out->len > 0 ? "|" : "", text);
		}
	}
	return g_string_free(out, FALSE);
}

static void cuts_bodies_into_their_statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(script) script = { 0 };
		g_autofree char *got = NULL;
		struct err err;

		assert_int_equal(
			script_parse(&script, "x", rows[i].text, strlen(rows[i].text), &err), 0);
		assert_int_equal(script.nr, 1);
		got = pieces_of(&script.statements[0]);
		assert_string_equal(got, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_bodies_into_their_statements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
