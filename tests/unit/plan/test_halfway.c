#include "halfway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "script.h"

static const char *const parts[] = { "ALTER TABLE t ADD a int", "ALTER TABLE t ADD INDEX i (a)" };

static void what_is_written_is_read_for_that_statement_alone(void **state)
{
	static const char *const carried[] = { NULL, "", "2 aa bb",
					       "2 aa bb\nhalfway 3 1 kind 00" };
	struct halfway halfway;
	struct halfway again;

	(void)state;
	halfway_set(&halfway, REWRITE_BY_CLAUSE, parts, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(carried); i++) {
		g_autofree char *text = halfway_write(carried[i], 2, &halfway);
		size_t before = carried[i] == NULL ? 0 : halfway_before(carried[i]);

		assert_int_equal(halfway_before(text), before);
		halfway_read(&again, text, 2);
		assert_int_equal(again.parts, 1);
		assert_int_equal(again.how, REWRITE_BY_CLAUSE);
		assert_string_equal(again.digest, halfway.digest);
		halfway_read(&again, text, 3);
		assert_int_equal(again.parts, 0);
	}
}

static void nothing_is_taken_out_again(void **state)
{
	static const struct halfway none = { 0 };
	struct halfway halfway;
	g_autofree char *text = NULL;
	g_autofree char *plain = NULL;

	(void)state;
	halfway_set(&halfway, REWRITE_BY_KIND, parts, 2);
	text = halfway_write("0 aa =", 0, &halfway);
	plain = halfway_write(text, 0, &none);
	assert_string_equal(plain, "0 aa =");
}

static void a_line_that_cannot_be_understood_says_nothing(void **state)
{
	static const char *const texts[] = {
		NULL,
		"0 aa",
		"0 aa\nhalfway ",
		"0 aa\nhalfway 1 1 kind",
		"0 aa\nhalfway 1 1 kind 0123456789abcde",
		"0 aa\nhalfway 1 1 word 0123456789abcdef",
		"0 aa\nhalfway 1 0 kind 0123456789abcdef",
		"0 aa\nhalfway x 1 kind 0123456789abcdef",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct halfway halfway = { .parts = 9 };

		halfway_read(&halfway, texts[i], 0);
		assert_int_equal(halfway.parts, 0);
	}
}

/* A statement as it reads now, of which the first part is done. */
static const struct {
	const char *sql;
	const char *parts; /* NULL: it is another one */
} mended[] = {
	{ "ALTER TABLE t ADD a int, ADD INDEX i (a)",
	  "ALTER TABLE t ADD a int|ALTER TABLE t ADD INDEX i (a)" },
	{ "ALTER TABLE t ADD a int, ADD UNIQUE i (a)",
	  "ALTER TABLE t ADD a int|ALTER TABLE t ADD UNIQUE i (a)" },
	{ "ALTER TABLE t ADD a int", "ALTER TABLE t ADD a int" },
	{ "ALTER TABLE t ADD a bigint, ADD INDEX i (a)", NULL },
	{ "ALTER TABLE t ADD INDEX i (a), ADD a int", NULL },
	{ "DROP TABLE t", NULL },
};

static void a_statement_goes_on_when_it_begins_with_what_is_done(void **state)
{
	struct halfway halfway;

	(void)state;
	halfway_set(&halfway, REWRITE_BY_KIND, parts, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(mended); i++) {
		g_autofree char *text = g_strdup(mended[i].sql);
		const struct statement statement = { .text = text, .len = strlen(text) };
		g_auto(GStrv) found = halfway_parts(&halfway, &statement);
		g_autofree char *joined = found == NULL ? NULL : g_strjoinv("|", found);

		if (g_strcmp0(joined, mended[i].parts) != 0) {
			fail_msg("%s: %s", mended[i].sql, joined);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_for_that_statement_alone),
		cmocka_unit_test(nothing_is_taken_out_again),
		cmocka_unit_test(a_line_that_cannot_be_understood_says_nothing),
		cmocka_unit_test(a_statement_goes_on_when_it_begins_with_what_is_done),
	};

	return cmocka_run_group_tests_name("halfway", tests, NULL, NULL);
}
