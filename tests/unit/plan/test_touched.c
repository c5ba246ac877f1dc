#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"
#include "touched.h"

/* clang-format off */
static const struct {
	const char *file;
	const char *words; /* sorted; NULL: the text does not say it all */
} cases[] = {
	{ "ALTER TABLE `Orders` ADD x INT",                "add alter int orders table x" },
	{ "/* b */ SELECT 'c from d'",                     "b c d from select" },
	{ "DROP TABLE a_b$2; DROP TABLE \xc3\xa4",         "a_b$2 drop table \xc3\xa4" },
	{ "CALL p()",                                      NULL },
	{ "SET @x = 'DROP TABLE a'; PREPARE s FROM @x",    NULL },
};

/* clang-format on */

/* Owned. */
static char *sorted(GHashTable *words)
{
	g_autoptr(GList) keys =
		g_list_sort(g_hash_table_get_keys(words), (GCompareFunc)(void (*)(void))strcmp);
	GString *text = g_string_new(NULL);

	for (const GList *key = keys; key != NULL; key = key->next) {
		g_string_append_printf(text, "%s%s", text->len == 0 ? "" : " ",
				       (const char *)key->data);
	}
	return g_string_free(text, FALSE);
}

static void every_word_counts(void **state)
{
	static const size_t both[] = { 0, 1 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		SCOPED(release_files) files = { 0 };
		SCOPED_PTR(release) release = NULL;
		g_autoptr(GHashTable) words = NULL;
		g_autofree char *found = NULL;
		struct err err = { 0 };

		release_files_add(&files, "1.sql", "select", strlen("select"));
		release_files_add(&files, "2.sql", cases[i].file, strlen(cases[i].file));
		release = release_parse(&files, NULL, &err);
		if (release == NULL) {
			fail_msg("%s: %s", cases[i].file, err.msg);
		}
		words = touched_words(release, &both[1], 1);
		found = words == NULL ? NULL : sorted(words);
		if (g_strcmp0(found, cases[i].words) != 0) {
			fail_msg("%s: %s", cases[i].file, found);
		}
	}
}

static void nothing_has_no_words(void **state)
{
	g_autoptr(GHashTable) words = touched_words(NULL, NULL, 0);

	(void)state;
	assert_non_null(words);
	assert_int_equal(g_hash_table_size(words), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_counts),
		cmocka_unit_test(nothing_has_no_words),
	};

	return cmocka_run_group_tests_name("touched", tests, NULL, NULL);
}
