/*
 * upkeep - whether all the windows and freezes that apply to one tenant let it be migrated.
 *
 * A rule is the window of a tenant, of its server or of one of its labels, or a freeze of
 * one of them. All must agree: every window is open and nothing is frozen. What was begun is
 * not stopped when a window closes, so the time that is needed must fit into what is left.
 *
 * Wall milliseconds since 1970 (UTC). Pure; what the rules point to is borrowed.
 */
#ifndef UPKEEP_H
#define UPKEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "window.h"

struct upkeep_rule {
	const char *whose;           /* "server db1", "label region=au"; NULL: its own */
	const struct window *window; /* NULL: a freeze */
	int64_t from_ms;             /* of a freeze */
	int64_t until_ms;
	const char *reason;  /* of a freeze */
	const char *problem; /* a window that cannot be read, and why: it is never open */
};

/* How much time is needed. Of a guess not more must be left than half of the whole opening. */
struct upkeep_need {
	int64_t ms;
	bool is_guess;
};

struct upkeep {
	bool is_open;    /* and the need fits */
	int64_t left_ms; /* of the opening that is there now; WINDOW_FOREVER, 0: none is */
	int64_t next_ms; /* when it may start; WINDOW_FOREVER: never, as far as one can see */
};

/* What the rules say at now_ms. Looks ahead for a little more than a year. */
void upkeep_look(const struct upkeep_rule *rules, size_t nr, int64_t now_ms,
		 struct upkeep_need need, struct upkeep *upkeep);

/*
 * Why it may not start, in one line: "waits for its window: opens Sun 2026-11-22 15:00 UTC, Sun
 * 02:00-05:00 Australia/Sydney". upkeep is what was found at now_ms. Owned.
 */
char *upkeep_reason(const struct upkeep_rule *rules, size_t nr, int64_t now_ms,
		    struct upkeep_need need, const struct upkeep *upkeep);

/* "Sun 2026-11-22 15:00 UTC". Owned. */
char *upkeep_moment(int64_t wall_ms);

#endif /* UPKEEP_H */
