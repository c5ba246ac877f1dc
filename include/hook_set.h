/*
 * hook_set - which hooks are run at which events, as one line of text.
 *
 * A set is "EVENT=NAME" apart by blanks, each event at most once, in the order of the list
 * below; "" is none. So it stands in musterd.conf (a list), on the command line, in requests
 * and in the inventory. A name is a file in the folder of hooks, never a path.
 *
 * Any thread; pure.
 */
#ifndef HOOK_SET_H
#define HOOK_SET_H

#include <stdbool.h>

#include "err.h"

/* clang-format off */
#define HOOK_EVENTS(X) \
	X(HOOK_BEFORE_ROLLOUT, "before-rollout")	/* nothing is looked at yet; may refuse */ \
	X(HOOK_BEFORE_CLOSE,   "before-close")		/* the tenant is still open; may refuse */ \
	X(HOOK_AFTER_CLOSE,    "after-close")		/* proven closed, nobody is told yet; may refuse */ \
	X(HOOK_BEFORE_OPEN,    "before-open")		/* still closed; cannot refuse */ \
	X(HOOK_AFTER_OPEN,     "after-open")		/* writes get through again; cannot refuse */ \
	X(HOOK_AFTER_ROLLOUT,  "after-rollout")		/* every task has ended; cannot refuse */

#define HOOK_ENUM(constant, name) constant,
enum hook_event { HOOK_EVENTS(HOOK_ENUM) HOOK_EVENT_NR };

/* clang-format on */

extern const char *const hook_event_names[HOOK_EVENT_NR];

/* Where NAME begins in "EVENT=NAME", and the event. NULL and ERR_INVALID when it is not that. */
const char *hook_set_word(const char *word, enum hook_event *event, struct err *err);

/*
 * Put "EVENT=NAME" into a set, in place of what it has for that event; "EVENT=" takes that
 * out. *set is owned; NULL counts as "". ERR_INVALID leaves it as it was.
 */
NODISCARD int hook_set_put(char **set, const char *word, struct err *err);

/* The name of the hook for an event, owned; NULL: there is none. set may be NULL. */
char *hook_set_get(const char *set, enum hook_event event);
bool hook_set_has(const char *set, enum hook_event event);

#endif /* HOOK_SET_H */
