#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "conf_key.h"
#include "err.h"

static const struct conf_key *get(const char *name)
{
	struct err err = { 0 };
	const struct conf_key *key = conf_key_get(name, &err);

	assert_non_null(key);
	return key;
}

/* clang-format off */
static const struct {
	const char *key; const char *text; const char *want;
} values[] = {
	/* key           in             as it stands in the file */
	{ "running",     "1",           "1" },
	{ "running",     "1024",        "1024" },
	{ "stall",       "1000ms",      "\"1s\"" },
	{ "stall",       "1500ms",      "\"1500ms\"" },
	{ "stall",       "60m",         "\"1h\"" },
	{ "stop_timeout", "0",          "\"0s\"" },
	{ "budget",      "0",           "\"0\"" },
	{ "budget",      "100%",        "\"100%\"" },
	{ "check_listen", "",           "\"\"" },
	{ "check_listen", "[::1]:33",   "\"[::1]:33\"" },
	{ "data_dir",    "/a \"b\"\\",  "\"/a \\\"b\\\"\\\\\"" },
	{ "log_level",   "error",       "\"error\"" },
	{ "admins",      "",            "[ ]" },
	{ "admins",      "alice @dba",  "[ \"alice\", \"@dba\" ]" },
};

static const struct {
	const char *key; const char *limits;
} limits[] = {
	{ "running",   "a number from 1 to 1024" },
	{ "lock_wait", "a duration from 1s to 30s" },
	{ "retry",     "a duration from 100ms to 1h" },
	{ "socket",    "an absolute path in quotes" },
};

/* clang-format on */

static void what_goes_in_comes_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		const struct conf_key *key = get(values[i].key);
		g_autofree char *text = NULL;
		SCOPED(conf) conf = { 0 };
		struct err err = { 0 };

		conf_key_defaults(&conf);
		assert_int_equal(conf_key_set(key, &conf, values[i].text, &err), 0);
		text = conf_key_format(key, &conf);
		assert_string_equal(text, values[i].want);
	}
}

static void refused_value_leaves_the_old_one(void **state)
{
	SCOPED(conf) conf = { 0 };

	(void)state;
	conf_key_defaults(&conf);
	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		g_autofree char *before = conf_key_format(key, &conf);
		g_autofree char *after = NULL;
		struct err err = { 0 };

		assert_int_equal(conf_key_set(key, &conf, "no\ttab", &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		after = conf_key_format(key, &conf);
		assert_string_equal(before, after);
	}
}

static void too_many_names_are_refused(void **state)
{
	g_autofree char *many = g_strnfill(2 * 256 + 1, 'a');
	SCOPED(conf) conf = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 1; many[i] != '\0'; i += 2) {
		many[i] = ' ';
	}
	assert_int_equal(conf_key_set(get("admins"), &conf, many, &err), -1);
	assert_string_equal(err.msg, "\"admins\" holds more than 256 names; name a group");
}

static void limits_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		g_autofree char *text = conf_key_limits(get(limits[i].key));

		assert_string_equal(text, limits[i].limits);
	}
}

static void keys_are_unique_and_explained(void **state)
{
	(void)state;
	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		for (const struct conf_key *other = key + 1; other->name != NULL; other++) {
			assert_string_not_equal(key->name, other->name);
			assert_int_not_equal(key->offset, other->offset);
		}
		assert_true(g_str_has_suffix(key->help, "."));
	}
}

static void every_value_can_be_exchanged(void **state)
{
	SCOPED(conf) a = { 0 };
	SCOPED(conf) b = { 0 };
	struct err err = { 0 };

	(void)state;
	conf_key_defaults(&a);
	conf_key_defaults(&b);
	assert_int_equal(conf_key_set(get("running"), &b, "7", &err), 0);
	assert_int_equal(conf_key_set(get("budget"), &b, "7", &err), 0);
	assert_int_equal(conf_key_set(get("viewers"), &b, "eve", &err), 0);
	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		g_autofree char *a_before = conf_key_format(key, &a);
		g_autofree char *b_before = conf_key_format(key, &b);
		g_autofree char *a_after = NULL;
		g_autofree char *b_after = NULL;

		conf_key_swap(key, &a, &b);
		a_after = conf_key_format(key, &a);
		b_after = conf_key_format(key, &b);
		assert_string_equal(a_after, b_before);
		assert_string_equal(b_after, a_before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_comes_out),
		cmocka_unit_test(refused_value_leaves_the_old_one),
		cmocka_unit_test(too_many_names_are_refused),
		cmocka_unit_test(limits_are_told),
		cmocka_unit_test(keys_are_unique_and_explained),
		cmocka_unit_test(every_value_can_be_exchanged),
	};

	return cmocka_run_group_tests_name("conf_key", tests, NULL, NULL);
}
