#include "cmd.h"
#include "views.h"

static void print_lines(GString *out, const struct wire_texts *lines)
{
	for (size_t i = 0; i < lines->nr; i++) {
		g_string_append_printf(out, "  %s\n", lines->texts[i]);
	}
}

static void print_diff(const struct wire_tenant_diff *diff)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (diff->diff.nr == 0) {
		g_string_append_printf(out, "%s and %s look the same%s\n", diff->tenant,
				       diff->other,
				       diff->minor.nr == 0 ? "" : ", but for what is minor:");
	} else {
		g_string_append_printf(out, "from %s to %s, %zu difference%s:\n", diff->tenant,
				       diff->other, diff->diff.nr, diff->diff.nr == 1 ? "" : "s");
	}
	print_lines(out, &diff->diff);
	print_lines(out, &diff->minor);
	cli_print(out);
}

int cmd_tenant_diff(struct cli *cli)
{
	g_autofree char *left = client_path("/v1/tenants/", cli_word(cli, 0), "/diff/");
	g_autofree char *path = client_path(left, cli_word(cli, 1), "");
	struct wire_tenant_diff diff = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_tenant_diff_type,
				 .out = &diff };
	int code;

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		print_diff(&diff);
	} else {
		cli_print_item(cli, &view_tenant_diff, &diff);
	}
	code = diff.diff.nr > 0 ? EXIT_PENDING : EXIT_OK;
	wire_release(&wire_tenant_diff_type, &diff);
	return code;
}
