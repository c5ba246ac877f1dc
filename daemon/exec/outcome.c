#include "outcome.h"

#include "db_fault.h"
#include "exec.h"

/* clang-format off */
static const struct {
	enum task_event outside;   /* nothing of the migration was in flight */
	enum task_event statement; /* a statement ended so */
	bool server_down;
	const char *what;	   /* put in front of the server's words */
} meanings[DB_FAULT_NR] = {
	/* fault                   outside          statement       down   words */
	[DB_FAULT_REFUSED]     = { TASK_REFUSED,   TASK_REFUSED,   false, NULL },
	[DB_FAULT_LOCK_WAIT]   = { TASK_TRANSIENT, TASK_REFUSED,   false, NULL },
	[DB_FAULT_DEADLOCK]    = { TASK_TRANSIENT, TASK_REFUSED,   false, NULL },
	[DB_FAULT_INTERRUPTED] = { TASK_TRANSIENT, TASK_REFUSED,   false, NULL },
	[DB_FAULT_NO_CONNECT]  = { TASK_TRANSIENT, TASK_TRANSIENT, true,  NULL },
	[DB_FAULT_LOST]        = { TASK_TRANSIENT, TASK_LOST,      true,  NULL },
	[DB_FAULT_DENIED]      = { TASK_REFUSED,   TASK_REFUSED,   false, NULL },
	[DB_FAULT_SPACE]       = { TASK_REFUSED,   TASK_REFUSED,   true,  "server has no room" },
	[DB_FAULT_READ_ONLY]   = { TASK_TRANSIENT, TASK_TRANSIENT, true,  "server is read only" },
	[DB_FAULT_SHUT]        = { TASK_TRANSIENT, TASK_TRANSIENT, false,
				   "closed for everybody until muster readonly off" },
	[DB_FAULT_NO_SCHEMA]   = { TASK_REFUSED,   TASK_REFUSED,   false, NULL },
};

/* clang-format on */

static void from_fault(struct outcome *outcome, enum db_fault fault, bool in_statement)
{
	outcome->event = in_statement ? meanings[fault].statement : meanings[fault].outside;
	outcome->server_down = meanings[fault].server_down;
	if (meanings[fault].what != NULL) {
		(void)err_prefix(&outcome->err, "%s", meanings[fault].what);
	}
}

static void judge(struct outcome *outcome, enum db_flavor flavor, const struct err *err,
		  bool in_statement)
{
	struct outcome judged = { .err = *err, .event = TASK_REFUSED };

	if (err->code == ERR_UNREACHABLE) {
		judged.event = TASK_TRANSIENT;
		judged.server_down = true;
	} else if (err->code == ERR_DENIED && !in_statement) {
		judged.event = TASK_TRANSIENT;
		judged.server_denied = true;
	} else if (err->code == ERR_UNKNOWN_OUTCOME) {
		from_fault(&judged, DB_FAULT_LOST, in_statement);
	} else if (err->code == ERR_BUSY) {
		judged.event = TASK_TRANSIENT;
	} else if (err->code == ERR_CANCELLED) {
		judged.event = TASK_PARK;
	} else if (err->code == ERR_DB) {
		from_fault(&judged, db_fault_classify(flavor, err->native), in_statement);
	}
	*outcome = judged;
}

void outcome_outside(struct outcome *outcome, enum db_flavor flavor, const struct err *err)
{
	judge(outcome, flavor, err, false);
}

void outcome_of_order(struct outcome *outcome, enum db_flavor flavor,
		      const struct exec_order *order, const struct err *err)
{
	outcome_outside(outcome, flavor, err);
	if (order->entry == EXEC_SHUT_OUT && err->code == ERR_INVALID) {
		outcome->event = TASK_TRANSIENT;
		outcome->server_denied = true;
	}
}

void outcome_statement(struct outcome *outcome, enum db_flavor flavor, const struct err *err)
{
	judge(outcome, flavor, err, true);
}

void outcome_unrecorded(struct outcome *outcome, enum db_flavor flavor, const struct err *err)
{
	judge(outcome, flavor, err, true);
	outcome->event = TASK_LOST;
	(void)err_prefix(&outcome->err, "what was done could not be recorded");
}
