/*
 * claim - one daemon works on a server at a time.
 *
 * Whoever holds GET_LOCK('muster:fleet') on a session of its own has claimed the server;
 * every visit of a tenant asks, together with the tenant's own lock, whether that session
 * still holds it (db_guard.h). The server ends a session that was not heard of for a minute,
 * so a daemon that vanished with its host loses the claim.
 *
 * Workers; blocks at most the order's stall_ms, in whole seconds. The order's word tells
 * this daemon from all others.
 */
#ifndef CLAIM_H
#define CLAIM_H

#include "err.h"

#define CLAIM_LOST_S 60 /* seconds until the claim of a session that is silent ends */

struct exec_result;
struct visit;

/*
 * Take the claim or see that it is still there. ERR_BUSY with who holds it. The session
 * belongs to the claim from now on: it must not run anything else.
 */
NODISCARD int claim_run(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* CLAIM_H */
