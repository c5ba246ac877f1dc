/*
 * replica - what one replica says of how far it is behind.
 *
 * Its status is read by the names of the columns, in the old spelling and in the new. Of
 * several sources the one we watch counts, by its server_id, or the worst where none is it.
 * A replica that does not say, or whose threads do not both run, is infinitely far behind: it
 * will not catch up by itself. With a heartbeat, a column of a timestamp that somebody
 * keeps up to date on the source, the larger of both counts. It is only read, and only
 * here: a replica may be read only, and one that nobody writes any more grows old.
 *
 * One thread, on a session of the caller's whose time zone is +00:00.
 */
#ifndef REPLICA_H
#define REPLICA_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct db_rows;
struct db_session;

struct replica_lag {
	double seconds; /* INFINITY: it does not move */
	char *why;      /* owned; why it does not: "its SQL thread has stopped (error 1062)" */
	bool of_source; /* it replicates from the server we asked for */
};

void replica_lag_release(struct replica_lag *lag);
SCOPED_RELEASE(replica_lag);

/* Rows of a status, with names. ERR_CONFLICT when there is none: it is no replica. */
NODISCARD int replica_status(const struct db_rows *rows, int64_t source_id, struct replica_lag *lag,
			     struct err *err);

/* "schema.table.column" */
NODISCARD int replica_heartbeat_check(const char *heartbeat, struct err *err);

/*
 * heartbeat NULL: the status alone. A heartbeat that is not there, or from the future by more
 * than a second, is an error: nobody can say then.
 */
NODISCARD int replica_read(struct db_session *session, int64_t source_id, const char *heartbeat,
			   struct replica_lag *lag, struct err *err);

#endif /* REPLICA_H */
