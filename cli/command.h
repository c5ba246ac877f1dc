/*
 * command - the table of commands, and what is made from it.
 *
 * A command's path is its words ("rollout start"). Dispatch, usage, help, "did you
 * mean", the manual and the completion of three shells all come from this table. The
 * functions behind it: cmd_*.c, each "arguments -> message -> print".
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"
#include "opts.h"

struct cli;

struct command {
	const char *path;
	const char *args;            /* of the usage line: "DIR|RELEASE", "" */
	const char *summary;         /* one line without a full stop */
	const char *details;         /* more for help and manual, or NULL */
	const char *example;         /* lines of commands, or NULL */
	opt_bits options;            /* OPT_BIT()s, without the global ones */
	int least;                   /* words behind the path */
	int most;                    /* -1: any number */
	enum opt_words words;        /* what those words are */
	bool hidden;                 /* not in overviews */
	int (*run)(struct cli *cli); /* exit code */
};

/* Ends with a row whose path is NULL; sorted as help shows them. */
extern const struct command command_table[];

/*
 * The command at the beginning of words; *used is how many of them are its path.
 * NULL with ERR_INVALID: a sentence with what was probably meant. words empty or only
 * the first word of several commands is NULL, too, with *used 0 or 1 and ERR_NONE.
 */
const struct command *command_find(const GPtrArray *words, size_t *used, struct err *err);

/* The command with this path, NULL: none. */
const struct command *command_get(const char *path);

/* Is this the first word of a command that has two? */
bool command_is_group(const char *word);

/* The text that stands at the front of each usage: "muster rollout start [OPTION…] R". */
void command_usage(GString *out, const struct command *command);

/* Help of one command; of a group ("rollout"), or of all with NULL. */
void command_help(GString *out, const struct command *command);
void command_overview(GString *out, const char *group);

#endif /* COMMAND_H */
