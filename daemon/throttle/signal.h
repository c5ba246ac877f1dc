/*
 * signal - what can say that a server is loaded, and from which values on.
 *
 * One row for each kind: name, unit, usual limits. Beside them an operator adds signals
 * of his own, "sql:NAME", "http:NAME" and "file:NAME". A value is over a limit when it is
 * greater, or smaller where lower_is_worse; NAN is no limit. soft: fewer slots. hard: no new
 * statement. critical: what can be stopped safely is stopped, and rollouts pause.
 *
 * What http: and file: give is 0 (go) or 1 (stop), and their usual hard limit is 0.
 *
 * Pure; any thread.
 */
#ifndef SIGNAL_H
#define SIGNAL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define SIGNAL_CORES     4  /* usual limits of per_core kinds are for so many */
#define SIGNAL_VALUE_MAX 32 /* chars of a formatted value */
#define SIGNAL_NAME_MAX  64
#define SIGNAL_NO_LIMIT  ((double)NAN)

enum signal_id {
	SIGNAL_THREADS_RUNNING,
	SIGNAL_CLIENTS,          /* 1/s, statements that are not muster's */
	SIGNAL_CONNECTIONS,      /* % of max_connections */
	SIGNAL_CONNECT_RATE,     /* 1/s */
	SIGNAL_ABORTED_CONNECTS, /* 1/s */
	SIGNAL_LAG,              /* s, of the worst replica; stopped: INFINITY */
	SIGNAL_LONGEST_TRX,      /* s */
	SIGNAL_HISTORY_LENGTH,
	SIGNAL_HISTORY_SLOPE,  /* 1/s */
	SIGNAL_LOCK_WAITS,     /* 1/s */
	SIGNAL_LOCK_TIME,      /* ms of waiting in a second */
	SIGNAL_CHECKPOINT_AGE, /* % of what the log holds; 0 while nobody writes to it */
	SIGNAL_COMMIT_LATENCY, /* ms, of our own probe */
	SIGNAL_FLOW_CONTROL,   /* % of the time that Galera was paused */
	SIGNAL_DISK_FREE,      /* % of the data directory's disk, when local */
	SIGNAL_PRESSURE,       /* PSI cpu, some avg10, %, when local */
	SIGNAL_LOAD,           /* load average of a minute for each core, when local */
	SIGNAL_NR,
};

struct signal_kind {
	const char *name;
	const char *unit;
	bool lower_is_worse;
	bool per_core; /* the usual limits grow with more than SIGNAL_CORES cores */
	double soft;
	double hard;
	double critical;
	const char *help;
};

extern const struct signal_kind signal_kinds[SIGNAL_NR];

enum signal_source { SIGNAL_BUILT_IN, SIGNAL_SQL, SIGNAL_HTTP, SIGNAL_FILE, SIGNAL_SOURCE_NR };

/* What is in front of the ":"; NULL for SIGNAL_BUILT_IN. */
extern const char *const signal_source_names[SIGNAL_SOURCE_NR];

struct custom_signal {
	char *name; /* owned; with its prefix */
	char *text; /* owned; the SELECT, the URL, the path */
	double soft;
	double hard;
	double critical;
};

void custom_signal_release(struct custom_signal *custom);
SCOPED_RELEASE(custom_signal);

/* The id of one of ours, or -1. */
int signal_find(const char *name);

/* ERR_INVALID with the list of names when it can be no signal's. */
NODISCARD int signal_name_check(const char *name, enum signal_source *source, struct err *err);

/* A limit: a number, "inf", or "-" for none (NAN). */
NODISCARD int signal_value_parse(const char *text, double *value, struct err *err);

/* "61", "0.25", "infinite", "-" for NAN; into text. */
const char *signal_value_format(char text[SIGNAL_VALUE_MAX], double value);

/* Is value past limit? Never when limit is NAN. */
bool signal_is_past(double value, double limit, bool lower_is_worse);

#endif /* SIGNAL_H */
