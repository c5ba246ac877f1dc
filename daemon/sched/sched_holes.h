/*
 * sched_holes - who could still write in the tenants that a rollout closes, before it begins.
 *
 * Each server is asked once about all of its tenants that would be closed: those with something to
 * do, when the rollout closes every tenant, else those with a pending file that asks for it. Who is
 * closed already is worked on as it is and not asked about. What is found is one sentence for each
 * tenant, with what to do. Changes nothing. Loop thread only.
 */
#ifndef SCHED_HOLES_H
#define SCHED_HOLES_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct census;
struct release;
struct sched;

/* What CHECK of a plan this is. */
#define SCHED_HOLES_CHECK "closing"

/* Borrowed for the call of told. */
struct sched_hole {
	const char *tenant;
	bool unable;  /* it could not be closed; else it could, and be written to all the same */
	bool unasked; /* that could not be found out */
	const char *text;
};

struct sched_holes_ask {
	const struct census *census; /* borrowed for the call */
	const struct release *release;
	bool every;            /* tenant with something to do is closed */
	const char *method;    /* NULL: privileges; hook takes nothing, so nothing is asked */
	const bool *cancelled; /* borrowed until the last call of done */
	void (*told)(void *ctx, const struct sched_hole *hole);
	void (*done)(void *ctx);
	void *ctx;
};

/*
 * How many servers are asked. done is called so often, later and on the loop, each time after told
 * was for the tenants of a server.
 */
size_t sched_holes_start(struct sched *sched, const struct sched_holes_ask *ask);

/* ERR_INVALID unless a rollout can close tenants so. NULL is fine. */
NODISCARD int sched_holes_method(const char *method, struct err *err);

#endif /* SCHED_HOLES_H */
