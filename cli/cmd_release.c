#include "cmd.h"
#include "folder.h"
#include "views.h"

/* The head and the table of migrations. */
static void print_release(struct call *call, const struct wire_release_info *info)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct style style = call->style;

	if (!call_is_for_people(call)) {
		call_print_item(call, &view_release, info);
		return;
	}
	render_item(out, &view_release, info, &style);
	if (info->migrations.nr > 0) {
		g_string_append_c(out, '\n');
		render_list(out, &view_migration, &info->migrations, &style);
	}
	call_print(out);
}

/* What is wrong in the folder, or nothing. */
static int fail_folder(struct call *call, const struct err *err, const char *dir)
{
	g_autofree char *hint = g_strdup_printf("muster lint %s", dir);
	bool missing = err->code == ERR_SYSTEM;

	if (call->command->run == cmd_lint) {
		return call_fail_hint(call, err, "muster help lint");
	}
	return call_fail_hint(call, err, missing ? "muster release create --help" : hint);
}

int cmd_lint(struct call *call)
{
	const char *dir = call_word(call, 0);
	const char *format = opts_text(&call->opts, OPT_FORMAT);
	SCOPED(folder) folder = { 0 };
	struct err err = { 0 };
	int64_t statements = 0;
	const struct wire_migration *migrations;

	if (folder_read(&folder, dir, format, &err) < 0) {
		return fail_folder(call, &err, dir);
	}
	print_release(call, &folder.info);
	migrations = folder.info.migrations.items;
	for (size_t i = 0; i < folder.info.migrations.nr; i++) {
		statements += migrations[i].statements;
	}
	call_say(call, "\nno findings: %zu migrations, %" G_GINT64_FORMAT " statements",
		 folder.info.migrations.nr, statements);
	return EXIT_OK;
}

int cmd_release_create(struct call *call)
{
	const char *dir = call_word(call, 0);
	const char *format = opts_text(&call->opts, OPT_FORMAT);
	SCOPED(folder) folder = { 0 };
	struct wire_release_info info = { 0 };
	struct err err = { 0 };

	if (folder_read(&folder, dir, format, &err) < 0) {
		return fail_folder(call, &err, dir);
	}
	if (folder_send(&folder, call, opts_text(&call->opts, OPT_RELEASE_NAME), &info, &err) < 0) {
		return call_fail(call, &err);
	}
	print_release(call, &info);
	wire_release(&wire_release_info_type, &info);
	return EXIT_OK;
}

int cmd_release_list(struct call *call)
{
	struct wire_list releases = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/releases",
				 .out_type = &wire_release_info_type,
				 .list = &releases };
	int code = call_show(call, &ask, &view_release);

	wire_list_release(&wire_release_info_type, &releases);
	return code;
}

int cmd_release_show(struct call *call)
{
	g_autofree char *path = client_path("/v1/releases/", call_word(call, 0), "");
	struct wire_release_info info = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_release_info_type,
				 .out = &info };

	if (call_ask(call, &ask, &err) < 0) {
		return call_fail(call, &err);
	}
	print_release(call, &info);
	wire_release(&wire_release_info_type, &info);
	return EXIT_OK;
}
