/* store_server - servers and their labels. Loop thread only; in a transaction. */
#ifndef STORE_SERVER_H
#define STORE_SERVER_H

#include "store.h"
#include "store_rows.h"

/* Called for each row; the row is the callee's to read, not to keep. -1 stops. */
typedef int (*store_server_fn)(const struct store_server *server, void *ctx, struct err *err);

/* Insert (id 0, which is set) or update all columns and labels. A name twice: ERR_CONFLICT. */
NODISCARD int store_server_put(struct store *store, struct store_server *server, struct err *err);
NODISCARD int store_server_get(struct store *store, const char *name, struct store_server *server,
			       struct err *err); /* ERR_NOT_FOUND */
NODISCARD int store_server_get_id(struct store *store, int64_t id, struct store_server *server,
				  struct err *err);
NODISCARD int store_server_each(struct store *store, store_server_fn fn, void *ctx,
				struct err *err); /* by name */

/* Those that replicate from it, also by way of others, by name; without labels. */
NODISCARD int store_server_replicas(struct store *store, const char *name, store_server_fn fn,
				    void *ctx, struct err *err);

NODISCARD int store_server_tenants(struct store *store, int64_t id, int64_t *nr, struct err *err);

/* ERR_CONFLICT while it has tenants, or others are known to replicate from it. */
NODISCARD int store_server_remove(struct store *store, int64_t id, struct err *err);

/* ---- replicas of a server that were found without being named ------------------------- */

typedef int (*store_replica_fn)(const char *address, int64_t seen_at, int64_t number, void *ctx,
				struct err *err);

/*
 * source: where the server was; seen_at: wall ms; number: its server_id, 0 when not known.
 * Replaces what was said of that address.
 */
NODISCARD int store_replica_put(struct store *store, int64_t server_id, const char *address,
				const char *source, int64_t seen_at, int64_t number,
				struct err *err);

/* Those of a server that is there, seen since then, by address. */
NODISCARD int store_replica_each(struct store *store, int64_t server_id, const char *source,
				 int64_t since, store_replica_fn fn, void *ctx, struct err *err);

#endif /* STORE_SERVER_H */
