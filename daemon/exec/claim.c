#include "claim.h"

#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "visit.h"

int claim_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct db_claim claim = {
		.daemon = visit->order->word,
		.wait_s = (unsigned)(visit->order->stall_ms / 1000),
		.lost_s = CLAIM_LOST_S,
	};

	return db_claim(visit->session, &claim, &result->claim_id, err);
}
