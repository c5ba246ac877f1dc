/*
 * golden - a file that a reviewer reads; UPDATE_GOLDEN=1 writes it anew. Header only.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "findings.h"
#include "lint.h"

static inline void golden_is(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(TESTS_DIR, "golden", "lint", name, NULL);
	g_autofree char *golden = NULL;

	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, text, -1, NULL));
	}
	assert_true(g_file_get_contents(path, &golden, NULL, NULL));
	assert_string_equal(text, golden);
}

/* What lint says about the folder that lies beside the golden files. */
static inline void golden_report(struct lint_report *report, struct wire_list *findings)
{
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	assert_int_equal(release_files_read(&files, TESTS_DIR "/golden/lint/migrations", &err), 0);
	assert_int_equal(lint_folder(report, &files, NULL, NULL, &err), 0);
	findings_fill(findings, report, "migrations");
}

#endif /* GOLDEN_H */
