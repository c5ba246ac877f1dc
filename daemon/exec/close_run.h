/*
 * close_run - the orders that look who may write in a tenant, close it and open it.
 *
 *   EXEC_WRITERS  how it would be closed, and what would stay open; changes nothing
 *   EXEC_CLOSE    keep the plan in the tenant, take, end old sessions, prove
 *   EXEC_OPEN     give back, end the sessions that were refused, forget the plan
 *   EXEC_CLOSED   which databases of the server say that they are closed
 *
 * CLOSE and OPEN may be run again at any time, whatever an earlier run had come to. When
 * CLOSE fails it leaves what it has taken: the caller opens. One at a time for each tenant, by
 * a lock beside the tenant's own, so that a long migration does not keep it closed.
 *
 * Workers; blocks.
 */
#ifndef CLOSE_RUN_H
#define CLOSE_RUN_H

#include "err.h"

struct exec_result;
struct visit;

NODISCARD int close_run_writers(struct visit *visit, struct exec_result *result, struct err *err);
NODISCARD int close_run_close(struct visit *visit, struct exec_result *result, struct err *err);
NODISCARD int close_run_open(struct visit *visit, struct exec_result *result, struct err *err);
NODISCARD int close_run_closed(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* CLOSE_RUN_H */
