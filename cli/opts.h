/*
 * opts - the options of muster, one table, and the parser that walks it.
 *
 * An option may stand anywhere on the command line, as --name VALUE, --name=VALUE,
 * -x VALUE or -xVALUE; "--" ends the options. A command names the options that it takes
 * as a set of bits; two rows may have the same name as long as no command takes both.
 * Values are borrowed from the arguments. Any thread; knows no command.
 */
#ifndef OPTS_H
#define OPTS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"

enum opt_kind {
	OPT_FLAG,
	OPT_TEXT,
	OPT_TEXTS,    /* may be given several times */
	OPT_NUMBER,   /* from 0 */
	OPT_DURATION, /* kept in milliseconds */
	OPT_CHOICE,   /* one of opt->values */
};

/* What the shell may complete. */
enum opt_words {
	WORDS_NONE,
	WORDS_FILE,
	WORDS_FOLDER,
	WORDS_SERVER,
	WORDS_TENANT,
	WORDS_RELEASE,
	WORDS_ROLLOUT,
	WORDS_TASK,
	WORDS_NR,
};

enum opt_id {
	OPT_OUTPUT,
	OPT_SOCKET,
	OPT_NO_COLOR,
	OPT_HELP,
	OPT_SELECTOR,
	OPT_LABEL,
	OPT_REASON,
	OPT_REVISION,
	OPT_DRY_RUN,
	OPT_HOST,
	OPT_PORT,
	OPT_DB_SOCKET,
	OPT_DEFAULTS_FILE,
	OPT_MAX_RUNNING,
	OPT_REPLICA_OF,
	OPT_SERVER,
	OPT_SCHEMA,
	OPT_LIKE,
	OPT_PATTERN,
	OPT_ACCEPT,
	OPT_RELEASE,
	OPT_AT,
	OPT_RELEASE_NAME,
	OPT_FORMAT,
	OPT_TO,
	OPT_ROLLOUT_NAME,
	OPT_WAVES,
	OPT_BAKE,
	OPT_GATE,
	OPT_BUDGET,
	OPT_RUNNING,
	OPT_PER_SERVER,
	OPT_PRIORITY,
	OPT_STRATEGY,
	OPT_WINDOW,
	OPT_STALL,
	OPT_KEY,
	OPT_WAIT,
	OPT_TIMEOUT,
	OPT_NOW,
	OPT_FULL,
	OPT_TENANT,
	OPT_STATE,
	OPT_AS,
	OPT_FOLLOW,
	OPT_SINCE,
	OPT_ROLLOUT,
	OPT_FOR,
	OPT_EXPLAIN,
	OPT_AFTER,
	OPT_TTL,
	OPT_DRAIN,
	OPT_AT_DEADLINE,
	OPT_METHOD,
	OPT_ACCEPT_HOLES,
	OPT_MAINTENANCE,
	OPT_RATIO,
	OPT_SPAN,
	OPT_MAP_FORMAT,
	OPT_READONLY,
	OPT_MAX_CLOSED,
	OPT_HOOK,
	OPT_SKIP_FAILING,
	OPT_NO_REWRITE,
	OPT_NO_PLAN,
	OPT_AGAINST,
	OPT_ID_NR,
};

struct opt {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	enum opt_kind kind;
	const char *metavar; /* NULL for a flag */
	const char *values;  /* of a choice: "table|wide"; else NULL */
	enum opt_words words;
	const char *help;
};

extern const struct opt opt_table[OPT_ID_NR];

/* A set of options. There are more than a word has bits. */
__extension__ typedef unsigned __int128 opt_bits;
static_assert(OPT_ID_NR < 8 * sizeof(opt_bits), "one bit for each option");

#define OPT_BIT(id) ((opt_bits)1 << (id))
#define OPTS_GLOBAL \
	(OPT_BIT(OPT_OUTPUT) | OPT_BIT(OPT_SOCKET) | OPT_BIT(OPT_NO_COLOR) | OPT_BIT(OPT_HELP))
#define OPTS_EVERY (OPT_BIT(OPT_ID_NR) - 1)

struct opts {
	bool given[OPT_ID_NR];
	const char *text[OPT_ID_NR]; /* as written; the last one wins */
	int64_t number[OPT_ID_NR];   /* of OPT_NUMBER and OPT_DURATION */
	GPtrArray *texts[OPT_ID_NR]; /* owned; of OPT_TEXTS */
	GPtrArray *words;            /* owned; what is no option, borrowed texts */
};

/*
 * Walk argv[0..argc). allowed: the options of the command. Where two of them have one
 * name (--socket of "server add"), the global one stands in front of the first word and
 * the other behind it. ERR_INVALID is a sentence: unknown, value missing, …
 * On failure opts is empty.
 */
NODISCARD int opts_parse(struct opts *opts, int argc, char *const *argv, opt_bits allowed,
			 struct err *err);

/*
 * Only the words: whatever looks like an option is passed over together with its
 * value, by the table of all options. Owned, with borrowed texts.
 */
GPtrArray *opts_words(int argc, char *const *argv);

void opts_release(struct opts *opts);
SCOPED_RELEASE(opts);

/* Read back. NULL, 0 or fallback when it was not given. */
const char *opts_text(const struct opts *opts, enum opt_id id);
int64_t opts_number(const struct opts *opts, enum opt_id id, int64_t fallback);
bool opts_flag(const struct opts *opts, enum opt_id id);

/* "--name N" or "-l, --selector SEL", as help shows it, appended. */
void opts_spell(GString *out, const struct opt *opt);

#endif /* OPTS_H */
