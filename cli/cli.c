#include "cli.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "exits.h"
#include "human.h"
#include "waiting.h"

static void cli_release(struct cli *cli)
{
	opts_release(&cli->opts);
	client_free(cli->client);
	g_free(cli->answer);
	*cli = (struct cli){ 0 };
}

SCOPED_RELEASE(cli);

const char *cli_word(const struct cli *cli, size_t i)
{
	return i < cli->nr ? cli->words[i] : NULL;
}

bool cli_is_for_people(const struct cli *cli)
{
	return cli->style.output == RENDER_TABLE || cli->style.output == RENDER_WIDE;
}

char *cli_text(const struct cli *cli, enum opt_id id)
{
	return g_strdup(opts_text(&cli->opts, id));
}

/* Names in a client's database and messages of its server do not command a terminal. */
static void put(FILE *stream, const char *text)
{
	g_autoptr(GString) safe = NULL;

	if (isatty(fileno(stream)) == 1) {
		safe = g_string_new(NULL);
		human_safe(safe, text);
		text = safe->str;
	}
	(void)fputs(text, stream);
}

void cli_print(const GString *text)
{
	put(stdout, text->str);
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
	g_autofree char *line = NULL;
	va_list ap;

	if (!cli_is_for_people(cli)) {
		return;
	}
	va_start(ap, fmt);
	line = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	put(stdout, line);
	put(stdout, "\n");
}

/* Where to look when the daemon's answer does not say it. */
static char *usual_hint(const struct cli *cli, const struct err *err)
{
	const char *path = cli->command != NULL ? cli->command->path : "";
	g_autofree char *group = g_strndup(path, strcspn(path, " "));

	if (client_is_gone(err)) {
		return NULL; /* the sentence has it */
	}
	if (err->code == ERR_STORE || err->code == ERR_PROTOCOL) {
		return g_strdup("journalctl -u musterd");
	}
	if (err->code == ERR_UNREACHABLE || err->code == ERR_DB) {
		return g_strdup("muster server list -o wide");
	}
	if (err->code == ERR_NOT_FOUND && strcmp(group, "task") == 0 && cli->nr > 0) {
		return g_strdup_printf("muster task list %.*s", (int)strcspn(cli->words[0], "/"),
				       cli->words[0]);
	}
	if (err->code == ERR_NOT_FOUND && command_is_group(group) && strcmp(group, "task") != 0) {
		return g_strdup_printf("muster %s list", group);
	}
	return g_strdup_printf("muster %s%s--help", path, path[0] != '\0' ? " " : "");
}

int cli_fail_hint(struct cli *cli, const struct err *err, const char *hint)
{
	bool with_revision = cli->opts.given[OPT_REVISION];
	g_autoptr(GString) out = g_string_new(NULL);

	(void)fflush(stdout);
	g_string_append_printf(out, "muster: %s\n", err->msg);
	if (hint != NULL) {
		g_string_append_printf(out, "  -> %s\n", hint);
	}
	put(stderr, out->str);
	return (int)exits_of_error(err, with_revision);
}

void cli_say_away(void)
{
	(void)fprintf(stderr, "muster: musterd does not answer, waiting for it\n"
			      "  -> systemctl status musterd\n");
}

int cli_fail(struct cli *cli, const struct err *err)
{
	const char *said = cli->client != NULL ? client_hint(cli->client) : NULL;
	g_autofree char *hint = said != NULL ? g_strdup(said) : usual_hint(cli, err);

	return cli_fail_hint(cli, err, hint);
}

int cli_misused(const struct cli *cli, const char *fmt, ...)
{
	g_autofree char *sentence = NULL;
	va_list ap;

	va_start(ap, fmt);
	sentence = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	(void)fflush(stdout);
	(void)fprintf(stderr, "muster %s: %s\n  -> muster %s --help\n", cli->command->path,
		      sentence, cli->command->path);
	return EXIT_USAGE;
}

int cli_labels(const struct cli *cli, struct wire_labels *labels, struct err *err)
{
	const GPtrArray *texts = cli->opts.texts[OPT_LABEL];

	for (guint i = 0; texts != NULL && i < texts->len; i++) {
		const char *text = g_ptr_array_index(texts, i);
		const char *equals = strchr(text, '=');
		g_autofree char *key = NULL;

		if (equals == NULL || equals == text) {
			return err_set(err, ERR_INVALID,
				       "-L: \"%s\" is not a label such as region=eu", text);
		}
		key = g_strndup(text, (size_t)(equals - text));
		wire_labels_put(labels, key, equals + 1);
	}
	return 0;
}

void cli_texts(const struct cli *cli, enum opt_id id, struct wire_texts *texts)
{
	const GPtrArray *given = cli->opts.texts[id];

	for (guint i = 0; given != NULL && i < given->len; i++) {
		wire_texts_add(texts, g_ptr_array_index(given, i));
	}
}

static struct client *the_client(struct cli *cli)
{
	const char *socket = opts_text(&cli->opts, OPT_SOCKET);

	if (cli->client == NULL) {
		if (socket == NULL) {
			socket = g_getenv("MUSTER_SOCKET");
		}
		if (socket == NULL || socket[0] == '\0') {
			socket = WIRE_SOCKET_DEFAULT;
		}
		cli->client = client_new(socket);
	}
	return cli->client;
}

static int decode(const struct ask *ask, const char *answer, struct err *err)
{
	size_t len = strlen(answer);
	int got = 0;

	if (ask->list != NULL) {
		got = wire_decode_list(ask->out_type, ask->list, answer, len, err);
	} else if (ask->out != NULL) {
		got = wire_decode(ask->out_type, ask->out, answer, len, false, err);
	}
	if (got < 0) {
		err->code = ERR_PROTOCOL;
		return err_prefix(err, "the daemon's answer to %s %s", ask->method, ask->path);
	}
	return 0;
}

int cli_ask(struct cli *cli, const struct ask *ask, struct err *err)
{
	g_autofree char *body = ask->in != NULL ? wire_encode(ask->in_type, ask->in) : NULL;
	char *answer = NULL;
	struct client *client = the_client(cli);
	struct waiting waiting = { 0 };
	int rc;

	if (ask->is_long && cli_is_for_people(cli) && isatty(STDERR_FILENO) == 1) {
		client_watch(client, waiting_show, &waiting);
	}
	client_set_patient(client, ask->is_long);
	rc = client_request(client, ask->method, ask->path, body, &answer, err);
	client_watch(client, NULL, NULL);
	waiting_end(&waiting);
	if (rc < 0) {
		return -1;
	}
	g_free(cli->answer);
	cli->answer = answer;
	return decode(ask, answer, err);
}

static bool print_raw(const struct cli *cli)
{
	if (cli->style.output != RENDER_JSON || cli->answer == NULL) {
		return false;
	}
	put(stdout, cli->answer);
	if (!g_str_has_suffix(cli->answer, "\n")) {
		(void)fputc('\n', stdout);
	}
	return true;
}

void cli_print_item(struct cli *cli, const struct view *view, const void *item)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (!print_raw(cli)) {
		render_item(out, view, item, &cli->style);
		cli_print(out);
	}
}

void cli_print_list(struct cli *cli, const struct view *view, const struct wire_list *list)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (!print_raw(cli)) {
		render_list(out, view, list, &cli->style);
		cli_print(out);
	}
}

int cli_show(struct cli *cli, const struct ask *ask, const struct view *view)
{
	struct err err = { 0 };

	if (cli_ask(cli, ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (ask->list != NULL) {
		cli_print_list(cli, view, ask->list);
	} else {
		cli_print_item(cli, view, ask->out);
	}
	return EXIT_OK;
}

static size_t terminal_width(void)
{
	struct winsize size = { 0 };

	if (isatty(STDOUT_FILENO) == 0) {
		return 0;
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) {
		return 80;
	}
	return size.ws_col;
}

static struct style style_of(const struct opts *opts)
{
	struct style style = { .output = RENDER_TABLE, .width = terminal_width() };
	const char *no_color = g_getenv("NO_COLOR");
	const char *output = opts_text(opts, OPT_OUTPUT);
	const char *term = g_getenv("TERM");

	for (int i = 0; output != NULL && i < RENDER_OUTPUT_NR; i++) {
		if (strcmp(output, render_output_names[i]) == 0) {
			style.output = (enum render_output)i;
		}
	}
	style.fine = style.width > 0 && g_get_charset(NULL);
	style.color = style.width > 0 && !opts_flag(opts, OPT_NO_COLOR) &&
		      (no_color == NULL || no_color[0] == '\0') &&
		      (term == NULL || strcmp(term, "dumb") != 0);
	return style;
}

/* A file's name may be anything; every other word goes to the daemon, which knows UTF-8. */
static int check_word(const struct cli *cli, const char *word)
{
	bool is_path = cli->command->words == WORDS_FILE || cli->command->words == WORDS_FOLDER;

	if (word[0] == '\0') {
		return cli_misused(cli, "a word is empty: %s", cli->command->args);
	}
	if (!is_path && !g_utf8_validate(word, -1, NULL)) {
		return cli_misused(cli, "\"%s\" is not UTF-8", word);
	}
	return EXIT_OK;
}

/* How many words the command wants, in words. */
static int check_words(const struct cli *cli)
{
	int code = EXIT_OK;

	if ((int)cli->nr < cli->command->least) {
		return cli_misused(cli, "%s is missing", cli->command->args);
	}
	if (cli->command->most >= 0 && (int)cli->nr > cli->command->most) {
		return cli_misused(cli, "\"%s\" is one word too many",
				   cli->words[cli->command->most]);
	}
	for (size_t i = 0; i < cli->nr && code == EXIT_OK; i++) {
		code = check_word(cli, cli->words[i]);
	}
	return code;
}

static int run_command(struct cli *cli)
{
	g_autoptr(GString) help = g_string_new(NULL);
	int code;

	if (opts_flag(&cli->opts, OPT_HELP)) {
		command_help(help, cli->command);
		cli_print(help);
		return EXIT_OK;
	}
	if (g_strcmp0(opts_text(&cli->opts, OPT_OUTPUT), "sarif") == 0 &&
	    cli->command->run != cmd_lint) {
		return cli_misused(cli, "-o sarif is for findings of \"lint\"");
	}
	code = check_words(cli);
	return code != EXIT_OK ? code : cli->command->run(cli);
}

/* A word that is no command. */
static int refuse_words(const GPtrArray *words, const struct err *err)
{
	const char *first = g_ptr_array_index(words, 0);
	bool in_group = words->len > 1 && command_is_group(first);

	(void)fprintf(stderr, "muster: %s\n  -> muster %s%s--help\n", err->msg,
		      in_group ? first : "", in_group ? " " : "");
	return EXIT_USAGE;
}

/* No command was named: an overview, unless an option is wrong or a group is alone. */
static int overview(const GPtrArray *words, size_t used, const struct opts *opts)
{
	g_autoptr(GString) help = g_string_new(NULL);
	const char *group = used > 0 ? g_ptr_array_index(words, 0) : NULL;

	command_overview(help, group);
	if (group != NULL && !opts_flag(opts, OPT_HELP)) {
		(void)fprintf(stderr, "muster %s: which of its commands?\n\n%s", group, help->str);
		return EXIT_USAGE;
	}
	cli_print(help);
	return EXIT_OK;
}

static int run_parsed(struct cli *cli, size_t used)
{
	if (cli->opts.words->len > used) {
		cli->words = (char *const *)&g_ptr_array_index(cli->opts.words, used);
		cli->nr = cli->opts.words->len - used;
	}
	cli->style = style_of(&cli->opts);
	return run_command(cli);
}

static int dispatch(int argc, char *const *argv)
{
	g_autoptr(GPtrArray) words = opts_words(argc, argv);
	SCOPED(cli) cli = { 0 };
	struct err err = { 0 };
	opt_bits options = OPTS_GLOBAL;
	size_t used = 0;

	cli.command = command_find(words, &used, &err);
	if (cli.command == NULL && err.code != ERR_NONE) {
		return refuse_words(words, &err);
	}
	if (cli.command != NULL) {
		options |= cli.command->options;
	}
	if (opts_parse(&cli.opts, argc, argv, options, &err) < 0) {
		if (cli.command != NULL) {
			return cli_misused(&cli, "%s", err.msg);
		}
		(void)cli_fail_hint(&cli, &err, "muster --help");
		return EXIT_USAGE;
	}
	return cli.command != NULL ? run_parsed(&cli, used) : overview(words, used, &cli.opts);
}

int cli_main(int argc, char **argv)
{
	char word[] = "version";
	char *const version[] = { word };
	bool only_version = argc == 2 && strcmp(argv[1], "--version") == 0;
	int code;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	(void)setlocale(LC_CTYPE, ""); /* only which letters there are; numbers stay as they are */
	code = only_version ? dispatch(1, version) : dispatch(MAX(argc - 1, 0), argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		(void)fprintf(stderr, "muster: cannot write the result: %s\n", g_strerror(errno));
		return code == EXIT_OK ? EXIT_BAD_INPUT : code;
	}
	return code;
}
