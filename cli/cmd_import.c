#include "cmd.h"
#include "inventory.h"
#include "slurp.h"
#include "views.h"

#define FILE_MAX ((size_t)WIRE_BODY_MAX / 2)

static int refuse(const char *file, const struct wire_list *problems)
{
	g_autoptr(GString) out = g_string_new(NULL);

	inventory_report(out, file, problems);
	(void)fputs(out->str, stderr);
	(void)fprintf(stderr,
		      "muster: nothing was imported; %zu line%s of %s must be mended first\n"
		      "  -> muster tenant import --help\n",
		      problems->nr, problems->nr == 1 ? "" : "s", file);
	return EXIT_BAD_INPUT;
}

static int ask_import(struct cli *cli, const struct wire_import *import,
		      struct wire_changed *changed, struct err *err)
{
	const struct ask ask = { .method = "POST",
				 .path = "/v1/tenants/import",
				 .in_type = &wire_import_type,
				 .in = import,
				 .out_type = &wire_changed_type,
				 .out = changed };

	return cli_ask(cli, &ask, err);
}

static int send_import(struct cli *cli, const struct wire_import *import, const char *file,
		       const char *text)
{
	struct wire_changed changed = { 0 };
	struct err err = { 0 };
	int code = EXIT_OK;

	if (ask_import(cli, import, &changed, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (changed.problems.nr > 0) {
		inventory_place(text, &changed.problems);
		code = refuse(file, &changed.problems);
	} else if (cli_is_for_people(cli)) {
		cli_say(cli,
			"%" G_GINT64_FORMAT " tenants imported, %" G_GINT64_FORMAT " as before",
			changed.changed, changed.unchanged);
	} else {
		cli_print_item(cli, &view_changed, &changed);
	}
	wire_release(&wire_changed_type, &changed);
	return code;
}

/*
 * Some lines cannot be read: what the daemon says of the others is told with them. When it does
 * not answer, what is known is enough.
 */
static void ask_about_the_rest(struct cli *cli, struct wire_import *import, const char *text,
			       struct wire_list *problems)
{
	struct wire_changed changed = { 0 };
	struct err err = { 0 };

	import->dry_run = true;
	if (import->rows.nr == 0 || ask_import(cli, import, &changed, &err) < 0) {
		return;
	}
	for (size_t i = 0; i < changed.problems.nr; i++) {
		struct wire_problem *from = &((struct wire_problem *)changed.problems.items)[i];
		struct wire_problem *to = wire_list_add(&wire_problem_type, problems);

		*to = *from;
		*from = (struct wire_problem){ 0 }; /* taken */
	}
	wire_release(&wire_changed_type, &changed);
	inventory_place(text, problems);
}

int cmd_tenant_import(struct cli *cli)
{
	const char *file = cli_word(cli, 0);
	struct wire_import import = { 0 };
	struct wire_list problems = { 0 };
	g_autofree char *text = NULL;
	struct err err = { 0 };
	int code;

	if (slurp_file(&text, file, FILE_MAX, &err) < 0) {
		return cli_fail(cli, &err);
	}
	inventory_parse(&import, text, &problems);
	if (problems.nr > 0) {
		ask_about_the_rest(cli, &import, text, &problems);
		code = refuse(file, &problems);
	} else {
		code = send_import(cli, &import, file, text);
	}
	wire_list_release(&wire_problem_type, &problems);
	wire_release(&wire_import_type, &import);
	return code;
}
