#include <string.h>

#include "cmd.h"
#include "folder.h"
#include "observe.h"
#include "picks.h"
#include "plan.h"
#include "progress.h"
#include "views.h"

#define SHOWN 5 /* names of a kind in a preview */

static int priority_read(const struct opts *opts, int64_t *priority, struct err *err)
{
	const char *text = opts_text(opts, OPT_PRIORITY);
	gint64 number = 0;

	if (text != NULL && !g_ascii_string_to_signed(text, 10, -10, 10, &number, NULL)) {
		return err_set(err, ERR_INVALID,
			       "--priority: \"%s\" is not a number from -10 to 10", text);
	}
	*priority = number;
	return 0;
}

static int fill(const struct cli *cli, struct wire_rollout_start *start, struct err *err)
{
	const struct opts *opts = &cli->opts;

	if (picks_expand(&start->selector, opts_text(opts, OPT_SELECTOR), err) < 0 ||
	    priority_read(opts, &start->priority, err) < 0) {
		return -1;
	}
	start->key = opts_flag(opts, OPT_KEY) ? cli_text(cli, OPT_KEY) : g_uuid_string_random();
	start->to = cli_text(cli, OPT_TO);
	start->name = cli_text(cli, OPT_ROLLOUT_NAME);
	start->waves = cli_text(cli, OPT_WAVES);
	start->bake_ms = opts_number(opts, OPT_BAKE, 0);
	start->gate = cli_text(cli, OPT_GATE);
	start->budget = cli_text(cli, OPT_BUDGET);
	start->running = opts_number(opts, OPT_RUNNING, 0);
	start->per_server = opts_number(opts, OPT_PER_SERVER, 0);
	start->strategy = cli_text(cli, OPT_STRATEGY);
	start->window = cli_text(cli, OPT_WINDOW);
	start->stall_ms = opts_number(opts, OPT_STALL, 0);
	start->readonly = opts_flag(opts, OPT_READONLY);
	start->max_closed_ms = opts_number(opts, OPT_MAX_CLOSED, 0);
	start->drain_ms = opts_number(opts, OPT_DRAIN, 0);
	start->accept_holes = opts_flag(opts, OPT_ACCEPT_HOLES);
	start->method = cli_text(cli, OPT_METHOD);
	cli_texts(cli, OPT_HOOK, &start->hooks);
	start->reason = cli_text(cli, OPT_REASON);
	start->dry_run = opts_flag(opts, OPT_DRY_RUN);
	start->no_plan = opts_flag(opts, OPT_NO_PLAN);
	start->no_rewrite = opts_flag(opts, OPT_NO_REWRITE);
	start->skip_failing = opts_flag(opts, OPT_SKIP_FAILING);
	return 0;
}

static void append_kind(GString *out, const char *title, const struct wire_texts *names)
{
	if (names->nr == 0) {
		return;
	}
	g_string_append_printf(out, "  %zu %s: ", names->nr, title);
	for (size_t i = 0; i < names->nr && i < SHOWN; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", names->texts[i]);
	}
	g_string_append(out, names->nr > SHOWN ? ", …\n" : "\n");
}

/* "3 wait for a window: the first opens 2026-11-22T15:00:00Z, the last …". */
static void append_waiting(GString *out, const struct wire_preview *preview)
{
	if (preview->waiting == 0) {
		return;
	}
	g_string_append_printf(
		out, "  %" G_GINT64_FORMAT " would wait for a window: the first opens %s",
		preview->waiting,
		preview->next_window != NULL ? preview->next_window : "not within a year");
	if (preview->last_window == NULL && preview->next_window != NULL) {
		g_string_append(out, ", the last not within a year");
	} else if (g_strcmp0(preview->last_window, preview->next_window) != 0) {
		g_string_append_printf(out, ", the last %s", preview->last_window);
	}
	g_string_append_c(out, '\n');
}

/* The plan says it at its class. */
static bool is_in_plan(const struct wire_plan *plan, const char *warning)
{
	const struct wire_plan_class *classes = plan->classes.items;

	for (size_t i = 0; i < plan->classes.nr; i++) {
		for (size_t k = 0; k < classes[i].warnings.nr; k++) {
			if (strcmp(classes[i].warnings.texts[k], warning) == 0) {
				return true;
			}
		}
	}
	return false;
}

static void print_preview(const struct wire_preview *preview, const struct style *style)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_string_append_printf(out,
			       "release %s to version %s: %" G_GINT64_FORMAT
			       " tenant%s, %" G_GINT64_FORMAT
			       " with something to do (%" G_GINT64_FORMAT
			       " statements), %" G_GINT64_FORMAT " up to date\n",
			       preview->release, preview->version != NULL ? preview->version : "?",
			       preview->tenants, preview->tenants == 1 ? "" : "s", preview->pending,
			       preview->statements, preview->up_to_date);
	append_kind(out, "ahead of the release, will be skipped", &preview->ahead);
	append_kind(out, "without their database", &preview->missing);
	append_kind(out, "held", &preview->held);
	append_kind(out, "regressed, will be skipped: see `muster doctor`", &preview->regressed);
	append_kind(out, "drifted, will be held: see `muster tenant show`", &preview->drifted);
	append_waiting(out, preview);
	progress_phases(out, &preview->phases, style);
	for (size_t i = 0; i < preview->warnings.nr; i++) {
		if (!is_in_plan(&preview->plan, preview->warnings.texts[i])) {
			g_string_append_printf(out, "  warning: %s\n", preview->warnings.texts[i]);
		}
	}
	plan_print_parts(out, &preview->plan, style);
	if (preview->waves.nr > 0) {
		g_string_append_c(out, '\n');
		render_list(out, &view_wave, &preview->waves, style);
	}
	g_string_append(out, "\nnothing was changed\n");
	cli_print(out);
}

static int preview(struct cli *cli, const struct wire_rollout_start *start)
{
	struct wire_preview preview = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/rollouts",
				 .in_type = &wire_rollout_start_type,
				 .in = start,
				 .out_type = &wire_preview_type,
				 .out = &preview,
				 .is_long = true };
	int code;

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		print_preview(&preview, &cli->style);
	} else {
		cli_print_item(cli, &view_preview, &preview);
	}
	code = preview.plan.failing.nr > 0 ? EXIT_PROBLEMS
	       : preview.pending > 0       ? EXIT_PENDING
					   : EXIT_OK;
	wire_release(&wire_preview_type, &preview);
	return code;
}

/* Tenants would fail: the list, and what can be done. Else any other problem. */
static int refused(struct cli *cli, const struct err *err)
{
	const char *body = client_status(cli->client) == 422 ? client_refusal(cli->client) : NULL;
	struct wire_refusal refusal = { 0 };
	struct err unread = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	int code;

	if (body == NULL ||
	    wire_decode(&wire_refusal_type, &refusal, body, strlen(body), false, &unread) < 0) {
		return cli_fail(cli, err);
	}
	if (cli->style.output == RENDER_JSON) {
		g_string_append_printf(out, "%s\n", body);
	} else if (cli_is_for_people(cli)) {
		plan_print_failing(out, &refusal.failing, &cli->style);
	}
	cli_print(out);
	code = cli_fail(cli, err);
	if (refusal.failing.nr > 0) {
		code = EXIT_PROBLEMS;
	}
	wire_release(&wire_refusal_type, &refusal);
	return code;
}

static int begin(struct cli *cli, const struct wire_rollout_start *start)
{
	struct wire_rollout rollout = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/rollouts",
				 .in_type = &wire_rollout_start_type,
				 .in = start,
				 .out_type = &wire_rollout_type,
				 .out = &rollout,
				 .is_long = true };
	int code = EXIT_OK;

	if (cli_ask(cli, &ask, &err) < 0) {
		return refused(cli, &err);
	}
	if (opts_flag(&cli->opts, OPT_WAIT)) {
		code = observe_rollout(cli, rollout.id, 0, 0);
	} else if (cli_is_for_people(cli)) {
		g_autoptr(GString) out = g_string_new(NULL);

		progress_summary(out, &rollout);
		g_string_append_printf(out, "  -> muster rollout watch %s\n", rollout.id);
		cli_print(out);
	} else {
		cli_print_item(cli, &view_rollout, &rollout);
	}
	wire_release(&wire_rollout_type, &rollout);
	return code;
}

int cmd_rollout_start(struct cli *cli)
{
	struct wire_rollout_start start = { 0 };
	struct err err = { 0 };
	g_autofree char *hint = NULL;
	int code;

	if (opts_flag(&cli->opts, OPT_TIMEOUT) && !opts_flag(&cli->opts, OPT_WAIT)) {
		return cli_misused(cli, "--timeout means something only with --wait");
	}
	if (opts_flag(&cli->opts, OPT_NO_PLAN) &&
	    (opts_flag(&cli->opts, OPT_SKIP_FAILING) || opts_flag(&cli->opts, OPT_DRY_RUN))) {
		return cli_misused(cli, "--no-plan does without what --skip-failing and --dry-run "
					"need");
	}
	if (fill(cli, &start, &err) < 0 ||
	    folder_release_of(cli, cli_word(cli, 0), &start.release, &hint, &err) < 0) {
		code = hint != NULL ? cli_fail_hint(cli, &err, hint) : cli_fail(cli, &err);
	} else if (start.dry_run) {
		code = preview(cli, &start);
	} else {
		code = begin(cli, &start);
	}
	wire_release(&wire_rollout_start_type, &start);
	return code;
}
