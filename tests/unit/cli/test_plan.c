#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "wire.h"

static void read_plan(struct wire_plan *plan)
{
	g_autofree char *text = NULL;
	struct err err = { 0 };
	gsize len = 0;

	assert_true(g_file_get_contents(TESTS_DIR "/golden/cli/plan.json", &text, &len, NULL));
	if (wire_decode(&wire_plan_type, plan, text, len, true, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static void golden_is(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(TESTS_DIR, "golden", "cli", name, NULL);
	g_autofree char *golden = NULL;

	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, text, -1, NULL));
	}
	assert_true(g_file_get_contents(path, &golden, NULL, NULL));
	assert_string_equal(text, golden);
}

static void people_read_class_by_class_what_would_happen(void **state)
{
	const struct style style = { .output = RENDER_TABLE, .fine = true };
	g_autoptr(GString) out = g_string_new(NULL);
	struct wire_plan plan = { 0 };

	(void)state;
	read_plan(&plan);
	plan_print(out, &plan, &style);
	golden_is("plan.txt", out->str);
	wire_release(&wire_plan_type, &plan);
}

static void wide_shows_notes_too(void **state)
{
	const struct style table = { .output = RENDER_TABLE };
	const struct style wide = { .output = RENDER_WIDE };
	g_autoptr(GString) narrow = g_string_new(NULL);
	g_autoptr(GString) all = g_string_new(NULL);
	struct wire_plan plan = { 0 };

	(void)state;
	read_plan(&plan);
	plan_print(narrow, &plan, &table);
	plan_print(all, &plan, &wide);
	assert_null(strstr(narrow->str, "MU302"));
	assert_non_null(strstr(all->str, "note: nothing undoes this migration (MU302)"));
	wire_release(&wire_plan_type, &plan);
}

static void long_lists_are_cut_and_say_so(void **state)
{
	const struct style style = { .output = RENDER_TABLE };
	g_autoptr(GString) out = g_string_new(NULL);
	struct wire_plan plan = { .release = g_strdup("r"), .version = g_strdup("1") };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		g_autofree char *name = g_strdup_printf("t%u", i);
		struct wire_plan_failing *failing =
			wire_list_add(&wire_plan_failing_type, &plan.failing);

		failing->tenant = g_strdup(name);
		failing->message = g_strdup("no");
		wire_texts_add(&plan.held, name);
	}
	plan_print(out, &plan, &style);
	assert_non_null(strstr(out->str, "  t4: no\n  … and 3 more: -o wide\n"));
	assert_non_null(strstr(out->str, "8 left out:\n  t0, t1, t2, t3, t4, …: held"));
	wire_release(&wire_plan_type, &plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_read_class_by_class_what_would_happen),
		cmocka_unit_test(wide_shows_notes_too),
		cmocka_unit_test(long_lists_are_cut_and_say_so),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
