#include <string.h>

#include "board.h"
#include "cmd.h"
#include "progress.h"
#include "settings.h"
#include "views.h"
#include "watch.h"

#define TASKS_SHOWN 8

int cmd_rollout_list(struct call *call)
{
	struct wire_list rollouts = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/rollouts?limit=" G_STRINGIFY(WIRE_PAGE_MAX),
				 .out_type = &wire_rollout_type,
				 .list = &rollouts };
	int code = call_show(call, &ask, &view_rollout);

	wire_list_release(&wire_rollout_type, &rollouts);
	return code;
}

int cmd_rollout_show(struct call *call)
{
	SCOPED(board) board = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	struct err err = { 0 };

	if (board_load(&board, call, call_word(call, 0), &err) < 0) {
		return call_fail(call, &err);
	}
	if (!call_is_for_people(call)) {
		call_print_item(call, &view_rollout, &board.rollout);
		return EXIT_OK;
	}
	if (board_load_tasks(&board, call, TASKS_SHOWN, &err) < 0) {
		return call_fail(call, &err);
	}
	board_picture(out, &board, 0, &call->style);
	call_print(out);
	return EXIT_OK;
}

int cmd_rollout_watch(struct call *call)
{
	struct err err = { 0 };
	int64_t last = 0;

	if (watch_last_event(call, &last, &err) < 0) {
		return call_fail(call, &err);
	}
	return watch_rollout(call, call_word(call, 0), last);
}

int cmd_rollout_set(struct call *call)
{
	g_autofree char *path = client_path("/v1/rollouts/", call_word(call, 0), "");
	struct wire_rollout rollout = { 0 };
	const struct ask ask = { .path = path, .out_type = &wire_rollout_type, .out = &rollout };
	int code = settings_send(call, &ask, &view_rollout);

	wire_release(&wire_rollout_type, &rollout);
	return code;
}

static void fill_verb(const struct call *call, struct wire_verb *verb)
{
	verb->tenant = call_text(call, OPT_TENANT);
	verb->reason = call_text(call, OPT_REASON);
	verb->now = opts_flag(&call->opts, OPT_NOW);
	verb->full = opts_flag(&call->opts, OPT_FULL);
	verb->revision = opts_number(&call->opts, OPT_REVISION, 0);
}

/* Print the rollout as it is behind the verb, or watch what the verb does. */
static int show_effect(struct call *call, const struct wire_rollout *rollout, int64_t last)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *next = progress_next_command(rollout);

	if (opts_flag(&call->opts, OPT_WAIT)) {
		return watch_rollout(call, rollout->id, last);
	}
	if (!call_is_for_people(call)) {
		call_print_item(call, &view_rollout, rollout);
		return EXIT_OK;
	}
	progress_summary(out, rollout);
	if (next != NULL) {
		g_string_append_printf(out, "  -> %s\n", next);
	}
	call_print(out);
	return EXIT_OK;
}

/* The last word of the command is the verb of the path. */
int cmd_rollout_verb(struct call *call)
{
	const char *word = strchr(call->command->path, ' ') + 1;
	g_autofree char *rest = g_strconcat("/", word, NULL);
	g_autofree char *path = client_path("/v1/rollouts/", call_word(call, 0), rest);
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

	if (strcmp(word, "skip") == 0 && !opts_flag(&call->opts, OPT_TENANT)) {
		return call_misused(call, "say which tenant to skip: -t TENANT");
	}
	fill_verb(call, &verb);
	if ((opts_flag(&call->opts, OPT_WAIT) && watch_last_event(call, &last, &err) < 0) ||
	    call_ask(call, &ask, &err) < 0) {
		code = call_fail(call, &err);
	} else {
		code = show_effect(call, &rollout, last);
	}
	wire_release(&wire_verb_type, &verb);
	wire_release(&wire_rollout_type, &rollout);
	return code;
}

/* The big red button: "pause" and "resume" without a rollout. */
int cmd_everything(struct call *call)
{
	g_autofree char *path = g_strconcat("/v1/", call->command->path, NULL);
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

	fill_verb(call, &verb);
	if (call_ask(call, &ask, &err) < 0) {
		code = call_fail(call, &err);
	} else if (rollouts.nr == 0 && call_is_for_people(call)) {
		call_say(call, "no rollout is open");
	} else {
		call_print_list(call, &view_rollout, &rollouts);
	}
	wire_release(&wire_verb_type, &verb);
	wire_list_release(&wire_rollout_type, &rollouts);
	return code;
}
