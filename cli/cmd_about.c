#include <string.h>

#include "cmd.h"
#include "completion.h"
#include "man.h"

int cmd_completion(struct cli *cli)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (!completion_script(out, cli_word(cli, 0))) {
		return cli_misused(cli, "there is no completion for \"%s\": bash, zsh or fish",
				   cli_word(cli, 0));
	}
	cli_print(out);
	return EXIT_OK;
}

/* The command that the words of the call name; EXIT_USAGE is said already. */
static int named(struct cli *cli, const struct command **command)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	struct err err = { 0 };
	size_t used = 0;

	for (size_t i = 0; i < cli->nr; i++) {
		g_ptr_array_add(words, cli->words[i]);
	}
	*command = command_find(words, &used, &err);
	if (*command != NULL || err.code == ERR_NONE) {
		return EXIT_OK;
	}
	(void)cli_fail_hint(cli, &err, "muster help");
	return EXIT_USAGE;
}

int cmd_man(struct cli *cli)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const struct command *command = NULL;
	int code = named(cli, &command);

	if (code == EXIT_OK) {
		man_page(out, command);
		cli_print(out);
	}
	return code;
}

int cmd_help(struct cli *cli)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const struct command *command = NULL;
	int code = named(cli, &command);

	if (code != EXIT_OK) {
		return code;
	}
	if (command != NULL) {
		command_help(out, command);
	} else {
		command_overview(out, cli_word(cli, 0));
	}
	cli_print(out);
	return EXIT_OK;
}

/* Our own version, and the daemon's when it answers. */
int cmd_version(struct cli *cli)
{
	struct wire_health health = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/healthz",
				 .out_type = &wire_health_type,
				 .out = &health };
	bool answers = cli_ask(cli, &ask, &err) == 0;

	if (!cli_is_for_people(cli)) {
		(void)printf("{\"version\":\"%s\",\"protocol\":%d,\"daemon\":%s}\n", MUSTER_VERSION,
			     WIRE_PROTOCOL, answers ? cli->answer : "null");
	} else {
		(void)printf("muster %s (protocol %d)\n", MUSTER_VERSION, WIRE_PROTOCOL);
		if (answers) {
			(void)printf("musterd %s (protocol %" G_GINT64_FORMAT
				     "), up %" G_GINT64_FORMAT " s\n",
				     health.version, health.protocol, health.uptime_s);
		} else {
			(void)printf("musterd does not answer\n");
		}
	}
	wire_release(&wire_health_type, &health);
	return EXIT_OK;
}
