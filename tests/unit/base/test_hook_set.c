#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "hook_set.h"

/* clang-format off */
static const struct {
	const char *set; const char *word; const char *want;
} put_rows[] = {
	{ NULL,                            "before-close=drain",  "before-close=drain" },
	{ "",                              "before-close=drain",  "before-close=drain" },
	{ "before-close=drain",            "before-close=drain2", "before-close=drain2" },
	{ "after-open=up",                 "before-close=drain",  "before-close=drain after-open=up" },
	{ "before-close=drain",            "after-open=up",       "before-close=drain after-open=up" },
	{ "before-close=drain after-open=up", "before-close=",    "after-open=up" },
	{ "before-close=drain",            "before-close=",       "" },
	{ "",                              "after-open=",         "" },
	{ "",                              "before-rollout=a.b-c_9.sh", "before-rollout=a.b-c_9.sh" },
};

static const struct {
	const char *word; const char *says;
} refusals[] = {
	{ "before-close",            "write before-close=NAME" },
	{ "",                        "there is no event \"\"" },
	{ "before=drain",            "there is no event \"before\"" },
	{ "before-closed=drain",     "there is no event \"before-closed\"" },
	{ "before-close:drain",      "there is no event" },
	{ "before-close=../drain",   "is no name of a hook" },
	{ "before-close=/bin/sh",    "is no name of a hook" },
	{ "before-close=.hidden",    "is no name of a hook" },
	{ "before-close=a b",        "is no name of a hook" },
	{ "before-close=a=b",        "is no name of a hook" },
	{ "before-close=\xc3\xa4",   "is no name of a hook" },
};

/* clang-format on */

static void each_event_has_one_name_and_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(put_rows); i++) {
		g_autofree char *set = g_strdup(put_rows[i].set);
		struct err err;

		assert_int_equal(hook_set_put(&set, put_rows[i].word, &err), 0);
		assert_string_equal(set, put_rows[i].want);
	}
}

static void what_is_no_name_is_refused_and_changes_nothing(void **state)
{
	g_autofree char *longest = g_strnfill(64, 'a');
	g_autofree char *fits = g_strdup_printf("after-open=%s", longest);
	g_autofree char *too_long = g_strdup_printf("after-open=%sa", longest);
	g_autofree char *set = g_strdup("after-open=up");
	struct err err;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		assert_int_equal(hook_set_put(&set, refusals[i].word, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_non_null(strstr(err.msg, refusals[i].says));
		assert_string_equal(set, "after-open=up");
	}
	assert_int_equal(hook_set_put(&set, too_long, &err), -1);
	assert_int_equal(hook_set_put(&set, fits, &err), 0);
	assert_string_equal(set, fits);
}

static void the_name_of_an_event_is_found_again(void **state)
{
	const char *set = "before-rollout=a before-close=bb after-rollout=ccc";
	g_autofree char *first = hook_set_get(set, HOOK_BEFORE_ROLLOUT);
	g_autofree char *middle = hook_set_get(set, HOOK_BEFORE_CLOSE);
	g_autofree char *last = hook_set_get(set, HOOK_AFTER_ROLLOUT);

	(void)state;
	assert_string_equal(first, "a");
	assert_string_equal(middle, "bb");
	assert_string_equal(last, "ccc");
	assert_null(hook_set_get(set, HOOK_AFTER_CLOSE));
	assert_null(hook_set_get(NULL, HOOK_AFTER_CLOSE));
	assert_null(hook_set_get("", HOOK_AFTER_CLOSE));
	assert_true(hook_set_has(set, HOOK_BEFORE_CLOSE));
	assert_false(hook_set_has(set, HOOK_AFTER_OPEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_has_one_name_and_its_place),
		cmocka_unit_test(what_is_no_name_is_refused_and_changes_nothing),
		cmocka_unit_test(the_name_of_an_event_is_found_again),
	};

	return cmocka_run_group_tests_name("hook_set", tests, NULL, NULL);
}
