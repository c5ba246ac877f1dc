/*
 * cli - one call of muster: what was asked, how to print, whom to ask.
 *
 * cli_main finds the command, reads its options, runs it and gives the exit code. The
 * rest is what command functions use. stdout gets results, stderr everything else.
 * One thread.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "client.h"
#include "command.h"
#include "err.h"
#include "render.h"
#include "wire.h"

struct cli {
	const struct command *command;
	struct opts opts;
	char *const *words; /* behind the path, borrowed */
	size_t nr;
	struct client *client; /* owned */
	char *answer;          /* owned; the last answer as the daemon sent it */
	struct style style;    /* of stdout */
};

int cli_main(int argc, char **argv);

/* Word i or NULL. */
const char *cli_word(const struct cli *cli, size_t i);

/* Is the output for people and not for a program? */
bool cli_is_for_people(const struct cli *cli);

/* One exchange. in NULL: no body; out NULL: the answer is only kept. */
struct ask {
	const char *method;
	const char *path;
	const struct wire_type *in_type;
	const void *in;
	const struct wire_type *out_type;
	void *out;              /* an empty struct of out_type */
	struct wire_list *list; /* instead of out: an array of out_type */
	bool is_long; /* waited for without an end; a terminal is shown how far it is (waiting.h) */
};

NODISCARD int cli_ask(struct cli *cli, const struct ask *ask, struct err *err);

/* Ask, then print the answer with the view: exit code. */
int cli_show(struct cli *cli, const struct ask *ask, const struct view *view);

/* Print what the last cli_ask gave: JSON is the daemon's body as it was. */
void cli_print_item(struct cli *cli, const struct view *view, const void *item);
void cli_print_list(struct cli *cli, const struct view *view, const struct wire_list *list);

/* One line for people on stdout, nothing with another output. */
void cli_say(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Text to stdout. */
void cli_print(const GString *text);

/* Report the problem on stderr, with the command that helps; its exit code. */
int cli_fail(struct cli *cli, const struct err *err);

/* As cli_fail, with this command as help. */
int cli_fail_hint(struct cli *cli, const struct err *err, const char *hint);

/* On stderr: musterd does not answer, and is waited for. */
void cli_say_away(void);

/* A call that cannot be meant: one sentence, the help of the command, EXIT_USAGE. */
int cli_misused(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Labels from -L; ERR_INVALID when one is no k=v. */
NODISCARD int cli_labels(const struct cli *cli, struct wire_labels *labels, struct err *err);

/* Owned copy of an option's text, NULL when it was not given. */
char *cli_text(const struct cli *cli, enum opt_id id);

/* Each text of an option that may be given several times, added. */
void cli_texts(const struct cli *cli, enum opt_id id, struct wire_texts *texts);

#endif /* CLI_H */
