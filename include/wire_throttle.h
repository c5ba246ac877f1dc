/*
 * wire_throttle - the messages about the load of servers. A part of wire.h, which includes it.
 */
#ifndef WIRE_THROTTLE_H
#define WIRE_THROTTLE_H

#include "wire.h"

/* ---- answers ---------------------------------------------------------------------- */

struct wire_slots {
	int64_t now; /* statements that may run at once */
	int64_t max;
};

/* Tasks of one kind: such that rebuild a table or an index, or go through rows by ranges. */
struct wire_tokens {
	int64_t now; /* so many may run at once */
	int64_t max;
	int64_t running;
};

/* One signal of a server's load. Limits that it does not have are null. */
struct wire_signal {
	char *name;
	double value; /* null: none yet, or infinite, as the lag of a stopped replica */
	bool infinite;
	double soft;
	double hard;
	double critical;
	double age_s; /* of the value; null: there was none yet */
	char *unit;
	char *state;       /* "ok", "soft", "hard", "critical" or "silent" */
	char *consequence; /* what that does here, or null */
	char *problem;     /* why there is no newer value, or null */
	char *source;      /* of one's own: the SELECT, URL or path; else null */
	char *exempt_until;
	char *exempt_reason;
};

struct wire_paused {
	char *reason; /* the name of a signal, or "hold" */
	double paused_s;
};

/* What a human said, and until when. */
struct wire_order {
	char *by;
	char *reason;
	char *until;
};

/* How muster treats one server now, and why. */
struct wire_throttle {
	char *server;
	char *state; /* "go", "slow", "paused", "stopped" */
	char *reason;
	char *since;
	struct wire_slots slots;
	struct wire_list signals; /* wire_signal */
	double paused_s;          /* in all, ever */
	struct wire_list paused;  /* wire_paused; by reason */
	struct wire_order hold;   /* or null */
	double ratio;             /* share of the slots that may be used; 1: all */
	char *ratio_until;
	int64_t running; /* tasks on it now */
	struct wire_tokens rebuilds;
	struct wire_tokens chunks;
	bool sampled;      /* false: nobody needs it now, and nothing is known */
	int64_t period_ms; /* between two samples */
};

/* Of all tenants with a label together. */
struct wire_label_limit {
	char *label;     /* "region=eu" */
	int64_t running; /* tasks at once */
	int64_t now;
};

/* As freno answers, so the names are freno's. */
struct wire_check {
	int64_t status;
	double value;
	double threshold;
	char *message;
};

/* ---- requests --------------------------------------------------------------------- */

/*
 * Texts "soft=N", "hard=N", "critical=N": "=-" is no such limit, "=" the usual one; and of one's
 * own "query=SQL", "url=U" or "path=F": "=-" removes the signal.
 */
struct wire_throttle_set {
	char *signal;
	struct wire_texts set;
	char *reason;
};

struct wire_label_limit_set {
	char *label;
	int64_t running; /* -1: no limit */
	char *reason;
};

/* hold, release, exempt, ratio. */
struct wire_throttle_verb {
	char *signal; /* exempt */
	double ratio; /* ratio: above 0, to 1 */
	int64_t for_ms;
	char *reason;
};

extern const struct wire_type wire_slots_type, wire_tokens_type, wire_signal_type, wire_paused_type,
	wire_order_type, wire_throttle_type, wire_label_limit_type, wire_check_type,
	wire_throttle_set_type, wire_label_limit_set_type, wire_throttle_verb_type;

#endif /* WIRE_THROTTLE_H */
