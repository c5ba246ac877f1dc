#include "man.h"

#include <string.h>

#include "client.h"
#include "cmd.h"
#include "lint.h"

/* clang-format off */
static const struct {
	int code;
	const char *meaning;
} exits[] = {
	{ EXIT_OK,            "All is well, or the condition is true." },
	{ EXIT_PENDING,       "Something is pending or different, or the condition is false." },
	{ EXIT_PROBLEMS,      "The rollout ended with failed or skipped tenants." },
	{ EXIT_HUMAN,         "The rollout is paused or gated; a human is needed." },
	{ EXIT_ABORTED,       "The rollout was aborted or is over its failure budget." },
	{ EXIT_TIMEOUT,       "The time is over and it is still going." },
	{ EXIT_UNREACHABLE,   "No daemon answers, or it cannot do its work." },
	{ EXIT_REVISION,      "The object was changed since the given --revision." },
	{ EXIT_USAGE,         "The command line cannot be meant." },
	{ EXIT_BAD_INPUT,     "A file, a name or a value is wrong." },
	{ EXIT_SERVER,        "A database server is not available." },
	{ EXIT_PERMISSION,    "Not permitted." },
	{ EXIT_CONFIGURATION, "The configuration is wrong." },
};

/* clang-format on */

/* Text that no roff request or escape can hide in. */
static void append_text(GString *out, const char *text)
{
	bool first = true;

	for (; *text != '\0'; text++) {
		if (first && (*text == '.' || *text == '\'')) {
			g_string_append(out, "\\&");
		}
		first = *text == '\n';
		if (*text == '\\') {
			g_string_append(out, "\\e");
		} else if (*text == '-') {
			g_string_append(out, "\\-");
		} else if (*text == '\'') {
			g_string_append(out, "\\(aq");
		} else if (g_str_has_prefix(text, "…")) {
			g_string_append(out, "...");
			text += strlen("…") - 1;
		} else {
			g_string_append_c(out, *text);
		}
	}
}

static void append_option(GString *out, const struct opt *opt)
{
	g_string_append(out, ".TP\n");
	if (opt->letter != '\0') {
		g_string_append_printf(out, "\\fB\\-%c\\fR, ", opt->letter);
	}
	g_string_append(out, "\\fB\\-\\-");
	append_text(out, opt->name);
	g_string_append(out, "\\fR");
	if (opt->metavar != NULL) {
		g_string_append(out, " \\fI");
		append_text(out, opt->metavar);
		g_string_append(out, "\\fR");
	}
	g_string_append_c(out, '\n');
	append_text(out, opt->help);
	g_string_append_c(out, '\n');
}

static void append_options(GString *out, opt_bits set)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		if ((set & OPT_BIT(id)) != 0) {
			append_option(out, &opt_table[id]);
		}
	}
}

static void append_example(GString *out, const char *example)
{
	g_string_append(out, ".PP\n.nf\n");
	append_text(out, example);
	g_string_append(out, "\n.fi\n");
}

static void append_body(GString *out, const struct command *command)
{
	append_text(out, command->summary);
	g_string_append(out, ".\n");
	if (command->details != NULL) {
		g_string_append(out, ".PP\n");
		append_text(out, command->details);
		g_string_append_c(out, '\n');
	}
	append_options(out, command->options);
	if (command->example != NULL) {
		append_example(out, command->example);
	}
}

static void append_usage(GString *out, const struct command *command)
{
	g_string_append(out, "\\fBmuster ");
	append_text(out, command->path);
	g_string_append(out, "\\fR");
	if (command->args[0] != '\0') {
		g_string_append(out, " \\fI");
		append_text(out, command->args);
		g_string_append(out, "\\fR");
	}
	if (command->options != 0) {
		g_string_append(out, " [\\fIoption\\fR...]");
	}
	g_string_append_c(out, '\n');
}

static void append_exits(GString *out)
{
	g_string_append(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < G_N_ELEMENTS(exits); i++) {
		g_string_append_printf(out, ".TP\n.B %d\n", exits[i].code);
		append_text(out, exits[i].meaning);
		g_string_append_c(out, '\n');
	}
}

/* What lint says, from its table of rules. */
static void append_rules(GString *out)
{
	g_string_append(out, ".SH FINDINGS OF LINT\n");
	for (size_t i = 0; i < LINT_NR; i++) {
		const struct lint_rule *rule = &lint_rules[i];

		g_string_append_printf(out, ".TP\n.B %s ", rule->code);
		append_text(out, rule->name);
		g_string_append_printf(out, " (%s)\n", lint_level_names[rule->level]);
		append_text(out, rule->title);
		g_string_append_c(out, ' ');
		append_text(out, rule->why);
		g_string_append_c(out, ' ');
		append_text(out, rule->help);
		append_example(out, rule->example);
	}
}

static void append_tail(GString *out)
{
	g_string_append(out, ".SH ENVIRONMENT\n.TP\n.B MUSTER_SOCKET\n"
			     "The socket of musterd, when \\-\\-socket is not given.\n"
			     ".TP\n.B NO_COLOR\nNo colours when it is set.\n"
			     ".SH FILES\n.TP\n.I " WIRE_SOCKET_DEFAULT "\n"
			     "The usual socket of musterd.\n");
	append_exits(out);
	g_string_append(out, ".SH SEE ALSO\n.BR musterd (8),\n.BR musterd.conf (5)\n");
}

static void append_all_commands(GString *out)
{
	g_string_append(out, ".SH COMMANDS\n");
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (!command->hidden) {
			g_string_append(out, ".SS ");
			append_usage(out, command);
			append_body(out, command);
		}
	}
}

static void append_intro(GString *out)
{
	g_string_append(
		out,
		".SH DESCRIPTION\n"
		"muster asks the daemon\n.BR musterd (8)\n"
		"to roll migrations over fleets of MySQL and MariaDB databases, one for each "
		"client.\nResults are written to the standard output, everything else to the "
		"standard error.\nA line that reports a problem is followed by the command "
		"that helps.\n"
		".PP\nOptions may stand anywhere on the command line; "
		"\\fB\\-\\-\\fR ends them.\nTables are for people; with "
		"\\fB\\-o json\\fR the output is exactly the answer of the daemon.\n"
		".SS Which tenants\n"
		"A selector is a list of terms with commas, all of which must hold: "
		"\\fBregion=eu\\fR, \\fBtier!=gold\\fR, \\fBtier in (gold,silver)\\fR, a name, "
		"a name with * and ?, \\fB!\\fRname.\nSeveral names mean any one of them.\n"
		"\\fB@\\fR\\fIfile\\fR stands for the names in a file, one in a line.\n");
}

void man_page(GString *out, const struct command *command)
{
	g_autofree char *title =
		command != NULL ? g_strconcat("muster-", command->path, NULL) : g_strdup("muster");
	g_autofree char *upper = g_ascii_strup(title, -1);

	g_strdelimit(title, " ", '-');
	g_strdelimit(upper, " ", '-');
	g_string_append_printf(out, ".TH %s 1 \"\" \"muster " MUSTER_VERSION "\"\n.SH NAME\n",
			       upper);
	append_text(out, title);
	g_string_append(out, " \\- ");
	append_text(out, command != NULL
				 ? command->summary
				 : "roll migrations over fleets of MySQL and MariaDB databases");
	g_string_append(out, "\n.SH SYNOPSIS\n");
	if (command != NULL) {
		append_usage(out, command);
		g_string_append(out, ".SH DESCRIPTION\n");
		append_body(out, command);
	} else {
		g_string_append(out, "\\fBmuster\\fR \\fIcommand\\fR [\\fIoption\\fR...]\n");
		append_intro(out);
		append_all_commands(out);
	}
	g_string_append(out, command != NULL ? ".SH OPTIONS OF EVERY COMMAND\n" : ".SH OPTIONS\n");
	append_options(out, OPTS_GLOBAL);
	if (command == NULL || command->run == cmd_lint) {
		append_rules(out);
	}
	append_tail(out);
}
