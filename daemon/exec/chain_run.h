/*
 * chain_run - what the pending statements of a tenant do, tried out on an empty copy of it.
 *
 * The tenant is only read. The copy is gone when this returns, unless the link broke: it is
 * gone when this is called with the same order again, and the next start of the daemon finds
 * it otherwise (scratch.h). Workers; blocks.
 */
#ifndef CHAIN_RUN_H
#define CHAIN_RUN_H

#include <stdbool.h>

#include "err.h"

struct exec_result;
struct visit;

/*
 * For the order's schema, release and to_version: result->chain_text, and one sentence in
 * result->warnings for each statement that would be in doubt after a crash and for one that
 * the server refuses. A migration that was left unfinished is tried from behind what is done.
 * -1: no copy could be made; ERR_CONFLICT: how far that one came is not settled.
 */
NODISCARD int chain_run(struct visit *visit, struct exec_result *result, struct err *err);

/*
 * The order gets a name for a copy; when it has one already, its first try has broken off and what
 * that has left is dropped.
 */
NODISCARD int chain_clear_way(struct visit *visit, struct err *err);

/* Nobody waits for it any more: the stops of a scratch_work, whose asker is the order. */
bool chain_stops(const void *order);

/*
 * Drop what the copies of earlier daemons have left on the server, and those of the order's
 * schemas, whose trials were lost.
 */
NODISCARD int chain_sweep(struct visit *visit, struct exec_result *result, struct err *err);

/*
 * What that would drop: result->left_over. Of a server that is read-only nothing: a replica gets
 * its copies dropped where they were made.
 */
NODISCARD int chain_left(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* CHAIN_RUN_H */
