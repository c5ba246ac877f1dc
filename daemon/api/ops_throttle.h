/*
 * ops_throttle - what the operations on throttles share, also with their table.
 *
 * Loop thread only; in the transaction of the call.
 */
#ifndef OPS_THROTTLE_H
#define OPS_THROTTLE_H

#include "err.h"

struct call;

/* op->arg of op_throttle_verb. */
enum throttle_verb {
	THROTTLE_VERB_HOLD,
	THROTTLE_VERB_RELEASE,
	THROTTLE_VERB_EXEMPT,
	THROTTLE_VERB_RATIO,
	THROTTLE_VERB_NR,
};

/* Fill the answer: the server in the path, or all of them. */
NODISCARD int throttle_show(struct call *call, struct err *err);

#endif /* OPS_THROTTLE_H */
