#include "kit.h"
#include "pending.h"

static const struct {
	const char *applied; /* one letter for each of 0001 … 0004 */
	const char *to_version;
	const char *want; /* indices */
	int64_t statements;
} cases[] = {
	{ "....", NULL, "0 1 2 3 ", 7 }, { "xx..", NULL, "2 3 ", 4 },   { "x.x.", NULL, "1 3 ", 4 },
	{ "xxxx", NULL, "", 0 },         { "....", "0002", "0 1 ", 3 }, { "x...", "0001", "", 0 },
	{ "....", "0009", "", 0 },
};

static void what_is_not_applied_up_to_the_wanted_version(void **state)
{
	struct release *release =
		kit_release("0001_a.sql", "DO 1;", "0002_b.sql", "DO 1; DO 2;", "0003_c.sql",
			    "DO 1; DO 2;", "0004_d.sql", "DO 1; DO 2;", NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) got = g_string_new(NULL);
		bool is_applied[4];
		SCOPED(pending) pending = { 0 };

		for (size_t k = 0; k < 4; k++) {
			is_applied[k] = cases[i].applied[k] == 'x';
		}
		pending_find(&pending, release, cases[i].to_version, is_applied);
		for (size_t k = 0; k < pending.nr; k++) {
			g_string_append_printf(got, "%zu ", pending.indices[k]);
		}
		assert_string_equal(got->str, cases[i].want);
		assert_int_equal(pending.statements, cases[i].statements);
	}
	release_unref(release);
}

/* It stands among them, to be recorded, but nothing of it is to be run. */
static void what_is_skipped_has_no_statements(void **state)
{
	struct release *release =
		kit_release("0001_a.sql", "DO 1;", "0002_b.sql", "DO 1; DO 2;", NULL);
	const bool is_applied[2] = { false };
	SCOPED(pending) pending = { 0 };

	(void)state;
	release->migrations[1].skipped = true;
	pending_find(&pending, release, NULL, is_applied);
	assert_int_equal(pending.nr, 2);
	assert_int_equal(pending.statements, 1);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_applied_up_to_the_wanted_version),
		cmocka_unit_test(what_is_skipped_has_no_statements),
	};

	return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
