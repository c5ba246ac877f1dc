#include <string.h>

#include "cmd.h"
#include "folder.h"
#include "picks.h"
#include "progress.h"
#include "views.h"
#include "watch.h"

#define SHOWN 5 /* names of a kind in a preview */

static int fill(const struct call *call, struct wire_rollout_start *start, struct err *err)
{
	const struct opts *opts = &call->opts;

	if (picks_expand(&start->selector, opts_text(opts, OPT_SELECTOR), err) < 0) {
		return -1;
	}
	start->key = opts_flag(opts, OPT_KEY) ? call_text(call, OPT_KEY) : g_uuid_string_random();
	start->to = call_text(call, OPT_TO);
	start->name = call_text(call, OPT_ROLLOUT_NAME);
	start->waves = call_text(call, OPT_WAVES);
	start->bake_ms = opts_number(opts, OPT_BAKE, 0);
	start->gate = call_text(call, OPT_GATE);
	start->budget = call_text(call, OPT_BUDGET);
	start->running = opts_number(opts, OPT_RUNNING, 0);
	start->per_server = opts_number(opts, OPT_PER_SERVER, 0);
	start->strategy = call_text(call, OPT_STRATEGY);
	start->stall_ms = opts_number(opts, OPT_STALL, 0);
	start->reason = call_text(call, OPT_REASON);
	start->dry_run = opts_flag(opts, OPT_DRY_RUN);
	return 0;
}

/* The release's name, after storing the folder when one was given. */
static int find_release(struct call *call, char **name, char **hint, struct err *err)
{
	const char *word = call_word(call, 0);
	SCOPED(folder) folder = { 0 };
	struct wire_release_info info = { 0 };

	if (!folder_is_meant(word)) {
		*name = g_strdup(word);
		return 0;
	}
	if (folder_read(&folder, word, opts_text(&call->opts, OPT_FORMAT), err) < 0) {
		*hint = err->code == ERR_SYSTEM ? g_strdup("muster rollout start --help")
						: g_strdup_printf("muster lint %s", word);
		return -1;
	}
	if (folder_send(&folder, call, NULL, &info, err) < 0) {
		return -1;
	}
	*name = g_steal_pointer(&info.name);
	wire_release(&wire_release_info_type, &info);
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

static void print_preview(const struct wire_preview *preview, const struct style *style)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_string_append_printf(
		out,
		"release %s to version %s: %" G_GINT64_FORMAT " tenants, %" G_GINT64_FORMAT
		" with something to do (%" G_GINT64_FORMAT " statements), %" G_GINT64_FORMAT
		" up to date\n",
		preview->release, preview->version != NULL ? preview->version : "?",
		preview->tenants, preview->pending, preview->statements, preview->up_to_date);
	append_kind(out, "ahead of the release, will be skipped", &preview->ahead);
	append_kind(out, "without their database", &preview->missing);
	append_kind(out, "held", &preview->held);
	if (preview->waves.nr > 0) {
		g_string_append_c(out, '\n');
		render_list(out, &view_wave, &preview->waves, style);
	}
	g_string_append(out, "\nnothing was changed\n");
	call_print(out);
}

static int preview(struct call *call, const struct wire_rollout_start *start)
{
	struct wire_preview preview = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/rollouts",
				 .in_type = &wire_rollout_start_type,
				 .in = start,
				 .out_type = &wire_preview_type,
				 .out = &preview };
	int code;

	if (call_ask(call, &ask, &err) < 0) {
		return call_fail(call, &err);
	}
	if (call_is_for_people(call)) {
		print_preview(&preview, &call->style);
	} else {
		call_print_item(call, &view_preview, &preview);
	}
	code = preview.pending > 0 ? EXIT_PENDING : EXIT_OK;
	wire_release(&wire_preview_type, &preview);
	return code;
}

static int begin(struct call *call, const struct wire_rollout_start *start)
{
	struct wire_rollout rollout = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/rollouts",
				 .in_type = &wire_rollout_start_type,
				 .in = start,
				 .out_type = &wire_rollout_type,
				 .out = &rollout };
	int code = EXIT_OK;

	if (call_ask(call, &ask, &err) < 0) {
		return call_fail(call, &err);
	}
	if (opts_flag(&call->opts, OPT_WAIT)) {
		code = watch_rollout(call, rollout.id, 0);
	} else if (call_is_for_people(call)) {
		g_autoptr(GString) out = g_string_new(NULL);

		progress_summary(out, &rollout);
		g_string_append_printf(out, "  -> muster rollout watch %s\n", rollout.id);
		call_print(out);
	} else {
		call_print_item(call, &view_rollout, &rollout);
	}
	wire_release(&wire_rollout_type, &rollout);
	return code;
}

int cmd_rollout_start(struct call *call)
{
	struct wire_rollout_start start = { 0 };
	struct err err = { 0 };
	g_autofree char *hint = NULL;
	int code;

	if (opts_flag(&call->opts, OPT_TIMEOUT) && !opts_flag(&call->opts, OPT_WAIT)) {
		return call_misused(call, "--timeout means something only with --wait");
	}
	if (fill(call, &start, &err) < 0 || find_release(call, &start.release, &hint, &err) < 0) {
		code = hint != NULL ? call_fail_hint(call, &err, hint) : call_fail(call, &err);
	} else if (start.dry_run) {
		code = preview(call, &start);
	} else {
		code = begin(call, &start);
	}
	wire_release(&wire_rollout_start_type, &start);
	return code;
}
