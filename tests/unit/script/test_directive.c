#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "directive.h"
#include "err.h"
#include "script.h"

/* clang-format off */
static const struct {
	const char *line; enum directive_kind kind; const char *text; const char *value;
} known[] = {
	/* comment                                              kind                text        value */
	{ "-- muster: check \"SELECT 1\" expect=empty",         DIRECTIVE_CHECK,    "SELECT 1", NULL },
	{ "-- muster: check \"SELECT \\\"a\\\"\" expect=7",     DIRECTIVE_CHECK,    "SELECT \"a\"", "7" },
	{ "-- muster: check 'SELECT 1' expect=\"empty\"",       DIRECTIVE_CHECK,    "SELECT 1", "empty" },
	{ "-- muster: check 'SELECT 1' expect='a b'\r",         DIRECTIVE_CHECK,    "SELECT 1", "a b" },
	{ "-- muster: allow=MU207 reason=\"an old dump\"",      DIRECTIVE_ALLOW,    "MU207",    "an old dump" },
	{ "-- muster: strategy=auto",                           DIRECTIVE_STRATEGY, "auto",     NULL },
	{ "-- muster:strategy=direct",                          DIRECTIVE_STRATEGY, "direct",   NULL },
	{ "-- muster: strategy=cold",                           DIRECTIVE_STRATEGY, "cold",     NULL },
	{ "-- muster: chunk table=users",                       DIRECTIVE_CHUNK,    "users",    NULL },
	{ "-- muster: chunk rows=5 key=by_name table=\"a b\"",  DIRECTIVE_CHUNK,    "a b",      "by_name" },
	{ "-- muster: readonly=on",                             DIRECTIVE_READONLY, NULL,       NULL },
	{ "-- muster: phase=contract",                          DIRECTIVE_PHASE,    "contract", NULL },
	{ "\t-- muster: down  ",                                DIRECTIVE_DOWN,     NULL,       NULL },
	{ "-- +goose Down",                                     DIRECTIVE_DOWN,     NULL,       NULL },
	{ "-- +goose Up",                                       DIRECTIVE_UP,       NULL,       NULL },
	{ "-- migrate:down transaction:false",                  DIRECTIVE_DOWN,     NULL,       NULL },
};

static const struct {
	const char *text; const char *msg;
} refusals[] = {
	{ "-- muster: chunk",
	  "x:1:1: a chunk directive is written: -- muster: chunk table=NAME [key=INDEX] [rows=N]" },
	{ "-- muster: chunk table=t key=",
	  "x:1:1: a chunk directive is written: -- muster: chunk table=NAME [key=INDEX] [rows=N]" },
	{ "-- muster: chunk table=t size=5",
	  "x:1:1: \"size\" is no word of a chunk directive, which is written: -- muster: chunk "
	  "table=NAME [key=INDEX] [rows=N]" },
	{ "-- muster: chunk table=t rows=0", "x:1:1: rows=0: a chunk has 1 to 1000000 rows" },
	{ "-- muster: chunk table=t rows=1000001", "x:1:1: rows=1000001: a chunk has 1 to 1000000 rows" },
	{ "-- muster: chunk table=t rows=many", "x:1:1: rows=many: a chunk has 1 to 1000000 rows" },
	{ "-- muster: chunk table=t\n-- muster: chunk table=t",
	  "x:2:1: chunk contradicts chunk of line 1, which is for the same statement" },
	{ "-- muster: strategy=direct\n-- muster: chunk table=t",
	  "x:2:1: chunk contradicts strategy=direct of line 1, which is for the same statement" },
	{ "-- muster: mirror table=a from=b to=c",
	  "x:1:1: this version of muster has no strategy \"mirror\"; write the triggers and the "
	  "copying as statements" },
	{ "-- muster: unmirror table=a",
	  "x:1:1: this version of muster has no strategy \"mirror\"; drop the triggers by statements" },
	{ "-- muster: strategy=direct\n-- muster: strategy=cold",
	  "x:2:1: strategy=cold contradicts strategy=direct of line 1, which is for the same statement" },
	{ "-- muster: phase=shrink",
	  "x:1:1: the phase of a file is written: -- muster: phase=expand, phase=backfill or "
	  "phase=contract" },
	{ "-- muster: phase=expand now",
	  "x:1:1: the phase of a file is written: -- muster: phase=expand, phase=backfill or "
	  "phase=contract" },
	{ "-- muster: readonly=off",
	  "x:1:1: a file that needs its tenant closed for writes says: -- muster: readonly=on" },
	{ "-- muster: strategy=shadow",
	  "x:1:1: this version of muster has no strategy \"shadow\"; use auto, direct or cold" },
	{ "SELECT 1;\n  -- muster: frobnicate",
	  "x:2:3: unknown directive \"frobnicate\"; this version knows check, allow=, strategy=, chunk, phase=, "
	  "readonly= and down" },
	{ "-- muster: allow MU207",
	  "x:1:1: unknown directive \"allow\"; this version knows check, allow=, strategy=, chunk, phase=, "
	  "readonly= and down" },
	{ "-- muster: allow=MU207",
	  "x:1:1: an exception is written: -- muster: allow=CODE reason=\"why this is right\"" },
	{ "-- muster: allow=XX reason=\"y\"", "x:1:1: lint has no code \"XX\"" },
	{ "-- muster: check SELECT 1",
	  "x:1:1: a check is written: -- muster: check \"SELECT …\" expect=empty, or expect=VALUE" },
	{ "-- muster: check \"SELECT 1", "x:1:1: a quote in this directive is never closed" },
	{ "-- muster: check \"SELECT 1\"expect=empty",
	  "x:1:1: a blank is missing behind a quote in this directive" },
	{ "-- muster: down now", "x:1:1: \"down\" stands alone on its line" },
	{ "-- muster:", "x:1:1: an empty directive" },
	{ "-- muster: a b c d e f g h i", "x:1:1: too many words in this directive" },
	{ "-- Muster: down", "x:1:1: a directive begins with \"-- muster:\", exactly so" },
	{ "# muster: down", "x:1:1: a directive begins with \"-- muster:\", exactly so" },
	{ "--muster: down", "x:1:1: a directive begins with \"-- muster:\", exactly so" },
	{ "SELECT 1; -- muster: down",
	  "x:1:11: a directive stands on a line of its own, in front of a statement; end the statement "
	  "before it first" },
	{ "SELECT 1\n-- muster: down\n;",
	  "x:2:1: a directive stands on a line of its own, in front of a statement; end the statement "
	  "before it first" },
};

/* clang-format on */

static GArray *read_all(const char *text, struct err *err)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(struct split_mark));
	const struct split_source source = { "x", text, strlen(text), 0 };
	SCOPED(script) script = { 0 };

	assert_int_equal(split_text(&script, &source, marks, err), 0);
	return directive_parse_all("x", text, marks, err);
}

static void reads_what_it_knows(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		g_autoptr(GArray) all = NULL;
		const struct directive *directive;
		struct err err;

		all = read_all(known[i].line, &err);
		if (all == NULL) {
			fail_msg("%s", err.msg);
		}
		assert_int_equal(all->len, 1);
		directive = &g_array_index(all, struct directive, 0);
		assert_int_equal(directive->kind, known[i].kind);
		assert_int_equal(g_strcmp0(directive->text, known[i].text), 0);
		assert_int_equal(g_strcmp0(directive->value, known[i].value), 0);
	}
}

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };

		if (read_all(refusals[i].text, &err) != NULL) {
			fail_msg("accepted: %s", refusals[i].text);
		}
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
	}
}

static void belongs_to_the_statement_behind_it(void **state)
{
	g_autoptr(GArray) all = NULL;
	struct err err;

	(void)state;
	all = read_all("SELECT 1;\n-- muster: strategy=auto\n-- a note\nSELECT '\n-- muster: x\n';",
		       &err);
	assert_non_null(all);
	assert_int_equal(all->len, 1);
	assert_int_equal(g_array_index(all, struct directive, 0).statement, 1);
	assert_int_equal(g_array_index(all, struct directive, 0).line, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_knows),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(belongs_to_the_statement_behind_it),
	};

	return cmocka_run_group_tests_name("directive", tests, NULL, NULL);
}
