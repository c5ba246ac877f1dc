#include <math.h>
#include <string.h>

#include "cmd.h"
#include "throttle.h"
#include "tick.h"
#include "views.h"

/* What is asked, to be completed by the command: where, and the list that comes back. */
struct throttle_ask {
	const char *server; /* NULL: all */
	const char *verb;   /* "/hold", "" */
	struct wire_list answer;
};

static void throttle_ask_release(struct throttle_ask *ask)
{
	wire_list_release(&wire_throttle_type, &ask->answer);
}

SCOPED_RELEASE(throttle_ask);

static char *throttle_path(const struct throttle_ask *where)
{
	return where->server == NULL ? g_strconcat("/v1/throttle", where->verb, NULL)
				     : client_path("/v1/throttle/", where->server, where->verb);
}

/* One server in full where it was named or -o wide asks for it, else a line for each. */
static void print_people(struct cli *cli, const struct throttle_ask *where)
{
	const struct wire_throttle *throttles = where->answer.items;
	bool whole = where->server != NULL || cli->style.output == RENDER_WIDE;
	g_autoptr(GString) out = g_string_new(NULL);

	if (!whole) {
		cli_print_list(cli, &view_throttle, &where->answer);
	}
	for (size_t i = 0; i < where->answer.nr && whole; i++) {
		g_string_append(out, i > 0 ? "\n" : "");
		throttle_block(out, &throttles[i], &cli->style);
	}
	cli_print(out);
	if (where->answer.nr == 0) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "no server yet\n  -> muster server add --help\n");
	}
}

static int throttle_send(struct cli *cli, struct throttle_ask *where, struct ask *ask)
{
	g_autofree char *path = throttle_path(where);
	g_autoptr(GString) out = g_string_new(NULL);
	struct err err = { 0 };

	ask->path = path;
	ask->out_type = &wire_throttle_type;
	ask->list = &where->answer;
	if (cli_ask(cli, ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (cli->style.output == RENDER_CSV) {
		throttle_csv(out, &where->answer);
		cli_print(out);
	} else if (cli_is_for_people(cli)) {
		print_people(cli, where);
	} else {
		cli_print_list(cli, &view_throttle, &where->answer);
	}
	return EXIT_OK;
}

/* The server is a word or --server. False when it is both, and they differ. */
static bool server_pick(struct cli *cli, const char *word, const char **server)
{
	const char *option = opts_text(&cli->opts, OPT_SERVER);

	*server = word != NULL ? word : option;
	return word == NULL || option == NULL || strcmp(word, option) == 0;
}

static int two_servers(const struct cli *cli)
{
	return cli_misused(cli, "name the server once, as a word or with --server");
}

int cmd_throttle_show(struct cli *cli)
{
	SCOPED(throttle_ask) where = { .verb = "" };
	struct ask ask = { .method = "GET" };

	if (!server_pick(cli, cli_word(cli, 0), &where.server)) {
		return two_servers(cli);
	}
	return throttle_send(cli, &where, &ask);
}

/* ---- verbs --------------------------------------------------------------------------- */

/* --for: 0 when it was not given, -1 when it is none. */
static int64_t span_ms(const struct cli *cli)
{
	const char *text = opts_text(&cli->opts, OPT_SPAN);

	return text == NULL ? 0 : tick_duration_parse(text);
}

static int verb_send(struct cli *cli, struct throttle_ask *where, struct wire_throttle_verb *verb)
{
	struct ask ask = { .method = "POST", .in_type = &wire_throttle_verb_type, .in = verb };
	int code;

	verb->for_ms = span_ms(cli);
	verb->reason = cli_text(cli, OPT_REASON);
	code = throttle_send(cli, where, &ask);
	wire_release(&wire_throttle_verb_type, verb);
	return code;
}

/* What ends by itself says when and why it was begun. */
static int check_span(const struct cli *cli, bool with_reason)
{
	const char *reason = opts_text(&cli->opts, OPT_REASON);

	if (span_ms(cli) < 0) {
		return cli_misused(cli, "--for: \"%s\" is not a duration such as 90s, 15m or 2h",
				   opts_text(&cli->opts, OPT_SPAN));
	}
	if (span_ms(cli) == 0) {
		return cli_misused(cli, "say for how long: --for 30m");
	}
	if (with_reason && (reason == NULL || reason[0] == '\0')) {
		return cli_misused(cli, "say why: --reason TEXT");
	}
	return EXIT_OK;
}

int cmd_throttle_hold(struct cli *cli)
{
	SCOPED(throttle_ask) where = { .verb = "/hold" };
	struct wire_throttle_verb verb = { 0 };
	int code = check_span(cli, true);

	if (code != EXIT_OK) {
		return code;
	}
	if (!server_pick(cli, cli_word(cli, 0), &where.server)) {
		return two_servers(cli);
	}
	return verb_send(cli, &where, &verb);
}

int cmd_throttle_release(struct cli *cli)
{
	SCOPED(throttle_ask) where = { .verb = "/release" };
	struct wire_throttle_verb verb = { 0 };

	if (!server_pick(cli, cli_word(cli, 0), &where.server)) {
		return two_servers(cli);
	}
	return verb_send(cli, &where, &verb);
}

int cmd_throttle_exempt(struct cli *cli)
{
	SCOPED(throttle_ask) where = { .verb = "/exempt" };
	struct wire_throttle_verb verb = { 0 };
	bool two = cli->nr == 2;
	int code = check_span(cli, true);

	if (code != EXIT_OK) {
		return code;
	}
	if (!server_pick(cli, two ? cli_word(cli, 0) : NULL, &where.server)) {
		return two_servers(cli);
	}
	verb.signal = g_strdup(cli_word(cli, two ? 1 : 0));
	return verb_send(cli, &where, &verb);
}

/* ---- labels -------------------------------------------------------------------------- */

static int labels_send(struct cli *cli, struct ask *ask)
{
	struct wire_list limits = { 0 };
	int code;

	ask->path = "/v1/limits";
	ask->out_type = &wire_label_limit_type;
	ask->list = &limits;
	code = cli_show(cli, ask, &view_label_limit);
	wire_list_release(&wire_label_limit_type, &limits);
	return code;
}

int cmd_throttle_label(struct cli *cli)
{
	struct wire_label_limit_set set = { .running = -1 };
	struct ask ask = { .method = "GET" };
	const char *number = cli_word(cli, 1);
	gint64 running = -1;
	int code;

	if (cli->nr == 0) {
		return labels_send(cli, &ask);
	}
	if (strchr(cli_word(cli, 0), '=') == NULL) {
		return cli_misused(cli, "\"%s\" is not a label such as region=eu",
				   cli_word(cli, 0));
	}
	if (number == NULL) {
		return cli_misused(cli, "say how many at once, or \"-\" for no limit");
	}
	if (strcmp(number, "-") != 0 &&
	    !g_ascii_string_to_signed(number, 10, 0, INT32_MAX, &running, NULL)) {
		return cli_misused(cli, "\"%s\" is not a number from 0", number);
	}
	ask = (struct ask){ .method = "PATCH", .in_type = &wire_label_limit_set_type, .in = &set };
	set.label = g_strdup(cli_word(cli, 0));
	set.running = running;
	set.reason = cli_text(cli, OPT_REASON);
	code = labels_send(cli, &ask);
	wire_release(&wire_label_limit_set_type, &set);
	return code;
}

/* ---- set ----------------------------------------------------------------------------- */

static int ratio_send(struct cli *cli, struct throttle_ask *where)
{
	const char *text = opts_text(&cli->opts, OPT_RATIO);
	struct wire_throttle_verb verb = { 0 };
	char *end = NULL;
	int code;

	where->verb = "/ratio";
	verb.ratio = g_ascii_strtod(text, &end);
	if (end == text || *end != '\0' || !(verb.ratio > 0 && verb.ratio <= 1)) {
		return cli_misused(cli, "--ratio: \"%s\" is not a number above 0 and up to 1",
				   text);
	}
	code = verb.ratio < 1 ? check_span(cli, false) : EXIT_OK;
	return code != EXIT_OK ? code : verb_send(cli, where, &verb);
}

/* A limit that nothing can be held against keeps everything: say so to who set it. */
static void warn_silent(const struct throttle_ask *where, const char *name)
{
	const struct wire_throttle *throttles = where->answer.items;

	for (size_t i = 0; i < where->answer.nr; i++) {
		const struct wire_signal *signals = throttles[i].signals.items;

		for (size_t j = 0; j < throttles[i].signals.nr; j++) {
			if (strcmp(signals[j].name, name) != 0 ||
			    g_strcmp0(signals[j].state, "silent") != 0) {
				continue;
			}
			(void)fflush(stdout);
			(void)fprintf(stderr,
				      "muster: nothing starts on server %s while %s is silent: %s\n"
				      "  -> muster throttle set %s %s soft=- hard=- critical=-\n",
				      throttles[i].server, name,
				      signals[j].problem != NULL ? signals[j].problem
								 : "no value comes",
				      throttles[i].server, name);
		}
	}
}

static int limits_send(struct cli *cli, struct throttle_ask *where, size_t first)
{
	struct wire_throttle_set set = { .signal = g_strdup(cli_word(cli, first - 1)) };
	struct ask ask = { .method = "PATCH", .in_type = &wire_throttle_set_type, .in = &set };
	int code;

	set.reason = cli_text(cli, OPT_REASON);
	for (size_t i = first; i < cli->nr; i++) {
		wire_texts_add(&set.set, cli_word(cli, i));
	}
	code = throttle_send(cli, where, &ask);
	if (code == EXIT_OK) {
		warn_silent(where, set.signal);
	}
	wire_release(&wire_throttle_set_type, &set);
	return code;
}

/* How many words stand in front of the first "key=value". */
static size_t words_plain(const struct cli *cli)
{
	size_t nr = 0;

	while (nr < cli->nr && strchr(cli_word(cli, nr), '=') == NULL) {
		nr++;
	}
	return nr;
}

int cmd_throttle_set(struct cli *cli)
{
	SCOPED(throttle_ask) where = { .verb = "" };
	bool by_ratio = opts_flag(&cli->opts, OPT_RATIO);
	size_t plain = words_plain(cli);
	size_t most = by_ratio ? 1 : 2;

	if (plain > most) {
		return cli_misused(cli, "\"%s\" is one word too many", cli_word(cli, most));
	}
	if (!server_pick(cli, plain == most ? cli_word(cli, 0) : NULL, &where.server)) {
		return two_servers(cli);
	}
	if (by_ratio) {
		return cli->nr > plain ? cli_misused(cli, "--ratio goes without a signal")
				       : ratio_send(cli, &where);
	}
	if (plain == 0) {
		return cli_misused(cli, "say which signal: threads_running, lag, sql:NAME, …");
	}
	if (plain == cli->nr) {
		return cli_misused(cli, "there is nothing to set: soft=N, hard=N, critical=N");
	}
	for (size_t i = plain; i < cli->nr; i++) {
		if (strchr(cli_word(cli, i), '=') == NULL) {
			return cli_misused(cli, "\"%s\" is not of the form key=value",
					   cli_word(cli, i));
		}
	}
	return limits_send(cli, &where, plain);
}
