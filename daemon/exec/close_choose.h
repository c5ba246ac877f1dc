/*
 * close_choose - which way to close a tenant fits its server, its accounts and what is to come.
 *
 * Unless one was asked for: the rights of its accounts, when that leaves no way to write, as
 * muster's own can go on then; else MySQL's own way, when nothing of muster's is to be written
 * meanwhile; else the rights all the same, with what stays open. Triggers, and the hook alone,
 * are only taken when they are asked for.
 *
 * Workers; blocks; changes nothing. The session is in the tenant.
 */
#ifndef CLOSE_CHOOSE_H
#define CLOSE_CHOOSE_H

#include <stdbool.h>

#include <glib.h>

#include "close_plan.h"
#include "err.h"

struct db_session;

/* Everything is owned. */
struct close_choice {
	struct close_plan plan;
	char *why;        /* for people: why this way */
	char *proof;      /* what will show that it is closed */
	GPtrArray *holes; /* of owned text: what stays open */
};

void close_choice_release(struct close_choice *choice);
SCOPED_RELEASE(close_choice);

/*
 * wanted NULL: what fits. unaltered: nothing of muster's own is to be written there while it
 * is closed. ERR_INVALID when what was asked for cannot be used, and why; ERR_CONFLICT: somebody
 * else has closed it.
 */
NODISCARD int close_choose(struct db_session *session, const char *schema, const char *wanted,
			   bool unaltered, struct close_choice *choice, struct err *err);

#endif /* CLOSE_CHOOSE_H */
