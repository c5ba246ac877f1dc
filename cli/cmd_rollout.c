#include <string.h>

#include "board.h"
#include "cmd.h"
#include "exits.h"
#include "observe.h"
#include "progress.h"
#include "settings.h"
#include "views.h"

#define TASKS_SHOWN 8

int cmd_rollout_list(struct cli *cli)
{
	struct wire_list rollouts = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/rollouts?limit=" G_STRINGIFY(WIRE_PAGE_MAX),
				 .out_type = &wire_rollout_type,
				 .list = &rollouts };
	int code = cli_show(cli, &ask, &view_rollout);

	wire_list_release(&wire_rollout_type, &rollouts);
	return code;
}

int cmd_rollout_show(struct cli *cli)
{
	SCOPED(board) board = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	struct err err = { 0 };

	if (board_load(&board, cli, cli_word(cli, 0), &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (!cli_is_for_people(cli)) {
		cli_print_item(cli, &view_rollout, &board.rollout);
		return EXIT_OK;
	}
	if (board_load_tasks(&board, cli, TASKS_SHOWN, &err) < 0) {
		return cli_fail(cli, &err);
	}
	board_picture(out, &board, 0, &cli->style);
	cli_print(out);
	return EXIT_OK;
}

int cmd_rollout_watch(struct cli *cli)
{
	return observe_from_now(cli, cli_word(cli, 0));
}

int cmd_rollout_set(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/rollouts/", cli_word(cli, 0), "");
	struct wire_rollout rollout = { 0 };
	const struct ask ask = { .path = path, .out_type = &wire_rollout_type, .out = &rollout };
	int code = settings_send(cli, &ask, &view_rollout);

	wire_release(&wire_rollout_type, &rollout);
	return code;
}

static void fill_verb(const struct cli *cli, struct wire_verb *verb)
{
	verb->tenant = cli_text(cli, OPT_TENANT);
	verb->reason = cli_text(cli, OPT_REASON);
	verb->now = opts_flag(&cli->opts, OPT_NOW);
	verb->full = opts_flag(&cli->opts, OPT_FULL);
	verb->revision = opts_number(&cli->opts, OPT_REVISION, 0);
}

/* Print the rollout as it is behind the verb, or watch what the verb does. */
static int show_effect(struct cli *cli, const struct wire_rollout *rollout, int64_t last)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *next = progress_next_command(rollout);

	if (opts_flag(&cli->opts, OPT_WAIT)) {
		return observe_rollout(cli, rollout->id, last, exits_ended(&rollout->counts));
	}
	if (!cli_is_for_people(cli)) {
		cli_print_item(cli, &view_rollout, rollout);
		return EXIT_OK;
	}
	progress_summary(out, rollout);
	if (next != NULL) {
		g_string_append_printf(out, "  -> %s\n", next);
	}
	cli_print(out);
	return EXIT_OK;
}

/* The last word of the command is the verb of the path. */
int cmd_rollout_verb(struct cli *cli)
{
	const char *word = strchr(cli->command->path, ' ') + 1;
	g_autofree char *rest = g_strconcat("/", word, NULL);
	g_autofree char *path = client_path("/v1/rollouts/", cli_word(cli, 0), rest);
	struct wire_rollout rollout = { 0 };
	struct wire_verb verb = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = path,
				 .in_type = &wire_verb_type,
				 .in = &verb,
				 .out_type = &wire_rollout_type,
				 .out = &rollout };
	int64_t last = 0;
	int code;

	if (strcmp(word, "skip") == 0 && !opts_flag(&cli->opts, OPT_TENANT)) {
		return cli_misused(cli, "say which tenant to skip: -t TENANT");
	}
	fill_verb(cli, &verb);
	if ((opts_flag(&cli->opts, OPT_WAIT) && observe_last_event(cli, &last, &err) < 0) ||
	    cli_ask(cli, &ask, &err) < 0) {
		code = cli_fail(cli, &err);
	} else {
		code = show_effect(cli, &rollout, last);
	}
	wire_release(&wire_verb_type, &verb);
	wire_release(&wire_rollout_type, &rollout);
	return code;
}

/* The big red button: "pause" and "resume" without a rollout. */
int cmd_everything(struct cli *cli)
{
	g_autofree char *path = g_strconcat("/v1/", cli->command->path, NULL);
	struct wire_list rollouts = { 0 };
	struct wire_verb verb = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = path,
				 .in_type = &wire_verb_type,
				 .in = &verb,
				 .out_type = &wire_rollout_type,
				 .list = &rollouts };
	int code = EXIT_OK;

	fill_verb(cli, &verb);
	if (cli_ask(cli, &ask, &err) < 0) {
		code = cli_fail(cli, &err);
	} else if (rollouts.nr == 0 && cli_is_for_people(cli)) {
		cli_say(cli, "no rollout is open");
	} else {
		cli_print_list(cli, &view_rollout, &rollouts);
	}
	wire_release(&wire_verb_type, &verb);
	wire_list_release(&wire_rollout_type, &rollouts);
	return code;
}
