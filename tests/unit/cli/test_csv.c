#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "csv.h"

struct told {
	GString *text;
};

static void on_problem(unsigned line, unsigned column, const char *what, void *ctx)
{
	struct told *told = ctx;

	g_string_append_printf(told->text, "%u:%u: %s\n", line, column, what);
}

/* Rows as "a|b" lines. */
static char *flat(const struct csv *csv)
{
	GString *out = g_string_new(NULL);

	for (guint r = 0; r < csv->rows->len; r++) {
		const struct csv_row *row = g_ptr_array_index(csv->rows, r);

		for (size_t f = 0; f < csv_row_nr(row); f++) {
			g_string_append_printf(out, "%s%s", f > 0 ? "|" : "",
					       csv_row_field(row, f)->text);
		}
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

/* clang-format off */
static const struct { const char *text; const char *rows; const char *problems; } cases[] = {
	/* text                        rows                problems */
	{ "a,b\n1,2\n",                "a|b\n1|2\n",       "" },
	{ "a,b\r\n1,2",                "a|b\n1|2\n",       "" },
	{ "\xef\xbb\xbfname,x\n",      "name|x\n",         "" },
	{ "a,,\n",                     "a||\n",            "" },
	{ "\"a,b\",c\n",               "a,b|c\n",          "" },
	{ "\"say \"\"hi\"\"\",c\n",    "say \"hi\"|c\n",   "" },
	{ "\"two\nlines\",c\nd,e\n",   "two\nlines|c\nd|e\n", "" },
	{ "\"\"\n",                    "\n",               "" },
	{ "a\n\n\nb\n",                "a\nb\n",           "" },
	{ "",                          "",                 "" },
	{ "a\nx\"y,b\nc\n",            "a\nc\n",
	  "2:2: a quote inside a field; put the whole field in quotes and double the quotes in it\n" },
	{ "a\n\"b\"c\nd\n",            "a\nd\n",
	  "2:4: a comma is missing behind the closing quote\n" },
	{ "a\nb,\"open\nc\n",          "a\nc\n",           "2:3: the quote is never closed\n" },
	{ "\xc3\xa4\xc3\xb6,\"x\"y\n", "",
	  "1:7: a comma is missing behind the closing quote\n" }, /* columns are letters */
};

static const struct { const char *field; const char *want; } written[] = {
	{ "plain",    "plain" },
	{ "a,b",      "\"a,b\"" },
	{ "a\"b",     "\"a\"\"b\"" },
	{ "a\nb",     "\"a\nb\"" },
	{ "",         "" },
};

/* clang-format on */

static void cuts_as_the_rfc_says_and_reads_on_behind_a_bad_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		SCOPED(csv) csv = { 0 };
		struct told told = { .text = g_string_new(NULL) };
		g_autofree char *rows = NULL;

		csv_parse(&csv, cases[i].text, on_problem, &told);
		rows = flat(&csv);
		assert_string_equal(rows, cases[i].rows);
		assert_string_equal(told.text->str, cases[i].problems);
		g_string_free(told.text, TRUE);
	}
}

static void a_field_knows_where_it_began(void **state)
{
	SCOPED(csv) csv = { 0 };
	struct told told = { .text = g_string_new(NULL) };
	const struct csv_row *row;

	(void)state;
	csv_parse(&csv, "\"a\nb\",c\nd,e\n", on_problem, &told);
	row = g_ptr_array_index(csv.rows, 1);
	assert_int_equal(csv_row_field(row, 1)->line, 3);
	assert_int_equal(csv_row_field(row, 1)->column, 3);
	g_string_free(told.text, TRUE);
}

static void writes_what_it_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		csv_append(out, written[i].field);
		assert_string_equal(out->str, written[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_as_the_rfc_says_and_reads_on_behind_a_bad_line),
		cmocka_unit_test(a_field_knows_where_it_began),
		cmocka_unit_test(writes_what_it_reads),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
