/*
 * replica_list - who replicates from a server, as far as that server knows.
 *
 * What replicas report of themselves, and where the readers of the binary log connect
 * from: a reader that reports nothing may listen on the port that the server itself has.
 * Whether somebody there is a replica at all, nobody can say but he.
 *
 * One thread, on a session of the caller's.
 */
#ifndef REPLICA_LIST_H
#define REPLICA_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "err.h"

struct replica_list {
	struct db_addr *addrs; /* owned; without an option file */
	size_t nr;
	int64_t readers;   /* of the binary log; -1: this account may not see them */
	int64_t source_id; /* the server_id */
};

void replica_list_release(struct replica_list *list);
SCOPED_RELEASE(replica_list);

/* Both with the names of columns: SHOW REPLICAS; "host" of the readers. Sets addrs alone. */
void replica_list_parse(struct replica_list *list, const struct db_rows *reported,
			const struct db_rows *readers, unsigned port);

NODISCARD int replica_list_read(struct db_session *session, struct replica_list *list,
				struct err *err);

#endif /* REPLICA_LIST_H */
