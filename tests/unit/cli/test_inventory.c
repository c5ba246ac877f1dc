#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "inventory.h"

/* clang-format off */
static const struct { const char *text; const char *report; } bad[] = {
	/* file                               what is reported, "f.csv:" in front */
	{ "",                                 "f.csv:1:1: the file is empty\n" },
	{ "name,server,schema\n",             "f.csv:2:1: there is no tenant behind the first line\n" },
	{ "name,server\na,b\n",
	  "f.csv:1:1: the first line must name the columns, and \"schema\" is not among them\n" },
	{ "name,server,schema\na,db1\nb,db1,c,d\n",
	  "f.csv:2:1: 2 fields where the first line names 3 columns\n"
	  "f.csv:3:1: 4 fields where the first line names 3 columns\n" },
	{ "name,server,schema\na,,s\n",       "f.csv:2:3: the server is empty\n" },
	{ "name,server,schema\na,d,s\nb,d,t\na,d,u\n",
	  "f.csv:4:1: the tenant \"a\" is already in line 2\n" },
	{ "name,server,schema\n\"x\"y,d,s\n, ,t\n",
	  "f.csv:2:4: a comma is missing behind the closing quote\n"
	  "f.csv:3:1: the name is empty\n"
	  "f.csv:3:2: the server is empty\n" },
	{ "name,server,schema,region,label.region\na,b,c,d,e\n",
	  "f.csv:1:27: the column \"label.region\" is there twice\n" },
	{ "na\"me,server,schema\na,b,c\n",
	  "f.csv:1:3: a quote inside a field; put the whole field in quotes and double the quotes in it\n" },
	{ "name,server,schema,\na,b,c,d\n",   "f.csv:1:20: this column has no title\n" },
	{ "name,server,schema\na,b,\xff\n",   "f.csv:2:1: the text is not UTF-8\n" },
};

/* clang-format on */

static void every_bad_line_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		struct wire_import import = { 0 };
		struct wire_list problems = { 0 };

		inventory_parse(&import, bad[i].text, &problems);
		inventory_report(out, "f.csv", &problems);
		assert_string_equal(out->str, bad[i].report);
		wire_list_release(&wire_problem_type, &problems);
		wire_release(&wire_import_type, &import);
	}
}

static void other_columns_are_labels_and_empty_cells_are_none(void **state)
{
	struct wire_import import = { 0 };
	struct wire_list problems = { 0 };
	const struct wire_import_row *rows;

	(void)state;
	inventory_parse(&import,
			"region,schema,name,label.tier,server\r\n"
			"eu,s1,acme,gold,db1\r\n"
			",s2, beta ,\"a,b\",db2\r\n",
			&problems);
	rows = import.rows.items;
	assert_int_equal(problems.nr, 0);
	assert_int_equal(import.rows.nr, 2);
	assert_string_equal(rows[0].name, "acme");
	assert_string_equal(rows[0].server, "db1");
	assert_string_equal(rows[0].schema, "s1");
	assert_int_equal(rows[0].labels.nr, 2);
	assert_string_equal(rows[0].labels.labels[0].key, "region");
	assert_string_equal(rows[0].labels.labels[1].key, "tier");
	assert_string_equal(rows[1].name, "beta");
	assert_int_equal(rows[1].line, 3);
	assert_int_equal(rows[1].labels.nr, 1);
	assert_string_equal(rows[1].labels.labels[0].value, "a,b");
	wire_list_release(&wire_problem_type, &problems);
	wire_release(&wire_import_type, &import);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_line_is_told),
		cmocka_unit_test(other_columns_are_labels_and_empty_cells_are_none),
	};

	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
