/*
 * position - where a tenant stands between its history and a release.
 *
 * Compares what the tenant says of itself with what a release holds, and says what
 * is to be done: nothing, these migrations in this order, or why nobody may touch the
 * tenant. A row that the release does not know makes the tenant ahead. Numbers that
 * are lower than the newest one and still missing are pending, too.
 *
 * Pure; any thread.
 */
#ifndef POSITION_H
#define POSITION_H

#include <stddef.h>
#include <stdint.h>

#include "scope.h"
#include "states.h"

struct history;
struct history_row;
struct release;

struct position {
	/* TASK_TAKE: there is work; else TASK_NOTHING, TASK_AHEAD, TASK_DOUBT, TASK_REFUSED */
	enum task_event event;
	char *reason;    /* owned; NULL with TASK_TAKE and TASK_NOTHING */
	char *migration; /* owned; the version that the reason is about, or NULL */
	size_t *pending; /* owned; indices in the release, in order */
	size_t nr;
	int64_t statements; /* of all pending migrations */
	int64_t done;       /* of these, by earlier runs */
	ptrdiff_t newest;   /* index of the newest applied migration, or -1 */
};

/*
 * to_version NULL: the newest. task is "r12/acme" as a shell takes it, for the command that helps.
 */
void position_find(struct position *position, const struct history *history,
		   const struct release *release, const char *to_version, const char *task);

void position_release(struct position *position);
SCOPED_RELEASE(position);

#endif /* POSITION_H */
