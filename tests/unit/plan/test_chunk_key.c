#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "chunk_key.h"
#include "script.h"
#include "test_server.h"

static struct db_session *session;
static const char *schema;

static int begin(void **state)
{
	struct err err;

	(void)state;
	schema = test_server_schema("ckey");
	session = test_server_open();
	return db_use(session, schema, &err);
}

static int end(void **state)
{
	(void)state;
	db_session_free(session);
	return 0;
}

/* "`PRIMARY`(`id`)", or the refusal. Owned. */
static char *found(const char *key, const char *assigned)
{
	g_autofree char *name = g_strdup(key);
	char *columns[] = { g_strdup(assigned), NULL };
	char table[] = "t";
	struct statement_chunk chunk = { .table = table, .key = name, .assigned = columns };
	SCOPED(chunk_key) got = { 0 };
	g_autoptr(GString) text = g_string_new(NULL);
	struct err err;
	int done = chunk_key_find(&got, session, &chunk, &err);

	g_free(columns[0]);
	if (done < 0) {
		return g_strdup(err.msg);
	}
	g_string_append_printf(text, "%s(", got.index);
	for (size_t i = 0; i < got.nr; i++) {
		g_string_append_printf(text, "%s%s", i > 0 ? "," : "", got.columns[i].name);
	}
	g_string_append_c(text, ')');
	return g_strdup(text->str);
}

/* clang-format off */
static const struct {
	const char *columns; const char *key; const char *assigned; const char *want;
} tables[] = {
	{ "id int primary key, a int", NULL, NULL, "`PRIMARY`(`id`)" },
	{ "id int primary key, a int", "id", "a", "`PRIMARY`(`id`)" },
	{ "id int primary key, a int", "primary", NULL, "`PRIMARY`(`id`)" },
	{ "a int not null, b varchar(9) not null, primary key (b, a)", NULL, NULL, "`PRIMARY`(`b`,`a`)" },
	{ "a int not null, b date not null, unique key ab (a, b)", NULL, NULL, "`ab`(`a`,`b`)" },
	{ "id int primary key, c binary(16) not null, unique key c_1 (c)", "c", NULL, "`c_1`(`c`)" },
	{ "f double primary key, c int not null unique", NULL, NULL, "`c`(`c`)" },
	{ "a int not null, b int not null, unique key ab (a, b)", "A,B", NULL, "`ab`(`a`,`b`)" },
	{ "id int primary key", "nope", NULL,
	  "table t has no key nope, along which its rows could be changed range by range: name a primary key, "
	  "or a unique key without NULL" },
	{ "a int", NULL, NULL,
	  "table t has no key along which its rows could be changed range by range: give it a primary key, or a "
	  "unique key without NULL, or write the statement without the directive" },
	{ "id int primary key, a int, key a (a)", "a", NULL,
	  "key a of table t cannot be followed range by range: it is not unique; name another one with key=, a "
	  "primary key, or a unique key without NULL, or write the statement without the directive" },
	{ "a int, unique key a (a)", NULL, NULL,
	  "key a of table t cannot be followed range by range: a column of it may be NULL; name another one with "
	  "key=, a primary key, or a unique key without NULL, or write the statement without the directive" },
	{ "a varchar(99) not null, unique key a (a(5))", NULL, NULL,
	  "key a of table t cannot be followed range by range: it holds only the beginning of a column; name "
	  "another one with key=, a primary key, or a unique key without NULL, or write the statement without "
	  "the directive" },
	{ "id int primary key", NULL, "id",
	  "the statement changes column id, along which it goes through table t: a row could be met again; name "
	  "another key with key=" },
};

/* clang-format on */

static void takes_what_orders_all_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *got = NULL;

		test_server_exec("create table %s.t (%s) engine=InnoDB", schema, tables[i].columns);
		got = found(tables[i].key, tables[i].assigned);
		assert_string_equal(got, tables[i].want);
		test_server_exec("drop table %s.t", schema);
	}
}

static void types_that_change_on_their_way_are_refused(void **state)
{
	static const char *const types[] = {
		"float",    "double", "enum('b','a')",
		"set('a')", "bit(9)", "timestamp default '2026-01-01'"
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autofree char *got = NULL;

		test_server_exec("create table %s.t (k %s not null, primary key (k))", schema,
				 types[i]);
		got = found(NULL, NULL);
		if (strstr(got, "has a type whose values cannot be compared as texts") == NULL) {
			fail_msg("%s: %s", types[i], got);
		}
		test_server_exec("drop table %s.t", schema);
	}
}

static void values_that_are_none_are_not_written(void **state)
{
	const struct chunk_column number = { .form = CHUNK_NUMBER };
	const struct chunk_column moment = { .form = CHUNK_MOMENT };
	const struct chunk_column bytes = { .form = CHUNK_BYTES };
	char names[][16] = { "latin1", "latin1_bin" };
	const struct chunk_column text = { .form = CHUNK_TEXT,
					   .charset = names[0],
					   .collation = names[1] };
	g_autofree char *a = chunk_key_literal(&number, "-12.50");
	g_autofree char *b = chunk_key_literal(&moment, "2026-01-01 00:00:00");
	g_autofree char *c = chunk_key_literal(&bytes, "");
	g_autofree char *d = chunk_key_literal(&text, "4127");

	(void)state;
	assert_string_equal(a, "-12.50");
	assert_string_equal(b, "'2026-01-01 00:00:00'");
	assert_string_equal(c, "X''");
	assert_string_equal(d, "_latin1 X'4127' collate latin1_bin");
	assert_null(chunk_key_literal(&number, "1 or 1"));
	assert_null(chunk_key_literal(&number, ""));
	assert_null(chunk_key_literal(&moment, "2026' or '"));
	assert_null(chunk_key_literal(&bytes, "4G"));
	assert_null(chunk_key_literal(&text, "41'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_orders_all_rows),
		cmocka_unit_test(types_that_change_on_their_way_are_refused),
		cmocka_unit_test(values_that_are_none_are_not_written),
	};

	return cmocka_run_group_tests_name("chunk_key", tests, begin, end);
}
