/*
 * counters - what a server counts, and the signals that follow from it.
 *
 * One query gives all of them on both flavours; a server that does not know one leaves it
 * out. Rates compare the newest values with those of a second ago, or of the sample
 * before where that is older; the slope of the history looks back five seconds. A server
 * that was started again, or a FLUSH STATUS, begins them anew.
 *
 * Pure memory; one thread.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "db.h"
#include "signal.h"

enum counter_id {
	COUNTER_THREADS_RUNNING,
	COUNTER_THREADS_CONNECTED,
	COUNTER_CONNECTIONS,
	COUNTER_ABORTED_CONNECTS,
	COUNTER_LOCK_WAITS,
	COUNTER_LOCK_TIME,
	COUNTER_LOCK_CURRENT_WAITS,
	COUNTER_HISTORY,
	COUNTER_CHECKPOINT_AGE,
	COUNTER_CHECKPOINT_MAX_AGE,
	COUNTER_LSN_CURRENT, /* MariaDB */
	COUNTER_REDO_CHECKPOINT_LSN,
	COUNTER_REDO_CURRENT_LSN,
	COUNTER_REDO_CAPACITY,
	COUNTER_FLOW_PAUSED_NS,
	COUNTER_QUESTIONS,
	COUNTER_OWN_SENT, /* statements of muster's own: set by the caller */
	COUNTER_OWN_DONE,
	COUNTER_NR,
};

/* The query; its rows are name and value. Static. */
const char *counters_query(enum db_flavor flavor, unsigned version);

struct counters {
	int64_t at_ms; /* tick_ms */
	bool has[COUNTER_NR];
	double values[COUNTER_NR];
};

/* The last of them, in order. */
struct counters_log;

struct counters_log *counters_log_new(void);
void counters_log_free(struct counters_log *log); /* NULL is fine */

/* What rows say, at this time. A name that is not asked for is passed over. */
void counters_read(struct counters *counters, const struct db_rows *rows, int64_t at_ms);

void counters_log_add(struct counters_log *log, const struct counters *counters);

/*
 * What the server does not count itself - the history's length (MySQL), what muster has
 * sent - for the counters that are added next.
 */
void counters_set(struct counters *counters, enum counter_id id, double value);

/*
 * The value of a signal by what was added last; false where it cannot be said: the server
 * does not know it, or a rate has but one value yet. max_connections: 0 is not known.
 */
bool counters_signal(const struct counters_log *log, enum signal_id id, int64_t max_connections,
		     double *value);

#endif /* COUNTERS_H */
