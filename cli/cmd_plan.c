#include "cmd.h"
#include "folder.h"
#include "picks.h"
#include "plan.h"
#include "views.h"

static int code_of(const struct wire_plan *plan)
{
	if (plan->failing.nr > 0) {
		return EXIT_PROBLEMS;
	}
	return plan->pending > 0 || plan->unknown.nr > 0 ? EXIT_PENDING : EXIT_OK;
}

static int look(struct cli *cli, const struct wire_plan_ask *asked)
{
	struct wire_plan plan = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/plan",
				 .in_type = &wire_plan_ask_type,
				 .in = asked,
				 .out_type = &wire_plan_type,
				 .out = &plan,
				 .is_long = true };
	int code;

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		g_autoptr(GString) out = g_string_new(NULL);

		plan_print(out, &plan, &cli->style);
		g_string_append(out, "\nnothing was changed\n");
		cli_print(out);
	} else {
		cli_print_item(cli, &view_plan, &plan);
	}
	code = code_of(&plan);
	wire_release(&wire_plan_type, &plan);
	return code;
}

int cmd_plan(struct cli *cli)
{
	struct wire_plan_ask asked = { 0 };
	g_autofree char *hint = NULL;
	struct err err = { 0 };
	int code;

	asked.to = cli_text(cli, OPT_TO);
	asked.stall_ms = opts_number(&cli->opts, OPT_STALL, 0);
	asked.no_rewrite = opts_flag(&cli->opts, OPT_NO_REWRITE);
	asked.readonly = opts_flag(&cli->opts, OPT_READONLY);
	asked.method = cli_text(cli, OPT_METHOD);
	if (picks_expand(&asked.selector, opts_text(&cli->opts, OPT_SELECTOR), &err) < 0 ||
	    folder_release_of(cli, cli_word(cli, 0), &asked.release, &hint, &err) < 0) {
		code = hint != NULL ? cli_fail_hint(cli, &err, hint) : cli_fail(cli, &err);
	} else {
		code = look(cli, &asked);
	}
	wire_release(&wire_plan_ask_type, &asked);
	return code;
}

int cmd_rollout_plan(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/rollouts/", cli_word(cli, 0), "/plan");
	struct wire_plan plan = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_plan_type,
				 .out = &plan };

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		g_autoptr(GString) out = g_string_new(NULL);

		plan_print(out, &plan, &cli->style);
		cli_print(out);
	} else {
		cli_print_item(cli, &view_plan, &plan);
	}
	wire_release(&wire_plan_type, &plan);
	return EXIT_OK;
}
