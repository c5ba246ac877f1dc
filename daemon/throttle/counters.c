#include "counters.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#include "db.h"

#define LOG_NR          64
#define MYSQL_8         80000
#define RATE_WINDOW_MS  1000
#define SLOPE_WINDOW_MS 5000
#define RATE_LEAST_MS   50
#define EARLY_PERCENT   90  /* a sample comes a little early now and then */
#define REDO_STANDS     0.5 /* % of the log in a second: nobody but a heartbeat writes */

/* clang-format off */
static const struct {
	const char *name; bool grows; /* never gets smaller, but when it begins anew */
} kinds[COUNTER_NR] = {
	[COUNTER_THREADS_RUNNING] =     { "Threads_running",                  false },
	[COUNTER_THREADS_CONNECTED] =   { "Threads_connected",                false },
	[COUNTER_CONNECTIONS] =         { "Connections",                      true },
	[COUNTER_ABORTED_CONNECTS] =    { "Aborted_connects",                 true },
	[COUNTER_LOCK_WAITS] =          { "Innodb_row_lock_waits",            true },
	[COUNTER_LOCK_TIME] =           { "Innodb_row_lock_time",             true },
	[COUNTER_LOCK_CURRENT_WAITS] =  { "Innodb_row_lock_current_waits",    false },
	[COUNTER_HISTORY] =             { "Innodb_history_list_length",       false },
	[COUNTER_CHECKPOINT_AGE] =      { "Innodb_checkpoint_age",            false },
	[COUNTER_CHECKPOINT_MAX_AGE] =  { "Innodb_checkpoint_max_age",        false },
	[COUNTER_LSN_CURRENT] =         { "Innodb_lsn_current",               true },
	[COUNTER_REDO_CHECKPOINT_LSN] = { "Innodb_redo_log_checkpoint_lsn",   false },
	[COUNTER_REDO_CURRENT_LSN] =    { "Innodb_redo_log_current_lsn",      true },
	[COUNTER_REDO_CAPACITY] =       { "Innodb_redo_log_capacity_resized", false },
	[COUNTER_FLOW_PAUSED_NS] =      { "wsrep_flow_control_paused_ns",     true },
	[COUNTER_QUESTIONS] =           { "Questions",                        true },
	[COUNTER_OWN_SENT] =            { NULL,                               false },
	[COUNTER_OWN_DONE] =            { NULL,                               false },
};

/* clang-format on */

#define SHOW "show global status where variable_name in "
#define SELECT \
	"select variable_name, variable_value from performance_schema.global_status where variable_name in "
#define NAMES                                                                                  \
	"('Threads_running', 'Threads_connected', 'Connections', 'Aborted_connects', "         \
	"'Innodb_row_lock_waits', 'Innodb_row_lock_time', 'Innodb_row_lock_current_waits', "   \
	"'Innodb_history_list_length', 'Innodb_checkpoint_age', 'Innodb_checkpoint_max_age', " \
	"'Innodb_lsn_current', "                                                               \
	"'Innodb_redo_log_checkpoint_lsn', 'Innodb_redo_log_current_lsn', "                    \
	"'Innodb_redo_log_capacity_resized', 'wsrep_flow_control_paused_ns', 'Questions')"

const char *counters_query(enum db_flavor flavor, unsigned version)
{
	/* what SHOW does there, without the temporary table that SHOW makes of it */
	return flavor == DB_MYSQL && version >= MYSQL_8 ? SELECT NAMES : SHOW NAMES;
}

struct counters_log {
	struct counters entries[LOG_NR]; /* a ring */
	size_t nr;
	size_t last; /* the newest, when nr > 0 */
};

struct counters_log *counters_log_new(void)
{
	return g_new0(struct counters_log, 1);
}

void counters_log_free(struct counters_log *log)
{
	g_free(log);
}

static int kind_find(const char *name)
{
	for (int i = 0; i < COUNTER_NR; i++) {
		if (kinds[i].name != NULL && g_ascii_strcasecmp(kinds[i].name, name) == 0) {
			return i;
		}
	}
	return -1;
}

void counters_set(struct counters *counters, enum counter_id id, double value)
{
	counters->has[id] = true;
	counters->values[id] = value;
}

void counters_read(struct counters *counters, const struct db_rows *rows, int64_t at_ms)
{
	struct counters read = { .at_ms = at_ms };

	for (size_t i = 0; i < rows->nr && rows->columns == 2; i++) {
		const char *name = rows->cells[i][0];
		const char *value = rows->cells[i][1];
		int id = name == NULL ? -1 : kind_find(name);
		char *end = NULL;
		double number;

		if (id < 0 || value == NULL) {
			continue;
		}
		number = g_ascii_strtod(value, &end);
		if (end != value && *end == '\0' && isfinite(number)) {
			counters_set(&read, (enum counter_id)id, number);
		}
	}
	*counters = read;
}

/* back 0: the newest; only with back < nr */
static const struct counters *entry(const struct counters_log *log, size_t back)
{
	return &log->entries[(log->last + LOG_NR - back) % LOG_NR];
}

static bool began_anew(const struct counters *before, const struct counters *now)
{
	for (int i = 0; i < COUNTER_NR; i++) {
		if (kinds[i].grows && before->has[i] && now->has[i] &&
		    now->values[i] < before->values[i]) {
			return true;
		}
	}
	return false;
}

void counters_log_add(struct counters_log *log, const struct counters *counters)
{
	if (log->nr > 0 && began_anew(entry(log, 0), counters)) {
		log->nr = 0;
	}
	log->last = (log->last + 1) % LOG_NR;
	log->entries[log->last] = *counters;
	log->nr = MIN(log->nr + 1, LOG_NR);
}

/* What to compare with: the younger the better, but not less than the window. NULL: nothing. */
static const struct counters *base_of(const struct counters_log *log, enum counter_id id,
				      int64_t window_ms)
{
	const struct counters *now = entry(log, 0);
	const struct counters *base = NULL;

	for (size_t back = 1; back < log->nr && now->has[id]; back++) {
		const struct counters *before = entry(log, back);

		if (before->has[id]) {
			base = before;
			if (now->at_ms - before->at_ms >= window_ms * EARLY_PERCENT / 100) {
				break;
			}
		}
	}
	return base == NULL || now->at_ms - base->at_ms < RATE_LEAST_MS ? NULL : base;
}

static double per_second(double grown, const struct counters *base, const struct counters *now)
{
	return grown * 1000 / (double)(now->at_ms - base->at_ms);
}

static bool rate(const struct counters_log *log, enum counter_id id, int64_t window_ms,
		 double *value)
{
	const struct counters *now = entry(log, 0);
	const struct counters *base = base_of(log, id, window_ms);

	if (base == NULL) {
		return false;
	}
	*value = per_second(now->values[id] - base->values[id], base, now);
	return true;
}

/*
 * Statements that are not muster's. Never too many: what may have been counted between the
 * two readings is all that was sent by the second and not yet answered before the first.
 */
static bool clients(const struct counters_log *log, double *value)
{
	const struct counters *now = entry(log, 0);
	const struct counters *base = base_of(log, COUNTER_QUESTIONS, RATE_WINDOW_MS);
	double grown;

	if (base == NULL || !now->has[COUNTER_OWN_SENT] || !base->has[COUNTER_OWN_DONE]) {
		return false;
	}
	grown = now->values[COUNTER_QUESTIONS] - base->values[COUNTER_QUESTIONS];
	grown -= now->values[COUNTER_OWN_SENT] - base->values[COUNTER_OWN_DONE];
	*value = MAX(0, per_second(grown, base, now));
	return true;
}

static bool share(const struct counters *now, double part, enum counter_id whole, double *value)
{
	if (!now->has[whole] || now->values[whole] <= 0) {
		return false;
	}
	*value = part * 100 / now->values[whole];
	return true;
}

/* Unknown counts as written. */
static bool redo_stands(const struct counters_log *log, enum counter_id lsn,
			enum counter_id capacity)
{
	double written;
	double percent;

	return rate(log, lsn, RATE_WINDOW_MS, &written) &&
	       share(entry(log, 0), written, capacity, &percent) && percent < REDO_STANDS;
}

/*
 * MariaDB writes no page back while nobody writes, so the age of a log that has filled stays where
 * it is for as long as one waits for it: a log that stands still is no load.
 */
static bool checkpoint_age(const struct counters_log *log, double *value)
{
	const struct counters *now = entry(log, 0);
	bool is_mariadb = now->has[COUNTER_CHECKPOINT_AGE];
	enum counter_id lsn = is_mariadb ? COUNTER_LSN_CURRENT : COUNTER_REDO_CURRENT_LSN;
	enum counter_id capacity = is_mariadb ? COUNTER_CHECKPOINT_MAX_AGE : COUNTER_REDO_CAPACITY;
	double age = is_mariadb ? now->values[COUNTER_CHECKPOINT_AGE]
				: now->values[COUNTER_REDO_CURRENT_LSN] -
					  now->values[COUNTER_REDO_CHECKPOINT_LSN];

	if (!is_mariadb &&
	    (!now->has[COUNTER_REDO_CHECKPOINT_LSN] || !now->has[COUNTER_REDO_CURRENT_LSN])) {
		return false;
	}
	return share(now, redo_stands(log, lsn, capacity) ? 0 : age, capacity, value);
}

/* What a wait has taken is counted when it ends: those that wait now are waiting a second a second.
 */
static bool lock_time(const struct counters_log *log, double *value)
{
	const struct counters *now = entry(log, 0);
	double waiting = now->has[COUNTER_LOCK_CURRENT_WAITS]
				 ? now->values[COUNTER_LOCK_CURRENT_WAITS] * 1000
				 : 0;

	if (!rate(log, COUNTER_LOCK_TIME, RATE_WINDOW_MS, value)) {
		return false;
	}
	*value = MAX(*value, waiting);
	return true;
}

/* Without the session that asks. */
static bool threads_running(const struct counters *now, double *value)
{
	*value = MAX(0, now->values[COUNTER_THREADS_RUNNING] - 1);
	return now->has[COUNTER_THREADS_RUNNING];
}

static bool flow_control(const struct counters_log *log, double *value)
{
	if (!rate(log, COUNTER_FLOW_PAUSED_NS, RATE_WINDOW_MS, value)) {
		return false;
	}
	*value = MIN(*value * 100 / 1e9, 100);
	return true;
}

static bool plain(const struct counters *now, enum counter_id id, double *value)
{
	*value = now->values[id];
	return now->has[id];
}

bool counters_signal(const struct counters_log *log, enum signal_id id, int64_t max_connections,
		     double *value)
{
	const struct counters *now = entry(log, 0);

	if (log->nr == 0) {
		return false;
	}
	switch (id) {
	case SIGNAL_THREADS_RUNNING:
		return threads_running(now, value);
	case SIGNAL_CONNECTIONS:
		*value = now->values[COUNTER_THREADS_CONNECTED] * 100 / (double)max_connections;
		return now->has[COUNTER_THREADS_CONNECTED] && max_connections > 0;
	case SIGNAL_CONNECT_RATE:
		return rate(log, COUNTER_CONNECTIONS, RATE_WINDOW_MS, value);
	case SIGNAL_ABORTED_CONNECTS:
		return rate(log, COUNTER_ABORTED_CONNECTS, RATE_WINDOW_MS, value);
	case SIGNAL_HISTORY_LENGTH:
		return plain(now, COUNTER_HISTORY, value);
	case SIGNAL_HISTORY_SLOPE:
		return rate(log, COUNTER_HISTORY, SLOPE_WINDOW_MS, value);
	case SIGNAL_LOCK_WAITS:
		return rate(log, COUNTER_LOCK_WAITS, RATE_WINDOW_MS, value);
	case SIGNAL_LOCK_TIME:
		return lock_time(log, value);
	case SIGNAL_CHECKPOINT_AGE:
		return checkpoint_age(log, value);
	case SIGNAL_FLOW_CONTROL:
		return flow_control(log, value);
	case SIGNAL_CLIENTS:
		return clients(log, value);
	case SIGNAL_LAG:
	case SIGNAL_LONGEST_TRX:
	case SIGNAL_COMMIT_LATENCY:
	case SIGNAL_DISK_FREE:
	case SIGNAL_PRESSURE:
	case SIGNAL_LOAD:
	case SIGNAL_NR:
		break;
	}
	return false;
}
