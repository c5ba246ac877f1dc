#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "name.h"
#include "wire.h"

/* clang-format off */
static const struct {
	const char *what; const char *name; const char *msg;
} names[] = {
	/* of       name            NULL: fine; else what the operator reads */
	{ "server", "db1",          NULL },
	{ "server", "eu-1.db_2",    NULL },
	{ "server", "",             "the name of a server cannot be empty" },
	{ "server", "db 1",         "server name \"db 1\": only letters, digits and . _ - are possible, and no - at the start" },
	{ "server", "-x",           "server name \"-x\": only letters, digits and . _ - are possible, and no - at the start" },
	{ "release", "",       "the name of a release cannot be empty" },
	{ "release", "-x",     "release name \"-x\": it cannot begin with a blank, @ or -, nor end with a blank" },
	{ "tenant", "acme",         NULL },
	{ "tenant", "caf\xc3\xa9 & s\xc3\xb6hne", NULL },
	{ "tenant", "",             "the name of a tenant cannot be empty" },
	{ "tenant", "a/b",          "tenant name \"a/b\": \"/\" and control characters are not possible" },
	{ "tenant", "@a",           "tenant name \"@a\": it cannot begin with a blank, @ or -, nor end with a blank" },
	{ "tenant", "a ",           "tenant name \"a \": it cannot begin with a blank, @ or -, nor end with a blank" },
};

static const struct {
	const char *key; const char *msg;
} keys[] = {
	{ "region",  NULL },
	{ "a.b-c_1", NULL },
	{ "",        "label \"\": a key is letters, digits and . _ -" },
	{ "a b",     "label \"a b\": a key is letters, digits and . _ -" },
	{ "server",  "label \"server\": this word is the tenant's own in selectors; take another" },
};

/* clang-format on */

static void names_are_checked_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct err err = { 0 };

		int rc = strcmp(names[i].what, "server") == 0
				 ? name_check_server(names[i].name, &err)
				 : name_check_of(names[i].what, names[i].name, &err);

		assert_int_equal(rc, names[i].msg == NULL ? 0 : -1);
		assert_string_equal(err.msg, names[i].msg == NULL ? "" : names[i].msg);
	}
}

static void a_long_name_is_refused(void **state)
{
	g_autofree char *fits = g_strnfill(128, 'x');
	g_autofree char *over = g_strnfill(129, 'x');
	struct err err;

	(void)state;
	assert_int_equal(name_check_of("tenant", fits, &err), 0);
	assert_int_equal(name_check_of("tenant", over, &err), -1);
	assert_non_null(strstr(err.msg, "is longer than 128 bytes"));
}

static void keys_of_labels_are_checked_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		char *key = g_strdup(keys[i].key);
		char *value = g_strdup("v");
		struct wire_label label = { .key = key, .value = value };
		struct wire_labels labels = { .labels = &label, .nr = 1 };
		struct err err = { 0 };

		assert_int_equal(name_check_labels(&labels, &err), keys[i].msg == NULL ? 0 : -1);
		assert_string_equal(err.msg, keys[i].msg == NULL ? "" : keys[i].msg);
		g_free(key);
		g_free(value);
	}
}

static void pairs_are_cut_at_the_first_equals_sign(void **state)
{
	char *key = NULL;
	char *value = NULL;
	struct err err;

	(void)state;
	assert_int_equal(name_cut("a=b=c", &key, &value, &err), 0);
	assert_string_equal(key, "a");
	assert_string_equal(value, "b=c");
	g_free(key);
	g_free(value);
	assert_int_equal(name_cut("=b", &key, &value, &err), -1);
	assert_int_equal(name_cut("ab", &key, &value, &err), -1);
	assert_string_equal(err.msg, "\"ab\" is not KEY=VALUE");
}

static void numbers_are_whole_and_in_limits(void **state)
{
	static const int64_t limits[2] = { 0, 256 };
	int64_t number = 7;
	struct err err;

	(void)state;
	assert_int_equal(name_number("max_running", "256", limits, &number, &err), 0);
	assert_int_equal(number, 256);
	assert_int_equal(name_number("max_running", "257", limits, &number, &err), -1);
	assert_int_equal(name_number("max_running", "2 ", limits, &number, &err), -1);
	assert_string_equal(err.msg, "max_running=2  must be a number from 0 to 256");
	assert_int_equal(number, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_checked_in_words),
		cmocka_unit_test(a_long_name_is_refused),
		cmocka_unit_test(keys_of_labels_are_checked_in_words),
		cmocka_unit_test(pairs_are_cut_at_the_first_equals_sign),
		cmocka_unit_test(numbers_are_whole_and_in_limits),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
