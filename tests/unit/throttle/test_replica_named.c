#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "replica_named.h"

/* clang-format off */
static const struct {
	const char *text, *same;
} lists[] = {
	{ "10.0.0.6",                          "10.0.0.6:3306" },
	{ "10.0.0.6:3307, db-7.example",       "10.0.0.6:3307,db-7.example:3306" },
	{ "[fd00::7]:3310,fd00::8,[::1]",      "[fd00::7]:3310,[fd00::8]:3306,[::1]:3306" },
	{ "/run/my sql/r.sock,10.0.0.6",       "/run/my sql/r.sock,10.0.0.6:3306" },
};

static const struct {
	const char *text, *bad;
} refusals[] = {
	{ "",                  "there is no address" },
	{ " ",                 "\"\"" },
	{ "10.0.0.6,",         "\"\"" },
	{ "10.0.0.6:",         "\"10.0.0.6:\"" },
	{ "10.0.0.6:0",        "\"10.0.0.6:0\"" },
	{ "10.0.0.6:65536",    "\"10.0.0.6:65536\"" },
	{ "10.0.0.6:p",        "\"10.0.0.6:p\"" },
	{ "[::1",              "\"[::1\"" },
	{ "[::1]3306",         "\"[::1]3306\"" },
	{ "[]",                "\"[]\"" },
	{ ":3306",             "\":3306\"" },
	{ "a b",               "\"a b\"" },
	{ "root@10.0.0.6",     "\"root@10.0.0.6\"" },
};

/* clang-format on */

static void a_list_has_one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		struct err err = { 0 };
		g_autofree char *once = replica_named_format(lists[i].text, &err);
		g_autofree char *twice = NULL;

		assert_non_null(once);
		assert_string_equal(once, lists[i].same);
		twice = replica_named_format(once, &err);
		assert_string_equal(twice, once);
	}
}

static void what_is_no_address_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };

		assert_null(replica_named_format(refusals[i].text, &err));
		assert_int_equal(err.code, ERR_INVALID);
		if (strstr(err.msg, refusals[i].bad) == NULL) {
			fail_msg("\"%s\": %s", refusals[i].text, err.msg);
		}
	}
}

static void there_are_only_so_many(void **state)
{
	g_autoptr(GString) text = g_string_new("h0");
	struct err err = { 0 };
	struct db_addr *addrs;

	(void)state;
	for (int i = 1; i < REPLICA_NAMED_MAX; i++) {
		g_string_append_printf(text, ",h%d", i);
	}
	addrs = replica_named_parse(text->str, &err);
	assert_non_null(addrs);
	assert_string_equal(addrs[REPLICA_NAMED_MAX - 1].host, "h63");
	assert_null(addrs[REPLICA_NAMED_MAX].host);
	replica_named_free(addrs);
	g_string_append(text, ",more");
	assert_null(replica_named_parse(text->str, &err));
	assert_int_equal(err.code, ERR_INVALID);
	replica_named_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_has_one_spelling),
		cmocka_unit_test(what_is_no_address_is_named),
		cmocka_unit_test(there_are_only_so_many),
	};

	return cmocka_run_group_tests_name("replica_named", tests, NULL, NULL);
}
