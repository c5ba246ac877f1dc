/*
 * close_schema - MySQL's own way to close one database: ALTER SCHEMA … READ ONLY = 1.
 *
 * It refuses everybody, also accounts with global rights and muster's own, any change of rows
 * or of tables; sessions that are there are refused from their next statement on. The server
 * waits for transactions that have used a table of the database, readers as well, both when it
 * is closed and when it is opened. It lasts until it is taken back, also over a restart.
 *
 * Workers; blocks.
 */
#ifndef CLOSE_SCHEMA_H
#define CLOSE_SCHEMA_H

#include <stdbool.h>

#include "err.h"

struct close_drain;
struct db_session;

/* Why this server, or this account, cannot. Owned; NULL with ERR_NONE: it can. */
char *close_schema_unable(struct db_session *session, struct err *err);

/* Is the database of this session closed so? */
NODISCARD int close_schema_get(struct db_session *session, bool *is_shut, struct err *err);

/* Both may be run again; on a server that cannot, opening has nothing to do. */
NODISCARD int close_schema_shut(struct db_session *session, const struct close_drain *drain,
				struct err *err);
NODISCARD int close_schema_open(struct db_session *session, const struct close_drain *drain,
				struct err *err);

/* Fails unless a write of our own is refused. The table muster_write_mode must be there. */
NODISCARD int close_schema_prove(struct db_session *session, struct err *err);

#endif /* CLOSE_SCHEMA_H */
