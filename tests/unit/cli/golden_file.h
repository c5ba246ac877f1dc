/*
 * golden_file - a file that a reviewer reads; UPDATE_GOLDEN=1 writes it anew. Header only.
 */
#ifndef GOLDEN_FILE_H
#define GOLDEN_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "wire.h"

static inline void golden_is(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(TESTS_DIR, "golden", folder, name, NULL);
	g_autofree char *golden = NULL;

	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, text, -1, NULL));
	}
	assert_true(g_file_get_contents(path, &golden, NULL, NULL));
	assert_string_equal(text, golden);
}

/* An answer of the daemon, into an empty struct of the type. */
static inline void golden_answer(const char *name, const struct wire_type *type, void *object)
{
	g_autofree char *path = g_build_filename(TESTS_DIR, "golden", "cli", name, NULL);
	g_autofree char *text = NULL;
	struct err err = { 0 };
	gsize len = 0;

	assert_true(g_file_get_contents(path, &text, &len, NULL));
	if (wire_decode(type, object, text, len, true, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

#endif /* GOLDEN_FILE_H */
