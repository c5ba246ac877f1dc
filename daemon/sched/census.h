/*
 * census - where all tenants of a selection stand, before anything is decided.
 *
 * Finds the tenants in the store, asks their servers in portions, and calls back once when every
 * portion is in and each class of tenants was tried out on an empty copy. A server that does not
 * answer leaves its tenants unknown; they are decided when their task runs.
 *
 * Loop thread only. Changes nothing in any tenant.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"
#include "headway.h"
#include "sched.h"

struct census_tenant {
	int64_t id;
	int64_t server_id;
	char *name;      /* owned */
	char *server;    /* owned; its name */
	char *schema;    /* owned */
	char *version;   /* owned; newest applied, or NULL */
	char *ahead;     /* owned; a version the release does not know, or NULL */
	char *regressed; /* owned; a version that was applied and is gone, or NULL */
	char *altered;   /* owned; the first that was applied from another text, or NULL */
	bool removed;    /* since the census began */
	bool held;
	bool open;      /* in the middle of a migration */
	bool in_flight; /* and a statement may have run: no copy of it shows what a file does */
	bool foretold;  /* but it knows itself what it should look like, or another one does */
	bool known;     /* its server answered */
	bool unseen;    /* but not about it as it is: it was worked on, or its history not read */
	bool exists;
	int64_t pending; /* migrations */
	size_t *places;  /* owned; of these, in the release, in order */
	int64_t statements;
	int64_t bytes;
	char *shape;       /* owned; fingerprint that it should have, or NULL: not known */
	bool was_drifted;  /* when it was last looked at */
	char *fingerprint; /* owned; what it looks like, or NULL: not known */
	char *class;       /* owned; those with the same one on a server are alike, or NULL */
	char *chain;       /* owned; what its unfinished migration began with, or NULL */
	char *drifted;     /* owned; lines: how it differs from what it should be, or NULL */
	int64_t phase;     /* set by sched_phases_plan */
};

/* What a rollout makes of a tenant. */
enum census_fate {
	CENSUS_HELD,
	CENSUS_MISSING, /* its database */
	CENSUS_REGRESSED,
	CENSUS_AHEAD,
	CENSUS_DRIFTED,
	CENSUS_DONE, /* nothing is pending */
	CENSUS_WORK, /* also one of which nothing is known: it is looked at again */
	CENSUS_FATE_NR,
};

enum census_fate census_fate(const struct census_tenant *tenant);

/* What was learnt of a class on a server by running its statements on an empty copy. */
struct census_class {
	int64_t server_id;
	char *class;     /* owned */
	char *example;   /* owned; the tenant that was copied */
	char *chain;     /* owned; as chain.h writes it; NULL: it could not be made */
	char *why;       /* owned; why it could not, or NULL */
	bool lost;       /* the link broke meanwhile: trying once more may tell */
	char **warnings; /* owned; what to know before the start, one sentence each, or NULL */
	struct forecast *forecast; /* one reference; of a plan; NULL: chain is, too */
};

struct census_run;

struct census {
	struct census_tenant *tenants; /* owned; in census_order */
	size_t nr;
	struct census_class *classes; /* owned */
	size_t nr_classes;
	char *unread;           /* owned; why some of them are not known; NULL: no server said */
	GHashTable *shapes;     /* owned; fingerprint -> text, of every tenant with work to do */
	struct census_run *run; /* that it is a part of */
};

/* Whoever is given one may keep it beyond the call. Returned as it was given. */
const struct census *census_ref(const struct census *census);
void census_unref(const struct census *census); /* NULL is fine */

/* The order of its tenants: by server, then by name. For g_array_sort. */
int census_order(const void *a, const void *b);

/* Did the link break under the trial of some class? */
bool census_is_lost(const struct census *census);

/* How many of the tenants nobody has seen as they are; *first, borrowed, is one of them. */
size_t census_unseen(const struct census *census, const struct census_tenant **first);

/*
 * fn is called in a turn's transaction; census is borrowed. done after its commit, with
 * what went wrong or NULL; it frees ctx.
 */
struct census_call {
	int (*fn)(struct sched *sched, const struct census *census, void *ctx, struct err *err);
	void (*done)(void *ctx, const struct err *err);
	void *ctx;
	int64_t rollout_id;      /* chains that it has are not made again; 0: there is none */
	bool rewrites;           /* look for statements that are cheaper written otherwise */
	struct headway *headway; /* who waits; outlives done; or NULL */
};

/*
 * In a transaction. to NULL: the newest. ERR_INVALID when the selector is wrong, names a
 * tenant that does not exist, or selects nobody.
 */
NODISCARD int census_start(struct sched *sched, const char *selector, int64_t release_id,
			   const char *to, const struct census_call *call, struct err *err);

/* The same of these tenants (int64_t). ERR_NOT_FOUND when none of them is there any more. */
NODISCARD int census_start_of(struct sched *sched, const GArray *tenant_ids, int64_t release_id,
			      const char *to, const struct census_call *call, struct err *err);

/*
 * The same as census_start for a rollout that is planned before it begins: with the forecast of
 * each class. When *cancelled becomes true, what was not asked yet is not asked. It outlives
 * call->done.
 */
NODISCARD int census_start_rollout(struct sched *sched, const char *selector, int64_t release_id,
				   const char *to, const struct census_call *call,
				   const bool *cancelled, struct err *err);

/*
 * The same as census_start for a plan: also those with nothing to do are looked at; one member
 * of each class is tried out for all servers of the same flavour and version, with its forecast.
 * When *cancelled becomes true, what was not asked yet is not asked. It outlives call->done.
 */
NODISCARD int census_start_plan(struct sched *sched, const char *selector, int64_t release_id,
				const char *to, const struct census_call *call,
				const bool *cancelled, struct err *err);

/* "mariadb 10.11.19": what a server is, as last seen. Owned; of one never seen its name. */
char *census_flavor(const struct sched *sched, int64_t server_id);

/* How many tenants a selector has, with the same refusals; asks no server. */
NODISCARD int census_count(struct sched *sched, const char *selector, size_t *nr, struct err *err);

#endif /* CENSUS_H */
