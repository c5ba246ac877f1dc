#include "verified.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "golden_file.h"

static void people_read_who_is_not_as_he_should_be_and_what_helps(void **state)
{
	const struct style style = { .output = RENDER_TABLE };
	g_autoptr(GString) out = g_string_new(NULL);
	struct wire_verify verify = { 0 };

	(void)state;
	golden_answer("verify.json", &wire_verify_type, &verify);
	verified_print(out, &verify, &style);
	golden_is("cli", "verify.txt", out->str);
	wire_release(&wire_verify_type, &verify);
}

static void those_who_are_fine_come_last(void **state)
{
	struct wire_verify verify = { 0 };
	struct wire_list rows = { 0 };
	const struct wire_verify_tenant *items;

	(void)state;
	golden_answer("verify.json", &wire_verify_type, &verify);
	verified_rows(&verify, &rows);
	items = rows.items;
	assert_int_equal(rows.nr, verify.tenants);
	assert_string_equal(items[0].tenant, "beta");
	assert_string_equal(items[rows.nr - 1].verdict, "ok");
	g_free(rows.items);
	wire_release(&wire_verify_type, &verify);
}

static void long_lists_are_cut_and_say_so(void **state)
{
	const struct style table = { .output = RENDER_TABLE };
	const struct style wide = { .output = RENDER_WIDE };
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GString) all = g_string_new(NULL);
	struct wire_verify verify = { .release = g_strdup("r"),
				      .version = g_strdup("1"),
				      .tenants = 70 };
	struct wire_verify_tenant *bad;

	(void)state;
	for (unsigned i = 0; i < 69; i++) {
		struct wire_verify_tenant *fine =
			wire_list_add(&wire_verify_tenant_type, &verify.verified);

		fine->tenant = g_strdup_printf("t%u", i);
		fine->verdict = g_strdup("ok");
	}
	bad = wire_list_add(&wire_verify_tenant_type, &verify.drifted);
	bad->tenant = g_strdup("bad");
	bad->verdict = g_strdup("drifted");
	for (unsigned i = 0; i < 12; i++) {
		wire_texts_add(&bad->diff, "table t, column c: gone");
	}
	verified_print(out, &verify, &table);
	assert_non_null(strstr(out->str, "… and 69 as they should be: -o wide\n"));
	assert_non_null(strstr(out->str, "      … and 4 more: -o wide\n"));
	assert_null(strstr(out->str, "t68"));
	verified_print(all, &verify, &wide);
	assert_non_null(strstr(all->str, "t68"));
	assert_null(strstr(all->str, "-o wide"));
	wire_release(&wire_verify_type, &verify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_read_who_is_not_as_he_should_be_and_what_helps),
		cmocka_unit_test(those_who_are_fine_come_last),
		cmocka_unit_test(long_lists_are_cut_and_say_so),
	};

	return cmocka_run_group_tests_name("verified", tests, NULL, NULL);
}
