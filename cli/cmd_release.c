#include "cmd.h"
#include "folder.h"
#include "views.h"

/* The head and the table of migrations. */
static void print_release(struct cli *cli, const struct wire_release_info *info)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct style style = cli->style;

	if (!cli_is_for_people(cli)) {
		cli_print_item(cli, &view_release, info);
		return;
	}
	render_item(out, &view_release, info, &style);
	if (info->migrations.nr > 0) {
		g_string_append_c(out, '\n');
		render_list(out, &view_migration, &info->migrations, &style);
	}
	cli_print(out);
}

/* What is wrong in the folder. */
static int fail_folder(struct cli *cli, const struct err *err, const char *dir)
{
	g_autofree char *hint = g_strdup_printf("muster lint %s", dir);
	bool missing = err->code == ERR_SYSTEM;

	return cli_fail_hint(cli, err, missing ? "muster release create --help" : hint);
}

int cmd_release_create(struct cli *cli)
{
	const char *dir = cli_word(cli, 0);
	const char *format = opts_text(&cli->opts, OPT_FORMAT);
	SCOPED(folder) folder = { 0 };
	struct wire_release_info info = { 0 };
	struct err err = { 0 };

	if (folder_read(&folder, dir, format, &err) < 0) {
		return fail_folder(cli, &err, dir);
	}
	if (folder_send(&folder, cli, opts_text(&cli->opts, OPT_RELEASE_NAME), &info, &err) < 0) {
		return cli_fail(cli, &err);
	}
	print_release(cli, &info);
	wire_release(&wire_release_info_type, &info);
	return EXIT_OK;
}

int cmd_release_list(struct cli *cli)
{
	struct wire_list releases = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/releases",
				 .out_type = &wire_release_info_type,
				 .list = &releases };
	int code = cli_show(cli, &ask, &view_release);

	wire_list_release(&wire_release_info_type, &releases);
	return code;
}

int cmd_release_show(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/releases/", cli_word(cli, 0), "");
	struct wire_release_info info = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_release_info_type,
				 .out = &info };

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	print_release(cli, &info);
	wire_release(&wire_release_info_type, &info);
	return EXIT_OK;
}
