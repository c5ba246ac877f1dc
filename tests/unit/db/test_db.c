#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"

/* clang-format off */
static const struct {
	const char *host; unsigned port; const char *socket; const char *text;
} addresses[] = {
	{ "db7",       0,    NULL,           "db7:3306" },
	{ "10.0.0.8",  3307, NULL,           "10.0.0.8:3307" },
	{ "2001:db8::1", 0,  NULL,           "[2001:db8::1]:3306" },
	{ NULL,        0,    "/run/my.sock", "/run/my.sock" },
	{ NULL,        0,    NULL,           "localhost:3306" },
};

static const struct {
	const char *name; const char *quoted;
} names[] = {
	{ "acme",      "`acme`" },
	{ "a`b",       "`a``b`" },
	{ "`",         "````" },
	{ "größe x.y", "`größe x.y`" },
};

static const struct {
	const char *sql; bool leaves;
} statements[] = {
	{ "update t set a = 1",                          false },
	{ "ALTER TABLE t ADD b INT",                     false },
	{ "  \n/* muster: r1/acme */ /**/ create table t (a int)", false },
	{ "set names latin1",                            true },
	{ "SET @@sql_mode = ''",                         true },
	{ "/* x */ set autocommit = 0",                  true },
	{ "call p()",                                    true },
	{ "execute s",                                   true },
	{ "begin not atomic set autocommit = 0; end",    true },
	{ "/*!40101 SET sql_mode = '' */",               true },
	{ "/*M!100100 SET sql_mode = '' */",             true },
	{ "-- x\nselect 1",                              true },
	{ "selection",                                   true },
	{ "/* open",                                     true },
	{ "",                                            true },
};

/* clang-format on */

static void an_address_reads_as_people_write_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		struct db_addr from = { .host = g_strdup(addresses[i].host),
					.port = addresses[i].port,
					.socket = g_strdup(addresses[i].socket),
					.defaults_file = g_strdup("/secret.cnf") };
		struct db_addr copy = { .host = g_strdup("before") };
		g_autofree char *text = NULL;

		db_addr_copy(&copy, &from);
		db_addr_release(&from);
		assert_null(from.host);
		text = db_addr_format(&copy);
		assert_string_equal(text, addresses[i].text);
		assert_string_equal(copy.defaults_file, "/secret.cnf");
		db_addr_release(&copy);
	}
}

static void names_are_quoted(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *quoted = db_quote_name(names[i].name);

		assert_string_equal(quoted, names[i].quoted);
	}
}

static void only_harmless_statements_leave_the_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
		if (db_leaves_settings(statements[i].sql) != statements[i].leaves) {
			fail_msg("%s", statements[i].sql);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_reads_as_people_write_it),
		cmocka_unit_test(names_are_quoted),
		cmocka_unit_test(only_harmless_statements_leave_the_settings),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
