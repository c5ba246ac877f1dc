#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "render.h"
#include "views.h"

static void add_tenant(struct wire_list *list, const char *name, const char *version,
		       const char *hold)
{
	struct wire_tenant *tenant = wire_list_add(&wire_tenant_type, list);

	tenant->name = g_strdup(name);
	tenant->server = g_strdup("db1");
	tenant->schema = g_strdup_printf("s_%s", name);
	tenant->version = g_strdup(version);
	tenant->mode = g_strdup("rw");
	tenant->hold = g_strdup(hold);
	tenant->bytes = 4200;
	wire_labels_put(&tenant->labels, "region", "eu");
}

static int setup(void **state)
{
	struct wire_list *list = g_new0(struct wire_list, 1);

	add_tenant(list, "acme", "0007", NULL);
	add_tenant(list, "long, \"odd\" name", NULL, "audit\nuntil \033[2JFriday");
	*state = list;
	return 0;
}

static int teardown(void **state)
{
	wire_list_release(&wire_tenant_type, *state);
	g_free(*state);
	return 0;
}

/* clang-format off */
static const struct { struct style style; const char *want; } looks[] = {
	{ { .output = RENDER_TABLE },
	  "NAME              SERVER  SCHEMA              VERSION  MODE  HOLD                    LABELS\n"
	  "acme              db1     s_acme              0007     rw                            region=eu\n"
	  "long, \"odd\" name  db1     s_long, \"odd\" name           rw    audit until  [2JFriday  region=eu\n" },
	{ { .output = RENDER_TABLE, .width = 77 },
	  "NAME              SERVER  SCHEMA              VERSION  MODE  HOLD        LABELS\n"
	  "acme              db1     s_acme              0007     rw                region=eu\n"
	  "long, \"odd\" name  db1     s_long, \"odd\" name           rw    audit unt…  region=eu\n" },
	{ { .output = RENDER_NAME }, "acme\nlong, \"odd\" name\n" },
	{ { .output = RENDER_CSV },
	  "name,server,schema,version,mode,hold,labels,class,bytes,revision,unfinished,regressed,window,next_window,freeze,waits\r\n"
	  "acme,db1,s_acme,0007,rw,,region=eu,,4200,0,,,,,,\r\n"
	  "\"long, \"\"odd\"\" name\",db1,\"s_long, \"\"odd\"\" name\",,rw,\"audit\nuntil \033[2JFriday\","
	  "region=eu,,4200,0,,,,,,\r\n" },
};

/* clang-format on */

static void a_list_looks_as_asked(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		render_list(out, &view_tenant, *state, &looks[i].style);
		assert_string_equal(out->str, looks[i].want);
	}
}

static void json_is_one_array_and_jsonl_one_object_a_line(void **state)
{
	const struct style json = { .output = RENDER_JSON };
	const struct style jsonl = { .output = RENDER_JSONL };
	g_autoptr(GString) array = g_string_new(NULL);
	g_autoptr(GString) lines = g_string_new(NULL);
	struct wire_list again = { 0 };
	struct err err = { 0 };

	render_list(array, &view_tenant, *state, &json);
	assert_true(g_str_has_suffix(array->str, "]\n"));
	assert_int_equal(wire_decode_list(&wire_tenant_type, &again, array->str, array->len, &err),
			 0);
	assert_int_equal(again.nr, 2);
	wire_list_release(&wire_tenant_type, &again);

	render_list(lines, &view_tenant, *state, &jsonl);
	{
		g_auto(GStrv) each = g_strsplit(lines->str, "\n", -1);

		assert_int_equal(g_strv_length(each), 3);
		assert_true(g_str_has_prefix(each[1], "{\"name\":\"long, \\\"odd\\\" name\""));
	}
}

static void wide_shows_more_and_sizes_in_units(void **state)
{
	const struct style wide = { .output = RENDER_WIDE };
	g_autoptr(GString) out = g_string_new(NULL);

	render_list(out, &view_tenant, *state, &wide);
	assert_non_null(strstr(out->str, "4.1 KiB"));
	assert_non_null(strstr(out->str, "REVISION"));
}

static void one_item_is_a_line_for_each_thing_it_has(void **state)
{
	const struct style table = { .output = RENDER_TABLE };
	const struct wire_list *list = *state;
	g_autoptr(GString) out = g_string_new(NULL);

	render_item(out, &view_tenant, list->items, &table);
	assert_string_equal(out->str, "name      acme\n"
				      "server    db1\n"
				      "schema    s_acme\n"
				      "version   0007\n"
				      "mode      rw\n"
				      "labels    region=eu\n"
				      "size      4.1 KiB\n"
				      "revision  0\n");
}

static void an_empty_list_has_only_titles(void **state)
{
	const struct style table = { .output = RENDER_TABLE };
	const struct style json = { .output = RENDER_JSON };
	const struct wire_list none = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	render_list(out, &view_release, &none, &table);
	render_list(out, &view_release, &none, &json);
	assert_string_equal(out->str, "NAME  VERSION  FORMAT  CREATED  CHECKSUM\n[]\n");
}

static void states_have_colours_only_when_asked(void **state)
{
	const struct style plain = { .color = false };
	const struct style color = { .color = true };

	(void)state;
	assert_string_equal(render_color("failed", &plain), "");
	assert_string_equal(render_color("failed", &color), "\033[31m");
	assert_string_equal(render_color("unheard of", &color), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_list_looks_as_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(json_is_one_array_and_jsonl_one_object_a_line,
						setup, teardown),
		cmocka_unit_test_setup_teardown(wide_shows_more_and_sizes_in_units, setup,
						teardown),
		cmocka_unit_test_setup_teardown(one_item_is_a_line_for_each_thing_it_has, setup,
						teardown),
		cmocka_unit_test(an_empty_list_has_only_titles),
		cmocka_unit_test(states_have_colours_only_when_asked),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
