/*
 * estimate - how long a release will take, how long writes wait for it, and the disk it needs.
 *
 * From the forecasts of classes, the sizes of their tenants' tables and the rates of the fleet.
 * What was never measured stays unknown and is said to be so; it is not part of any sum. Disk is
 * that of tables which are written anew, beside the old ones, of new keys, and of the files that
 * these are sorted in. New keys stay, the rest is free again behind each statement. Times are
 * those of the statements alone, and of the fleet with as many tasks at once as its servers allow.
 *
 * Also which way a statement goes: directly, unless writes would wait for longer than they may,
 * or cold, where nobody writes meanwhile. When the way round is not built, or needs other words in
 * the file, its tenants are refused.
 *
 * Pure; all is borrowed but what a struct says it owns.
 */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scope.h"

struct forecast_class;
struct forecasts;
struct rates;
struct release;

#define ESTIMATE_DIRECT "direct"
#define ESTIMATE_CHUNK  "chunk"
#define ESTIMATE_COLD   "cold" /* the tenant is closed for writes while it runs */

/* How large a table is; bytes -1: not known. */
struct estimate_size {
	int64_t bytes;
	int64_t rows;
};

/* A statement that rebuilds its table in one tenant, and not in most; see versions.h. */
struct estimate_anew {
	int64_t row_versions; /* 0: it does not */
	struct estimate_size size;
};

/* Statements of one tenant, or of all that a list holds, together. */
struct estimate {
	int64_t ms;          /* of those that are known */
	int64_t unknown;     /* statements of which nobody knows how long they take */
	int64_t block_ms;    /* the longest that writes wait for one of them */
	int64_t blocks;      /* statements that writes wait for, without anybody knowing how long */
	int64_t disk;        /* at once: what stays, and the most that is needed beside it */
	int64_t kept;        /* of it: what stays */
	const char *blocked; /* the tenant whose writes wait longest; NULL: none */
	const char *longest; /* the tenant that takes longest; NULL: none */
	int64_t longest_ms;  /* what it takes */
};

/* One statement, in the tenant that it takes longest in. */
struct estimate_statement {
	const char *tenant; /* of the largest table; NULL: its size does not matter */
	int64_t bytes;      /* of that table; -1: not known */
	int64_t rows;
	int64_t ms;       /* -1: not known */
	int64_t block_ms; /* writes wait; -1: not known, 0: they do not */
	int64_t disk;
	int64_t kept;         /* of it: what stays */
	const char *strategy; /* static; ESTIMATE_DIRECT, ESTIMATE_CHUNK, "needs shadow", … */
	char *refused;        /* owned; why it would not be run so; NULL: it would */
};

/* One server with its tenants. */
struct estimate_server {
	char *name; /* owned */
	int64_t server_id;
	int64_t slots; /* tasks at once */
	int64_t tenants;
	int64_t ms;    /* until the last has ended */
	int64_t disk;  /* what stays of all, and what is needed beside it at once */
	int64_t free;  /* bytes; -1: not known, it is on another host */
	GArray *disks; /* of its tenants, what does not stay (int64_t), owned */
	int64_t sum_ms;
	int64_t longest_ms;
};

struct estimates {
	struct estimate all;
	int64_t ms;         /* of the whole, with its tasks beside each other */
	GPtrArray *servers; /* struct estimate_server *, owned; by name */
};

void estimates_release(struct estimates *estimates);
SCOPED_RELEASE(estimates);

void estimate_statements_free(struct estimate_statement *statements, size_t nr);

/* What is known of a server beforehand. */
struct estimate_facts {
	int64_t server_id;
	const char *name;
	int64_t slots;
	int64_t free; /* bytes of disk; -1: not known */
};

struct estimate_work {
	const struct release *release;
	const struct rates *rates;
	const char *name; /* of the release, as a command wants it */
	bool closes;      /* every tenant is closed for writes while it is worked on */
	bool (*is_built)(const char *strategy);
	int64_t stall_ms; /* writes may wait so long */
	int64_t running;  /* tasks at once in the fleet */
	/* fills name (borrowed), slots and free of a server, by its id */
	void (*server)(void *ctx, struct estimate_facts *facts);
	void *ctx;
};

/*
 * Fills the estimates of classes, their statements and tenants. What is refused is added to
 * those that would fail, as is who needs more disk than there is.
 */
void estimates_make(struct estimates *estimates, struct forecasts *forecasts,
		    const struct estimate_work *work);

#endif /* ESTIMATE_H */
