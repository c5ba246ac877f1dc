/*
 * ddl - the wrapper through which every statement of a migration goes.
 *
 * A short try, then a pause that grows, with jitter, and another try, until the
 * order's stall_ms are used up; who holds the lock is said while it waits. The text
 * carries a mark in front, "muster:LABEL:VERSION:N" in a comment, by which an orphan is
 * found in the processlist. A statement is repeated only when the server says that
 * it did nothing: never after a lost link, never a CALL, never when the transaction
 * around it is gone, and never when it was ended and may have left a part of itself.
 *
 * Workers; blocks.
 */
#ifndef DDL_H
#define DDL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct db_session;
struct exec_order;
struct statement;

enum ddl_end {
	DDL_DONE,
	DDL_STOPPED, /* asked to stop; the statement did nothing */
	DDL_FAILED,  /* err says why */
};

struct ddl {
	struct db_session *session;
	const struct exec_order *order;
	const char *schema;
	const char *version;
	bool may_stop;     /* false: finish even when asked to stop */
	bool leaves_parts; /* ended in the middle it is not undone: no transaction covers it */
	/*
	 * Not NULL: the statement runs in a transaction of ours, cover is called behind it, and
	 * both are committed together or not at all.
	 */
	int (*cover)(void *ctx, struct err *err);
	void *cover_ctx;
};

#define DDL_BACKOFF_MS 100 /* the first pause */

/*
 * text with the mark in front. NULL: the server does not take so much. Owned. number is that of
 * the statement in its file, from 1.
 */
char *ddl_text(const struct ddl *ddl, const char *text, size_t number, struct err *err);

/* It may stop, and is asked to. */
bool ddl_stops(const struct ddl *ddl);

/* Between two tries: *backoff_ms grows, and end is not passed. False: asked to stop meanwhile. */
bool ddl_pause(const struct ddl *ddl, int64_t *backoff_ms, int64_t end);

/* Tell who holds the lock that it waits for. */
void ddl_say_waits(const struct ddl *ddl, size_t number, const char *blockers);

/* number as in ddl_text. */
enum ddl_end ddl_run(const struct ddl *ddl, const struct statement *statement, size_t number,
		     struct err *err);

#endif /* DDL_H */
