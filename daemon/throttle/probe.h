/*
 * probe - how long a small commit takes.
 *
 * One row for each connection that probes, in a table of muster's own in a database of
 * muster's own, PROBE_SCHEMA: never in a tenant's. Written outside the binary log where
 * the account may leave it, so that replicas do not see it. Gone when the last who probes
 * ends it; what a dead one left is removed by the next.
 *
 * An account without the rights for that database has no probe, and nothing else changes.
 * A commit that hangs does so once: the next try ends it, and comes after a pause.
 *
 * One thread, on a session of the caller's.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define PROBE_SCHEMA "muster_probe"

struct db_session;

/* The empty value is ready. */
struct probe {
	bool made;        /* our row is there */
	bool refused;     /* this account may not */
	bool in_flight;   /* a commit began and did not end */
	uint64_t id;      /* of the connection that has our row */
	int64_t after_ms; /* not before */
};

/* A new session: the old one and its row are gone, or will be. */
void probe_renew(struct probe *probe);

/*
 * Commit once. Makes the table if need be. false where the account may not: refused is set. *ms
 * is NAN when it is not yet time to try again.
 */
NODISCARD int probe_run(struct probe *probe, struct db_session *session, int64_t now_ms, double *ms,
			struct err *err);

/* Remove our row, and the database when nobody else has one there. */
void probe_end(struct probe *probe, struct db_session *session);

#endif /* PROBE_H */
