/*
 * build_run - what a release makes of nothing, up to where some tenants are.
 *
 * An empty scratch schema (scratch.h), the wanted migrations one after the other, a look at what
 * is there then. No tenant is touched or read. The schema is gone when this returns, unless the
 * link broke: as with chain_run.h. Workers; blocks.
 */
#ifndef BUILD_RUN_H
#define BUILD_RUN_H

#include "err.h"

struct exec_result;
struct visit;

/*
 * The order's indices of its release, in a database with the collation of its word. Fills
 * result->fingerprint (of the empty schema), warnings (which statements that may change a schema
 * were not run, one sentence each) and shapes[0]; when the server refuses a statement no shape,
 * and reason has file, line and its words. -1: no scratch schema could be made.
 */
NODISCARD int build_run(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* BUILD_RUN_H */
