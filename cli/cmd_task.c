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

static int not_a_task(const struct call *call)
{
	return call_misused(call, "\"%s\" is no task: write it as ROLLOUT/TENANT",
			    call_word(call, 0));
}

int cmd_task_list(struct call *call)
{
	const char *state = opts_text(&call->opts, OPT_STATE);
	g_autofree char *path = client_path("/v1/rollouts/", call_word(call, 0), "/tasks");
	g_autofree char *query = state != NULL ? g_strconcat("state=", state, NULL) : g_strdup("");

	return pages_show(call, path, query, &wire_task_page_type, &view_task);
}

/* Ask for one task, or change it, and print it. */
static int one_task(struct call *call, struct ask *ask, const char *rest)
{
	g_autofree char *path = task_path(call_word(call, 0), rest);
	struct wire_task task = { 0 };
	int code;

	if (path == NULL) {
		return not_a_task(call);
	}
	ask->path = path;
	ask->out_type = &wire_task_type;
	ask->out = &task;
	code = call_show(call, ask, &view_task);
	if (task.error.hint != NULL) {
		call_say(call, "  -> %s", task.error.hint);
	}
	wire_release(&wire_task_type, &task);
	return code;
}

int cmd_task_show(struct call *call)
{
	struct ask ask = { .method = "GET" };

	return one_task(call, &ask, "");
}

int cmd_task_kill(struct call *call)
{
	struct wire_verb verb = { .reason = call_text(call, OPT_REASON) };
	struct ask ask = { .method = "POST", .in_type = &wire_verb_type, .in = &verb };
	int code = one_task(call, &ask, "/kill");

	wire_release(&wire_verb_type, &verb);
	return code;
}

int cmd_task_resolve(struct call *call)
{
	struct wire_resolve resolve = { 0 };
	struct ask ask = { .method = "POST", .in_type = &wire_resolve_type, .in = &resolve };
	const char *as = opts_text(&call->opts, OPT_AS);
	int code;

	if (as == NULL) {
		return call_misused(call, "say what you found: --as applied, not-applied or at=N");
	}
	if (strcmp(as, "applied") != 0 && strcmp(as, "not-applied") != 0 &&
	    !g_str_has_prefix(as, "at=")) {
		return call_misused(call, "--as: \"%s\" is not one of applied, not-applied, at=N",
				    as);
	}
	resolve.as = g_strdup(as);
	resolve.reason = call_text(call, OPT_REASON);
	code = one_task(call, &ask, "/resolve");
	wire_release(&wire_resolve_type, &resolve);
	return code;
}
