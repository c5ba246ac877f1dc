#include <stdlib.h>
#include <string.h>

#include "directive.h"
#include "lint_deep.h"
#include "release_read.h"

struct folder {
	struct release_reading reading;
	GArray *findings; /* owned; of lint_deep, until they are let pass or reported */
	size_t after;     /* index of the first migration that is reported */
};

static void folder_release(struct folder *folder)
{
	release_reading_release(&folder->reading);
	if (folder->findings != NULL) {
		g_array_unref(folder->findings);
	}
}

SCOPED_RELEASE(folder);

/* ---- what nothing undoes ---------------------------------------------------------- */

static void say_no_down(struct folder *folder, size_t migration, const char *text)
{
	const struct lint_finding finding = {
		.rule = LINT_NO_DOWN,
		.file = g_strdup(folder->reading.release->migrations[migration].file),
		.migration = migration,
		.statement = LINT_WHOLE_FILE,
		.line = 1,
		.column = 1,
		.text = g_strdup(text),
	};

	g_array_append_val(folder->findings, finding);
}

static bool lacks_down(const struct folder *folder, size_t i)
{
	const struct migration *migration = &folder->reading.release->migrations[i];

	return folder->reading.readable[i] && !migration->skipped && !migration->has_down &&
	       migration->up.nr > 0;
}

/* A team that never writes them is told once. */
static void check_down(struct folder *folder)
{
	const struct release *release = folder->reading.release;
	size_t last = 0;
	size_t nr_down = 0;
	size_t nr = 0;

	for (size_t i = 0; i < release->nr; i++) {
		nr_down += release->migrations[i].has_down;
		nr += lacks_down(folder, i);
		last = lacks_down(folder, i) ? i : last;
	}
	if (nr_down == 0 && nr > 1) {
		g_autofree char *text = g_strdup_printf(
			"nothing undoes this migration, nor any of the %zu of this folder; write "
			"NAME.down.sql, or the way back behind \"-- muster: down\"",
			release->nr);

		say_no_down(folder, last, text);
		return;
	}
	for (size_t i = 0; i < release->nr; i++) {
		if (lacks_down(folder, i)) {
			say_no_down(
				folder, i,
				"nothing undoes this migration; write NAME.down.sql, or the way "
				"back behind \"-- muster: down\"");
		}
	}
}

/* ---- exceptions ------------------------------------------------------------------- */

static bool is_allowed(struct folder *folder, const struct lint_finding *finding)
{
	const GArray *directives = folder->reading.directives->pdata[finding->migration];

	return directives != NULL &&
	       release_allows(&folder->reading, directives, finding->rule, finding->statement);
}

static void check_unused(struct folder *folder, size_t migration, const GPtrArray *all)
{
	const GArray *directives = all->pdata[migration];

	for (guint i = 0; directives != NULL && i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);
		struct lint_finding finding = {
			.rule = LINT_ALLOW,
			.migration = migration,
			.statement = LINT_WHOLE_FILE,
			.line = directive->line,
			.column = directive->column,
		};

		if (directive->kind != DIRECTIVE_ALLOW ||
		    g_hash_table_contains(folder->reading.used, directive)) {
			continue;
		}
		finding.file = g_strdup(folder->reading.release->migrations[migration].file);
		finding.text = g_strdup_printf("there is no %s that this line lets pass; take it "
					       "out, or put it in front of the statement that it "
					       "means",
					       directive->text);
		g_array_append_val(folder->reading.findings, finding);
	}
}

/*
 * What a line lets pass without a version that the clients have is no idle line with one: then
 * a table that they do not have yet may lose its columns, and nothing is found.
 */
static void use_exceptions(struct folder *folder)
{
	g_autoptr(GArray) findings = lint_findings_new();

	lint_deep(folder->reading.release, folder->reading.readable, LINT_NO_BASE, findings);
	for (guint i = 0; i < findings->len; i++) {
		is_allowed(folder, &g_array_index(findings, struct lint_finding, i));
	}
}

/* Findings that are not let pass join those of the reading. */
static void sift(struct folder *folder)
{
	for (guint i = 0; i < folder->findings->len; i++) {
		struct lint_finding *finding =
			&g_array_index(folder->findings, struct lint_finding, i);

		if (is_allowed(folder, finding)) {
			folder->reading.allowed++;
			continue;
		}
		g_array_append_val(folder->reading.findings, *finding);
		*finding = (struct lint_finding){ 0 };
	}
	for (size_t i = 0; i < folder->reading.release->nr; i++) {
		check_unused(folder, i, folder->reading.directives);
	}
}

/* ---- the report ------------------------------------------------------------------- */

static gint by_place(gconstpointer a, gconstpointer b)
{
	const struct lint_finding *left = a;
	const struct lint_finding *right = b;
	int files;

	if (left->migration != right->migration) {
		return left->migration < right->migration ? -1 : 1;
	}
	files = g_strcmp0(right->file, left->file); /* x.sql stands in front of x.down.sql */
	if (files != 0) {
		return files;
	}
	if (left->line != right->line) {
		return left->line < right->line ? -1 : 1;
	}
	if (left->column != right->column) {
		return left->column < right->column ? -1 : 1;
	}
	return (int)left->rule - (int)right->rule;
}

static bool is_wanted(const struct folder *folder, const struct lint_finding *finding)
{
	return finding->migration >= folder->after || lint_rules[finding->rule].level == LINT_ERROR;
}

static void fill(struct lint_report *report, struct folder *folder)
{
	const struct release *release = folder->reading.release;

	report->findings = lint_findings_new();
	report->allowed = folder->reading.allowed;
	report->migrations = release->nr;
	for (size_t i = 0; i < release->nr; i++) {
		report->statements += release->migrations[i].up.nr;
	}
	for (guint i = 0; i < folder->reading.findings->len; i++) {
		struct lint_finding *finding =
			&g_array_index(folder->reading.findings, struct lint_finding, i);

		if (is_wanted(folder, finding)) {
			report->counts[lint_rules[finding->rule].level]++;
			g_array_append_val(report->findings, *finding);
			*finding = (struct lint_finding){ 0 };
		}
	}
	g_array_sort(report->findings, by_place);
}

/* The first migration behind the version; 0 without one. */
static int find_after(struct folder *folder, const char *after, struct err *err)
{
	ptrdiff_t found;

	if (after == NULL || folder->reading.release->nr == 0) {
		return 0;
	}
	found = release_find_word(folder->reading.release, after);
	if (found < 0) {
		return err_set(err, ERR_INVALID,
			       "no migration of the folder has the version \"%s\"", after);
	}
	folder->after = (size_t)found + 1;
	return 0;
}

int lint_folder(struct lint_report *report, const struct release_files *files, const char *format,
		const char *after, struct err *err)
{
	SCOPED(folder) folder = { 0 };

	folder.findings = lint_findings_new();
	release_read(&folder.reading, files, format);
	if (find_after(&folder, after, err) < 0) {
		return -1;
	}
	*report = (struct lint_report){ 0 };
	if (folder.reading.release->nr > 0) {
		lint_deep(folder.reading.release, folder.reading.readable,
			  after == NULL ? LINT_NO_BASE : folder.after, folder.findings);
		if (after != NULL) {
			use_exceptions(&folder);
		}
		check_down(&folder);
		sift(&folder);
	}
	fill(report, &folder);
	return 0;
}

void lint_report_release(struct lint_report *report)
{
	if (report->findings != NULL) {
		g_array_unref(report->findings);
	}
	*report = (struct lint_report){ 0 };
}
