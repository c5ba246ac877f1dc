/*
 * Reaches release.c, format.c, release_cfg.c and all of lint. The input is a folder: files parted
 * by a byte 0xFF, each a name, a newline and its text. Whatever is accepted has as many migrations
 * as files that are no down files, and an order that release_find agrees with.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "err.h"
#include "lint.h"
#include "release.h"

#define FILES_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_file(const struct release_files *files, const char *name)
{
	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->files[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* As release_files_read: base names, each once. */
static void add_file(struct release_files *files, const char *part, size_t len)
{
	const char *line = memchr(part, '\n', len);
	size_t name_len = line == NULL ? len : (size_t)(line - part);
	g_autofree char *name = g_strndup(part, name_len);

	if (*name == '\0' || strchr(name, '/') != NULL || has_file(files, name)) {
		return;
	}
	if (line == NULL) {
		release_files_add(files, name, "", 0);
	} else {
		release_files_add(files, name, line + 1, len - name_len - 1);
	}
}

static void check(const struct release *release)
{
	CHECK(release->nr > 0);
	CHECK(strlen(release->checksum) == RELEASE_CHECKSUM_LEN);
	for (size_t i = 0; i < release->nr; i++) {
		const struct migration *migration = &release->migrations[i];

		CHECK(release_find(release, migration->version) >= 0);
		CHECK(!migration->skipped || migration->up.nr == 0);
		CHECK(migration->has_down || migration->down.nr == 0);
		CHECK(strlen(release_prefix_digest(migration, migration->up.nr)) ==
		      RELEASE_CHECKSUM_LEN);
	}
}

static void check_report(const struct lint_report *report)
{
	size_t nr = 0;

	for (size_t level = 0; level < LINT_LEVEL_NR; level++) {
		nr += report->counts[level];
	}
	CHECK(nr == report->findings->len);
	for (guint i = 0; i < report->findings->len; i++) {
		const struct lint_finding *finding =
			&g_array_index(report->findings, struct lint_finding, i);

		CHECK(finding->rule < LINT_NR);
		CHECK(finding->text != NULL && finding->text[0] != '\0');
		CHECK(finding->line > 0 || lint_rules[finding->rule].level == LINT_ERROR);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(release_files) files = { 0 };
	SCOPED_PTR(release) release = NULL;
	SCOPED(lint_report) report = { 0 };
	const char *at = (const char *)data;
	const char *end = at + size;
	struct err err = { 0 };

	while (at < end && files.nr < FILES_MAX) {
		const char *stop = memchr(at, 0xFF, (size_t)(end - at));

		stop = stop == NULL ? end : stop;
		add_file(&files, at, (size_t)(stop - at));
		at = stop + 1;
	}
	release = release_parse(&files, NULL, &err);
	if (release != NULL) {
		check(release);
	} else {
		CHECK(err.code == ERR_INVALID && err.msg[0] != '\0');
	}
	CHECK(lint_folder(&report, &files, NULL, NULL, &err) == 0);
	CHECK((release == NULL) == (report.counts[LINT_ERROR] > 0));
	check_report(&report);
	return 0;
}
