/*
 * hook - run an executable of the operator's and say how it ended.
 *
 * Only a file in the folder of hooks is run, a plain one that root or the user of musterd
 * owns and nobody else may write, in a folder of the same kind: whoever may ask for a hook by
 * its name cannot make the daemon run anything else. It has no arguments, a clean
 * environment (PATH and what hook_call_fact has put in), the same as a JSON object on its
 * standard input, no other descriptor of the daemon, the folder / and a process group of its
 * own. What it prints is kept up to HOOK_OUTPUT_MAX bytes. At the end of its time, or when it is
 * told to stop, the group gets SIGTERM, and SIGKILL a little later; what it has left running
 * in the background when it ends is killed.
 *
 * hook_run is for workers: it blocks, for no longer than the limit and a few seconds. The rest:
 * any thread.
 */
#ifndef HOOK_H
#define HOOK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define HOOK_OUTPUT_MAX ((size_t)16 * 1024)

struct hook_call;

/* name is a file in dir. Nothing is looked at yet. */
struct hook_call *hook_call_new(const char *dir, const char *name);
void hook_call_free(struct hook_call *call); /* NULL is fine */
SCOPED_FREE(hook_call);

/* MUSTER_NAME=value in the environment and "name": "value" on the input; NULL: null, not set. */
void hook_call_fact(struct hook_call *call, const char *name, const char *value);

const char *hook_call_name(const struct hook_call *call); /* borrowed */

/* What it will read, and its environment. Owned, and borrowed. */
char *hook_call_input(const struct hook_call *call);
char *const *hook_call_env(const struct hook_call *call);

/* tick_ms at which it is over, also when it has not begun by then. limit_ms: for messages. */
void hook_call_limit(struct hook_call *call, int64_t until_ms, int64_t limit_ms);

struct hook_end {
	bool ran;      /* it was begun */
	int exit_code; /* -1: it did not exit by itself */
	int64_t ms;
	char *output; /* owned; UTF-8; the end of what it printed, NULL: it was not begun */
	size_t lost;  /* bytes in front of that */
};

void hook_end_release(struct hook_end *end);
SCOPED_RELEASE(hook_end);

/* Can it be run? ERR_INVALID in a sentence. *path is owned, or NULL: only look. */
NODISCARD int hook_find(const char *dir, const char *name, char **path, struct err *err);

/*
 * 0: it has ended with 0. Else -1 with its words: ERR_INVALID it could not be run, ERR_CONFLICT it
 * said no (another exit code, a signal), ERR_TIMEOUT, ERR_CANCELLED it was stopped. end is filled
 * in any case.
 */
NODISCARD int hook_run(const struct hook_call *call, const atomic_int *stop, struct hook_end *end,
		       struct err *err);

#endif /* HOOK_H */
