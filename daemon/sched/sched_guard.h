/*
 * sched_guard - who watches the load of one server. Not for other layers.
 *
 * A guard joins a governor, the sampler that feeds it and what was told of its verdict. It
 * exists from the first need of its server; the sampler runs while a rollout needs the
 * server or somebody asked within a minute. Samples arrive with the letters of the
 * workers, and cost a turn only when the verdict changes.
 *
 * Loop thread only.
 */
#ifndef SCHED_GUARD_H
#define SCHED_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "db.h"
#include "governor.h"
#include "sched_state.h"

struct sample;
struct sampler;

struct guard {
	int64_t server_id;
	char *name;                /* owned; of the server */
	struct governor *governor; /* owned */
	struct sampler *sampler;   /* owned; NULL: nobody needs it */
	struct verdict verdict;
	int64_t slots_max;
	int64_t wanted_ms;           /* of the last need */
	int64_t begun_ms;            /* when the sampler was last started */
	bool is_wanted;              /* since then somebody needs it */
	char *sampled;               /* owned; the addresses of the sampler */
	GHashTable *customs;         /* owned; its signals of operators: name to text */
	int64_t period_ms;           /* what it was told */
	bool is_stale;               /* rules changed */
	double share;                /* of a question that others may ask next */
	int64_t rests_until;         /* nothing starts before; 0: it does not rest */
	int64_t refused_ms;          /* when others were last refused something; 0: never */
	enum throttle_state told;    /* what the audit trail says; slow is told as go */
	enum throttle_state telling; /* what this turn writes */
	int64_t kept_ms;             /* paused in all, as the inventory has it */
	int64_t keeping_ms;          /* the same, as this turn writes it */
	int64_t kept_at_ms;          /* when that was last looked at */
	bool is_unkept;              /* what it was before could not be read */
	bool was_stopped;            /* its load was critical, and nothing may start there yet */
	int64_t found_ms;            /* when the replicas that were found were last looked at */
	guint found_nr;              /* how many of them the inventory has */
	int64_t found_kept_ms;       /* since when */
	guint found_keeping;         /* the same, as this turn writes it */
	int64_t found_keeping_ms;
};

/* A decision of a human, as long as it lasts. */
struct rule {
	struct store_rule row; /* owned */
	int64_t deadline_ms;   /* monotonic; 0: for good */
};

void sched_guard_free(struct guard *guard);

/* The guard of a server that is needed now. */
struct guard *sched_guard_need(struct sched *sched, const struct link *link);

/* A task of its server starts now: it is watched closely from here on. */
void sched_guard_works(struct sched *sched, int64_t server_id);

/* Decide again; true when more or less is allowed than before. */
bool sched_guard_decide(struct sched *sched, struct guard *guard, int64_t now_ms);

/* Why nothing new starts there, or less than could. Owned; NULL: all of its slots. */
char *sched_guard_reason(const struct guard *guard, int64_t now_ms);

/* How long the first samples are still waited for before anything starts; 0: not any more. */
int64_t sched_guard_unknown_ms(const struct guard *guard, int64_t now_ms);

/*
 * A task that does not rest between its statements has worked for so long: where tasks have
 * a share of the time only, nothing starts until it was no more than that.
 */
void sched_guard_rest(struct sched *sched, int64_t server_id, int64_t worked_ms);
int64_t sched_guard_rests_ms(const struct guard *guard, int64_t now_ms); /* 0: not any more */

/* A sample came. Takes it. True when a turn is due for it. */
bool sched_guards_take(struct sched *sched, struct sample *sample);

/* In the turn: what changed is written, and rollouts pause or go on. */
NODISCARD int sched_guards_decide(struct sched *sched, struct err *err);
NODISCARD int sched_guards_resume(struct sched *sched, struct run *run, struct err *err);

/* After its commit. */
void sched_guards_acted(struct sched *sched);

/* ms until time alone may change something; -1: never. */
int64_t sched_guards_due(struct sched *sched, int64_t now_ms);

/* sched_sampler.c: where a sampler finds the server of a row. Borrows from it. */
struct db_addr sched_sampler_address(const struct store_server *row);

/* sched_sampler.c: starts the sampler of a guard that is needed, unless it runs. */
void sched_sampler_need(struct sched *sched, struct guard *guard, const struct link *link);
void sched_sampler_pace(struct guard *guard);                          /* as the verdict wants */
void sched_sampler_renew(struct sched *sched, struct guard *guard);    /* if it is another now */
void sched_sampler_drop(struct sched *sched, struct guard *guard);     /* does not wait */
void sched_samplers_trim(struct sched *sched, int64_t now_ms);         /* those nobody needs */
int64_t sched_samplers_due(const struct sched *sched, int64_t now_ms); /* ms; -1: never */
void sched_samplers_end(struct sched *sched); /* no sample comes any more; waits */

/* sched_rules.c: read them again when they changed; give them to a governor. */
NODISCARD int sched_rules_refresh(struct sched *sched, struct err *err);
void sched_rules_apply(const struct sched *sched, struct guard *guard, int64_t now_ms);
int64_t sched_rules_due(const struct sched *sched, int64_t now_ms);
void sched_rule_free(struct rule *rule);

/* The rule of this kind for a server, of its own or of all; NULL: none. */
const struct rule *sched_rule_find(const struct sched *sched, int64_t server_id,
				   enum store_rule_kind kind, const char *name);

#endif /* SCHED_GUARD_H */
