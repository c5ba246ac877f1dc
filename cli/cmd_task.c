#include <string.h>

#include "cmd.h"
#include "pages.h"
#include "views.h"

/* "R/T" as "/v1/rollouts/R/tasks/T" + rest. Owned; NULL: the word has no slash. */
static char *task_path(const char *word, const char *rest)
{
	const char *slash = strchr(word, '/');
	g_autofree char *rollout = NULL;
	g_autofree char *collection = NULL;

	if (slash == NULL || slash == word || slash[1] == '\0') {
		return NULL;
	}
	rollout = g_strndup(word, (size_t)(slash - word));
	collection = client_path("/v1/rollouts/", rollout, "/tasks/");
	return client_path(collection, slash + 1, rest);
}

static int not_a_task(const struct cli *cli)
{
	return cli_misused(cli, "\"%s\" is no task: write it as ROLLOUT/TENANT", cli_word(cli, 0));
}

int cmd_task_list(struct cli *cli)
{
	const char *state = opts_text(&cli->opts, OPT_STATE);
	g_autofree char *path = client_path("/v1/rollouts/", cli_word(cli, 0), "/tasks");
	g_autofree char *query = state != NULL ? g_strconcat("state=", state, NULL) : g_strdup("");

	return pages_show(cli, path, query, &wire_task_page_type, &view_task);
}

/* Ask for one task, or change it, and print it. */
static int one_task(struct cli *cli, struct ask *ask, const char *rest)
{
	g_autofree char *path = task_path(cli_word(cli, 0), rest);
	struct wire_task task = { 0 };
	int code;

	if (path == NULL) {
		return not_a_task(cli);
	}
	ask->path = path;
	ask->out_type = &wire_task_type;
	ask->out = &task;
	code = cli_show(cli, ask, &view_task);
	for (size_t i = 0; i < task.difference.nr && cli_is_for_people(cli); i++) {
		cli_say(cli, "  differs: %s", task.difference.texts[i]);
	}
	if (task.error.hint != NULL) {
		cli_say(cli, "  -> %s", task.error.hint);
	}
	wire_release(&wire_task_type, &task);
	return code;
}

int cmd_task_show(struct cli *cli)
{
	struct ask ask = { .method = "GET" };

	return one_task(cli, &ask, "");
}

int cmd_task_kill(struct cli *cli)
{
	struct wire_verb verb = { .reason = cli_text(cli, OPT_REASON) };
	struct ask ask = { .method = "POST", .in_type = &wire_verb_type, .in = &verb };
	int code = one_task(cli, &ask, "/kill");

	wire_release(&wire_verb_type, &verb);
	return code;
}

/* Whoever settles a task sees first how its schema differs from what it should be. */
static int show_difference(struct cli *cli)
{
	g_autofree char *path = task_path(cli_word(cli, 0), "");
	struct wire_task task = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_task_type,
				 .out = &task };

	if (path == NULL) {
		return not_a_task(cli);
	}
	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	for (size_t i = 0; i < task.difference.nr; i++) {
		cli_say(cli, "  differs: %s", task.difference.texts[i]);
	}
	if (task.difference.nr == 0) {
		cli_say(cli,
			"  its schema shows no difference to what it was before the statement");
	}
	wire_release(&wire_task_type, &task);
	return EXIT_OK;
}

int cmd_task_resolve(struct cli *cli)
{
	struct wire_resolve resolve = { 0 };
	struct ask ask = { .method = "POST", .in_type = &wire_resolve_type, .in = &resolve };
	const char *as = opts_text(&cli->opts, OPT_AS);
	int code;

	if (as != NULL && strcmp(as, "applied") != 0 && strcmp(as, "not-applied") != 0 &&
	    !g_str_has_prefix(as, "at=")) {
		return cli_misused(cli, "--as: \"%s\" is not one of applied, not-applied, at=N",
				   as);
	}
	code = show_difference(cli);
	if (code != EXIT_OK) {
		return code;
	}
	if (as == NULL) {
		return cli_misused(cli, "say what you found: --as applied, not-applied or at=N");
	}
	resolve.as = g_strdup(as);
	resolve.reason = cli_text(cli, OPT_REASON);
	code = one_task(cli, &ask, "/resolve");
	wire_release(&wire_resolve_type, &resolve);
	return code;
}
