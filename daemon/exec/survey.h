/*
 * survey - where many tenants of one server stand, without touching them.
 *
 * Workers; blocks. Reads only; no lock.
 */
#ifndef SURVEY_H
#define SURVEY_H

#include "err.h"

struct exec_order;
struct exec_result;
struct visit;

/* EXEC_SURVEY: the schemas of the order. Fills result->standings; of a helper none. */
NODISCARD int survey_run(struct visit *visit, struct exec_result *result, struct err *err);

/* EXEC_DISCOVER: the schemas that match order->word. */
NODISCARD int survey_discover(struct visit *visit, struct exec_result *result, struct err *err);

/*
 * The newest of these versions, which are in the order in which they were applied, without the
 * release that knows their order: the one that a look with it has called the newest (known, or
 * NULL), unless what came later looks newer. Borrowed; NULL: there is none.
 */
const char *survey_newest(char *const *applied, const char *known);

#endif /* SURVEY_H */
