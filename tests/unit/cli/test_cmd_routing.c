#include <glib/gstdio.h>

#include "ran.h"

#define ROUTE                                                                         \
	"{\"tenant\":\"acme\",\"server\":\"db1\",\"schema\":\"c1\",\"version\":null," \
	"\"mode\":\"rw\",\"class\":null}"

static void the_map_is_shown_and_exported(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "routing -o json", { RAN_OK "[" ROUTE "]" },
		  "GET /v1/routing\n", "[" ROUTE "]\n", NULL, 0 },
		{ "routing -o name", { RAN_OK "[" ROUTE "]" }, NULL, "acme\n", NULL, 0 },
		{ "routing export --format haproxy-map -", { RAN_OK "acme rw\n" },
		  "GET /v1/routing?format=haproxy-map\n", "acme rw\n", NULL, 0 },
		{ "routing export -", { NULL }, "", "",
		  "muster routing export: say for whom: --format nginx-map, haproxy-map or json\n"
		  "  -> muster routing export --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_file_is_replaced_whole(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("muster-export-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "map", NULL);
	g_autofree char *line = g_strdup_printf("routing export --format json %s", path);
	g_autofree char *text = NULL;
	const struct ran_row rows[] = {
		{ line, { RAN_OK "[" ROUTE "]" }, NULL, "", "", 0 },
	};

	(void)state;
	assert_true(g_file_set_contents(path, "what was there, and longer than that", -1, NULL));
	ran_table(rows, G_N_ELEMENTS(rows));
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "[" ROUTE "]");
	assert_int_equal(g_unlink(path), 0);
	assert_int_equal(g_rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_map_is_shown_and_exported),
		cmocka_unit_test(a_file_is_replaced_whole),
	};

	return cmocka_run_group_tests_name("cmd_routing", tests, NULL, NULL);
}
