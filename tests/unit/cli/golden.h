/*
 * golden - what lint says of the folder beside its golden files. Header only.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "findings.h"
#include "golden_file.h"
#include "lint.h"

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
