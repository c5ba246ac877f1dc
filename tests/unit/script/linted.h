/*
 * linted - what lint says about small folders, as one line.
 *
 * Each text is a file: 0001_x.sql, 0002_x.sql, …; "release.cfg:…" and "down:…" (which undoes
 * the file before it) are recognised. The line is "CODE@file:line:column …", only of the
 * codes that begin as asked; MU302, which nearly every folder has, must be asked for.
 * linted_script and what follows are about one text. Header only, for each test binary of its
 * own.
 */
#ifndef LINTED_H
#define LINTED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "lint.h"
#include "release.h"
#include "script.h"

#define LINTED_FILES 4

struct linted_row {
	const char *files[LINTED_FILES];
	const char *want;
};

static inline void linted_add(struct release_files *files, size_t nr, const char *text)
{
	g_autofree char *name = g_strdup_printf("%04zu_x.sql", nr);
	g_autofree char *down = g_strdup_printf("%04zu_x.down.sql", nr - 1);

	if (g_str_has_prefix(text, "release.cfg:")) {
		text += strlen("release.cfg:");
		release_files_add(files, "release.cfg", text, strlen(text));
	} else if (g_str_has_prefix(text, "down:")) {
		text += strlen("down:");
		release_files_add(files, down, text, strlen(text));
	} else {
		release_files_add(files, name, text, strlen(text));
	}
}

static inline void linted_report(struct lint_report *report, const char *const *texts,
				 const char *after)
{
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < LINTED_FILES && texts[i] != NULL; i++) {
		linted_add(&files, i + 1, texts[i]);
	}
	if (lint_folder(report, &files, "plain", after, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static inline char *linted_line(const struct lint_report *report, const char *prefix)
{
	GString *line = g_string_new(NULL);

	for (guint i = 0; i < report->findings->len; i++) {
		const struct lint_finding *finding =
			&g_array_index(report->findings, struct lint_finding, i);
		const char *code = lint_rules[finding->rule].code;

		if (g_str_has_prefix(code, prefix) &&
		    (strcmp(code, "MU302") != 0 || strcmp(prefix, "MU302") == 0)) {
			g_string_append_printf(
				line, "%s%s@%s:%u:%u", line->len > 0 ? " " : "", code,
				finding->file == NULL ? ""
						      : finding->file + strspn(finding->file, "0"),
				finding->line, finding->column);
		}
	}
	return g_string_free(line, FALSE);
}

/* "0001_x.sql" is 1, "0001_x.down.sql" is 1.down */
static inline char *linted_short(const char *line)
{
	GString *text = g_string_new(line);

	g_string_replace(text, "_x.", ".", 0);
	g_string_replace(text, ".sql", "", 0);
	return g_string_free(text, FALSE);
}

static inline void linted_rows(const struct linted_row *rows, size_t nr, const char *prefix)
{
	size_t wrong = 0;

	for (size_t i = 0; i < nr; i++) {
		SCOPED(lint_report) report = { 0 };
		g_autofree char *line = NULL;
		g_autofree char *seen = NULL;

		linted_report(&report, rows[i].files, NULL);
		line = linted_line(&report, prefix);
		seen = linted_short(line);
		if (strcmp(seen, rows[i].want) != 0) {
			print_error("%s | %s\n  want %s\n  have %s\n", rows[i].files[0],
				    rows[i].files[1] == NULL ? "" : rows[i].files[1], rows[i].want,
				    seen);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

struct linted_text {
	const char *text;
	const char *code; /* of the first finding, and where it is */
	unsigned line;
	unsigned column;
};

/* What lint finds in one text. Owned. */
static inline GArray *linted_script(const char *text)
{
	GArray *findings = lint_findings_new();
	SCOPED(script) script = { 0 };
	struct err err;

	if (script_parse(&script, "x", text, strlen(text), &err) < 0) {
		fail_msg("%s", err.msg);
	}
	lint_script(&script, findings);
	return findings;
}

static inline void linted_passes(const char *const *texts, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		g_autoptr(GArray) findings = linted_script(texts[i]);

		if (findings->len > 0) {
			fail_msg("%s: %s", texts[i],
				 g_array_index(findings, struct lint_finding, 0).text);
		}
	}
}

static inline void linted_finds(const struct linted_text *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		g_autoptr(GArray) findings = linted_script(rows[i].text);
		const struct lint_finding *finding;

		if (findings->len == 0) {
			fail_msg("%s: nothing found", rows[i].text);
		}
		finding = &g_array_index(findings, struct lint_finding, 0);
		if (strcmp(lint_rules[finding->rule].code, rows[i].code) != 0 ||
		    finding->line != rows[i].line || finding->column != rows[i].column) {
			fail_msg("%s: %s at %u:%u", rows[i].text, lint_rules[finding->rule].code,
				 finding->line, finding->column);
		}
	}
}

#endif /* LINTED_H */
