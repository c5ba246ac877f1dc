#include "command.h"

#include <string.h>

#include "human.h"
#include "suggest.h"

#define HELP_COLUMN 30 /* where explanations begin */

static size_t path_words(const char *path)
{
	return strchr(path, ' ') == NULL ? 1 : 2;
}

static bool path_begins(const char *path, const char *word)
{
	size_t len = strlen(word);

	return strncmp(path, word, len) == 0 && path[len] == ' ';
}

const struct command *command_get(const char *path)
{
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (strcmp(command->path, path) == 0) {
			return command;
		}
	}
	return NULL;
}

bool command_is_group(const char *word)
{
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (path_begins(command->path, word)) {
			return true;
		}
	}
	return false;
}

/* In a group the second word is what is wrong, else the first. */
static void refuse(const char *first, const char *second, struct err *err)
{
	bool in_group = second != NULL && command_is_group(first);
	g_autofree char *wanted =
		in_group ? g_strdup_printf("%s %s", first, second) : g_strdup(first);
	SCOPED(suggest) suggest = { .wanted = in_group ? second : first };

	for (const struct command *command = command_table; command->path != NULL; command++) {
		const char *space = strchr(command->path, ' ');
		g_autofree char *head = g_strndup(command->path, strcspn(command->path, " "));

		if (command->hidden) {
			continue;
		}
		if (!in_group) {
			suggest_offer(&suggest, head);
		} else if (space != NULL && strcmp(head, first) == 0) {
			suggest_offer(&suggest, space + 1);
		}
	}
	if (suggest.best == NULL) {
		err_set(err, ERR_INVALID, "there is no command \"%s\"", wanted);
	} else if (in_group) {
		err_set(err, ERR_INVALID, "there is no command \"%s\"; did you mean \"%s %s\"?",
			wanted, first, suggest.best);
	} else {
		g_autofree char *both = g_strjoin(" ", suggest.best, second, NULL);

		err_set(err, ERR_INVALID, "there is no command \"%s\"; did you mean \"%s\"?",
			wanted, command_get(both) != NULL ? both : suggest.best);
	}
}

const struct command *command_find(const GPtrArray *words, size_t *used, struct err *err)
{
	const char *first = words->len > 0 ? g_ptr_array_index(words, 0) : NULL;
	const char *second = words->len > 1 ? g_ptr_array_index(words, 1) : NULL;
	g_autofree char *both = second != NULL ? g_strdup_printf("%s %s", first, second) : NULL;
	const struct command *found = both != NULL ? command_get(both) : NULL;

	*used = 0;
	err->code = ERR_NONE;
	if (first == NULL) {
		return NULL;
	}
	if (found == NULL) {
		found = command_get(first);
	}
	if (found != NULL) {
		*used = path_words(found->path);
		return found;
	}
	if (second == NULL && command_is_group(first)) {
		*used = 1;
		return NULL;
	}
	refuse(first, second, err);
	return NULL;
}

void command_usage(GString *out, const struct command *command)
{
	g_string_append_printf(out, "muster %s", command->path);
	if (command->args[0] != '\0') {
		g_string_append_printf(out, " %s", command->args);
	}
	if (command->options != 0) {
		g_string_append(out, " [OPTION…]");
	}
}

static void append_pair(GString *out, const char *left, const char *right)
{
	size_t width = (size_t)g_utf8_strlen(left, -1);

	g_string_append_printf(out, "  %s", left);
	if (width + 2 >= HELP_COLUMN) {
		g_string_append_printf(out, "\n%*s", HELP_COLUMN, "");
	} else {
		g_string_append_printf(out, "%*s", (int)(HELP_COLUMN - 2 - width), "");
	}
	human_wrap(out, right, HELP_COLUMN);
}

static void append_options(GString *out, opt_bits set)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		g_autoptr(GString) left = g_string_new(NULL);

		if ((set & OPT_BIT(id)) == 0) {
			continue;
		}
		opts_spell(left, &opt_table[id]);
		append_pair(out, left->str, opt_table[id].help);
	}
}

static void append_lines(GString *out, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		g_string_append_printf(out, "  %s\n", lines[i]);
	}
}

void command_help(GString *out, const struct command *command)
{
	opt_bits global = OPTS_GLOBAL;

	if ((command->options & OPT_BIT(OPT_DB_SOCKET)) != 0) {
		global &= ~OPT_BIT(OPT_SOCKET);
	}
	g_string_append(out, "Usage: ");
	command_usage(out, command);
	g_string_append_printf(out, "\n\n%s.\n", command->summary);
	if (command->details != NULL) {
		g_string_append_c(out, '\n');
		human_wrap(out, command->details, 0);
	}
	if (command->options != 0) {
		g_string_append(out, "\nOptions:\n");
		append_options(out, command->options);
	}
	g_string_append(out, "\nEverywhere:\n");
	append_options(out, global);
	if (command->example != NULL) {
		g_string_append(out, "\nFor example:\n");
		append_lines(out, command->example);
	}
}

static void append_command(GString *out, const struct command *command)
{
	g_autofree char *left = command->args[0] == '\0'
					? g_strdup(command->path)
					: g_strdup_printf("%s %s", command->path, command->args);

	append_pair(out, left, command->summary);
}

void command_overview(GString *out, const char *group)
{
	if (group == NULL) {
		g_string_append(out, "muster rolls migrations over fleets of MySQL and MariaDB "
				     "databases, one for each client.\n\nUsage: muster COMMAND "
				     "[OPTION…]\n\nCommands:\n");
	} else {
		g_string_append_printf(out, "Usage: muster %s COMMAND [OPTION…]\n\nCommands:\n",
				       group);
	}
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (!command->hidden && (group == NULL || path_begins(command->path, group))) {
			append_command(out, command);
		}
	}
	g_string_append(out, "\nEverywhere:\n");
	append_options(out, OPTS_GLOBAL);
	g_string_append(out, "\nThe exit code is 0 when all is well; \"man muster\" lists the "
			     "others.\n\"muster COMMAND --help\" explains a command.\n");
}
