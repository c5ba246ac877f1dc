#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"

/* Files "1.sql", "2.sql", … whose phases these words are; "-" says none, "!" is skipped. */
static struct release *parse(const char *words, struct err *err)
{
	g_auto(GStrv) phases = g_strsplit(words, " ", -1);
	SCOPED(release_files) files = { 0 };

	for (size_t i = 0; phases[i] != NULL; i++) {
		g_autofree char *name = g_strdup_printf("%zu.sql", i + 1);
		g_autofree char *text = g_strdup_printf("-- muster: phase=%s\nSELECT 1;\n",
							phases[i][0] == '!' ? "none" : phases[i]);
		const char *used = phases[i][0] == '-' ? "SELECT 1;\n" : text;

		release_files_add(&files, name, used, strlen(used));
		if (phases[i][0] == '!') {
			g_autofree char *cfg = g_strdup_printf("skip=[\"%s\"];", name);

			release_files_add(&files, "release.cfg", cfg, strlen(cfg));
		}
	}
	return release_parse(&files, "plain", err);
}

/* clang-format off */
static const struct {
	const char *words; const char *parts;
} orders[] = {
	{ "- -",                             "expand0 expand0" },
	{ "expand - backfill - contract -",  "expand0 expand0 backfill1 backfill1 contract2 contract2" },
	{ "- contract",                      "expand0 contract1" },
	{ "contract",                        "contract0" },
	{ "contract contract",               "contract0 contract0" },
	{ "expand contract expand contract", "expand0 contract1 expand2 contract3" },
	{ "backfill expand",                 "backfill0 expand1" },
	{ "backfill ! contract",             "backfill0 backfill0 contract1" },
};

static const struct {
	const char *words; const char *msg;
} refusals[] = {
	{ "expand contract backfill",
	  "3.sql:1:1: phase=backfill cannot stand behind 2.sql, which is of the phase contract: the "
	  "next round begins with a file that says phase=expand (MU003)" },
	{ "contract - backfill",
	  "3.sql:1:1: phase=backfill cannot stand behind 2.sql, which is of the phase contract: the "
	  "next round begins with a file that says phase=expand (MU003)" },
};

/* clang-format on */

static void a_file_without_a_phase_goes_with_the_one_before_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
		g_autoptr(GString) parts = g_string_new(NULL);
		SCOPED_PTR(release) release = NULL;
		struct err err = { 0 };

		release = parse(orders[i].words, &err);
		if (release == NULL) {
			fail_msg("%s: %s", orders[i].words, err.msg);
		}
		for (size_t k = 0; k < release->nr; k++) {
			const struct migration *migration = &release->migrations[k];

			g_string_append_printf(parts, "%s%s%zu", k > 0 ? " " : "",
					       release_phase_names[migration->phase],
					       migration->part);
		}
		assert_string_equal(parts->str, orders[i].parts);
	}
}

static void an_order_that_goes_backwards_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };

		if (parse(refusals[i].words, &err) != NULL) {
			fail_msg("accepted: %s", refusals[i].words);
		}
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
	}
}

static void a_file_has_one_phase(void **state)
{
	static const char text[] =
		"-- muster: phase=expand\nSELECT 1;\n-- muster: phase=contract\n";
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	(void)state;
	release_files_add(&files, "1.sql", text, strlen(text));
	assert_null(release_parse(&files, "plain", &err));
	assert_string_equal(err.msg,
			    "1.sql:3:1: a file has one phase, and this is its second (MU003)");
}

static void a_part_ends_where_the_phase_changes(void **state)
{
	SCOPED_PTR(release) release = NULL;
	struct err err = { 0 };

	(void)state;
	release = parse("expand - contract expand", &err);
	assert_non_null(release);
	assert_int_equal(release_part_end(release, 0), 1);
	assert_int_equal(release_part_end(release, 1), 1);
	assert_int_equal(release_part_end(release, 2), 2);
	assert_int_equal(release_part_end(release, 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_without_a_phase_goes_with_the_one_before_it),
		cmocka_unit_test(an_order_that_goes_backwards_is_refused),
		cmocka_unit_test(a_file_has_one_phase),
		cmocka_unit_test(a_part_ends_where_the_phase_changes),
	};

	return cmocka_run_group_tests_name("release_phase", tests, NULL, NULL);
}
