#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "human.h"
#include "plan_cost.h"
#include "shell.h"

#define NAMES_MAX   5   /* of a list, but with -o wide */
#define SQL_COLUMNS 100 /* of one statement */

static const char *plural(int64_t nr)
{
	return nr == 1 ? "" : "s";
}

static bool is_wide(const struct style *style)
{
	return style->output == RENDER_WIDE;
}

/* ---- one class --------------------------------------------------------------------------- */

static void print_sql(GString *out, const char *sql)
{
	g_autoptr(GString) line = g_string_new(NULL);
	bool gap = false;

	for (; *sql != '\0'; sql++) {
		if (g_ascii_isspace(*sql)) {
			gap = true;
			continue;
		}
		if (gap && line->len > 0) {
			g_string_append_c(line, ' ');
		}
		gap = false;
		g_string_append_c(line, *sql);
	}
	human_text(out, line->str, SQL_COLUMNS);
}

static void print_state(GString *out, const char *word, const char *state,
			const struct style *style)
{
	const char *color = render_color(state, style);

	g_string_append_printf(out, "%s%s%s", color, word,
			       color[0] != '\0' ? render_plain(style) : "");
}

static void print_way(GString *out, const struct wire_plan_statement *statement,
		      const struct style *style)
{
	if (statement->algorithm == NULL) {
		return;
	}
	g_string_append_printf(out, "      %s: ", statement->algorithm);
	if (statement->blocks_writes) {
		print_state(out, "writes wait until it ends", "paused", style);
	} else {
		g_string_append(out, "writes go on");
	}
	if (statement->why != NULL) {
		g_string_append_printf(out, " (%s)", statement->why);
	}
	g_string_append_c(out, '\n');
}

static void print_cheaper(GString *out, const struct wire_plan_statement *statement)
{
	if (statement->cheaper.nr == 0) {
		return;
	}
	g_string_append(out, "      ");
	if (statement->cheaper_statements > 1) {
		g_string_append_printf(out, "these %" PRId64 " are ",
				       statement->cheaper_statements);
	}
	g_string_append_printf(
		out, "rewritten as %zu statement%s: cheaper, and it ends the same (%s):\n",
		statement->cheaper.nr, plural((int64_t)statement->cheaper.nr),
		statement->cheaper_why);
	for (size_t i = 0; i < statement->cheaper.nr; i++) {
		g_string_append(out, "        ");
		print_sql(out, statement->cheaper.texts[i]);
		g_string_append(out, ";\n");
	}
}

static void print_findings(GString *out, const struct wire_list *findings,
			   const struct style *style)
{
	const struct wire_plan_finding *items = findings->items;

	for (size_t i = 0; i < findings->nr; i++) {
		if (strcmp(items[i].level, "note") == 0 && !is_wide(style)) {
			continue;
		}
		g_string_append(out, "      ");
		print_state(out, items[i].level,
			    strcmp(items[i].level, "error") == 0 ? "failed" : "paused", style);
		g_string_append_printf(out, ": %s (%s)\n", items[i].message, items[i].code);
	}
}

static void print_statement(GString *out, const struct wire_plan_statement *statement,
			    const struct style *style)
{
	bool fails = strcmp(statement->outcome, "would fail") == 0;
	bool is_fine = strcmp(statement->outcome, "ok") == 0;

	g_string_append_printf(out, "  %s:%" PRId64 "  ", statement->file, statement->line);
	print_sql(out, statement->sql);
	g_string_append_c(out, '\n');
	if (!is_fine) {
		g_string_append(out, "      ");
		print_state(out, statement->outcome, fails ? "failed" : "paused", style);
		g_string_append_printf(out, "%s%s\n", statement->message != NULL ? ": " : "",
				       statement->message != NULL ? statement->message : "");
	}
	for (size_t i = 0; i < statement->changes.nr; i++) {
		g_string_append_printf(out, "      %s\n", statement->changes.texts[i]);
	}
	print_way(out, statement, style);
	plan_cost_statement(out, statement, style);
	print_cheaper(out, statement);
	print_findings(out, &statement->findings, style);
}

static void print_class(GString *out, const struct wire_plan_class *class, size_t number,
			const struct style *style)
{
	const struct wire_plan_statement *statements = class->statements.items;

	g_string_append_printf(out, "\nclass %zu: %" PRId64 " tenant%s", number, class->tenants,
			       plural(class->tenants));
	for (size_t i = 0; i < class->examples.nr; i++) {
		g_string_append_printf(out, "%s%s", i == 0 ? " (" : ", ", class->examples.texts[i]);
	}
	g_string_append_printf(out, "%s), %s, ",
			       class->tenants > (int64_t) class->examples.nr ? ", …" : "",
			       class->flavor);
	if (class->version == NULL) {
		g_string_append(out, "nothing applied yet");
	} else {
		g_string_append_printf(out, "at %s", class->version);
	}
	if (class->largest_bytes > 0) {
		g_string_append_printf(out, ", largest %s with ", class->largest);
		human_bytes(out, class->largest_bytes);
	}
	g_string_append_c(out, '\n');
	if (class->problem != NULL) {
		g_string_append_printf(out, "  not tried: %s\n", class->problem);
	}
	for (size_t i = 0; i < class->statements.nr; i++) {
		if (i > 0 && g_strcmp0(statements[i].phase, statements[i - 1].phase) != 0) {
			g_string_append_printf(out,
					       "  -- a rollout stops here until it is promoted; "
					       "then %s begins --\n",
					       statements[i].phase);
		}
		print_statement(out, &statements[i], style);
	}
	plan_cost_class(out, class);
	for (size_t i = 0; i < class->warnings.nr; i++) {
		/* what fails stands at its statement */
		if (!g_str_has_prefix(class->warnings.texts[i], "would fail: ")) {
			g_string_append_printf(out, "  warning: %s\n", class->warnings.texts[i]);
		}
	}
}

/* ---- tenants ----------------------------------------------------------------------------- */

static void print_outliers(GString *out, const struct wire_plan *plan, const struct style *style)
{
	const struct wire_plan_outlier *items = plan->outliers.items;
	size_t shown = is_wide(style) ? plan->outliers.nr : MIN(plan->outliers.nr, NAMES_MAX);

	if (plan->outliers.nr == 0) {
		return;
	}
	g_string_append_printf(out, "\n%zu tenant%s unlike most at the same version:\n",
			       plan->outliers.nr, plan->outliers.nr == 1 ? " looks" : "s look");
	for (size_t i = 0; i < shown; i++) {
		g_string_append_printf(out, "  %s, unlike %s and %" PRId64 " other%s\n",
				       items[i].tenant, items[i].usual, items[i].like_usual - 1,
				       plural(items[i].like_usual - 1));
		for (size_t k = 0; k < items[i].diff.nr; k++) {
			g_string_append_printf(out, "      %s\n", items[i].diff.texts[k]);
		}
	}
	if (shown < plan->outliers.nr) {
		g_string_append_printf(out, "  … and %zu more: -o wide\n",
				       plan->outliers.nr - shown);
	} else {
		g_autofree char *usual = shell_word(items[0].usual);
		g_autofree char *word = shell_word(items[0].tenant);

		g_string_append_printf(out, "  -> muster tenant diff %s %s\n", usual, word);
	}
}

void plan_print_failing(GString *out, const struct wire_list *failing, const struct style *style)
{
	const struct wire_plan_failing *items = failing->items;
	size_t shown = is_wide(style) ? failing->nr : MIN(failing->nr, NAMES_MAX);

	if (failing->nr == 0) {
		return;
	}
	g_string_append_c(out, '\n');
	print_state(out, "would fail", "failed", style);
	g_string_append(out, ":\n");
	for (size_t i = 0; i < shown; i++) {
		g_string_append_printf(out, "  %s: %s\n", items[i].tenant, items[i].message);
	}
	if (shown < failing->nr) {
		g_string_append_printf(out, "  … and %zu more: -o wide\n", failing->nr - shown);
	}
}

static void print_some(GString *out, const char *title, const struct wire_list *list,
		       const struct style *style)
{
	const struct wire_plan_failing *items = list->items;
	size_t shown = is_wide(style) ? list->nr : MIN(list->nr, NAMES_MAX);

	for (size_t i = 0; i < shown; i++) {
		g_string_append_printf(out, "%s%s%s  %s: %s\n", i == 0 ? "\n" : "",
				       i == 0 ? title : "", i == 0 ? ":\n" : "", items[i].tenant,
				       items[i].message);
	}
	if (shown < list->nr) {
		g_string_append_printf(out, "  … and %zu more: -o wide\n", list->nr - shown);
	}
}

static void print_names(GString *out, const struct wire_texts *names, const char *what,
			const struct style *style)
{
	size_t shown = is_wide(style) ? names->nr : MIN(names->nr, NAMES_MAX);

	for (size_t i = 0; i < shown; i++) {
		g_string_append_printf(out, "%s%s", i == 0 ? "  " : ", ", names->texts[i]);
	}
	if (names->nr > 0) {
		g_string_append_printf(out, "%s: %s\n", shown < names->nr ? ", …" : "", what);
	}
}

static void print_left_out(GString *out, const struct wire_plan *plan, const struct style *style)
{
	const struct {
		const struct wire_texts *names;
		const char *what;
	} lists[] = {
		{ &plan->ahead, "ahead of the release, see `muster tenant show`" },
		{ &plan->missing, "the database is not there, see `muster doctor`" },
		{ &plan->held, "held, see `muster tenant list`" },
		{ &plan->regressed, "regressed, see `muster doctor`" },
		{ &plan->drifted, "drifted, see `muster doctor`" },
		{ &plan->unfinished, "in the middle of a migration, see `muster doctor`" },
		{ &plan->unknown, "the server does not answer, see `muster server list`" },
	};

	size_t nr = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		nr += lists[i].names->nr;
	}
	if (nr == 0) {
		return;
	}
	g_string_append_printf(out, "\n%zu left out:\n", nr);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		print_names(out, lists[i].names, lists[i].what, style);
	}
}

void plan_print_parts(GString *out, const struct wire_plan *plan, const struct style *style)
{
	const struct wire_plan_class *classes = plan->classes.items;

	for (size_t i = 0; i < plan->classes.nr; i++) {
		print_class(out, &classes[i], i + 1, style);
	}
	print_outliers(out, plan, style);
	plan_print_failing(out, &plan->failing, style);
	print_some(out, "warning: while they are closed", &plan->closing, style);
	print_some(out, "what could not be checked", &plan->unchecked, style);
}

void plan_print(GString *out, const struct wire_plan *plan, const struct style *style)
{
	g_string_append_printf(out,
			       "release %s to version %s: %" PRId64 " tenant%s, %" PRId64
			       " with something to do (%" PRId64
			       " statement%s, %zu class%s), %" PRId64 " up to date\n",
			       plan->release, plan->version, plan->tenants, plural(plan->tenants),
			       plan->pending, plan->statements, plural(plan->statements),
			       plan->classes.nr, plan->classes.nr == 1 ? "" : "es",
			       plan->up_to_date);
	plan_print_parts(out, plan, style);
	print_left_out(out, plan, style);
	plan_cost_all(out, plan, style);
}
