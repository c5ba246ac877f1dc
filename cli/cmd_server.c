#include "cmd.h"
#include "settings.h"
#include "views.h"

int cmd_server_add(struct cli *cli)
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
	bool by_host = opts_flag(&cli->opts, OPT_HOST);
	int code = EXIT_OK;

	if (by_host == opts_flag(&cli->opts, OPT_DB_SOCKET)) {
		return cli_misused(cli, "give either --host H or --socket S");
	}
	add.name = g_strdup(cli_word(cli, 0));
	add.host = cli_text(cli, OPT_HOST);
	add.port = opts_number(&cli->opts, OPT_PORT, 0);
	add.socket = cli_text(cli, OPT_DB_SOCKET);
	add.defaults_file = cli_text(cli, OPT_DEFAULTS_FILE);
	add.max_running = opts_number(&cli->opts, OPT_MAX_RUNNING, 0);
	add.replica_of = cli_text(cli, OPT_REPLICA_OF);
	if (cli_labels(cli, &add.labels, &err) < 0) {
		code = cli_misused(cli, "%s", err.msg);
	} else {
		code = cli_show(cli, &ask, &view_server);
	}
	wire_release(&wire_server_add_type, &add);
	wire_release(&wire_server_type, &server);
	return code;
}

int cmd_server_list(struct cli *cli)
{
	struct wire_list servers = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/servers",
				 .out_type = &wire_server_type,
				 .list = &servers };
	int code = cli_show(cli, &ask, &view_server);

	if (code == EXIT_OK && servers.nr == 0 && cli_is_for_people(cli)) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "no server yet\n  -> muster server add --help\n");
	}
	wire_list_release(&wire_server_type, &servers);
	return code;
}

int cmd_server_show(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/servers/", cli_word(cli, 0), "");
	struct wire_server server = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_server_type,
				 .out = &server };
	int code = cli_show(cli, &ask, &view_server);

	wire_release(&wire_server_type, &server);
	return code;
}

int cmd_server_remove(struct cli *cli)
{
	struct err err = { 0 };
	g_autofree char *path = client_path("/v1/servers/", cli_word(cli, 0), "");
	struct wire_server server = { 0 };
	const struct ask ask = { .method = "DELETE",
				 .path = path,
				 .out_type = &wire_server_type,
				 .out = &server };

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		cli_say(cli, "server %s is no longer known to muster; nothing on it was changed",
			server.name);
	} else {
		cli_print_item(cli, &view_server, &server);
	}
	wire_release(&wire_server_type, &server);
	return EXIT_OK;
}

int cmd_server_set(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/servers/", cli_word(cli, 0), "");
	struct wire_server server = { 0 };
	const struct ask ask = { .path = path, .out_type = &wire_server_type, .out = &server };
	int code;

	if (window_is_label(cli_word(cli, 0))) {
		return window_label(cli, true);
	}
	code = settings_send(cli, &ask, &view_server);
	wire_release(&wire_server_type, &server);
	return code;
}

int cmd_server_check(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/servers/", cli_word(cli, 0), "/check");
	struct wire_server_check check = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = path,
				 .out_type = &wire_server_check_type,
				 .out = &check };
	int code = cli_show(cli, &ask, &view_server_check);

	if (code == EXIT_OK && check.missing.nr > 0) {
		if (cli_is_for_people(cli)) {
			(void)fflush(stdout);
			(void)fprintf(
				stderr,
				"muster: privileges are missing (%zu); run this on the server "
				"as an administrator:\n  -> %s\n",
				check.missing.nr, check.grant != NULL ? check.grant : "");
		}
		code = EXIT_PENDING;
	}
	wire_release(&wire_server_check_type, &check);
	return code;
}
