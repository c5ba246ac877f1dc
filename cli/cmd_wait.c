#include <string.h>

#include "cmd.h"
#include "exits.h"
#include "follow.h"
#include "shell.h"
#include "states.h"
#include "tick.h"

#define TURN_US ((gulong)200 * 1000)

/* What is waited for, and the answer that says how it is. */
struct object {
	char *path;       /* owned */
	const char *name; /* as other commands write it: without "rollout/" or "task/" */

	enum { OBJECT_ROLLOUT, OBJECT_TASK, OBJECT_SERVER, OBJECT_TENANT } kind;

	char *state;   /* owned */
	char *other;   /* owned; what it may also be waited for; NULL: nothing */
	bool is_final; /* it will not change by itself */
};

static void object_release(struct object *object)
{
	g_free(object->path);
	g_free(object->state);
	g_free(object->other);
	*object = (struct object){ 0 };
}

SCOPED_RELEASE(object);

/* server/NAME, tenant/NAME, R/TENANT or task/R/TENANT, R or rollout/R. */
static void object_parse(struct object *object, const char *word)
{
	const char *slash = strchr(word, '/');

	object->name = word;
	if (g_str_has_prefix(word, "rollout/")) {
		object_parse(object, word + strlen("rollout/"));
	} else if (g_str_has_prefix(word, "task/") && strchr(slash + 1, '/') != NULL) {
		object_parse(object, word + strlen("task/"));
	} else if (g_str_has_prefix(word, "server/")) {
		object->kind = OBJECT_SERVER;
		object->path = client_path("/v1/servers/", slash + 1, "");
	} else if (g_str_has_prefix(word, "tenant/")) {
		object->kind = OBJECT_TENANT;
		object->path = client_path("/v1/tenants/", slash + 1, "");
	} else if (slash != NULL) {
		g_autofree char *rollout = g_strndup(word, (size_t)(slash - word));
		g_autofree char *tasks = client_path("/v1/rollouts/", rollout, "/tasks/");

		object->kind = OBJECT_TASK;
		object->path = client_path(tasks, slash + 1, "");
	} else {
		object->kind = OBJECT_ROLLOUT;
		object->path = client_path("/v1/rollouts/", word, "");
	}
}

static bool task_is_final(const char *state)
{
	int found = state != NULL ? states_find(task_state_names, TASK_STATE_NR, state) : -1;

	return found == TASK_DONE || found == TASK_FAILED || found == TASK_IN_DOUBT ||
	       found == TASK_SKIPPED || found == TASK_CANCELLED;
}

static int ask_state(struct cli *cli, struct object *object, const struct wire_type *type,
		     void *out, struct err *err)
{
	const struct ask ask = { .method = "GET",
				 .path = object->path,
				 .out_type = type,
				 .out = out };

	g_clear_pointer(&object->state, g_free);
	g_clear_pointer(&object->other, g_free);
	return cli_ask(cli, &ask, err);
}

static int load_rollout(struct cli *cli, struct object *object, struct err *err)
{
	struct wire_rollout rollout = { 0 };

	if (ask_state(cli, object, &wire_rollout_type, &rollout, err) < 0) {
		return -1;
	}
	object->state = g_strdup(rollout.state);
	object->is_final = exits_rollout_rests(&rollout) &&
			   strcmp(rollout.state, rollout_state_names[ROLLOUT_PAUSED]) != 0 &&
			   strcmp(rollout.state, rollout_state_names[ROLLOUT_GATED]) != 0;
	wire_release(&wire_rollout_type, &rollout);
	return 0;
}

static int load_task(struct cli *cli, struct object *object, struct err *err)
{
	struct wire_task task = { 0 };

	if (ask_state(cli, object, &wire_task_type, &task, err) < 0) {
		return -1;
	}
	object->state = g_strdup(task.state);
	object->is_final = task_is_final(task.state);
	wire_release(&wire_task_type, &task);
	return 0;
}

static int load_server(struct cli *cli, struct object *object, struct err *err)
{
	struct wire_server server = { 0 };

	if (ask_state(cli, object, &wire_server_type, &server, err) < 0) {
		return -1;
	}
	object->state = g_strdup(server.state);
	wire_release(&wire_server_type, &server);
	return 0;
}

static int load_tenant(struct cli *cli, struct object *object, struct err *err)
{
	struct wire_tenant tenant = { 0 };

	if (ask_state(cli, object, &wire_tenant_type, &tenant, err) < 0) {
		return -1;
	}
	object->state = g_strdup(tenant.mode);
	object->other = g_strdup(tenant.version);
	wire_release(&wire_tenant_type, &tenant);
	return 0;
}

static int load(struct cli *cli, struct object *object, struct err *err)
{
	switch (object->kind) {
	case OBJECT_ROLLOUT:
		return load_rollout(cli, object, err);
	case OBJECT_TASK:
		return load_task(cli, object, err);
	case OBJECT_SERVER:
		return load_server(cli, object, err);
	case OBJECT_TENANT:
		return load_tenant(cli, object, err);
	}
	abort();
}

/* The state that is there and was waited for, or NULL. */
static const char *reached(const struct object *object, const char *const *wanted)
{
	if (object->state != NULL && g_strv_contains(wanted, object->state)) {
		return object->state;
	}
	if (object->other != NULL && g_strv_contains(wanted, object->other)) {
		return object->other;
	}
	return NULL;
}

/* A state that the object can never have would be waited for in vain. */
static bool is_known(const struct object *object, const char *state)
{
	switch (object->kind) {
	case OBJECT_ROLLOUT:
		return states_find(rollout_state_names, ROLLOUT_STATE_NR, state) >= 0;
	case OBJECT_TASK:
		return states_find(task_state_names, TASK_STATE_NR, state) >= 0;
	case OBJECT_SERVER:
		return states_find(server_state_names, SERVER_STATE_NR, state) >= 0;
	case OBJECT_TENANT:
		return state[0] != '\0'; /* a mode or any version */
	}
	abort();
}

/* The wait is over without the state. */
static int give_up(const struct cli *cli, const struct object *object, int code)
{
	g_autofree char *name = shell_word(object->name);
	const char *word = cli_word(cli, 0);

	(void)fprintf(stderr, "muster: %s is %s, not %s%s\n", word,
		      object->state != NULL ? object->state : "?", opts_text(&cli->opts, OPT_FOR),
		      code == EXIT_TIMEOUT ? " after that time" : " and stays so");
	if (object->kind == OBJECT_ROLLOUT) {
		(void)fprintf(stderr, "  -> muster rollout show %s\n", name);
	} else if (object->kind == OBJECT_TASK) {
		(void)fprintf(stderr, "  -> muster task show %s\n", name);
	} else {
		(void)fprintf(stderr, "  -> muster events -f\n");
	}
	return code;
}

/*
 * It answered before and is gone now, as during an upgrade: a script that waits for hours bears it,
 * as long as "rollout watch" does.
 */
static bool may_return(const struct err *err, int64_t answered_at, bool *told)
{
	if (!client_is_gone(err) || answered_at == 0 ||
	    tick_ms() - answered_at > FOLLOW_GIVE_UP_MS) {
		return false;
	}
	if (!*told) {
		cli_say_away();
		*told = true;
	}
	return true;
}

static int wait_loop(struct cli *cli, struct object *object, const char *const *wanted,
		     int64_t deadline)
{
	struct err err = { 0 };
	int64_t answered_at = 0;
	bool told = false;

	for (;;) {
		bool late = deadline >= 0 && tick_ms() >= deadline;

		if (load(cli, object, &err) < 0) {
			if (late || !may_return(&err, answered_at, &told)) {
				return cli_fail(cli, &err);
			}
			g_usleep(TURN_US);
			continue;
		}
		answered_at = tick_ms();
		told = false;
		if (reached(object, wanted) != NULL) {
			cli_say(cli, "%s is %s", cli_word(cli, 0), reached(object, wanted));
			return EXIT_OK;
		}
		if (object->is_final) {
			return give_up(cli, object, EXIT_PENDING);
		}
		if (late) {
			return give_up(cli, object, EXIT_TIMEOUT);
		}
		g_usleep(TURN_US);
	}
}

int cmd_wait(struct cli *cli)
{
	const char *states = opts_text(&cli->opts, OPT_FOR);
	SCOPED(object) object = { 0 };
	g_auto(GStrv) wanted = NULL;
	int64_t deadline = -1;

	if (states == NULL) {
		return cli_misused(cli, "say which state to wait for: --for STATE");
	}
	object_parse(&object, cli_word(cli, 0));
	wanted = g_strsplit(states, ",", -1);
	for (size_t i = 0; wanted[i] != NULL; i++) {
		if (!is_known(&object, g_strstrip(wanted[i]))) {
			return cli_misused(cli, "--for: \"%s\" is not a state that %s can have",
					   wanted[i], cli_word(cli, 0));
		}
	}
	if (opts_flag(&cli->opts, OPT_TIMEOUT)) {
		deadline = tick_ms() + opts_number(&cli->opts, OPT_TIMEOUT, 0);
	}
	return wait_loop(cli, &object, (const char *const *)wanted, deadline);
}
