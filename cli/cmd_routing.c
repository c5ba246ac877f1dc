#include <string.h>

#include "cmd.h"
#include "views.h"

#define FILE_MODE 0644
#define SAFELY \
	((GFileSetContentsFlags)(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE))

int cmd_routing(struct cli *cli)
{
	struct wire_list routes = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/routing",
				 .out_type = &wire_route_type,
				 .list = &routes };

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	cli_print_list(cli, &view_route, &routes);
	wire_list_release(&wire_route_type, &routes);
	return EXIT_OK;
}

static int save(const struct cli *cli, const char *path, struct err *err)
{
	g_autoptr(GError) problem = NULL;

	if (!g_file_set_contents_full(path, cli->answer, (gssize)strlen(cli->answer), SAFELY,
				      FILE_MODE, &problem)) {
		return err_set(err, ERR_SYSTEM, "%s is not written: %s", path, problem->message);
	}
	return 0;
}

int cmd_routing_export(struct cli *cli)
{
	const char *format = opts_text(&cli->opts, OPT_MAP_FORMAT);
	const char *path = cli_word(cli, 0);
	g_autofree char *query = NULL;
	struct err err = { 0 };
	struct ask ask = { .method = "GET" };

	if (format == NULL) {
		return cli_misused(cli, "say for whom: --format nginx-map, haproxy-map or json");
	}
	query = g_strdup_printf("/v1/routing?format=%s", format);
	ask.path = query;
	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (strcmp(path, "-") == 0) {
		g_autoptr(GString) text = g_string_new(cli->answer);

		cli_print(text);
		return EXIT_OK;
	}
	return save(cli, path, &err) < 0 ? cli_fail(cli, &err) : EXIT_OK;
}
