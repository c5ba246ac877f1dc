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

#endif /* SURVEY_H */
