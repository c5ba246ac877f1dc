/*
 * precheck_run - are the rows of tenants as a release needs them?
 *
 * Asks the queries of precheck.h, each for a short time. Reads only; no lock but that of a plain
 * SELECT. Workers; blocks.
 */
#ifndef PRECHECK_RUN_H
#define PRECHECK_RUN_H

#include "err.h"

struct exec_result;
struct visit;

/*
 * EXEC_PRECHECK: the checks of the order's forecast in each of its schemas. result->breaches
 * has what is in the way, and what could not be asked; result->sizes how large its tables are.
 * With versions: result->versions has the tables in which a change at once would be one too many.
 */
NODISCARD int precheck_run(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* PRECHECK_RUN_H */
