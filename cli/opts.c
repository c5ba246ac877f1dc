#include "opts.h"

#include <string.h>

#include "suggest.h"
#include "tick.h"

/* clang-format off */
const struct opt opt_table[OPT_ID_NR] = {
	/*                       name             key  kind          metavar      values  words          help */
	[OPT_OUTPUT]         = { "output",        'o', OPT_CHOICE,   "FORMAT",    "table|wide|json|jsonl|csv|name|sarif", WORDS_NONE,
				 "how to print: table, wide, json, jsonl, csv or name; \"lint\" knows sarif, too" },
	[OPT_SOCKET]         = { "socket",        0,   OPT_TEXT,     "PATH",      NULL, WORDS_FILE,
				 "the socket of musterd (else $MUSTER_SOCKET, else the usual place)" },
	[OPT_NO_COLOR]       = { "no-color",      0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "no colours (also with $NO_COLOR)" },
	[OPT_HELP]           = { "help",          'h', OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "explain the command" },
	[OPT_SELECTOR]       = { "selector",      'l', OPT_TEXT,     "SEL",       NULL, WORDS_NONE,
				 "which tenants: region=eu,tier!=gold, names, name globs, @file; '*' is all" },
	[OPT_LABEL]          = { "label",         'L', OPT_TEXTS,    "K=V",       NULL, WORDS_NONE,
				 "a label; may be given several times" },
	[OPT_REASON]         = { "reason",        0,   OPT_TEXT,     "TEXT",      NULL, WORDS_NONE,
				 "why; kept in the audit trail" },
	[OPT_REVISION]       = { "revision",      0,   OPT_NUMBER,   "N",         NULL, WORDS_NONE,
				 "refuse when the object was changed since this revision (exit 7)" },
	[OPT_DRY_RUN]        = { "dry-run",       0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "only say what would happen" },
	[OPT_HOST]           = { "host",          0,   OPT_TEXT,     "H",         NULL, WORDS_NONE,
				 "host name or address of the database server" },
	[OPT_PORT]           = { "port",          0,   OPT_NUMBER,   "P",         NULL, WORDS_NONE,
				 "its port (default 3306)" },
	[OPT_DB_SOCKET]      = { "socket",        0,   OPT_TEXT,     "S",         NULL, WORDS_FILE,
				 "Unix socket of the database server, instead of --host" },
	[OPT_DEFAULTS_FILE]  = { "defaults-file", 0,   OPT_TEXT,     "F",         NULL, WORDS_FILE,
				 "option file with user and password, read by musterd" },
	[OPT_MAX_RUNNING]    = { "max-running",   0,   OPT_NUMBER,   "N",         NULL, WORDS_NONE,
				 "tasks at a time on this server" },
	[OPT_REPLICA_OF]     = { "replica-of",    0,   OPT_TEXT,     "S",         NULL, WORDS_SERVER,
				 "the server it replicates from: what is done there waits for it" },
	[OPT_SERVER]         = { "server",        0,   OPT_TEXT,     "S",         NULL, WORDS_SERVER,
				 "the database server" },
	[OPT_SCHEMA]         = { "schema",        0,   OPT_TEXT,     "DB",        NULL, WORDS_NONE,
				 "name of the database on its server" },
	[OPT_LIKE]           = { "like",          0,   OPT_TEXT,     "PATTERN",   NULL, WORDS_NONE,
				 "databases to take, as in LIKE: 'client\\_%'" },
	[OPT_PATTERN]        = { "name",          0,   OPT_TEXT,     "PATTERN",   NULL, WORDS_NONE,
				 "how tenants are named: 'eu-{schema}' (default '{schema}')" },
	[OPT_ACCEPT]         = { "accept",        0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "what a tenant's history says now is right, also when it is regressed" },
	[OPT_RELEASE]        = { "release",       0,   OPT_TEXT,     "R",         NULL, WORDS_RELEASE,
				 "the release" },
	[OPT_AT]             = { "at",            0,   OPT_TEXT,     "V",         NULL, WORDS_NONE,
				 "the newest version the tenants already have" },
	[OPT_RELEASE_NAME]   = { "name",          0,   OPT_TEXT,     "N",         NULL, WORDS_NONE,
				 "name of the release" },
	[OPT_FORMAT]         = { "format",        0,   OPT_TEXT,     "F",         NULL, WORDS_NONE,
				 "format of the folder (default: detected)" },
	[OPT_TO]             = { "to",            0,   OPT_TEXT,     "V",         NULL, WORDS_NONE,
				 "stop at this version (default: the newest)" },
	[OPT_ROLLOUT_NAME]   = { "name",          0,   OPT_TEXT,     "N",         NULL, WORDS_NONE,
				 "name of the rollout" },
	[OPT_WAVES]          = { "waves",         0,   OPT_TEXT,     "W",         NULL, WORDS_NONE,
				 "sizes of the waves: '1, 5%, 25%, rest' (default rest)" },
	[OPT_BAKE]           = { "bake",          0,   OPT_DURATION, "D",         NULL, WORDS_NONE,
				 "rest between two waves: 90s, 15m, 2h" },
	[OPT_GATE]           = { "gate",          0,   OPT_CHOICE,   "G",         "none|human", WORDS_NONE,
				 "human: stop after each wave until \"rollout promote\"" },
	[OPT_BUDGET]         = { "budget",        0,   OPT_TEXT,     "N|P%",      NULL, WORDS_NONE,
				 "how many tenants may fail before the rollout pauses (default 1%)" },
	[OPT_RUNNING]        = { "running",       0,   OPT_NUMBER,   "N",         NULL, WORDS_NONE,
				 "tasks at a time" },
	[OPT_PER_SERVER]     = { "per-server",    0,   OPT_NUMBER,   "N",         NULL, WORDS_NONE,
				 "tasks at a time on one server" },
	[OPT_PRIORITY]       = { "priority",      0,   OPT_TEXT,     "N",         NULL, WORDS_NONE,
				 "-10 to 10 against other rollouts on the same server; one more is a quarter more turns" },
	[OPT_STRATEGY]       = { "strategy",      0,   OPT_CHOICE,   "S",         "auto|direct|cold", WORDS_NONE,
				 "how statements are applied (default auto); cold: directly, as with --readonly" },
	[OPT_WINDOW]         = { "window",        0,   OPT_CHOICE,   "W",         "respect|ignore", WORDS_NONE,
				 "wait for maintenance windows (default) or ignore them; a freeze holds in any case" },
	[OPT_STALL]          = { "stall",         0,   OPT_DURATION, "D",         NULL, WORDS_NONE,
				 "how long one tenant's application may be made to wait in all" },
	[OPT_KEY]            = { "key",           0,   OPT_TEXT,     "K",         NULL, WORDS_NONE,
				 "the same key is the same rollout, so a script may repeat the command" },
	[OPT_WAIT]           = { "wait",          0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "follow the rollout until it ends or needs a human" },
	[OPT_TIMEOUT]        = { "timeout",       0,   OPT_DURATION, "D",         NULL, WORDS_NONE,
				 "stop waiting after this time (exit 5); what was started goes on" },
	[OPT_NOW]            = { "now",           0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "also stop what can be stopped safely" },
	[OPT_FULL]           = { "full",          0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "open every gate of waves to come; between two phases, those of phases, too" },
	[OPT_TENANT]         = { "tenant",        't', OPT_TEXT,     "T",         NULL, WORDS_TENANT,
				 "only this tenant" },
	[OPT_STATE]          = { "state",         0,   OPT_CHOICE,   "S",
				 "pending|waiting|running|verifying|done|failed|in_doubt|skipped|held|cancelled",
				 WORDS_NONE, "only tasks in this state" },
	[OPT_AS]             = { "as",            0,   OPT_TEXT,     "RESULT",    NULL, WORDS_NONE,
				 "what you found: applied, not-applied, or at=N (N statements are in)" },
	[OPT_FOLLOW]         = { "follow",        'f', OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "go on with what happens from now on" },
	[OPT_SINCE]          = { "since",         0,   OPT_NUMBER,   "ID",        NULL, WORDS_NONE,
				 "only events after this one (default: the newest 100)" },
	[OPT_ROLLOUT]        = { "rollout",       0,   OPT_TEXT,     "R",         NULL, WORDS_ROLLOUT,
				 "only events of this rollout" },
	[OPT_FOR]            = { "for",           0,   OPT_TEXT,     "STATE",     NULL, WORDS_NONE,
				 "the state to wait for; several with commas" },
	[OPT_EXPLAIN]        = { "explain",       0,   OPT_TEXT,     "CODE",      NULL, WORDS_NONE,
				 "what a code means and what to do, such as MU103; \"all\" lists them" },
	[OPT_AFTER]          = { "after",         0,   OPT_TEXT,     "V",         NULL, WORDS_NONE,
				 "report only on migrations behind this version, such as the newest that every client has" },
	[OPT_TTL]            = { "ttl",           0,   OPT_DURATION, "D",         NULL, WORDS_NONE,
				 "after this time they are open again, whatever happens" },
	[OPT_DRAIN]          = { "drain",         0,   OPT_DURATION, "D",         NULL, WORDS_NONE,
				 "how long open transactions may go on (default: 10s)" },
	[OPT_AT_DEADLINE]    = { "at-deadline",   0,   OPT_CHOICE,   "WHAT",      "end|open", WORDS_NONE,
				 "then: end them (default), or give up and open again" },
	[OPT_METHOD]         = { "method",        0,   OPT_CHOICE,   "METHOD",    "privileges|triggers|schema|hook", WORDS_NONE,
				 "how to close (default: what fits)" },
	[OPT_ACCEPT_HOLES]   = { "accept-holes",  0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "close also when some can write all the same" },
	[OPT_MAINTENANCE]    = { "maintenance",   0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "the application is to show its page: mode maintenance" },
	[OPT_RATIO]          = { "ratio",         0,   OPT_TEXT,     "R",         NULL, WORDS_NONE,
				 "the share of its slots that may be used, above 0; 1 ends it" },
	[OPT_SPAN]           = { "for",           0,   OPT_TEXT,     "D",         NULL, WORDS_NONE,
				 "how long: 90s, 30m, 2h" },
	[OPT_MAP_FORMAT]     = { "format",        0,   OPT_TEXT,     "FORMAT",    NULL, WORDS_NONE,
				 "how the file is written: nginx-map, haproxy-map or json" },
	[OPT_READONLY]       = { "readonly",      0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "close each tenant for writes while it is worked on" },
	[OPT_MAX_CLOSED]     = { "max-closed",    0,   OPT_DURATION, "D",         NULL, WORDS_NONE,
				 "and for no longer than this: who is expected to need more is held" },
	[OPT_HOOK]           = { "hook",          0,   OPT_TEXTS,    "EVENT=NAME", NULL, WORDS_NONE,
				 "run this hook of musterd's folder at that event; without a NAME none; may be given several times" },
	[OPT_SKIP_FAILING]   = { "skip-failing",  0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "leave out the tenants that would fail, instead of starting nothing" },
	[OPT_NO_REWRITE]     = { "no-rewrite",    0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "run every statement as it is written, also where others are cheaper and end the same" },
	[OPT_NO_PLAN]        = { "no-plan",       0,   OPT_FLAG,     NULL,        NULL, WORDS_NONE,
				 "start without looking first" },
	[OPT_AGAINST]        = { "against",       0,   OPT_TEXT,     "RELEASE",   NULL, WORDS_RELEASE,
				 "the release that they should have come from, or its folder" },
};

/* clang-format on */

struct walk {
	int argc;
	char *const *argv;
	int at;
};

/* The option that an argument names, and where its value begins (NULL: none inside). */
struct named {
	int id; /* -1: unknown */
	const char *inside;
	size_t len; /* of the option's own spelling */
};

static int find_long(const char *name, size_t len, opt_bits allowed)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		const char *known = opt_table[id].name;

		if ((allowed & OPT_BIT(id)) != 0 && strlen(known) == len &&
		    memcmp(known, name, len) == 0) {
			return id;
		}
	}
	return -1;
}

static int find_letter(char letter, opt_bits allowed)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		if ((allowed & OPT_BIT(id)) != 0 && opt_table[id].letter == letter) {
			return id;
		}
	}
	return -1;
}

static struct named look_up(const char *arg, opt_bits allowed)
{
	struct named named = { .id = -1, .inside = NULL, .len = 2 };

	if (arg[1] == '-') {
		named.len = strcspn(arg, "=");
		named.id = find_long(arg + 2, named.len - 2, allowed);
		named.inside = arg[named.len] == '=' ? arg + named.len + 1 : NULL;
		return named;
	}
	named.id = find_letter(arg[1], allowed);
	named.inside = arg[2] != '\0' ? arg + 2 : NULL;
	return named;
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0';
}

GPtrArray *opts_words(int argc, char *const *argv)
{
	GPtrArray *words = g_ptr_array_new();
	bool only_words = false;

	for (int i = 0; i < argc; i++) {
		struct named named;

		if (only_words || !is_option(argv[i])) {
			g_ptr_array_add(words, argv[i]);
			continue;
		}
		only_words = strcmp(argv[i], "--") == 0;
		named = look_up(argv[i], OPTS_EVERY);
		if (named.id >= 0 && opt_table[named.id].kind != OPT_FLAG && named.inside == NULL) {
			i++; /* its value */
		}
	}
	return words;
}

/* The sentence about an option that the command does not take. */
static int refuse_unknown(const char *arg, size_t len, opt_bits allowed, struct err *err)
{
	SCOPED(suggest) suggest = { .wanted = arg + 2 };
	g_autofree char *spelled = g_strndup(arg, len);

	if (arg[1] != '-') {
		return err_set(err, ERR_INVALID, "there is no option %s here", spelled);
	}
	suggest.wanted = spelled + 2;
	for (int id = 0; id < OPT_ID_NR; id++) {
		if ((allowed & OPT_BIT(id)) != 0) {
			suggest_offer(&suggest, opt_table[id].name);
		}
	}
	if (suggest.best == NULL) {
		return err_set(err, ERR_INVALID, "there is no option %s here", spelled);
	}
	return err_set(err, ERR_INVALID, "there is no option %s here; did you mean --%s?", spelled,
		       suggest.best);
}

static int keep_number(struct opts *opts, int id, const char *value, struct err *err)
{
	guint64 number;

	if (opt_table[id].kind == OPT_DURATION) {
		opts->number[id] = tick_duration_parse(value);
		return opts->number[id] >= 0
			       ? 0
			       : err_set(err, ERR_INVALID,
					 "--%s: \"%s\" is not a duration such as 90s, 15m or 2h",
					 opt_table[id].name, value);
	}
	if (!g_ascii_string_to_unsigned(value, 10, 0, INT64_MAX, &number, NULL)) {
		return err_set(err, ERR_INVALID, "--%s: \"%s\" is not a number from 0",
			       opt_table[id].name, value);
	}
	opts->number[id] = (int64_t)number;
	return 0;
}

static int keep_choice(int id, const char *value, struct err *err)
{
	g_auto(GStrv) values = g_strsplit(opt_table[id].values, "|", -1);
	g_autofree char *listed = g_strjoinv(", ", values);

	if (g_strv_contains((const char *const *)values, value)) {
		return 0;
	}
	return err_set(err, ERR_INVALID, "--%s: \"%s\" is not one of %s", opt_table[id].name, value,
		       listed);
}

/*
 * A variable of a script that is not set: an empty selector would be every tenant, an empty socket
 * another daemon. Only a reason may be nothing.
 */
static int check_text(int id, const char *value, struct err *err)
{
	const struct opt *opt = &opt_table[id];

	if (value[0] == '\0' && id != OPT_REASON) {
		return err_set(err, ERR_INVALID,
			       "--%s is empty: leave it out or give it a value: %s", opt->name,
			       opt->metavar);
	}
	if (opt->words != WORDS_FILE && !g_utf8_validate(value, -1, NULL)) {
		return err_set(err, ERR_INVALID, "--%s: the text is not UTF-8", opt->name);
	}
	return 0;
}

static int keep(struct opts *opts, int id, const char *value, struct err *err)
{
	bool is_text = opt_table[id].kind == OPT_TEXT || opt_table[id].kind == OPT_TEXTS;

	if (is_text && check_text(id, value, err) < 0) {
		return -1;
	}
	opts->given[id] = true;
	opts->text[id] = value;
	switch (opt_table[id].kind) {
	case OPT_FLAG:
	case OPT_TEXT:
		return 0;
	case OPT_TEXTS:
		if (opts->texts[id] == NULL) {
			opts->texts[id] = g_ptr_array_new_with_free_func(g_free);
		}
		g_ptr_array_add(opts->texts[id], g_strdup(value));
		return 0;
	case OPT_NUMBER:
	case OPT_DURATION:
		return keep_number(opts, id, value, err);
	case OPT_CHOICE:
		return keep_choice(id, value, err);
	}
	abort();
}

static int take_option(struct opts *opts, struct walk *walk, opt_bits allowed, struct err *err)
{
	const char *arg = walk->argv[walk->at];
	struct named named = look_up(arg, allowed);
	const char *value = named.inside;

	if (named.id < 0) {
		return refuse_unknown(arg, named.len, allowed, err);
	}
	if (opt_table[named.id].kind == OPT_FLAG) {
		if (value != NULL) {
			return err_set(err, ERR_INVALID, "%.*s takes no value", (int)named.len,
				       arg);
		}
		return keep(opts, named.id, NULL, err);
	}
	if (value == NULL) {
		if (walk->at + 1 >= walk->argc) {
			return err_set(err, ERR_INVALID, "%s needs a value: %s", arg,
				       opt_table[named.id].metavar);
		}
		value = walk->argv[++walk->at];
	}
	return keep(opts, named.id, value, err);
}

int opts_parse(struct opts *opts, int argc, char *const *argv, opt_bits allowed, struct err *err)
{
	SCOPED(opts) parsed = { .words = g_ptr_array_new() };
	struct walk walk = { .argc = argc, .argv = argv };
	bool only_words = false;

	for (walk.at = 0; walk.at < argc; walk.at++) {
		char *arg = argv[walk.at];
		opt_bits here = allowed;

		/* --socket is the daemon's in front of the command, the server's behind it */
		if (parsed.words->len > 0 && (allowed & OPT_BIT(OPT_DB_SOCKET)) != 0) {
			here &= ~OPT_BIT(OPT_SOCKET);
		}

		if (only_words || !is_option(arg)) {
			g_ptr_array_add(parsed.words, arg);
		} else if (strcmp(arg, "--") == 0) {
			only_words = true;
		} else if (take_option(&parsed, &walk, here, err) < 0) {
			return -1;
		}
	}
	*opts = parsed;
	parsed = (struct opts){ 0 };
	return 0;
}

void opts_release(struct opts *opts)
{
	for (int id = 0; id < OPT_ID_NR; id++) {
		if (opts->texts[id] != NULL) {
			g_ptr_array_unref(opts->texts[id]);
		}
	}
	if (opts->words != NULL) {
		g_ptr_array_unref(opts->words);
	}
	*opts = (struct opts){ 0 };
}

const char *opts_text(const struct opts *opts, enum opt_id id)
{
	return opts->text[id];
}

int64_t opts_number(const struct opts *opts, enum opt_id id, int64_t fallback)
{
	return opts->given[id] ? opts->number[id] : fallback;
}

bool opts_flag(const struct opts *opts, enum opt_id id)
{
	return opts->given[id];
}

void opts_spell(GString *out, const struct opt *opt)
{
	if (opt->letter != '\0') {
		g_string_append_printf(out, "-%c, ", opt->letter);
	}
	g_string_append_printf(out, "--%s", opt->name);
	if (opt->metavar != NULL) {
		g_string_append_printf(out, " %s", opt->metavar);
	}
}
