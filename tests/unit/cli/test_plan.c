#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "golden_file.h"

static void people_read_class_by_class_what_would_happen(void **state)
{
	const struct style style = { .output = RENDER_TABLE, .fine = true };
	g_autoptr(GString) out = g_string_new(NULL);
	struct wire_plan plan = { 0 };

	(void)state;
	golden_answer("plan.json", &wire_plan_type, &plan);
	plan_print(out, &plan, &style);
	golden_is("cli", "plan.txt", out->str);
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
	golden_answer("plan.json", &wire_plan_type, &plan);
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
