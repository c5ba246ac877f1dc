#include <string.h>

#include "cmd.h"
#include "follow.h"
#include "human.h"
#include "views.h"

#define TURN_MS 1000
#define NEWEST  100 /* events that are listed unless asked otherwise */

static void print_text(struct cli *cli, const struct wire_event *event)
{
	g_autoptr(GString) out = g_string_new(NULL);

	human_time(out, event->at != NULL ? event->at : "");
	g_string_append_printf(out, "  %-8s %-18s %s", event->actor != NULL ? event->actor : "",
			       event->kind != NULL ? event->kind : "",
			       event->object != NULL ? event->object : "");
	if (event->state != NULL && event->state[0] != '\0') {
		const char *color = render_color(event->state, &cli->style);

		g_string_append_printf(out, " %s%s%s", color, event->state,
				       color[0] != '\0' ? render_plain(&cli->style) : "");
	}
	if (event->text != NULL && event->text[0] != '\0') {
		g_string_append(out, ": ");
		human_text(out, event->text, 0);
	}
	g_string_append_c(out, '\n');
	cli_print(out);
}

/* One event of a stream: lines for people, else one JSON object or CSV row a line. */
static void print_event(const struct wire_event *event, void *ctx)
{
	struct cli *cli = ctx;
	g_autoptr(GString) out = g_string_new(NULL);

	if (cli_is_for_people(cli)) {
		print_text(cli, event);
	} else {
		struct wire_list one = { .items = g_memdup2(event, sizeof(*event)), .nr = 1 };
		struct style style = cli->style;

		style.no_head = true;
		if (style.output == RENDER_JSON) {
			style.output = RENDER_JSONL;
		}
		render_list(out, &view_event, &one, &style);
		g_free(one.items); /* its texts are the event's */
		cli_print(out);
	}
	(void)fflush(stdout);
}

static char *page_path(const struct cli *cli, int64_t since)
{
	const char *rollout = opts_text(&cli->opts, OPT_ROLLOUT);
	g_autofree char *escaped =
		rollout != NULL ? g_uri_escape_string(rollout, NULL, FALSE) : NULL;

	return g_strdup_printf("/v1/events?since=%" G_GINT64_FORMAT "&limit=%d%s%s", since,
			       WIRE_PAGE_MAX, escaped != NULL ? "&rollout=" : "",
			       escaped != NULL ? escaped : "");
}

/* Without --since the newest, but all that belong to a rollout that is named. */
static int64_t first_since(const struct cli *cli)
{
	bool one_rollout = opts_flag(&cli->opts, OPT_ROLLOUT);

	return opts_number(&cli->opts, OPT_SINCE, one_rollout ? 0 : -NEWEST);
}

/* What there is now, all pages. *last: where a stream goes on. */
static int load_events(struct cli *cli, struct wire_list *events, int64_t *last, struct err *err)
{
	size_t nr = WIRE_PAGE_MAX;

	*last = first_since(cli);
	while (nr == WIRE_PAGE_MAX) {
		g_autofree char *path = page_path(cli, *last);
		struct wire_event_page page = { 0 };
		const struct ask ask = { .method = "GET",
					 .path = path,
					 .out_type = &wire_event_page_type,
					 .out = &page };

		if (cli_ask(cli, &ask, err) < 0) {
			return -1;
		}
		nr = page.items.nr;
		*last = page.last;
		for (size_t i = 0; i < nr; i++) {
			struct wire_event *from = (struct wire_event *)page.items.items + i;
			struct wire_event *to = wire_list_add(&wire_event_type, events);

			*to = *from;
			*from = (struct wire_event){ 0 };
		}
		wire_release(&wire_event_page_type, &page);
	}
	return 0;
}

/* What a stream of rows begins with. */
static void print_head(const struct cli *cli)
{
	const struct wire_list none = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);

	if (cli->style.output == RENDER_CSV) {
		render_list(out, &view_event, &none, &cli->style);
		cli_print(out);
	}
}

static int follow_events(struct cli *cli, int64_t since)
{
	SCOPED(follow) follow = { 0 };
	struct err err = { 0 };

	follow_begin(&follow, cli->client, opts_text(&cli->opts, OPT_ROLLOUT), since, print_event,
		     cli);
	while (!follow_interrupted()) {
		if (follow_wait(&follow, TURN_MS, &err) < 0) {
			return cli_fail(cli, &err);
		}
	}
	return EXIT_OK;
}

int cmd_events(struct cli *cli)
{
	struct wire_list events = { 0 };
	struct err err = { 0 };
	int64_t last = 0;
	bool follow = opts_flag(&cli->opts, OPT_FOLLOW);
	int code = EXIT_OK;

	if (load_events(cli, &events, &last, &err) < 0) {
		code = cli_fail(cli, &err);
	} else if (!follow) {
		g_clear_pointer(&cli->answer, g_free);
		cli_print_list(cli, &view_event, &events);
	} else {
		const struct wire_event *items = events.items;

		print_head(cli);
		for (size_t i = 0; opts_flag(&cli->opts, OPT_SINCE) && i < events.nr; i++) {
			print_event(&items[i], cli);
		}
		code = follow_events(cli, last);
	}
	wire_list_release(&wire_event_type, &events);
	return code;
}
