/*
 * sampler - watches the load of one server and of its replicas.
 *
 * Threads of its own that sleep between samples: one for the server, with one connection
 * that it keeps; one more for the replicas and one for an operator's own signals, where
 * there are any. A hung server blocks only its own sampler. Every period one sample, also
 * when the server does not answer: then with problems instead of values. A signal
 * that is in no sample is one that this server cannot give, one that is refused the rights of this
 * account forbid; one that was there and is missing is late.
 *
 * The first sample comes when whoever replicates from the server by its own word was looked for, and
 * the first ones without rates. Replicas are read as often as the server, an
 * operator's own signals once a second at most.
 *
 * All functions from any one thread (the loop), but not from within fn.
 */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "db.h"
#include "err.h"
#include "sample.h"
#include "signal.h"

#define SAMPLER_PERIOD_MS      INT64_C(1000)
#define SAMPLER_PERIOD_FAST_MS INT64_C(100)

struct sampler_replica {
	const char *name; /* for people; NULL: the address */
	struct db_addr addr;
	int64_t seen_at; /* of one that an earlier sampler found: when, wall ms; else 0 */
	int64_t number;  /* its server_id; 0: not known */
};

/* Borrowed, all of it; copied. */
struct sampler_config {
	int64_t server_id;
	struct db_addr addr;
	const struct sampler_replica *replicas; /* those that must be there */
	size_t replicas_nr;
	const struct custom_signal *customs;
	size_t customs_nr;
	bool discover;         /* look for replicas that are not named; once found they must stay */
	bool probe;            /* measure a commit, in a database of muster's own: probe.h */
	const char *heartbeat; /* "schema.table.column" on the replicas; NULL: what they say */
};

/* On the sampler's thread; briefly. Takes sample. */
typedef void (*sampler_fn)(void *ctx, struct sample *sample);

struct sampler;

/* Once from main, before any thread exists, and after all of them have ended. */
NODISCARD int sampler_library_init(struct err *err);
void sampler_library_end(void);

/*
 * Starts to sample at once, every SAMPLER_PERIOD_MS. ERR_INVALID where heartbeat or a
 * signal's text can never work.
 */
NODISCARD struct sampler *sampler_new(const struct sampler_config *config, sampler_fn fn, void *ctx,
				      struct err *err);

/* Takes effect at once. */
void sampler_set_period(struct sampler *sampler, int64_t period_ms);

/* Names of the replicas that are watched, named and found. Owned. */
char **sampler_replicas(const struct sampler *sampler);

/* Those that were found, of struct replica_found (replicas.h). Owned. */
GArray *sampler_found(const struct sampler *sampler);

/* fn is called no more. Does not wait: the threads end soon, within two seconds. */
void sampler_stop(struct sampler *sampler);

/* After sampler_stop: sampler_free will not wait. */
bool sampler_has_ended(const struct sampler *sampler);

/* Stops, and waits for the threads. NULL is fine. */
void sampler_free(struct sampler *sampler);
SCOPED_FREE(sampler);

#endif /* SAMPLER_H */
