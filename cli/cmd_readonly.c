#include "cmd.h"
#include "shell.h"
#include "views.h"

static void report(const struct wire_readonly_change *change)
{
	g_autofree char *word = shell_word(change->tenant);
	g_autofree char *hint =
		change->holes.nr == 0
			? g_strdup("muster readonly list")
			: g_strdup_printf("muster readonly on %s --ttl 1m --reason look --dry-run",
					  word);

	(void)fflush(stdout);
	(void)fprintf(stderr, "muster: tenant %s: %s\n  -> %s\n", change->tenant, change->problem,
		      hint);
}

/* Of a lease that was there, of rights that were changed meanwhile: the table has no room. */
static void remark(const struct wire_readonly_change *change)
{
	if (change->why != NULL && change->proof == NULL) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "muster: tenant %s: %s\n", change->tenant, change->why);
	}
}

/* Some could not be changed: 2. With a dry run, something stays open: 1. */
static int code_of(const struct wire_list *changes, bool dry_run)
{
	const struct wire_readonly_change *items = changes->items;
	int code = EXIT_OK;

	for (size_t i = 0; i < changes->nr; i++) {
		if (items[i].problem != NULL) {
			report(&items[i]);
			code = EXIT_PROBLEMS;
			continue;
		}
		remark(&items[i]);
		if (dry_run && items[i].holes.nr > 0 && code == EXIT_OK) {
			code = EXIT_PENDING;
		}
	}
	return code;
}

/* What would be done: too much for a line. */
static void print_plans(const struct wire_list *changes)
{
	const struct wire_readonly_change *items = changes->items;
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t i = 0; i < changes->nr; i++) {
		if (items[i].why == NULL || items[i].proof == NULL) {
			continue; /* its problem is told */
		}
		g_string_append_printf(out, "%s: method %s: %s\n  proof: %s\n", items[i].tenant,
				       items[i].method, items[i].why, items[i].proof);
		for (size_t k = 0; k < items[i].holes.nr; k++) {
			g_string_append_printf(out, "  stays open: %s\n", items[i].holes.texts[k]);
		}
	}
	cli_print(out);
}

static int send(struct cli *cli, const struct ask *what, bool dry_run)
{
	struct wire_list changes = { 0 };
	struct ask ask = *what;
	struct err err = { 0 };
	int code;

	ask.method = "POST";
	ask.out_type = &wire_readonly_change_type;
	ask.list = &changes;
	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (dry_run && cli_is_for_people(cli)) {
		print_plans(&changes);
	} else {
		cli_print_list(cli, &view_readonly_change, &changes);
	}
	code = code_of(&changes, dry_run);
	wire_list_release(&wire_readonly_change_type, &changes);
	return code;
}

static int send_selected(struct cli *cli, const struct ask *ask, char **selector, bool dry_run)
{
	struct err err = { 0 };

	if (cmd_selector(cli, cli->nr, selector, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (*selector == NULL) {
		return cli_misused(cli, "which tenants? Give names or -l SEL (-l '*' is all)");
	}
	return send(cli, ask, dry_run);
}

int cmd_readonly_on(struct cli *cli)
{
	struct wire_readonly_on on = {
		.ttl_ms = opts_number(&cli->opts, OPT_TTL, 0),
		.drain_ms = opts_number(&cli->opts, OPT_DRAIN, 0),
		.accept_holes = opts_flag(&cli->opts, OPT_ACCEPT_HOLES),
		.maintenance = opts_flag(&cli->opts, OPT_MAINTENANCE),
		.dry_run = opts_flag(&cli->opts, OPT_DRY_RUN),
	};
	const struct ask ask = { .path = "/v1/readonly/on",
				 .in_type = &wire_readonly_on_type,
				 .in = &on };
	int code;

	if (opts_flag(&cli->opts, OPT_TTL) && on.ttl_ms == 0) {
		return cli_misused(cli, "--ttl must be more than 0: say for how long at the most");
	}
	if (on.ttl_ms == 0) {
		return cli_misused(cli, "say for how long at the most: --ttl 15m");
	}
	if (!opts_flag(&cli->opts, OPT_REASON)) {
		return cli_misused(cli, "say why, the next one will wonder: --reason TEXT");
	}
	on.reason = cli_text(cli, OPT_REASON);
	on.method = cli_text(cli, OPT_METHOD);
	cli_texts(cli, OPT_HOOK, &on.hooks);
	on.at_deadline = cli_text(cli, OPT_AT_DEADLINE);
	code = send_selected(cli, &ask, &on.selector, on.dry_run);
	wire_release(&wire_readonly_on_type, &on);
	return code;
}

int cmd_readonly_off(struct cli *cli)
{
	struct wire_readonly_off off = { .reason = cli_text(cli, OPT_REASON) };
	const struct ask ask = { .path = "/v1/readonly/off",
				 .in_type = &wire_readonly_off_type,
				 .in = &off };
	int code = send_selected(cli, &ask, &off.selector, false);

	wire_release(&wire_readonly_off_type, &off);
	return code;
}

int cmd_readonly_list(struct cli *cli)
{
	struct wire_list list = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/readonly",
				 .out_type = &wire_readonly_type,
				 .list = &list };

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	cli_print_list(cli, &view_readonly, &list);
	wire_list_release(&wire_readonly_type, &list);
	return EXIT_OK;
}
