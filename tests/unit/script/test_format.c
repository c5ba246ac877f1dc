#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "format.h"

static void finds_the_files_of_each_migration(void **state)
{
	GArray *entries = format_entries_new();
	SCOPED(release_files) files = { 0 };
	SCOPED(release_cfg) cfg = { 0 };
	const struct format_entry *entry;
	struct err err;

	(void)state;
	release_files_add(&files, "10_b.sql", "", 0);
	release_files_add(&files, "9_a.down.sql", "", 0);
	release_files_add(&files, "9_a.sql", "", 0);
	assert_int_equal(release_cfg_parse(&cfg, NULL, &err), 0);
	assert_string_equal(format_read(entries, &files, &cfg, NULL, &err), "plain");
	assert_int_equal(entries->len, 2);
	entry = &g_array_index(entries, struct format_entry, 0);
	assert_string_equal(entry->version, "9");
	assert_string_equal(entry->name, "a");
	assert_int_equal(entry->up, 2);
	assert_int_equal(entry->down, 1);
	entry = &g_array_index(entries, struct format_entry, 1);
	assert_int_equal(entry->up, 0);
	assert_true(entry->down == FORMAT_NONE);
	g_array_free(entries, TRUE);
}

static void wanted_wins_over_release_cfg(void **state)
{
	GArray *entries = format_entries_new();
	SCOPED(release_files) files = { 0 };
	SCOPED(release_cfg) cfg = { 0 };
	struct err err;

	(void)state;
	release_files_add(&files, "10_b.sql", "", 0);
	assert_int_equal(release_cfg_parse(&cfg, "format=\"plain\";", &err), 0);
	assert_string_equal(format_read(entries, &files, &cfg, "flat", &err), "flat");
	assert_string_equal(g_array_index(entries, struct format_entry, 0).version, "10_b");
	g_array_free(entries, TRUE);
}

static void knows_which_files_count(void **state)
{
	(void)state;
	assert_true(format_is_sql("a.sql"));
	assert_false(format_is_sql(".sql"));
	assert_false(format_is_sql(".a.sql"));
	assert_false(format_is_sql("a.sql~"));
	assert_false(format_is_sql("a.txt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_files_of_each_migration),
		cmocka_unit_test(wanted_wins_over_release_cfg),
		cmocka_unit_test(knows_which_files_count),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
