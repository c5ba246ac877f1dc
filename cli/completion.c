#include "completion.h"

#include <string.h>

#include "command.h"

/* The command that prints the words of each kind; NULL: the shell's own business. */
static const char *const word_commands[WORDS_NR] = {
	[WORDS_SERVER] = "server list",   [WORDS_TENANT] = "tenant list",
	[WORDS_RELEASE] = "release list", [WORDS_ROLLOUT] = "rollout list",
	[WORDS_TASK] = "rollout list",
};

static opt_bits all_options(const struct command *command)
{
	return command->options | OPTS_GLOBAL;
}

static void append_quoted(GString *out, const char *text)
{
	g_autofree char *quoted = g_shell_quote(text);

	g_string_append(out, quoted);
}

/* The words that may stand at the front, or behind the group. */
static void append_heads(GString *out, const char *group, const char *between)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (const struct command *command = command_table; command->path != NULL; command++) {
		const char *space = strchr(command->path, ' ');
		g_autofree char *head = g_strndup(command->path, strcspn(command->path, " "));

		if (command->hidden ||
		    (group != NULL && (space == NULL || strcmp(head, group) != 0))) {
			continue;
		}
		if (group != NULL) {
			g_string_append_printf(out, "%s%s", between, space + 1);
		} else if (g_hash_table_add(seen, g_strdup(head))) {
			g_string_append_printf(out, "%s%s", between, head);
		}
	}
}

/* Names of the groups: "server tenant …". Owned. */
static char *groups(void)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (const struct command *command = command_table; command->path != NULL; command++) {
		g_autofree char *head = g_strndup(command->path, strcspn(command->path, " "));

		if (command_is_group(head) && g_hash_table_add(seen, g_strdup(head))) {
			g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", head);
		}
	}
	return g_string_free(out, FALSE);
}

/* ---- bash ---------------------------------------------------------------------------- */

static void bash_options(GString *out, const struct command *command)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		if ((all_options(command) & OPT_BIT(id)) == 0) {
			continue;
		}
		if (id == OPT_DB_SOCKET) {
			continue; /* --socket is in the global ones */
		}
		g_string_append_printf(out, " --%s", opt_table[id].name);
	}
}

static void bash_words(GString *out, enum opt_words words)
{
	switch (words) {
	case WORDS_NONE:
	case WORDS_NR:
		break;
	case WORDS_FILE:
		g_string_append(out, "@file");
		break;
	case WORDS_FOLDER:
		g_string_append(out, "@folder");
		break;
	case WORDS_SERVER:
	case WORDS_TENANT:
	case WORDS_RELEASE:
	case WORDS_ROLLOUT:
	case WORDS_TASK:
		g_string_append_printf(out, "@%s", word_commands[words]);
		break;
	}
}

/* "--state) words=…": what may stand behind an option. */
static void bash_values(GString *out)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		const struct opt *opt = &opt_table[id];
		bool twice = false;

		for (int before = 0; before < id; before++) {
			twice = twice || strcmp(opt_table[before].name, opt->name) == 0;
		}
		if (opt->kind == OPT_FLAG || twice) {
			continue;
		}
		g_string_append_printf(out, "\t--%s", opt->name);
		if (opt->letter != '\0') {
			g_string_append_printf(out, "|-%c", opt->letter);
		}
		g_string_append(out, ") kind='");
		if (opt->values != NULL) {
			g_autofree char *values = g_strdup(opt->values);

			g_string_append(out, g_strdelimit(values, "|", ' '));
		} else {
			bash_words(out, opt->words);
		}
		g_string_append(out, "' value=1 ;;\n");
	}
}

/* The words of the path, as far as they are typed. */
static void bash_path(GString *out, const char *heads)
{
	g_string_append_printf(out,
			       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
			       "\t\tw=${COMP_WORDS[i]}\n"
			       "\t\tcase $w in -*) continue ;; esac\n"
			       "\t\tif [[ -z $path ]]; then path=$w\n"
			       "\t\telif [[ \" %s \" == *\" $path \"* ]]; then\n"
			       "\t\t\tpath=\"$path $w\"; break\n"
			       "\t\telse break; fi\n"
			       "\tdone\n",
			       heads);
}

static void bash_command(GString *out, const struct command *command)
{
	g_string_append_printf(out, "\t'%s') words='", command->path);
	bash_options(out, command);
	g_string_append(out, "'");
	if (command->words != WORDS_NONE) {
		g_string_append(out, "; [[ -z $value ]] && kind='");
		bash_words(out, command->words);
		g_string_append(out, "'");
	}
	g_string_append(out, " ;;\n");
}

/* What may stand next, by the path. */
static void bash_paths(GString *out, const char *heads)
{
	g_auto(GStrv) names = g_strsplit(heads, " ", -1);

	g_string_append(out, "\tcase $path in\n\t'') words='");
	append_heads(out, NULL, " ");
	g_string_append(out, "' ;;\n");
	for (size_t i = 0; names[i] != NULL; i++) {
		g_string_append_printf(out, "\t%s) words='", names[i]);
		append_heads(out, names[i], " ");
		g_string_append(out, "' ;;\n");
	}
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (!command->hidden && !command_is_group(command->path)) {
			bash_command(out, command);
		}
	}
	g_string_append(out, "\tesac\n");
}

static void bash_script(GString *out)
{
	static const char *const head = "# bash completion of muster\n"
					"_muster_names() {\n"
					"\tmuster $1 -o name 2>/dev/null\n"
					"}\n"
					"_muster() {\n"
					"\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
					"\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
					"\tlocal path= kind= value= words= plain= i w\n"
					"\tCOMPREPLY=()\n"
					"\tcase $prev in\n";
	static const char *const tail =
		"\tif [[ -z $value && $cur == -* ]]; then kind=; fi\n"
		"\tif [[ -n $value ]]; then words=; fi\n"
		"\tcase $kind in\n"
		"\t@file) compopt -o default; return ;;\n"
		"\t@folder)\n"
		"\t\tcompopt -o dirnames\n"
		"\t\twords=\"$words $(_muster_names 'release list')\" ;;\n"
		"\t@*) words=\"$words $(_muster_names \"${kind#@}\")\" ;;\n"
		"\t*) words=\"$words $kind\" ;;\n"
		"\tesac\n"
		"\tif [[ $cur != -* ]]; then\n"
		"\t\tfor w in $words; do case $w in -*) ;; *) plain+=\" $w\" ;; esac; done\n"
		"\t\twords=$plain\n"
		"\tfi\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		"}\n"
		"complete -F _muster muster\n";
	g_autofree char *heads = groups();

	g_string_append(out, head);
	bash_values(out);
	g_string_append(out, "\tesac\n");
	bash_path(out, heads);
	bash_paths(out, heads);
	g_string_append(out, tail);
}

/* ---- zsh ----------------------------------------------------------------------------- */

static void zsh_words(GString *out, enum opt_words words)
{
	switch (words) {
	case WORDS_NONE:
	case WORDS_NR:
		g_string_append(out, " ");
		break;
	case WORDS_FILE:
		g_string_append(out, "_files");
		break;
	case WORDS_FOLDER:
		g_string_append(out, "_files -/");
		break;
	case WORDS_SERVER:
	case WORDS_TENANT:
	case WORDS_RELEASE:
	case WORDS_ROLLOUT:
	case WORDS_TASK:
		g_string_append_printf(out, "{_muster_names \"%s\"}", word_commands[words]);
		break;
	}
}

/* Brackets and colons divide the parts of a specification. */
static void zsh_text(GString *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("[]:\\", *text) != NULL) {
			g_string_append_c(out, '\\');
		}
		g_string_append_c(out, *text);
	}
}

static void zsh_option(GString *out, const struct opt *opt)
{
	g_autoptr(GString) tail = g_string_new("[");
	bool values = opt->kind != OPT_FLAG;

	zsh_text(tail, opt->help);
	g_string_append_c(tail, ']');
	if (values) {
		g_string_append_printf(tail, ":%s:", opt->metavar);
		if (opt->values != NULL) {
			g_autofree char *listed = g_strdup(opt->values);

			g_string_append_printf(tail, "(%s)", g_strdelimit(listed, "|", ' '));
		} else {
			zsh_words(tail, opt->words);
		}
	}
	for (int form = opt->letter != '\0' ? 0 : 1; form < 2; form++) {
		g_autofree char *spec = form == 0 ? g_strdup_printf("*-%c%s%s", opt->letter,
								    values ? "+" : "", tail->str)
						  : g_strdup_printf("*--%s%s%s", opt->name,
								    values ? "=" : "", tail->str);

		g_string_append(out, " \\\n\t\t\t");
		append_quoted(out, spec);
	}
}

static void zsh_command(GString *out, const struct command *command)
{
	g_string_append(out, "\t");
	append_quoted(out, command->path);
	g_string_append(out, ")\n\t\t_arguments -s");
	for (int id = 0; id < OPT_ID_NR; id++) {
		bool other_socket =
			id == OPT_SOCKET && (command->options & OPT_BIT(OPT_DB_SOCKET)) != 0;

		if ((all_options(command) & OPT_BIT(id)) != 0 && !other_socket) {
			zsh_option(out, &opt_table[id]);
		}
	}
	if (command->most != 0) {
		g_autoptr(GString) spec = g_string_new("*:");

		zsh_text(spec, command->args);
		g_string_append_c(spec, ':');
		zsh_words(spec, command->words);
		g_string_append(out, " \\\n\t\t\t");
		append_quoted(out, spec->str);
	}
	g_string_append(out, "\n\t\t;;\n");
}

/* 'word:what it does' for _describe. */
static void zsh_describe(GString *out, const char *group)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (const struct command *command = command_table; command->path != NULL; command++) {
		const char *space = strchr(command->path, ' ');
		g_autofree char *head = g_strndup(command->path, strcspn(command->path, " "));
		g_autofree char *spec = NULL;

		if (command->hidden ||
		    (group != NULL && (space == NULL || strcmp(head, group) != 0))) {
			continue;
		}
		if (group != NULL) {
			spec = g_strdup_printf("%s:%s", space + 1, command->summary);
		} else if (g_hash_table_add(seen, g_strdup(head))) {
			spec = space != NULL ? g_strdup_printf("%s:commands of a %s", head, head)
					     : g_strdup_printf("%s:%s", head, command->summary);
		} else {
			continue;
		}
		g_string_append_c(out, ' ');
		append_quoted(out, spec);
	}
}

static void zsh_script(GString *out)
{
	g_autofree char *heads = groups();
	g_auto(GStrv) names = g_strsplit(heads, " ", -1);

	g_string_append(out, "#compdef muster\n"
			     "_muster_names() {\n"
			     "\tlocal -a names\n"
			     "\tnames=(${(f)\"$(muster ${=1} -o name 2>/dev/null)\"})\n"
			     "\tcompadd -a names\n"
			     "}\n"
			     "_muster() {\n"
			     "\tlocal -a words_first\n"
			     "\tif ((CURRENT == 2)); then\n"
			     "\t\twords_first=(");
	zsh_describe(out, NULL);
	g_string_append(out, ")\n\t\t_describe command words_first\n\t\treturn\n\tfi\n"
			     "\tlocal path_now=$words[2]\n\tcase $path_now in\n");
	for (size_t i = 0; names[i] != NULL; i++) {
		g_string_append_printf(out,
				       "\t%s)\n\t\tif ((CURRENT == 3)); then\n"
				       "\t\t\twords_first=(",
				       names[i]);
		zsh_describe(out, names[i]);
		g_string_append(out,
				")\n\t\t\t_describe command words_first\n\t\t\treturn\n\t\tfi\n"
				"\t\tpath_now=\"$words[2] $words[3]\"\n"
				"\t\tshift words; ((CURRENT--))\n\t\t;;\n");
	}
	g_string_append(out, "\tesac\n\tshift words; ((CURRENT--))\n\tcase $path_now in\n");
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (!command->hidden) {
			zsh_command(out, command);
		}
	}
	g_string_append(out, "\tesac\n}\n"
			     "if [[ $funcstack[1] == _muster ]]; then _muster \"$@\"; "
			     "else compdef _muster muster; fi\n");
}

/* ---- fish ---------------------------------------------------------------------------- */

/* A word may be a command of two groups (tenant release), so its place counts. */
static const char fish_head[] = "# fish completion of muster\n"
				"function __muster_words # those in front of the cursor\n"
				"\tstring match -v -- '-*' (commandline -opc)[2..-1]\n"
				"end\n"
				"function __muster_at # right behind these words\n"
				"\tset -l words (__muster_words)\n"
				"\ttest \"$words\" = \"$argv\"\n"
				"end\n"
				"function __muster_in # somewhere behind these words\n"
				"\tset -l words (__muster_words)\n"
				"\tset -l first $words[1..(count $argv)]\n"
				"\ttest \"$first\" = \"$argv\"\n"
				"end\n"
				"complete -c muster -f\n";

static void fish_condition(GString *out, const struct command *command)
{
	if (command != NULL) {
		g_string_append_printf(out, "-n '__muster_in %s' ", command->path);
	}
}

static void fish_words(GString *out, enum opt_words words)
{
	if (words == WORDS_FOLDER) {
		g_string_append(out, " -a '(__fish_complete_directories)'");
	} else if (words == WORDS_FILE) {
		g_string_append(out, " -F");
	} else if (word_commands[words] != NULL) {
		g_string_append_printf(out, " -a '(muster %s -o name 2>/dev/null)'",
				       word_commands[words]);
	}
}

/* command: NULL for what every command takes. */
static void fish_option(GString *out, const struct command *command, const struct opt *opt)
{
	g_string_append(out, "complete -c muster ");
	fish_condition(out, command);
	if (opt->letter != '\0') {
		g_string_append_printf(out, "-s %c ", opt->letter);
	}
	g_string_append_printf(out, "-l %s", opt->name);
	if (opt->kind != OPT_FLAG) {
		g_string_append(out, opt->words == WORDS_FILE ? " -r" : " -x");
	}
	if (opt->values != NULL) {
		g_autofree char *values = g_strdup(opt->values);

		g_string_append_printf(out, " -a '%s'", g_strdelimit(values, "|", ' '));
	} else if (opt->kind != OPT_FLAG) {
		fish_words(out, opt->words);
	}
	g_string_append(out, " -d ");
	append_quoted(out, opt->help);
	g_string_append_c(out, '\n');
}

static void fish_command(GString *out, const struct command *command)
{
	const char *space = strchr(command->path, ' ');
	g_autofree char *head = g_strndup(command->path, strcspn(command->path, " "));

	if (space == NULL) {
		g_string_append_printf(out, "complete -c muster -n __muster_at -a %s -d ", head);
	} else {
		g_string_append_printf(out, "complete -c muster -n '__muster_at %s' -a %s -d ",
				       head, space + 1);
	}
	append_quoted(out, command->summary);
	g_string_append_c(out, '\n');
	for (int id = 0; id < OPT_ID_NR; id++) {
		if ((command->options & OPT_BIT(id)) != 0) {
			fish_option(out, command, &opt_table[id]);
		}
	}
	if (command->words != WORDS_NONE) {
		g_string_append(out, "complete -c muster ");
		fish_condition(out, command);
		fish_words(out, command->words);
		g_string_append_c(out, '\n');
	}
}

static void fish_script(GString *out)
{
	g_autofree char *heads = groups();
	g_auto(GStrv) names = g_strsplit(heads, " ", -1);

	g_string_append(out, fish_head);
	for (size_t i = 0; names[i] != NULL; i++) {
		g_string_append_printf(out,
				       "complete -c muster -n __muster_at -a %s -d "
				       "'commands of a %s'\n",
				       names[i], names[i]);
	}
	for (const struct command *command = command_table; command->path != NULL; command++) {
		if (!command->hidden) {
			fish_command(out, command);
		}
	}
	for (int id = 0; id < OPT_ID_NR; id++) {
		if ((OPTS_GLOBAL & OPT_BIT(id)) != 0) {
			fish_option(out, NULL, &opt_table[id]);
		}
	}
}

bool completion_script(GString *out, const char *shell)
{
	static const struct {
		const char *shell;
		void (*script)(GString *out);
	} shells[] = {
		{ "bash", bash_script },
		{ "zsh", zsh_script },
		{ "fish", fish_script },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
		if (strcmp(shells[i].shell, shell) == 0) {
			shells[i].script(out);
			return true;
		}
	}
	return false;
}
