/*
 * call - one call of muster: what was asked, how to print, whom to ask.
 *
 * call_main finds the command, reads its options, runs it and gives the exit code. The
 * rest is what command functions use. stdout gets results, stderr everything else.
 * One thread.
 */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "client.h"
#include "command.h"
#include "err.h"
#include "render.h"
#include "wire.h"

struct call {
	const struct command *command;
	struct opts opts;
	char *const *words; /* behind the path, borrowed */
	size_t nr;
	struct client *client; /* owned */
	char *answer;          /* owned; the last answer as the daemon sent it */
	struct style style;    /* of stdout */
};

int call_main(int argc, char **argv);

/* Word i or NULL. */
const char *call_word(const struct call *call, size_t i);

/* Is the output for people and not for a program? */
bool call_is_for_people(const struct call *call);

/* One exchange. in NULL: no body; out NULL: the answer is only kept. */
struct ask {
	const char *method;
	const char *path;
	const struct wire_type *in_type;
	const void *in;
	const struct wire_type *out_type;
	void *out;              /* an empty struct of out_type */
	struct wire_list *list; /* instead of out: an array of out_type */
};

NODISCARD int call_ask(struct call *call, const struct ask *ask, struct err *err);

/* Ask, then print the answer with the view: exit code. */
int call_show(struct call *call, const struct ask *ask, const struct view *view);

/* Print what the last call_ask gave: JSON is the daemon's body as it was. */
void call_print_item(struct call *call, const struct view *view, const void *item);
void call_print_list(struct call *call, const struct view *view, const struct wire_list *list);

/* One line for people on stdout, nothing with another output. */
void call_say(const struct call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Text to stdout. */
void call_print(const GString *text);

/* Report the problem on stderr, with the command that helps; its exit code. */
int call_fail(struct call *call, const struct err *err);

/* As call_fail, with this command as help. */
int call_fail_hint(struct call *call, const struct err *err, const char *hint);

/* A call that cannot be meant: one sentence, the help of the command, EXIT_USAGE. */
int call_misused(const struct call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Labels from -L; ERR_INVALID when one is no k=v. */
NODISCARD int call_labels(const struct call *call, struct wire_labels *labels, struct err *err);

/* Owned copy of an option's text, NULL when it was not given. */
char *call_text(const struct call *call, enum opt_id id);

#endif /* CALL_H */
