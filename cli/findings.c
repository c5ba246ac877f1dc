#include "findings.h"

#include <string.h>

/* clang-format off */
static const struct wire_field finding_fields[] = {
	{ "code",    WIRE_TEXT, offsetof(struct finding, code),    false, NULL },
	{ "name",    WIRE_TEXT, offsetof(struct finding, name),    false, NULL },
	{ "level",   WIRE_TEXT, offsetof(struct finding, level),   false, NULL },
	{ "file",    WIRE_TEXT, offsetof(struct finding, file),    false, NULL },
	{ "line",    WIRE_INT,  offsetof(struct finding, line),    false, NULL },
	{ "column",  WIRE_INT,  offsetof(struct finding, column),  false, NULL },
	{ "message", WIRE_TEXT, offsetof(struct finding, message), false, NULL },
	{ "help",    WIRE_TEXT, offsetof(struct finding, help),    false, NULL },
	{ 0 },
};

/* clang-format on */

const struct wire_type finding_type = { "finding", sizeof(struct finding), finding_fields };

static const struct column columns[] = {
	{ "CODE", "code", 0, NULL },
	{ "LEVEL", "level", 0, NULL },
	{ "FILE", "file", 0, NULL },
	{ "LINE", "line", COLUMN_RIGHT, NULL },
	{ "COLUMN", "column", COLUMN_RIGHT, NULL },
	{ "NAME", "name", 0, NULL },
	{ "MESSAGE", "message", 0, NULL },
	{ "HELP", "help", 0, NULL },
	{ 0 },
};

const struct view view_lint = { &finding_type, columns, NULL };

void findings_fill(struct wire_list *list, const struct lint_report *report, const char *dir)
{
	for (guint i = 0; i < report->findings->len; i++) {
		const struct lint_finding *from =
			&g_array_index(report->findings, struct lint_finding, i);
		const struct lint_rule *rule = &lint_rules[from->rule];
		struct finding *to = wire_list_add(&finding_type, list);

		to->code = g_strdup(rule->code);
		to->name = g_strdup(rule->name);
		to->level = g_strdup(lint_level_names[rule->level]);
		to->file = from->file == NULL ? g_strdup(dir)
					      : g_build_filename(dir, from->file, NULL);
		to->line = from->line;
		to->column = from->column;
		to->message = g_strdup(from->text);
		to->help = g_strdup(rule->help);
	}
}

static void append_place(GString *out, const struct finding *finding)
{
	g_string_append_printf(out, "%s:", finding->file);
	if (finding->line > 0) {
		g_string_append_printf(out, "%" G_GINT64_FORMAT ":", finding->line);
	}
	if (finding->column > 0) {
		g_string_append_printf(out, "%" G_GINT64_FORMAT ":", finding->column);
	}
}

void findings_line(GString *out, const struct finding *finding)
{
	append_place(out, finding);
	g_string_append_printf(out, " %s (%s)", finding->message, finding->code);
}

/* "error" as failed things are, "warning" as paused ones. */
static const char *color_of(const struct finding *finding, const struct style *style)
{
	static const char *const states[LINT_LEVEL_NR] = { "", "paused", "failed" };

	for (size_t i = 0; i < LINT_LEVEL_NR; i++) {
		if (strcmp(lint_level_names[i], finding->level) == 0) {
			return render_color(states[i], style);
		}
	}
	return "";
}

static void append_count(GString *out, size_t nr, const char *word)
{
	if (nr > 0) {
		const char *comma = out->len > 0 && out->str[out->len - 1] != '\n' ? ", " : "";

		g_string_append_printf(out, "%s%zu %s%s", comma, nr, word, nr == 1 ? "" : "s");
	}
}

static void append_summary(GString *out, const struct lint_report *report)
{
	if (report->findings->len == 0) {
		g_string_append(out, "no findings");
	}
	append_count(out, report->counts[LINT_ERROR], "error");
	append_count(out, report->counts[LINT_WARNING], "warning");
	append_count(out, report->counts[LINT_NOTE], "note");
	if (report->allowed > 0) {
		g_string_append_printf(out, ", %zu let pass", report->allowed);
	}
	g_string_append_printf(out, ": %zu migration%s, %zu statement%s\n", report->migrations,
			       report->migrations == 1 ? "" : "s", report->statements,
			       report->statements == 1 ? "" : "s");
}

/* The finding that is explained first: one of the highest level. */
static const struct finding *worst(const struct wire_list *list)
{
	const struct finding *items = list->items;

	for (size_t level = LINT_LEVEL_NR; level-- > 0;) {
		for (size_t i = 0; i < list->nr; i++) {
			if (strcmp(items[i].level, lint_level_names[level]) == 0) {
				return &items[i];
			}
		}
	}
	return NULL;
}

void findings_print(GString *out, const struct wire_list *list, const struct lint_report *report,
		    const struct style *style)
{
	const struct finding *items = list->items;
	const struct finding *first = worst(list);

	for (size_t i = 0; i < list->nr; i++) {
		const char *color = color_of(&items[i], style);

		append_place(out, &items[i]);
		g_string_append_printf(out, " %s%s%s: %s (%s)\n", color, items[i].level,
				       color[0] != '\0' ? render_plain(style) : "",
				       items[i].message, items[i].code);
	}
	if (list->nr > 0) {
		g_string_append_c(out, '\n');
	}
	append_summary(out, report);
	if (first != NULL) {
		g_string_append_printf(out, "  -> muster lint --explain %s\n", first->code);
	}
}
