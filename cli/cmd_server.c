#include "cmd.h"
#include "settings.h"
#include "views.h"

int cmd_server_add(struct call *call)
{
	struct wire_server_add add = { 0 };
	struct wire_server server = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/servers",
				 .in_type = &wire_server_add_type,
				 .in = &add,
				 .out_type = &wire_server_type,
				 .out = &server };
	bool by_host = opts_flag(&call->opts, OPT_HOST);
	int code = EXIT_OK;

	if (by_host == opts_flag(&call->opts, OPT_DB_SOCKET)) {
		return call_misused(call, "give either --host H or --socket S");
	}
	add.name = g_strdup(call_word(call, 0));
	add.host = call_text(call, OPT_HOST);
	add.port = opts_number(&call->opts, OPT_PORT, 0);
	add.socket = call_text(call, OPT_DB_SOCKET);
	add.defaults_file = call_text(call, OPT_DEFAULTS_FILE);
	add.max_running = opts_number(&call->opts, OPT_MAX_RUNNING, 0);
	if (call_labels(call, &add.labels, &err) < 0) {
		code = call_misused(call, "%s", err.msg);
	} else {
		code = call_show(call, &ask, &view_server);
	}
	wire_release(&wire_server_add_type, &add);
	wire_release(&wire_server_type, &server);
	return code;
}

int cmd_server_list(struct call *call)
{
	struct wire_list servers = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/servers",
				 .out_type = &wire_server_type,
				 .list = &servers };
	int code = call_show(call, &ask, &view_server);

	if (code == EXIT_OK && servers.nr == 0 && call_is_for_people(call)) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "no server yet\n  -> muster server add --help\n");
	}
	wire_list_release(&wire_server_type, &servers);
	return code;
}

int cmd_server_show(struct call *call)
{
	g_autofree char *path = client_path("/v1/servers/", call_word(call, 0), "");
	struct wire_server server = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_server_type,
				 .out = &server };
	int code = call_show(call, &ask, &view_server);

	wire_release(&wire_server_type, &server);
	return code;
}

int cmd_server_remove(struct call *call)
{
	struct err err = { 0 };
	g_autofree char *path = client_path("/v1/servers/", call_word(call, 0), "");
	struct wire_server server = { 0 };
	const struct ask ask = { .method = "DELETE",
				 .path = path,
				 .out_type = &wire_server_type,
				 .out = &server };

	if (call_ask(call, &ask, &err) < 0) {
		return call_fail(call, &err);
	}
	if (call_is_for_people(call)) {
		call_say(call, "server %s is no longer known to muster; nothing on it was changed",
			 server.name);
	} else {
		call_print_item(call, &view_server, &server);
	}
	wire_release(&wire_server_type, &server);
	return EXIT_OK;
}

int cmd_server_set(struct call *call)
{
	g_autofree char *path = client_path("/v1/servers/", call_word(call, 0), "");
	struct wire_server server = { 0 };
	const struct ask ask = { .path = path, .out_type = &wire_server_type, .out = &server };
	int code = settings_send(call, &ask, &view_server);

	wire_release(&wire_server_type, &server);
	return code;
}

int cmd_server_check(struct call *call)
{
	g_autofree char *path = client_path("/v1/servers/", call_word(call, 0), "/check");
	struct wire_server_check check = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = path,
				 .out_type = &wire_server_check_type,
				 .out = &check };
	int code = call_show(call, &ask, &view_server_check);

	if (code == EXIT_OK && check.missing.nr > 0) {
		if (call_is_for_people(call)) {
			(void)fflush(stdout);
			(void)fprintf(stderr,
				      "muster: %zu privileges are missing; run this on the server "
				      "as an administrator:\n  -> %s\n",
				      check.missing.nr, check.grant != NULL ? check.grant : "");
		}
		code = EXIT_PENDING;
	}
	wire_release(&wire_server_check_type, &check);
	return code;
}
