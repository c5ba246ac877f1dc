#include "explain.h"

#include "human.h"
#include "suggest.h"

#define INDENT 2

static void append_part(GString *out, const char *title, const char *text)
{
	g_string_append_printf(out, "\n%s\n%*s", title, INDENT, "");
	human_wrap(out, text, INDENT);
}

static void append_example(GString *out, const char *example)
{
	g_auto(GStrv) lines = g_strsplit(example, "\n", -1);

	g_string_append(out, "\nFor example\n");
	for (size_t i = 0; lines[i] != NULL; i++) {
		g_string_append_printf(out, "%*s%s\n", 2 * INDENT, "", lines[i]);
	}
}

void explain_rule(GString *out, const struct lint_rule *rule)
{
	g_string_append_printf(out, "%s %s (%s)\n%*s", rule->code, rule->name,
			       lint_level_names[rule->level], INDENT, "");
	human_wrap(out, rule->title, INDENT);
	append_part(out, "Why", rule->why);
	append_example(out, rule->example);
	append_part(out, "What to do", rule->help);
	if (lint_is_code(rule->code)) {
		g_string_append_printf(out,
				       "\nTo let one pass, in front of its statement\n"
				       "%*s-- muster: allow=%s reason=\"…\"\n",
				       2 * INDENT, "", rule->code);
	}
}

void explain_all(GString *out)
{
	for (size_t i = 0; i < LINT_NR; i++) {
		const struct lint_rule *rule = &lint_rules[i];

		g_string_append_printf(out, "%s  %-7s  %-16s  ", rule->code,
				       lint_level_names[rule->level], rule->name);
		human_wrap(out, rule->title, 34);
	}
}

const char *explain_suggest(const char *code)
{
	SCOPED(suggest) suggest = { .wanted = code };

	for (size_t i = 0; i < LINT_NR; i++) {
		if (g_ascii_strcasecmp(lint_rules[i].name, code) == 0) {
			return lint_rules[i].code;
		}
		suggest_offer(&suggest, lint_rules[i].code);
	}
	return suggest.best == NULL ? NULL : lint_find(suggest.best)->code;
}
