#include <string.h>

#include "cmd.h"
#include "human.h"
#include "render.h"

/* clang-format off */
static const struct column log_columns[] = {
	{ "TIME",   "at",     COLUMN_TIME,  NULL },
	{ "ACTOR",  "actor",  0,            NULL },
	{ "EVENT",  "kind",   0,            NULL },
	{ "STATE",  "state",  COLUMN_STATE, NULL },
	{ "WHY",    "text",   COLUMN_FLEX,  NULL },
	{ "OUTPUT", "output", COLUMN_HIDE,  NULL },
	{ 0 },
};
/* clang-format on */

static const struct view view_log = { &wire_log_type, log_columns, NULL };

/* What was printed, line by line, so that nobody takes it for muster's own words. */
static void append_output(GString *out, const struct wire_log *entry)
{
	g_auto(GStrv) lines = NULL;
	size_t nr;

	if (entry->output == NULL) {
		return;
	}
	if (entry->output_lost > 0) {
		g_string_append_printf(out, "    | … %" G_GINT64_FORMAT " bytes more before this\n",
				       entry->output_lost);
	}
	lines = g_strsplit(entry->output, "\n", -1);
	nr = g_strv_length(lines);
	if (nr > 0 && lines[nr - 1][0] == '\0') {
		nr--; /* behind the last newline */
	}
	for (size_t i = 0; i < nr; i++) {
		g_string_append(out, "    | ");
		human_text(out, lines[i], 0);
		g_string_append_c(out, '\n');
	}
}

static void append_entry(GString *out, const struct wire_log *entry, const struct style *style)
{
	const char *color = render_color(entry->state != NULL ? entry->state : "", style);

	human_time(out, entry->at != NULL ? entry->at : "");
	g_string_append_printf(out, "  %-7s %s%-8s%s ", entry->kind != NULL ? entry->kind : "",
			       color, entry->state != NULL ? entry->state : "",
			       color[0] != '\0' ? render_plain(style) : "");
	human_text(out, entry->text != NULL ? entry->text : "", 0);
	g_string_append_c(out, '\n');
	append_output(out, entry);
}

static void print(struct cli *cli, const struct wire_list *entries)
{
	const struct wire_log *items = entries->items;
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t i = 0; i < entries->nr; i++) {
		append_entry(out, &items[i], &cli->style);
	}
	cli_print(out);
}

/* "R/T" or, of the rollout itself, "R". Owned. */
static char *log_path(const char *word)
{
	const char *slash = strchr(word, '/');
	g_autofree char *rollout = g_strndup(word, strcspn(word, "/"));
	g_autofree char *tasks = NULL;

	if (slash == NULL) {
		return client_path("/v1/rollouts/", rollout, "/log");
	}
	tasks = client_path("/v1/rollouts/", rollout, "/tasks/");
	return client_path(tasks, slash + 1, "/log");
}

int cmd_task_log(struct cli *cli)
{
	g_autofree char *path = log_path(cli_word(cli, 0));
	struct wire_list entries = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_log_type,
				 .list = &entries };

	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli_is_for_people(cli)) {
		print(cli, &entries);
	} else {
		cli_print_list(cli, &view_log, &entries);
	}
	wire_list_release(&wire_log_type, &entries);
	return EXIT_OK;
}
