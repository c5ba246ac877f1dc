/* store_tenant - tenants and their labels. Loop thread only; in a transaction. */
#ifndef STORE_TENANT_H
#define STORE_TENANT_H

#include "store.h"
#include "store_rows.h"

typedef int (*store_tenant_fn)(const struct store_tenant *tenant, void *ctx, struct err *err);

/* Insert (id 0) or update all columns and labels. Name or server+schema twice: ERR_CONFLICT. */
NODISCARD int store_tenant_put(struct store *store, struct store_tenant *tenant, struct err *err);
NODISCARD int store_tenant_get(struct store *store, const char *name, struct store_tenant *tenant,
			       struct err *err);
NODISCARD int store_tenant_get_id(struct store *store, int64_t id, struct store_tenant *tenant,
				  struct err *err);

/* ERR_NOT_FOUND when no tenant is that schema on that server. */
NODISCARD int store_tenant_get_schema(struct store *store, int64_t server_id, const char *schema,
				      struct store_tenant *tenant, struct err *err);

/*
 * Every tenant by name, with its labels and those of its server; after: names behind this
 * one (NULL: from the start), limit 0: all. 10,000 rows well under 100 ms.
 */
NODISCARD int store_tenant_each(struct store *store, const char *after, int64_t limit,
				store_tenant_fn fn, void *ctx, struct err *err);

/* Every tenant by name: id, name, server, schema, version, mode and shape alone. */
NODISCARD int store_tenant_routes(struct store *store, store_tenant_fn fn, void *ctx,
				  struct err *err);

/* What a look at its own history found; cheap, for thousands at once. NULL texts clear. */
struct store_found {
	const char *version;
	const char *open;
	const char *regressed;
	int64_t bytes;
};

NODISCARD int store_tenant_found(struct store *store, int64_t id, const struct store_found *found,
				 struct err *err);

/* ERR_CONFLICT while it is in a rollout that has not ended. */
NODISCARD int store_tenant_remove(struct store *store, int64_t id, struct err *err);
NODISCARD int64_t store_tenant_count(struct store *store, int64_t server_id, struct err *err);

#endif /* STORE_TENANT_H */
