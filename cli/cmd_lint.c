#include <string.h>

#include "cmd.h"
#include "explain.h"
#include "findings.h"
#include "folder.h"
#include "lint.h"
#include "sarif.h"

static int explain(struct cli *cli, const char *code)
{
	const struct lint_rule *rule = lint_find(code);
	g_autoptr(GString) out = g_string_new(NULL);
	const char *near;

	if (g_ascii_strcasecmp(code, "all") == 0) {
		explain_all(out);
	} else if (rule != NULL) {
		explain_rule(out, rule);
	} else {
		struct err err = { 0 };
		g_autofree char *hint = NULL;

		near = explain_suggest(code);
		err_set(&err, ERR_INVALID, "lint has no code \"%s\"", code);
		hint = g_strdup_printf("muster lint --explain %s", near != NULL ? near : "all");
		return cli_fail_hint(cli, &err, hint);
	}
	cli_print(out);
	return EXIT_OK;
}

static bool is_sarif(const struct cli *cli)
{
	return g_strcmp0(opts_text(&cli->opts, OPT_OUTPUT), "sarif") == 0;
}

static void print(struct cli *cli, const struct wire_list *findings,
		  const struct lint_report *report)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (is_sarif(cli)) {
		g_autofree char *sarif = sarif_format(findings);

		g_string_append_printf(out, "%s\n", sarif);
	} else if (cli_is_for_people(cli)) {
		findings_print(out, findings, report, &cli->style);
	} else {
		render_list(out, &view_lint, findings, &cli->style);
	}
	cli_print(out);
}

/* What a rollout would say, on stderr: the first error. */
static int refuse(struct cli *cli, const struct wire_list *findings, size_t errors)
{
	const struct finding *items = findings->items;
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree char *hint = NULL;
	struct err err = { 0 };
	size_t first = 0;

	while (strcmp(items[first].level, lint_level_names[LINT_ERROR]) != 0) {
		first++;
	}
	findings_line(line, &items[first]);
	if (errors > 1) {
		g_string_append_printf(line, "; and %zu more", errors - 1);
	}
	hint = g_strdup_printf("muster lint --explain %s", items[first].code);
	err_set(&err, ERR_INVALID, "%s", line->str);
	return cli_fail_hint(cli, &err, hint);
}

static int lint(struct cli *cli, const char *dir, struct lint_report *report)
{
	struct wire_list findings = { 0 };
	int code = report->counts[LINT_WARNING] > 0 ? EXIT_PENDING : EXIT_OK;

	findings_fill(&findings, report, dir);
	print(cli, &findings, report);
	if (report->counts[LINT_ERROR] > 0) {
		code = refuse(cli, &findings, report->counts[LINT_ERROR]);
	}
	wire_list_release(&finding_type, &findings);
	return code;
}

int cmd_lint(struct cli *cli)
{
	const char *code = opts_text(&cli->opts, OPT_EXPLAIN);
	const char *dir = cli_word(cli, 0);
	SCOPED(release_files) files = { 0 };
	SCOPED(lint_report) report = { 0 };
	struct err err = { 0 };

	if (code != NULL) {
		return dir == NULL ? explain(cli, code)
				   : cli_misused(cli, "--explain stands alone, without a folder");
	}
	if (dir == NULL) {
		return cli_misused(cli, "DIR is missing");
	}
	if (folder_check(dir, &err) < 0 || release_files_read(&files, dir, &err) < 0 ||
	    lint_folder(&report, &files, opts_text(&cli->opts, OPT_FORMAT),
			opts_text(&cli->opts, OPT_AFTER), &err) < 0) {
		return cli_fail_hint(cli, &err, "muster help lint");
	}
	return lint(cli, dir, &report);
}
