#include "cmd.h"
#include "folder.h"
#include "verified.h"

/* What is known to be wrong is the answer; what is not known at all only when nothing is. */
static int code_of(const struct wire_verify *verify)
{
	if ((int64_t)(verify->verified.nr + verify->unknown.nr) < verify->tenants) {
		return EXIT_PENDING;
	}
	return verify->unknown.nr > 0 ? EXIT_SERVER : EXIT_OK;
}

static void print(struct cli *cli, const struct wire_verify *verify)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct wire_list rows;

	if (cli_is_for_people(cli)) {
		verified_print(out, verify, &cli->style);
		cli_print(out);
		return;
	}
	verified_rows(verify, &rows);
	cli_print_list(cli, &verified_view, &rows);
	g_free(rows.items);
}

static int look(struct cli *cli, const struct wire_verify_ask *asked)
{
	struct wire_verify verify = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/tenants/verify",
				 .in_type = &wire_verify_ask_type,
				 .in = asked,
				 .out_type = &wire_verify_type,
				 .out = &verify,
				 .is_long = true };
	int code;

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	print(cli, &verify);
	code = code_of(&verify);
	wire_release(&wire_verify_type, &verify);
	return code;
}

int cmd_tenant_verify(struct cli *cli)
{
	const char *against = opts_text(&cli->opts, OPT_AGAINST);
	struct wire_verify_ask asked = { 0 };
	g_autofree char *hint = NULL;
	struct err err = { 0 };
	int code;

	if (against == NULL) {
		return cli_misused(cli, "say what they should have come from: --against RELEASE");
	}
	if (cmd_selector(cli, cli->nr, &asked.selector, &err) < 0 ||
	    folder_release_of(cli, against, &asked.release, &hint, &err) < 0) {
		code = hint != NULL ? cli_fail_hint(cli, &err, hint) : cli_fail(cli, &err);
	} else {
		code = look(cli, &asked);
	}
	wire_release(&wire_verify_ask_type, &asked);
	return code;
}
