/*
 * recall - replicas that were found without being named are waited for the next time, too.
 *
 * A sampler ends with its need, and a daemon is started anew: a replica that has stopped meanwhile
 * is in no list of the server any more, and nobody would miss it. So whoever was seen to replicate
 * within a day is expected from the start. One that is gone for good is missed for so long, unless
 * an operator names those that count (`server set NAME replicas=`).
 *
 * Loop thread only; in a transaction.
 */
#ifndef RECALL_H
#define RECALL_H

#include <stdint.h>

#include <glib.h>

#include "db.h"
#include "err.h"

struct guard;
struct link;
struct sched;

#define RECALL_MS (INT64_C(24) * 60 * 60 * 1000)

struct recalled {
	struct db_addr addr; /* owned; asked with the option file of the server */
	int64_t seen_at;     /* wall ms */
	int64_t number;      /* its server_id; 0: not known */
};

/* Of struct recalled: none where an operator has named them. Owned; NULL: err says why. */
NODISCARD GArray *recall_read(struct sched *sched, const struct link *link, struct err *err);

/* Writes down who was found; again when that is some minutes old. */
NODISCARD int recall_keep(struct sched *sched, struct guard *guard, int64_t now_ms,
			  struct err *err);

/* Another sampler begins, perhaps of another address: who it finds is not written down yet. */
void recall_begin(struct guard *guard);

/* After the commit. */
void recall_kept(struct guard *guard);

#endif /* RECALL_H */
