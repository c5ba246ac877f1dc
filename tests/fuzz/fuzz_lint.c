/*
 * Reaches all of lint and what it stands on: piece.c, alter*.c, dml.c, lint*.c. The input is a
 * folder of migrations parted by a byte 0xFF, named by their number. Whatever is found has a place
 * inside of its file, findings are in the order of the files, and looking twice finds the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "err.h"
#include "lint.h"
#include "release.h"

#define FILES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_folder(struct release_files *files, const char *at, const char *end)
{
	while (at <= end && files->nr < FILES_MAX) {
		g_autofree char *name = g_strdup_printf("%zu_x.sql", files->nr + 1);
		const char *stop = at == end ? NULL : memchr(at, 0xFF, (size_t)(end - at));

		stop = stop == NULL ? end : stop;
		release_files_add(files, name, at, (size_t)(stop - at));
		at = stop + 1;
	}
}

static unsigned lines_of(const struct release_files *files, const char *name)
{
	unsigned lines = 1;

	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->files[i].name, name) == 0) {
			for (size_t b = 0; b < files->files[i].len; b++) {
				lines += files->files[i].text[b] == '\n';
			}
		}
	}
	return lines;
}

static void check(const struct release_files *files, const struct lint_report *report)
{
	size_t last = 0;

	for (guint i = 0; i < report->findings->len; i++) {
		const struct lint_finding *finding =
			&g_array_index(report->findings, struct lint_finding, i);

		CHECK(finding->migration >= last);
		last = finding->migration;
		CHECK(finding->text[0] != '\0' && g_utf8_validate(finding->text, -1, NULL));
		CHECK(finding->file == NULL || finding->line <= lines_of(files, finding->file));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(release_files) files = { 0 };
	SCOPED(lint_report) report = { 0 };
	SCOPED(lint_report) again = { 0 };
	const char *at = (const char *)data;
	struct err err = { 0 };

	read_folder(&files, at, at + size);
	CHECK(lint_folder(&report, &files, "plain", NULL, &err) == 0);
	check(&files, &report);
	CHECK(lint_folder(&again, &files, "plain", "1", &err) == 0);
	CHECK(again.findings->len <= report.findings->len);
	CHECK(again.counts[LINT_ERROR] == report.counts[LINT_ERROR]);
	return 0;
}
