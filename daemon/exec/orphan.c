#include "orphan.h"

#include <inttypes.h>

#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "log.h"
#include "visit.h"

enum { SILENT_S = 5 }; /* a worker of ours is never silent for as long between two statements */

static bool is_due(const struct db_holder *holder, const struct exec_order *order)
{
	if (holder->idle) {
		return holder->seconds >= SILENT_S;
	}
	return holder->marked && holder->seconds * 1000 >= order->orphan_wait_ms;
}

void orphan_end(struct visit *visit)
{
	const struct exec_order *order = visit->order;
	SCOPED(db_holder) holder = { 0 };
	struct err err;

	if (order->claim_id == 0 ||
	    db_lock_holder(visit->session, visit->schema, &holder, &err) < 0 || holder.id == 0 ||
	    !is_due(&holder, order)) {
		return;
	}
	if (db_kill(visit->session, holder.id, holder.idle, &err) < 0) {
		log_warn("orphan not ended schema=%s connection=%" PRIu64 " error=\"%s\"",
			 visit->schema, holder.id, err.msg);
		return;
	}
	log_warn("orphan ended schema=%s holder=\"%s\"", visit->schema, holder.words);
}
