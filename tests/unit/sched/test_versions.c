#include "versions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "estimate.h"
#include "exec.h"
#include "forecast.h"
#include "forecasts.h"
#include "release.h"

#define MOST 250

static char users[] = "users";
static char orders[] = "orders";

enum { FIRST, OTHER, SECOND, BUILT, THIRD, STATEMENTS };

/* Five statements of one file, and a class of three tenants. */
struct ground {
	struct release *release;
	struct forecast forecast;
	struct forecast_statement statements[STATEMENTS];
	struct forecast_tenant tenants[3];
	struct forecast_class class;
	struct forecasts forecasts;
};

static void failing_free(void *data)
{
	struct forecast_failing *failing = data;

	g_free(failing->tenant);
	g_free(failing->check);
	g_free(failing->message);
	g_free(failing);
}

static int ground_begin(void **state)
{
	static const char text[] = "alter table users add a int;\nalter table orders add a int;\n"
				   "alter table users add b int;\noptimize table users;\n"
				   "alter table users add c int;\n";
	static char names[][8] = { "acme", "bolt", "cord" };
	struct ground *ground = g_new0(struct ground, 1);
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	release_files_add(&files, "0001_a.sql", text, strlen(text));
	ground->release = release_parse(&files, NULL, &err);
	assert_non_null(ground->release);
	for (size_t i = 0; i < STATEMENTS; i++) {
		ground->statements[i].number = i + 1;
		ground->statements[i].table = i == OTHER ? orders : users;
		ground->statements[i].versions = i != BUILT;
		ground->statements[i].rebuilds = i == BUILT;
	}
	ground->forecast.statements = ground->statements;
	ground->forecast.nr = STATEMENTS;
	ground->class.forecast = &ground->forecast;
	ground->class.tenants = g_ptr_array_new();
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		ground->tenants[i].name = names[i];
		g_ptr_array_add(ground->class.tenants, &ground->tenants[i]);
	}
	ground->forecasts.failing = g_ptr_array_new_with_free_func(failing_free);
	*state = ground;
	return 0;
}

static int ground_end(void **state)
{
	struct ground *ground = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(ground->tenants); i++) {
		g_free(ground->tenants[i].anew);
	}
	g_strfreev(ground->class.warnings);
	g_ptr_array_unref(ground->class.tenants);
	g_ptr_array_unref(ground->forecasts.failing);
	release_unref(ground->release);
	g_free(ground);
	return 0;
}

static void take(struct ground *ground, size_t tenant, const char *table, int64_t row_versions)
{
	g_autofree char *copy = g_strdup(table);
	const struct exec_versions found = {
		.table = copy,
		.row_versions = row_versions,
		.bytes = 4096,
		.rows = 7,
	};

	versions_take(&ground->forecast, &ground->tenants[tenant], &found, MOST);
}

static bool is_anew(const struct ground *ground, size_t tenant, size_t index)
{
	return ground->tenants[tenant].anew[index].row_versions > 0;
}

static void a_table_that_used_them_up_is_rebuilt_and_begins_anew(void **state)
{
	struct ground *ground = *state;

	take(ground, 0, users, MOST);
	assert_true(is_anew(ground, 0, FIRST));
	assert_int_equal(ground->tenants[0].anew[FIRST].row_versions, MOST);
	assert_int_equal(ground->tenants[0].anew[FIRST].size.bytes, 4096);
	assert_int_equal(ground->tenants[0].anew[FIRST].size.rows, 7);
	assert_false(is_anew(ground, 0, OTHER));
	assert_false(is_anew(ground, 0, SECOND));
	assert_false(is_anew(ground, 0, THIRD));
}

static void those_of_the_release_itself_count(void **state)
{
	struct ground *ground = *state;

	take(ground, 0, users, MOST - 1);
	assert_false(is_anew(ground, 0, FIRST));
	assert_true(is_anew(ground, 0, SECOND));
	take(ground, 1, users, MOST - 2);
	assert_false(is_anew(ground, 1, SECOND));
	assert_false(is_anew(ground, 1, THIRD)); /* it was built anew in between */
	take(ground, 1, orders, MOST);
	assert_true(is_anew(ground, 1, OTHER));
	assert_false(is_anew(ground, 1, SECOND));
}

static void it_is_told_once_for_all_of_them(void **state)
{
	struct ground *ground = *state;

	versions_tell(&ground->forecasts, &ground->class, ground->release);
	assert_null(ground->class.warnings);
	take(ground, 1, users, MOST);
	take(ground, 2, users, MOST + 1);
	versions_tell(&ground->forecasts, &ground->class, ground->release);
	assert_int_equal(g_strv_length(ground->class.warnings), 1);
	assert_string_equal(ground->class.warnings[0],
			    "0001_a.sql:1: columns of users came and went at once 250 times in "
			    "bolt and 1 more: there the table is rebuilt (inplace)");
	versions_unread(&ground->class, "no right");
	versions_unread(&ground->class, "no right");
	assert_int_equal(g_strv_length(ground->class.warnings), 2);
	assert_int_equal(ground->forecasts.failing->len, 0);
}

static void a_statement_that_insists_would_fail(void **state)
{
	struct ground *ground = *state;
	const struct forecast_failing *failing;

	ground->statements[FIRST].insists = true;
	take(ground, 2, users, MOST);
	versions_tell(&ground->forecasts, &ground->class, ground->release);
	assert_null(ground->class.warnings);
	assert_int_equal(ground->forecasts.failing->len, 1);
	failing = g_ptr_array_index(ground->forecasts.failing, 0);
	assert_string_equal(failing->tenant, "cord");
	assert_string_equal(failing->check, "row versions");
	assert_true(g_str_has_prefix(failing->message, "0001_a.sql:1: columns of users came and "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_table_that_used_them_up_is_rebuilt_and_begins_anew, ground_begin,
			ground_end),
		cmocka_unit_test_setup_teardown(those_of_the_release_itself_count, ground_begin,
						ground_end),
		cmocka_unit_test_setup_teardown(it_is_told_once_for_all_of_them, ground_begin,
						ground_end),
		cmocka_unit_test_setup_teardown(a_statement_that_insists_would_fail, ground_begin,
						ground_end),
	};

	return cmocka_run_group_tests_name("versions", tests, NULL, NULL);
}
