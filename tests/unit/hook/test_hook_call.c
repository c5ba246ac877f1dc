#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "hook.h"

static bool has(char *const *env, const char *text)
{
	return g_strv_contains((const char *const *)env, text);
}

static void facts_are_in_the_environment_and_in_the_object(void **state)
{
	SCOPED_PTR(hook_call) call = hook_call_new("/hooks", "drain");
	g_autofree char *input = NULL;
	char *const *env;

	(void)state;
	hook_call_fact(call, "tenant", "acme");
	hook_call_fact(call, "version", NULL);
	hook_call_fact(call, "reason", "say \"no\"\\\n\ttwice");
	input = hook_call_input(call);
	env = hook_call_env(call);
	assert_string_equal(input, "{\"tenant\": \"acme\", \"version\": null, "
				   "\"reason\": \"say \\\"no\\\"\\\\\\n\\ttwice\"}\n");
	assert_true(has(env, "MUSTER_TENANT=acme"));
	assert_true(has(env, "MUSTER_REASON=say \"no\"\\\n\ttwice"));
	for (size_t i = 0; env[i] != NULL; i++) {
		assert_false(g_str_has_prefix(env[i], "MUSTER_VERSION"));
	}
	assert_string_equal(hook_call_name(call), "drain");
}

static void nothing_of_the_daemon_is_in_the_environment(void **state)
{
	SCOPED_PTR(hook_call) call = hook_call_new("/hooks", "drain");
	char *const *env = hook_call_env(call);

	(void)state;
	assert_int_equal(g_strv_length((char **)(uintptr_t)env), 2);
	assert_true(g_str_has_prefix(env[0], "PATH=/usr/local/sbin:"));
	assert_string_equal(env[1], "LANG=C.UTF-8");
}

static void what_is_no_utf8_is_mended(void **state)
{
	SCOPED_PTR(hook_call) call = hook_call_new("/hooks", "drain");
	g_autofree char *input = NULL;

	(void)state;
	hook_call_fact(call, "tenant", "a\xff");
	input = hook_call_input(call);
	assert_true(g_utf8_validate(input, -1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_in_the_environment_and_in_the_object),
		cmocka_unit_test(nothing_of_the_daemon_is_in_the_environment),
		cmocka_unit_test(what_is_no_utf8_is_mended),
	};

	return cmocka_run_group_tests_name("hook_call", tests, NULL, NULL);
}
