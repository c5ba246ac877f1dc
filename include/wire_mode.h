/*
 * wire_mode - the messages about who may write where, a part of wire.h, which includes this.
 *
 * Any thread.
 */
#ifndef WIRE_MODE_H
#define WIRE_MODE_H

#include "wire.h"

/* A tenant that is not open for writes. */
struct wire_readonly {
	char *tenant;
	char *mode;
	char *method; /* "privileges", "triggers", "schema", "hook" */
	char *since;  /* null: not yet closed */
	char *expires_at;
	char *reason;
	char *owner;
	char *problem;           /* why it could not be closed, or null */
	struct wire_texts holes; /* how writes still get through */
};

/* What came of closing or opening one tenant; with dry_run what would. */
struct wire_readonly_change {
	char *tenant;
	char *mode;
	char *method;
	char *why;               /* this method; without proof: what is to be said of it */
	char *proof;             /* what shows that no write gets through */
	struct wire_texts holes; /* how writes still get through */
	char *expires_at;
	char *problem; /* null: it is so */
};

/* Where the application finds a tenant, and what it may do there. */
struct wire_route {
	char *tenant;
	char *server;
	char *schema;
	char *version; /* null: none is known */
	char *mode;
	char *class; /* null until planned */
};

struct wire_tenant_mode {
	char *tenant;
	char *mode;
	bool writes; /* it may: the mode is rw */
	char *version;
	char *since;      /* closed; null: not yet */
	char *expires_at; /* then it is opened, whatever happens; null: it is open */
	char *reason;
};

struct wire_readonly_on {
	char *selector;
	char *reason;
	int64_t ttl_ms;
	char *method;      /* null: what fits */
	int64_t drain_ms;  /* for open transactions and running statements; 0: ten seconds */
	char *at_deadline; /* then: "end" them (default) or "open" the tenant again */
	bool accept_holes;
	bool maintenance; /* the application is to show its page */
	bool dry_run;
	struct wire_texts hooks; /* "EVENT=NAME", over those of the settings; without a NAME none */
};

struct wire_readonly_off {
	char *selector;
	char *reason;
};

extern const struct wire_type wire_readonly_type, wire_readonly_change_type, wire_route_type,
	wire_tenant_mode_type, wire_readonly_on_type, wire_readonly_off_type;

#endif /* WIRE_MODE_H */
