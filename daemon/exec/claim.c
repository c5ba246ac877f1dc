#include "claim.h"

#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "visit.h"

int claim_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct exec_order *order = visit->order;

	if (db_claim(visit->session, (unsigned)(order->stall_ms / 1000), CLAIM_LOST_S, err) < 0) {
		return -1;
	}
	result->claim_id = db_connection_id(visit->session);
	return 0;
}
