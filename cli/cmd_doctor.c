#include "cmd.h"
#include "human.h"
#include "views.h"

/* Each problem ends with what settles it. */
static void print_findings(const struct wire_list *findings)
{
	const struct wire_finding *items = findings->items;
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t i = 0; i < findings->nr; i++) {
		g_string_append_printf(out, "%s: %s: ", items[i].object, items[i].problem);
		/* a server's message may be several lines */
		human_text(out, items[i].detail != NULL ? items[i].detail : "", 0);
		g_string_append_printf(out, "\n  -> %s\n", items[i].help);
	}
	if (findings->nr == 0) {
		g_string_append(out, "nothing disagrees\n");
	}
	cli_print(out);
}

int cmd_doctor(struct cli *cli)
{
	struct wire_list findings = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/doctor",
				 .out_type = &wire_finding_type,
				 .list = &findings };
	int code;

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		print_findings(&findings);
	} else {
		cli_print_list(cli, &view_finding, &findings);
	}
	code = findings.nr > 0 ? EXIT_PENDING : EXIT_OK;
	wire_list_release(&wire_finding_type, &findings);
	return code;
}
